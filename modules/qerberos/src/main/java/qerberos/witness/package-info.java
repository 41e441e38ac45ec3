/// The log's side of the C2SP tlog-witness protocol: has others cosign our checkpoints, so that
/// this log cannot show two histories without one of them seeing it.
///
/// Comes in: what the ledger publishes. Goes out: cosigned checkpoints, in which state each witness
/// is, and at start whether a witness knows more of this log than lies here. Start reading at
/// [Witnesses]; [Following] is what is done with one witness, [FirstQuestion] what each is asked
/// before the ledger is opened, [RemoteWitness] how it is reached.
///
/// Nothing of the service waits for a witness: neither ingest nor publication knows this package.
/// The protocol itself, and what a cosignature is, belong to the package `ledger`.
///
/// Left out on purpose: being a witness for others.
@NullMarked
package qerberos.witness;

import org.jspecify.annotations.NullMarked;
