package qerberos.intake;

/// Runs over the lines of a body that have something in them. Used by one thread at a time.
///
/// Lines end with LF or CR LF, the last one perhaps with nothing; a byte order mark before the
/// first is passed over.
final class Lines {
  private final byte[] body;
  private int from;
  private int to;
  private int next;
  private int number;

  Lines(byte[] body) {
    this.body = body;
    this.next = afterMark(body);
  }

  /// Behind the byte order mark, if there is one.
  static int afterMark(byte[] body) {
    boolean mark =
        body.length >= 3
            && (body[0] & 0xff) == 0xef
            && (body[1] & 0xff) == 0xbb
            && (body[2] & 0xff) == 0xbf;
    return mark ? 3 : 0;
  }

  /// Goes to the next line that is not blank; false when there is none.
  boolean next() {
    while (next < body.length) {
      from = next;
      int end = from;
      boolean blank = true;
      while (end < body.length && body[end] != '\n') {
        blank &= body[end] == ' ' || body[end] == '\t' || body[end] == '\r';
        end++;
      }
      next = end + 1;
      number++;
      if (!blank) {
        to = end;
        return true;
      }
    }
    return false;
  }

  int from() {
    return from;
  }

  /// Behind the last byte, LF not included.
  int to() {
    return to;
  }

  /// Of the current line, from 1, blank ones counted.
  int number() {
    return number;
  }
}
