/// The process: [Main], and nothing else. `qerberos.cli` knows the commands, `qerberos.service`
/// puts the service together from the packages before it: settings, logs, state, identity, trail,
/// http.
@NullMarked
package qerberos;

import org.jspecify.annotations.NullMarked;
