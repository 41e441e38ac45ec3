package qerberos.ledger;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// What a witness is asked to cosign: a checkpoint, and the proof that it goes on from the one
/// which the witness cosigned last. The body of `POST <submission prefix>/add-checkpoint` (C2SP
/// tlog-witness).
///
/// Immutable.
///
/// @param old how many entries the witness's last checkpoint covers; 0 when it has none
/// @param proof that the tree of `old` entries is the beginning of the checkpoint's; at most 63
/// @param checkpoint as the log signed it
public record AddCheckpoint(long old, List<Hash> proof, SignedNote checkpoint) {
  /// The longest body that is read, in bytes; other witnesses have the same bound.
  public static final int LONGEST = 16 * 1024;

  /// Where it is sent, below a witness's prefix.
  public static final String PATH = "add-checkpoint";

  private static final int MOST_HASHES = 63;
  private static final String OLD = "old ";

  public AddCheckpoint {
    proof = List.copyOf(proof);
    if (old < 0) {
      throw new IllegalArgumentException("old: " + old + ", want 0 or more");
    }
    if (proof.size() > MOST_HASHES) {
      throw new IllegalArgumentException("proof: " + proof.size() + " hashes, want at most 63");
    }
  }

  /// Reads a body.
  ///
  /// @throws IllegalArgumentException saying which line is wrong
  public static AddCheckpoint parse(byte[] body) {
    if (body.length > LONGEST) {
      throw new IllegalArgumentException("body: longer than " + LONGEST + " bytes");
    }
    List<String> lines = new ArrayList<>();
    int at = 0;
    while (true) {
      int end = at;
      while (end < body.length && body[end] != '\n') {
        end++;
      }
      if (end == body.length || lines.size() > MOST_HASHES + 1) {
        throw new IllegalArgumentException("body: no empty line before the checkpoint");
      }
      String line = new String(body, at, end - at, StandardCharsets.ISO_8859_1);
      at = end + 1;
      if (line.isEmpty()) {
        break;
      }
      lines.add(line);
    }
    if (lines.isEmpty() || !lines.getFirst().startsWith(OLD)) {
      throw new IllegalArgumentException("body: does not begin with 'old' and a size");
    }
    return new AddCheckpoint(
        Decimal.read("old", lines.removeFirst().substring(OLD.length())),
        lines.stream().map(Hash::fromBase64).toList(),
        SignedNote.parse(Arrays.copyOfRange(body, at, body.length)));
  }

  public byte[] bytes() {
    return toString().getBytes(StandardCharsets.UTF_8);
  }

  /// The body's text, which [#parse] reads.
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(OLD).append(old).append('\n');
    proof.forEach(hash -> text.append(hash.base64()).append('\n'));
    return text.append('\n').append(checkpoint).toString();
  }
}
