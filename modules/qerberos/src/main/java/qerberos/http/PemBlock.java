package qerberos.http;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;

/// One block of a PEM file (RFC 7468): what it says it is, and its bytes. Immutable, and takes the
/// array as its own.
final class PemBlock {
  /// A chain with every certificate anybody ever signed is smaller.
  private static final int MOST_BYTES = 1 << 20;

  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]{1,40})-----(.*?)-----END \\1-----", Pattern.DOTALL);

  private final String label;
  private final byte[] der;

  private PemBlock(String label, byte[] der) {
    this.label = label;
    this.der = der;
  }

  String label() {
    return label;
  }

  byte[] der() {
    return der;
  }

  /// All blocks of a file, in order; text between them is passed over, as RFC 7468 has it.
  ///
  /// @throws IOException the file cannot be read
  /// @throws IllegalArgumentException it is too large, a block is encrypted, or is not base64
  static List<PemBlock> in(Path file) throws IOException {
    if (Files.size(file) > MOST_BYTES) {
      throw new IllegalArgumentException(
          Files.size(file) + " bytes, want at most " + MOST_BYTES + " of PEM");
    }
    String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    List<PemBlock> blocks = new ArrayList<>();
    var matcher = BLOCK.matcher(text);
    while (matcher.find()) {
      String label = matcher.group(1);
      String body = matcher.group(2);
      if (label.equals("ENCRYPTED PRIVATE KEY") || body.contains(":")) {
        throw new IllegalArgumentException(
            "the key is encrypted; take its passphrase off with: openssl pkey -in FILE -out NEW");
      }
      try {
        blocks.add(new PemBlock(label, Base64.getDecoder().decode(body.replaceAll("\\s", ""))));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("the block " + label + " is not base64", e);
      }
    }
    return List.copyOf(blocks);
  }
}
