/// What the service does with events: takes them in, finds them again, proves them.
///
/// Comes in: an `EventDraft` and who sent it. Goes out: the place it has in the ledger
/// ([Appending] with [Prepared]), pages of events for a view ([TrailSearch] with [Page] of
/// [Shown]), proofs ([Proofs]). [Trail] opens these parts and closes them. Start reading at
/// [Appending]: sealing happens in `prepare`, on the caller's thread; `append` waits for the disk.
///
/// Around it: [SubjectKeyFiles] keeps one key per person; [Tail] holds the newest events for those
/// who follow the log, and senders to their pace; [Follower] feeds the index ([TrailIndex]) from
/// its own cursor; [OwnEvents] records what happens to the trail itself without anybody waiting for
/// it; [SelfCheck] verifies the log from inside. How the ledger stores full segments small is the
/// package `columns`.
///
/// Left out on purpose: no HTTP, no decision about who may do what (a view comes in, and [Sight]
/// applies it), no second place where an event is kept.
@NullMarked
package qerberos.trail;

import org.jspecify.annotations.NullMarked;
