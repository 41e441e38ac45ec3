/// A log that can only grow, and can prove it: one RFC 6962 tree over everything that was ever
/// appended, in the formats of the C2SP transparency logs, byte for byte. A library on its own: it
/// needs the JDK and nothing else, and knows bytes, not what they mean.
///
/// Comes in: entries of 1 to 65,535 bytes, each with something that may lie beside it
/// ([qerberos.ledger.Submission]). Goes out: an index once an entry is safe on disk and in the tree
/// ([qerberos.ledger.Appended]), signed checkpoints, tiles, proofs, and the entries themselves.
///
/// ## Using it
///
///     EntryNames names = ...;  // 32 bytes by which an entry is found, and when two are the same
///     var settings = LedgerSettings.of(new FolderStorage(Path.of("data/ledger")), names);
///     try (Ledger ledger = Ledger.open(settings)) {
///       List<Appended> answers = ledger.append(List.of(Submission.of(entry, new byte[0], null)));
///       if (answers.getFirst() instanceof Appended.At(long index)) {
///         ledger.awaitCheckpoint(index + 1, Duration.ofSeconds(5));
///         byte[] file = ledger.proof(index).bytes();  // keep as *.tlog-proof, valid for ever
///       }
///     }
///
/// Where nobody writes, and nothing may be changed:
///
///     try (LedgerReader reader = LedgerReader.open(storage, names)) {
///       byte[] file = reader.proof(index).bytes();
///     }
///
/// And on the other side, with the public key alone:
///
///     var trust = Trust.in(List.of(VerifierKey.parse(vkey)));
///     var verdict = new Verifier(trust).proof(file, entry);  // Holds, Broken or CannotTell
///     var log = new HttpLog(URI.create(url), HttpClient.newHttpClient(), null, pause);
///     var whole = new Verifier(trust).log(log, Verifier.Entries.IF_ALLOWED);
///
/// Served over HTTP, `Ledger.signedCheckpoint()` is `checkpoint` and `Ledger.tile(path)` is every
/// `tile/...` below the same prefix; [qerberos.ledger.TilePath] reads the paths.
///
/// ## Where to start reading
///
///   - The tree: [qerberos.ledger.Rfc6962], how it is hashed, proved and checked;
///     [qerberos.ledger.Frontier], how it grows.
///   - What is written and read: [qerberos.ledger.Checkpoint] and [qerberos.ledger.SignedNote],
///     [qerberos.ledger.TlogProof], [qerberos.ledger.EntryBundle].
///   - Who signs: [qerberos.ledger.SigningKey], [qerberos.ledger.VerifierKey], and
///     [qerberos.ledger.Trust], whom a verifier believes.
///   - Finding out whether a log holds: [qerberos.ledger.Verifier].
///   - Being seen by others: [qerberos.ledger.AddCheckpoint] is what a witness is sent,
///     [qerberos.ledger.WitnessAnswer] what it says, [qerberos.ledger.Witness] is one;
///     [qerberos.ledger.TrustPolicy] and [qerberos.ledger.Quorum] say whose word is enough.
///   - Writing: [qerberos.ledger.Ledger], then `Writer` (one frame, one force), `Recovery` (every
///     start), `Segment` (how entries lie on disk), `Ids` (how they are found by name).
///
/// `README.md` beside the sources lists every file and who may be trusted with it.
///
/// ## What it promises
///
/// An entry was answered with its index only after its bytes were forced to disk. Nothing is signed
/// before that either. What a checkpoint once covered is there at every later start, or the start
/// is refused. No entry is ever shown whose hash is not the one in the tree.
///
/// ## Left out on purpose
///
/// What entries mean, who may append and who may read: the service decides. HTTP serving: a handler
/// of a few lines. Going round the witnesses: the messages are here, when and over which connection
/// they travel is somebody else's affair. Deleting entries: there is no such thing; what must
/// be forgotten belongs beside the tree, encrypted. Several writers: one process at a time, by
/// lock. Signature types other than 0x01, 0x04 and 0x06: C2SP logs use these.
@NullMarked
package qerberos.ledger;

import org.jspecify.annotations.NullMarked;
