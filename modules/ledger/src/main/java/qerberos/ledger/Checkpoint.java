package qerberos.ledger;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// What a log says about itself: its name, how many entries it has and the root over them. Signed,
/// it is a promise (C2SP tlog-checkpoint).
///
/// Immutable.
///
/// @param origin the log's name, one line, not empty
/// @param size how many entries, 0 or more
/// @param root the RFC 6962 root over them
/// @param extensions further lines, which say nothing about the tree; each one line, not empty
public record Checkpoint(String origin, long size, Hash root, List<String> extensions) {
  public Checkpoint {
    extensions = List.copyOf(extensions);
    checkLine("origin", origin);
    extensions.forEach(line -> checkLine("extension", line));
    if (size < 0) {
      throw new IllegalArgumentException("size: " + size + ", want 0 or more");
    }
    if (size == 0 && !root.equals(Rfc6962.emptyRoot())) {
      throw new IllegalArgumentException("root: " + root + " is not that of an empty tree");
    }
  }

  public Checkpoint(String origin, long size, Hash root) {
    this(origin, size, root, List.of());
  }

  /// Reads the text of a note, without its signatures.
  ///
  /// @throws IllegalArgumentException naming the line that is wrong
  public static Checkpoint parse(String text) {
    if (!text.endsWith("\n")) {
      throw new IllegalArgumentException("checkpoint: does not end with a newline");
    }
    List<String> lines = List.of(text.substring(0, text.length() - 1).split("\n", -1));
    if (lines.size() < 3) {
      throw new IllegalArgumentException(
          "checkpoint: " + lines.size() + " lines, want origin, size and root");
    }
    return new Checkpoint(
        lines.get(0),
        Decimal.read("size", lines.get(1)),
        Hash.fromBase64(lines.get(2)),
        new ArrayList<>(lines.subList(3, lines.size())));
  }

  /// The text that is signed: origin, size, root and extension lines, each with its newline.
  public String text() {
    StringBuilder text = new StringBuilder();
    text.append(origin).append('\n').append(size).append('\n').append(root.base64()).append('\n');
    extensions.forEach(line -> text.append(line).append('\n'));
    return text.toString();
  }

  private static void checkLine(String field, String line) {
    if (line.isEmpty()) {
      throw new IllegalArgumentException(field + ": empty");
    }
    if (line.chars().anyMatch(c -> c < ' ')) {
      throw new IllegalArgumentException(field + ": holds a control character");
    }
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(line)) {
      throw new IllegalArgumentException(field + ": not valid Unicode");
    }
  }
}
