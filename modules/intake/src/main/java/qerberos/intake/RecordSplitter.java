package qerberos.intake;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/// Cuts a stream of JSON into its records without understanding them. Used by one thread at a time.
///
/// Three shapes are known: `{"Records":[...]}`, an array, and objects one after another (NDJSON, or
/// pretty-printed over several lines); of the first and last there may be several in one stream.
/// Only brackets and strings are followed. In the third shape a record that does not close (a line
/// cut short) costs its own line alone: the search goes on at the next one. Memory is bounded by
/// the largest record allowed.
final class RecordSplitter {
  private static final int LEVELS_MAX = 200;
  private static final int BLOCK = 1 << 16;

  private enum Shape {
    UNKNOWN,
    RECORDS,
    ARRAY,
    LINES
  }

  private final InputStream in;
  private final int recordMax;
  private byte[] buffer = new byte[BLOCK];
  private int pos;
  private int limit;
  private boolean ended;
  private Shape shape = Shape.UNKNOWN;
  private int line = 1;
  private int element;
  private int length;
  private int number;
  private String broken = "";

  RecordSplitter(InputStream in, int recordMax) {
    this.in = in;
    this.recordMax = recordMax;
  }

  /// Goes to the next record, whole or broken; false at the end.
  boolean next() throws IOException {
    pass(length);
    length = 0;
    broken = "";
    while (true) {
      passSpace();
      int first = at(0);
      if (first < 0) {
        if (shape == Shape.RECORDS || shape == Shape.ARRAY) {
          shape = Shape.UNKNOWN;
          number = element + 1;
          broken = "the file ends inside the array of records";
          return true;
        }
        return false;
      }
      switch (shape) {
        case UNKNOWN -> begin(first);
        case RECORDS, ARRAY -> {
          if (first == ']') {
            pass(1);
            end();
          } else {
            number = ++element;
            return record();
          }
        }
        case LINES -> {
          if (recordsBegin() > 0) {
            shape = Shape.UNKNOWN;
          } else {
            number = line;
            return record();
          }
        }
      }
    }
  }

  /// The bytes of the record; empty when it is broken.
  byte[] bytes() {
    return Arrays.copyOfRange(buffer, pos, pos + length);
  }

  /// Its line, or its place in the array; from 1.
  int number() {
    return number;
  }

  /// Why it is no record; empty when it is one.
  String broken() {
    return broken;
  }

  private void begin(int first) throws IOException {
    int records = recordsBegin();
    if (records > 0) {
      pass(records);
      shape = Shape.RECORDS;
      element = 0;
    } else if (first == '[') {
      pass(1);
      shape = Shape.ARRAY;
      element = 0;
    } else if (first == 0xef && at(1) == 0xbb && at(2) == 0xbf) {
      pass(3);
    } else {
      shape = Shape.LINES;
    }
  }

  /// How many bytes `{"Records":[` takes here, or 0 when something else stands here.
  private int recordsBegin() throws IOException {
    int at = 0;
    for (String token : new String[] {"{", "\"Records\"", ":", "["}) {
      while (at(at) == ' ' || at(at) == '\n' || at(at) == '\r' || at(at) == '\t') {
        at++;
      }
      for (int i = 0; i < token.length(); i++) {
        if (at(at++) != token.charAt(i)) {
          return 0;
        }
      }
    }
    return at;
  }

  /// Behind the array: whatever else the object holds is passed over.
  private void end() throws IOException {
    if (shape == Shape.RECORDS) {
      int depth = 1;
      boolean string = false;
      while (depth > 0 && at(0) >= 0) {
        int b = at(0);
        if (string) {
          string = b != '"';
          pass(b == '\\' ? 2 : 1);
        } else {
          string = b == '"';
          depth += b == '{' || b == '[' ? 1 : b == '}' || b == ']' ? -1 : 0;
          pass(1);
        }
      }
    }
    shape = Shape.UNKNOWN;
  }

  private boolean record() throws IOException {
    int found = shape == Shape.LINES && at(0) != '{' ? -1 : find();
    if (found > 0) {
      length = found;
      return true;
    }
    if (broken.isEmpty()) {
      broken = "not a JSON object";
    }
    if (shape == Shape.LINES) {
      passLine();
    } else {
      passElement();
    }
    return true;
  }

  /// The length of the value that begins here, or -1 and the reason.
  private int find() throws IOException {
    int depth = 0;
    boolean string = false;
    int before = 0;
    boolean lineBegins = false;
    for (int i = 0; i < recordMax; i++) {
      int b = at(i);
      if (b < 0) {
        broken = "the file ends inside the record";
        return -1;
      }
      if (string) {
        if (b == '\\') {
          i++;
        } else if (b == '"') {
          string = false;
        } else if (b == '\n') {
          broken = "a line ends inside a string";
          return -1;
        }
        before = b;
        continue;
      }
      switch (b) {
        case '"' -> string = true;
        case '{', '[' -> {
          boolean next = lineBegins && before != ':' && before != ',' && before != '[';
          if (shape == Shape.LINES && next && b == '{') {
            broken = "a line ends inside the record";
            return -1;
          }
          if (++depth > LEVELS_MAX) {
            broken = "deeper than " + LEVELS_MAX + " levels";
            return -1;
          }
        }
        case '}', ']' -> {
          if (--depth <= 0) {
            return depth < 0 ? i : i + 1;
          }
        }
        case ',' -> {
          if (depth == 0) {
            return i;
          }
        }
        default -> {}
      }
      lineBegins = b == '\n';
      if (b > ' ') {
        before = b;
      }
    }
    broken = "more than " + recordMax + " bytes";
    return -1;
  }

  /// Passes a broken element of an array, as far as its brackets tell where it ends.
  private void passElement() throws IOException {
    int depth = 0;
    boolean string = false;
    while (at(0) >= 0) {
      int b = at(0);
      if (string) {
        string = b != '"';
        pass(b == '\\' ? 2 : 1);
        continue;
      }
      if (depth == 0 && (b == ',' || b == ']')) {
        return;
      }
      string = b == '"';
      depth += b == '{' || b == '[' ? 1 : b == '}' || b == ']' ? -1 : 0;
      pass(1);
    }
  }

  private void passLine() throws IOException {
    while (at(0) >= 0 && at(0) != '\n') {
      pass(1);
    }
  }

  private void passSpace() throws IOException {
    for (int b = at(0); b >= 0 && (b <= ' ' || b == ','); b = at(0)) {
      pass(1);
    }
  }

  private void pass(int count) throws IOException {
    for (int i = 0; i < count && at(0) >= 0; i++) {
      if (buffer[pos] == '\n') {
        line++;
      }
      pos++;
    }
  }

  /// The byte so many places on, or -1 behind the end.
  private int at(int ahead) throws IOException {
    while (pos + ahead >= limit) {
      if (ended) {
        return -1;
      }
      if (limit == buffer.length) {
        if (pos > buffer.length / 2) {
          System.arraycopy(buffer, pos, buffer, 0, limit - pos);
          limit -= pos;
          pos = 0;
        } else {
          buffer = Arrays.copyOf(buffer, buffer.length * 2);
        }
      }
      int count = in.read(buffer, limit, buffer.length - limit);
      if (count < 0) {
        ended = true;
      } else {
        limit += count;
      }
    }
    return buffer[pos + ahead] & 0xff;
  }
}
