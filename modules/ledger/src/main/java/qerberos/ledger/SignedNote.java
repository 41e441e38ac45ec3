package qerberos.ledger;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// A text and who claims to have signed it (C2SP signed-note). Until [#verify] has said who really
/// did, the text is a stranger's.
///
/// Immutable.
///
/// @param text its last newline included
/// @param signatures 1..100, in the order of their lines
public record SignedNote(String text, List<NoteSignature> signatures) {
  /// The longest note that is read, in bytes: room for 16 signatures of any kind, several times.
  public static final int LONGEST = 256 * 1024;

  /// How many signature lines are read; C2SP asks for at least 16.
  public static final int MOST_SIGNATURES = 100;

  public SignedNote {
    signatures = List.copyOf(signatures);
    if (!text.endsWith("\n")) {
      throw new IllegalArgumentException("note: its text does not end with a newline");
    }
    if (text.chars().anyMatch(c -> c < ' ' && c != '\n')) {
      throw new IllegalArgumentException("note: holds a control character");
    }
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw new IllegalArgumentException("note: not valid Unicode");
    }
    if (signatures.isEmpty() || signatures.size() > MOST_SIGNATURES) {
      throw new IllegalArgumentException(
          "note: " + signatures.size() + " signatures, want 1.." + MOST_SIGNATURES);
    }
  }

  /// Reads a note as it is served or stored.
  ///
  /// @throws IllegalArgumentException saying what is wrong with it
  public static SignedNote parse(byte[] bytes) {
    if (bytes.length > LONGEST) {
      throw new IllegalArgumentException("note: longer than " + LONGEST + " bytes");
    }
    String note;
    try {
      note = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("note: not UTF-8", e);
    }
    int blank = note.lastIndexOf("\n\n");
    if (blank < 0 || !note.endsWith("\n") || blank + 2 == note.length()) {
      throw new IllegalArgumentException("note: want a text, an empty line and signature lines");
    }
    String[] lines = note.substring(blank + 2, note.length() - 1).split("\n", MOST_SIGNATURES + 2);
    if (lines.length > MOST_SIGNATURES) {
      throw new IllegalArgumentException("note: more than " + MOST_SIGNATURES + " signatures");
    }
    return new SignedNote(
        note.substring(0, blank + 1), Arrays.stream(lines).map(NoteSignature::parse).toList());
  }

  /// Signs a checkpoint with each key, in their order.
  ///
  /// @param time what signatures of the types with a time say, in whole seconds
  public static SignedNote sign(Checkpoint checkpoint, List<SigningKey> keys, Instant time) {
    String text = checkpoint.text();
    return new SignedNote(text, keys.stream().map(key -> key.sign(text, time)).toList());
  }

  /// This note with one more signature, made now by another: what a witness does.
  public SignedNote cosigned(SigningKey key, Instant time) {
    List<NoteSignature> more = new ArrayList<>(signatures);
    more.add(key.sign(text, time));
    return new SignedNote(text, more);
  }

  /// This note with these signatures too, which it may already have.
  public SignedNote with(Collection<NoteSignature> others) {
    Set<NoteSignature> all = new LinkedHashSet<>(signatures);
    all.addAll(others);
    return new SignedNote(text, List.copyOf(all));
  }

  /// The lines by one of these keys that hold; a line that only claims to be by one is left out.
  public List<NoteSignature> holding(Collection<VerifierKey> known) {
    return signatures.stream()
        .filter(line -> known.stream().anyMatch(key -> line.verifies(key, text)))
        .toList();
  }

  /// Who of the known keys signed, in the order of the lines, each key once. Lines of unknown keys
  /// are passed over.
  ///
  /// @throws BadSignature when a line claims to be by a known key and is not
  public List<Signer> verify(Collection<VerifierKey> known) throws BadSignature {
    List<Signer> signers = new ArrayList<>();
    for (NoteSignature signature : signatures) {
      for (VerifierKey key : known) {
        if (!signature.claims(key)) {
          continue;
        }
        if (!signature.verifies(key, text)) {
          throw new BadSignature(key);
        }
        if (signers.stream().noneMatch(signer -> signer.key().equals(key))) {
          signers.add(new Signer(key, signature.time(key)));
        }
      }
    }
    return List.copyOf(signers);
  }

  /// The note as it is served and stored.
  public byte[] bytes() {
    return toString().getBytes(StandardCharsets.UTF_8);
  }

  /// Text, empty line, signature lines.
  @Override
  public String toString() {
    StringBuilder note = new StringBuilder(text).append('\n');
    signatures.forEach(signature -> note.append(signature).append('\n'));
    return note.toString();
  }

  /// A known key that really signed.
  ///
  /// @param time when, as the signer says; 1970 for keys that sign no time
  public record Signer(VerifierKey key, Instant time) {}

  /// A line claims to be by a known key and is not: the note was changed, or is a forgery.
  public static final class BadSignature extends Exception {
    private static final long serialVersionUID = 1;

    BadSignature(VerifierKey key) {
      super("the signature by " + key.shortName() + " is not over this text");
    }
  }
}
