package qerberos.ledger;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a witness says to an [AddCheckpoint]. A stranger's word: only a cosignature that was
/// verified is more than a claim.
///
/// Read tolerantly where witnesses in use differ from the text: another root at the same size comes
/// as 409 or 422, an unknown log as 403 or 404.
///
/// Immutable.
public sealed interface WitnessAnswer {
  /// The longest body that is read, in bytes.
  int LONGEST = 16 * 1024;

  /// The type of a body that is a size.
  String SIZE = "text/x.tlog.size";

  /// It cosigned.
  ///
  /// @param lines by its key, verified; at least one
  record Cosigned(List<NoteSignature> lines) implements WitnessAnswer {
    public Cosigned {
      lines = List.copyOf(lines);
    }
  }

  /// Its last checkpoint is of another size than we thought.
  record Has(long size) implements WitnessAnswer {}

  /// It has another history of this log, or so it says.
  record Disagrees(String why) implements WitnessAnswer {}

  /// It does not know this log or this key, or does not understand us.
  record Refuses(String why) implements WitnessAnswer {}

  /// It is busy, or says something that is no answer.
  record Unclear(String why) implements WitnessAnswer {}

  /// What an answer over HTTP means.
  ///
  /// @param asked what was sent
  /// @param witness by whose key it must be
  /// @param contentType null when there was none
  /// @param body at most [#LONGEST] bytes
  static WitnessAnswer read(
      AddCheckpoint asked,
      VerifierKey witness,
      int status,
      @Nullable String contentType,
      byte[] body) {
    return switch (status) {
      case 200 -> cosignatures(asked, witness, body);
      case 409 -> conflict(asked, contentType, body);
      case 422 ->
          asked.old() == 0
              ? new Unclear("422 though there was nothing to prove")
              : new Disagrees(
                  "its checkpoint over " + asked.old() + " entries is not one of this log");
      case 404 -> new Refuses("404: it does not know this log");
      case 403 -> new Refuses("403: it knows this log by another key, or not at all");
      case 400 -> new Refuses("400: it does not understand us");
      default -> new Unclear("status " + status);
    };
  }

  private static WitnessAnswer conflict(
      AddCheckpoint asked, @Nullable String contentType, byte[] body) {
    boolean sameSize = Checkpoint.parse(asked.checkpoint().text()).size() == asked.old();
    Disagrees otherRoot =
        new Disagrees("its checkpoint over " + asked.old() + " entries has another root");
    if (contentType == null || !contentType.split(";", 2)[0].strip().equalsIgnoreCase(SIZE)) {
      return sameSize ? otherRoot : new Unclear("409 without a size");
    }
    String text = new String(body, StandardCharsets.ISO_8859_1);
    long size;
    try {
      size =
          Decimal.read("size", text.endsWith("\n") ? text.substring(0, text.length() - 1) : text);
    } catch (IllegalArgumentException e) {
      return new Unclear("409 with " + e.getMessage());
    }
    if (size != asked.old()) {
      return new Has(size);
    }
    return sameSize ? otherRoot : new Unclear("409 with the very size that was sent");
  }

  private static WitnessAnswer cosignatures(AddCheckpoint asked, VerifierKey witness, byte[] body) {
    String text = new String(body, StandardCharsets.UTF_8);
    if (!text.endsWith("\n")) {
      return new Unclear("200 without signature lines");
    }
    List<NoteSignature> lines = new ArrayList<>();
    boolean claimed = false;
    try {
      for (String line : text.substring(0, text.length() - 1).split("\n", -1)) {
        NoteSignature signature = NoteSignature.parse(line);
        claimed |= signature.claims(witness);
        if (signature.verifies(witness, asked.checkpoint().text())) {
          lines.add(signature);
        }
      }
    } catch (IllegalArgumentException e) {
      return new Unclear("200 with " + e.getMessage());
    }
    if (!lines.isEmpty()) {
      return new Cosigned(lines);
    }
    return new Unclear(
        claimed
            ? "its cosignature is not over the checkpoint that was sent"
            : "200 without a cosignature by " + witness.shortName());
  }
}
