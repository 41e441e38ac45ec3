package qerberos.intake;

import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import qerberos.event.EventFaults;
import qerberos.event.Fault;

/// Expands gzip (RFC 1952), never beyond a given size. Immutable.
///
/// All members of the file, each with its checksum and length compared; anything behind them that
/// is no further member is refused.
public final class Gzip {
  private static final int HEADER_BYTES = 10;
  private static final int TRAILER_BYTES = 8;
  private static final int FLAG_HEADER_CRC = 2;
  private static final int FLAG_EXTRA = 4;
  private static final int FLAG_NAME = 8;
  private static final int FLAG_COMMENT = 16;
  private static final int FLAGS_RESERVED = 0xe0;

  private final byte[] body;
  private final int max;
  private byte[] out;
  private int size;

  private Gzip(byte[] body, int max) {
    this.body = body;
    this.max = max;
    this.out = new byte[(int) Math.min(max, Math.max(1_024L, body.length * 6L))];
  }

  /// Whether these bytes begin as gzip does.
  public static boolean is(byte[] body) {
    return body.length >= 2 && (body[0] & 0xff) == 0x1f && (body[1] & 0xff) == 0x8b;
  }

  /// The bytes that were compressed.
  ///
  /// @param max the most there may be
  /// @throws EventFaults field `body`: not gzip, damaged, or more than `max`
  public static byte[] expand(byte[] body, int max) {
    var gzip = new Gzip(body, max);
    var inflater = new Inflater(true);
    try {
      int at = 0;
      do {
        at = gzip.member(inflater, at);
      } while (at < body.length);
    } catch (DataFormatException e) {
      throw invalid("damaged gzip: " + e.getMessage());
    } finally {
      inflater.end();
    }
    return Arrays.copyOf(gzip.out, gzip.size);
  }

  private int member(Inflater inflater, int start) throws DataFormatException {
    int at = header(start);
    int begin = size;
    inflater.reset();
    inflater.setInput(body, at, body.length - at);
    while (!inflater.finished()) {
      if (size == out.length) {
        grow();
      }
      int count = inflater.inflate(out, size, out.length - size);
      if (count == 0 && (inflater.needsInput() || inflater.needsDictionary())) {
        throw invalid("gzip cut short");
      }
      size += count;
    }
    checkSize();
    int trailer = body.length - inflater.getRemaining();
    if (body.length - trailer < TRAILER_BYTES) {
      throw invalid("gzip cut short");
    }
    var crc = new CRC32();
    crc.update(out, begin, size - begin);
    if (int32(trailer) != (int) crc.getValue() || int32(trailer + 4) != size - begin) {
      throw invalid("gzip checksum differs");
    }
    return trailer + TRAILER_BYTES;
  }

  /// Makes room; one byte more than allowed, which shows whether there is more and is never kept.
  private void grow() {
    checkSize();
    out = Arrays.copyOf(out, (int) Math.min(max + 1L, out.length * 2L));
  }

  private void checkSize() {
    if (size > max) {
      throw new EventFaults(
          new Fault("body", "more than " + max + " bytes when expanded", Fault.Kind.TOO_LARGE));
    }
  }

  private int header(int start) {
    if (body.length - start < HEADER_BYTES
        || (body[start] & 0xff) != 0x1f
        || (body[start + 1] & 0xff) != 0x8b
        || body[start + 2] != 8
        || (body[start + 3] & FLAGS_RESERVED) != 0) {
      throw invalid(start == 0 ? "not gzip" : "byte " + start + ": something behind the gzip data");
    }
    int flags = body[start + 3];
    int at = start + HEADER_BYTES;
    if ((flags & FLAG_EXTRA) != 0) {
      need(at, 2);
      at += 2 + ((body[at] & 0xff) | ((body[at + 1] & 0xff) << 8));
    }
    if ((flags & FLAG_NAME) != 0) {
      at = behindText(at);
    }
    if ((flags & FLAG_COMMENT) != 0) {
      at = behindText(at);
    }
    if ((flags & FLAG_HEADER_CRC) != 0) {
      at += 2;
    }
    need(at, 0);
    return at;
  }

  private int behindText(int start) {
    int at = start;
    while (at < body.length && body[at] != 0) {
      at++;
    }
    return at + 1;
  }

  private void need(int at, int count) {
    if (at + count > body.length) {
      throw invalid("gzip cut short");
    }
  }

  private int int32(int at) {
    return (body[at] & 0xff)
        | ((body[at + 1] & 0xff) << 8)
        | ((body[at + 2] & 0xff) << 16)
        | ((body[at + 3] & 0xff) << 24);
  }

  private static EventFaults invalid(String message) {
    return new EventFaults(new Fault("body", message));
  }
}
