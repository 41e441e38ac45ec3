/// The command line: one class per command, a client of the running server, tables and progress.
///
/// In: the words a person or a script typed. Out: a table or JSON on standard output, progress and
/// complaints on standard error, and an exit status with a documented meaning ([Exit]). Start
/// reading at [Commands], which puts all commands together.
///
/// Every command takes `--data DIR` and talks to the server that runs on that folder (found through
/// `DIR/server.json`, entered with `DIR/secrets/admin.token`). Where no server runs, commands that
/// only read open the folder themselves.
///
/// Left out on purpose: no command but `start` writes to the folder of a running server, no event
/// text reaches a terminal unescaped, nothing is asked interactively.
@NullMarked
package qerberos.cli;

import org.jspecify.annotations.NullMarked;
