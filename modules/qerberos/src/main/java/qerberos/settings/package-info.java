/// What an operator may set, and how it gets here.
///
/// In: the files `config/*.yaml`, the environment (`QERBEROS_*`), the flags of the command line, in
/// rising order of precedence. Out: one record per concern, checked, or [SettingsFaults] with every
/// mistake at once, each with its file and line, its variable or its flag.
///
/// Start reading at [Catalog]: it is the one table of all settings, with default, unit and the
/// reason to change each; the loader, `.env.example` and the manual's page are made from it.
/// [Loader] reads, [Values] holds what was read, [Settings] is what the rest of the service is
/// given. [PrivacyFile] reads the one file with a structure of its own. [Yaml] is the only place
/// that sees the YAML library; every node knows its file and line.
///
/// Left out on purpose: no setting is read anywhere else, none can change while the process runs,
/// and no secret stands in a configuration file (those hold paths to files with mode 0600).
@NullMarked
package qerberos.settings;

import org.jspecify.annotations.NullMarked;
