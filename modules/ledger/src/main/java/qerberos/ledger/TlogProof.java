package qerberos.ledger;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A file that proves, without network and for ever, that an entry is in a log
/// (`c2sp.org/tlog-proof@v1`, kept as `*.tlog-proof`).
///
/// Immutable.
public final class TlogProof {
  private static final String HEADER = "c2sp.org/tlog-proof@v1";

  /// The longest file that is read, in bytes.
  public static final int LONGEST = 2 * 1024 * 1024;

  /// A tree of 2^63 entries is 63 nodes high.
  private static final int HIGHEST = 63;

  private final byte @Nullable [] extra;
  private final long index;
  private final List<Hash> path;
  private final SignedNote checkpoint;

  /// @param extra bytes that travel with the proof and are not covered by it; nothing believes
  ///     them, a verifier may hash them as the entry
  /// @param index of the entry, from 0
  /// @param path sibling hashes from the leaf up, at most 63
  /// @param checkpoint as the log signed it, cosignatures included
  public TlogProof(byte @Nullable [] extra, long index, List<Hash> path, SignedNote checkpoint) {
    this.extra = extra == null ? null : extra.clone();
    this.index = index;
    this.path = List.copyOf(path);
    this.checkpoint = checkpoint;
    if (index < 0) {
      throw new IllegalArgumentException("index: " + index + ", want 0 or more");
    }
    if (path.size() > HIGHEST) {
      throw new IllegalArgumentException("path: " + path.size() + " hashes, want at most 63");
    }
  }

  /// Reads a proof file.
  ///
  /// @throws IllegalArgumentException saying which line is wrong
  public static TlogProof parse(byte[] bytes) {
    if (bytes.length > LONGEST) {
      throw new IllegalArgumentException("proof: longer than " + LONGEST + " bytes");
    }
    int at = 0;
    List<String> lines = new ArrayList<>();
    while (true) {
      int end = at;
      while (end < bytes.length && bytes[end] != '\n') {
        end++;
      }
      if (end == bytes.length || lines.size() > HIGHEST + 3) {
        throw new IllegalArgumentException("proof: no empty line before the checkpoint");
      }
      String line = new String(bytes, at, end - at, StandardCharsets.ISO_8859_1);
      at = end + 1;
      if (line.isEmpty()) {
        break;
      }
      lines.add(line);
    }
    if (lines.isEmpty() || !lines.removeFirst().equals(HEADER)) {
      throw new IllegalArgumentException("proof: does not begin with " + HEADER);
    }
    byte[] extra = null;
    if (!lines.isEmpty() && lines.getFirst().startsWith("extra ")) {
      extra = Base64Text.read("extra", lines.removeFirst().substring("extra ".length()));
    }
    if (lines.isEmpty() || !lines.getFirst().startsWith("index ")) {
      throw new IllegalArgumentException("proof: no index line");
    }
    return new TlogProof(
        extra,
        Decimal.read("index", lines.removeFirst().substring("index ".length())),
        lines.stream().map(Hash::fromBase64).toList(),
        SignedNote.parse(Arrays.copyOfRange(bytes, at, bytes.length)));
  }

  /// What travels with the proof and is not covered by it.
  public Optional<byte[]> extra() {
    return extra == null ? Optional.empty() : Optional.of(extra.clone());
  }

  public long index() {
    return index;
  }

  public List<Hash> path() {
    return path;
  }

  /// The note as the log signed it.
  public SignedNote checkpoint() {
    return checkpoint;
  }

  /// The checkpoint, once it is known to be the log's own and to have this entry under it.
  ///
  /// @param entry the very bytes of the entry
  /// @throws Trust.Refused saying what does not hold
  public Checkpoint verify(byte[] entry, Trust trust) throws Trust.Refused {
    Checkpoint signed = trust.open(checkpoint);
    Hash leaf = Rfc6962.leafHash(entry);
    if (!Rfc6962.verifyInclusion(index, signed.size(), leaf, path, signed.root())) {
      throw new Trust.Refused(
          "the entry is not at index " + index + " of the log of size " + signed.size());
    }
    return signed;
  }

  public byte[] bytes() {
    return toString().getBytes(StandardCharsets.UTF_8);
  }

  /// The file's text, which [#parse] reads.
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(HEADER).append('\n');
    if (extra != null) {
      text.append("extra ").append(Base64Text.write(extra)).append('\n');
    }
    text.append("index ").append(index).append('\n');
    path.forEach(hash -> text.append(hash.base64()).append('\n'));
    return text.append('\n').append(checkpoint).toString();
  }
}
