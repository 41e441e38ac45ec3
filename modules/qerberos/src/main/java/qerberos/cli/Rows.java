package qerberos.cli;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import qerberos.http.ExportFormat;
import qerberos.intake.AnyJson;

/// Follows the bytes of an export: how many whole rows there are, which places of the log they
/// stand at, and their SHA-256. What comes after the last whole row does not count. Used by one
/// thread at a time.
final class Rows {
  private final ExportFormat format;
  private final MessageDigest digest = sha256();
  private final ByteArrayOutputStream row = new ByteArrayOutputStream();
  private boolean quoted;
  private boolean headed;
  private byte[] lastRow = new byte[0];
  private long wholeBytes;
  private long count;
  private long first = -1;

  Rows(ExportFormat format) {
    this.format = format;
    this.headed = format == ExportFormat.NDJSON;
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  void add(byte[] bytes, int offset, int length) {
    int begin = offset;
    for (int i = offset; i < offset + length; i++) {
      if (bytes[i] == '"' && format == ExportFormat.CSV) {
        quoted = !quoted;
      } else if (bytes[i] == '\n' && !quoted) {
        row.write(bytes, begin, i + 1 - begin);
        begin = i + 1;
        whole();
      }
    }
    row.write(bytes, begin, offset + length - begin);
  }

  private void whole() {
    byte[] bytes = row.toByteArray();
    row.reset();
    digest.update(bytes);
    wholeBytes += bytes.length;
    if (!headed) {
      headed = true;
      return;
    }
    count++;
    lastRow = bytes;
    if (first < 0) {
      first = last();
    }
  }

  /// Forgets what comes after the last whole row.
  void dropRest() {
    row.reset();
    quoted = false;
  }

  /// How many bytes the whole rows and the heading take.
  long wholeBytes() {
    return wholeBytes;
  }

  long count() {
    return count;
  }

  /// The leaf index of the first row; -1 without one.
  long first() {
    return first;
  }

  /// The leaf index of the last row; -1 without one.
  long last() {
    if (count == 0) {
      return -1;
    }
    return switch (format) {
      case NDJSON -> new Reply(AnyJson.read(lastRow)).at("seq").number();
      case CSV -> {
        String text = new String(lastRow, StandardCharsets.UTF_8);
        yield Long.parseLong(text.substring(0, text.indexOf(',')));
      }
    };
  }

  /// The hash of the whole rows and the heading; asked for once, at the end.
  String hash() {
    return HexFormat.of().formatHex(digest.digest());
  }
}
