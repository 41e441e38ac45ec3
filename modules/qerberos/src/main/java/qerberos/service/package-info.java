/// The service as a whole: every object built with `new`, started in order, closed in reverse.
///
/// In: [qerberos.settings.Settings]. Out: a running [Service] that says where it listens. Start
/// reading at [Service]: it is the one page that shows how the parts stand together. What keeps it
/// from starting is a [StartRefused] with one sentence; `server.json` ([ServerFile]) tells the
/// commands where it runs.
///
/// Of several processes on one folder one is the writer, the others wait for their turn
/// ([Membership], [WriterFile]).
///
/// Left out on purpose: no election and no clock between processes, the lock of the ledger is the
/// only truth; no container, no registry, no object that looks for others; the command
/// line and the process's signals are the business of `qerberos.cli`.
@NullMarked
package qerberos.service;

import org.jspecify.annotations.NullMarked;
