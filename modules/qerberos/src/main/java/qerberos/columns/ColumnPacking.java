package qerberos.columns;

import java.util.Arrays;

/// Packs columns of texts, each in the first of these ways that fits all of its texts.
///
/// - `ALL`: one text, which all are;
/// - `HASH`: 32 bytes in base64url; `HEX`: an even number of hexadecimal digits; `UUID`; all three
///   as the bytes they stand for, which look random and are not compressed;
/// - `TIME`: a time with nine decimals, as one number;
/// - `PATTERN`: the texts without their runs of digits, each different one once, and the runs as
///   numbers, the first runs of all texts together, the second ones, and so on. This is how CLP
///   stores messages (Rodrigues, Luo and Yuan, "CLP: Efficient and Scalable Search on Compressed
///   Text Logs", OSDI 2021). A column of a few words that come again is one of patterns, too;
/// - `TEXT`: the texts, each with a quote behind.
///
/// Used by one thread at a time.
final class ColumnPacking {
  static final int ALL = 0;
  static final int HASH = 1;
  static final int HEX = 2;
  static final int UUID = 3;
  static final int TIME = 4;
  static final int PATTERN = 5;
  static final int TEXT = 6;

  /// Runs of digits in one text.
  static final int MOST_RUNS = 12;

  /// What stands in a pattern for a run of digits. No JSON text has it.
  static final byte RUN = 1;

  /// A number of so many digits fits into a `long`.
  private static final int LONGEST_RUN = 18;

  private static final int LEAST_HEX = 8;
  private static final int LONGEST_HEX = 256;
  private static final int LONGEST_PATTERN = 256;
  private static final int MOST_PATTERNS = NumberPacking.MOST_WORDS;

  /// Bytes at the front of a UUID that are packed as a number: in version 7 they are the time.
  static final int UUID_TIME = 6;

  private final NumberPacking packing;
  private final ByteSink rest;
  private final ByteSink raw;

  private final Numbering known = new Numbering(MOST_PATTERNS);
  private final ByteSink patterns = new ByteSink();
  private final int[] patternEnd = new int[MOST_PATTERNS + 1];
  private int[] places = new int[1_024];
  private long[] numbers = new long[1_024];
  private final long[][] runs = new long[MOST_RUNS][1_024];
  private final int[] runCount = new int[MOST_RUNS];
  private final int[] shortest = new int[MOST_RUNS];
  private final int[] longest = new int[MOST_RUNS];
  private final boolean[] zero = new boolean[MOST_RUNS];

  private byte[] bytes = {};
  private int[] from = {};
  private int[] to = {};

  ColumnPacking(NumberPacking packing, ByteSink rest, ByteSink raw) {
    this.packing = packing;
    this.rest = rest;
    this.raw = raw;
  }

  /// Says where the texts of all columns are.
  void texts(byte[] newBytes, int[] newFrom, int[] newTo) {
    bytes = newBytes;
    from = newFrom;
    to = newTo;
  }

  /// Packs the column of texts `begin` to `end`; there is at least one.
  void pack(int begin, int end) {
    int length = to[begin] - from[begin];
    if (allEqual(begin, end)) {
      rest.put(ALL);
      rest.varint(length);
      rest.put(bytes, from[begin], to[begin]);
      return;
    }
    int restBefore = rest.length();
    int rawBefore = raw.length();
    if (allOfLength(length, begin, end) && (hashes(length, begin, end) || times(begin, end))) {
      return;
    }
    rest.cut(restBefore);
    raw.cut(rawBefore);
    if (split(begin, end)) {
      patterns(end - begin);
    } else {
      texts(begin, end);
    }
  }

  private boolean allEqual(int begin, int end) {
    for (int i = begin + 1; i < end; i++) {
      if (!Arrays.equals(bytes, from[i], to[i], bytes, from[begin], to[begin])) {
        return false;
      }
    }
    return true;
  }

  private boolean allOfLength(int length, int begin, int end) {
    for (int i = begin + 1; i < end; i++) {
      if (to[i] - from[i] != length) {
        return false;
      }
    }
    return true;
  }

  private boolean hashes(int length, int begin, int end) {
    int count = end - begin;
    int rawBefore = raw.length();
    if (length == TextForms.HASH_TEXT) {
      int at = raw.grow(count * TextForms.HASH);
      for (int i = begin; i < end; i++, at += TextForms.HASH) {
        if (!TextForms.readHash(bytes, from[i], raw.array(), at)) {
          return false;
        }
      }
      rest.put(HASH);
      return true;
    }
    if (length == TextForms.UUID_TEXT) {
      return uuids(begin, end);
    }
    if (length % 2 != 0 || length < LEAST_HEX || length > LONGEST_HEX) {
      return false;
    }
    int each = length / 2;
    int at = raw.grow(count * each);
    boolean letters = false;
    for (int i = begin; i < end; i++, at += each) {
      if (!TextForms.readHex(bytes, from[i], each, raw.array(), at)) {
        raw.cut(rawBefore);
        return false;
      }
      letters |= !letters && hasLetter(i);
    }
    if (!letters) {
      raw.cut(rawBefore);
      return false; // decimal numbers
    }
    rest.put(HEX);
    rest.varint(each);
    return true;
  }

  private boolean hasLetter(int text) {
    for (int i = from[text]; i < to[text]; i++) {
      if (bytes[i] > '9') {
        return true;
      }
    }
    return false;
  }

  private boolean uuids(int begin, int end) {
    int count = end - begin;
    room(count);
    byte[] uuid = new byte[TextForms.UUID];
    int behind = TextForms.UUID - UUID_TIME;
    int at = raw.grow(count * behind);
    for (int i = begin; i < end; i++, at += behind) {
      if (!TextForms.readUuid(bytes, from[i], uuid, 0)) {
        return false;
      }
      long time = 0;
      for (int b = 0; b < UUID_TIME; b++) {
        time = time << Byte.SIZE | (uuid[b] & 0xff);
      }
      numbers[i - begin] = time;
      System.arraycopy(uuid, UUID_TIME, raw.array(), at, behind);
    }
    rest.put(UUID);
    packing.pack(numbers, 0, count, rest, raw);
    return true;
  }

  private boolean times(int begin, int end) {
    if (to[begin] - from[begin] != TextForms.TIME_TEXT) {
      return false;
    }
    room(end - begin);
    for (int i = begin; i < end; i++) {
      long time = TextForms.readTime(bytes, from[i]);
      if (time < 0) {
        return false;
      }
      numbers[i - begin] = time;
    }
    rest.put(TIME);
    packing.pack(numbers, 0, end - begin, rest, raw);
    return true;
  }

  private void room(int count) {
    if (numbers.length < count) {
      numbers = new long[Math.max(count, numbers.length * 2)];
      places = new int[numbers.length];
    }
  }

  /// Cuts each text into its pattern and its numbers.
  ///
  /// @return false when this does not pay or does not give the same texts back
  private boolean split(int begin, int end) {
    int count = end - begin;
    room(count);
    known.clear();
    patterns.cut(0);
    Arrays.fill(runCount, 0);
    Arrays.fill(shortest, LONGEST_RUN);
    Arrays.fill(longest, 0);
    Arrays.fill(zero, false);
    for (int i = begin; i < end; i++) {
      int place = pattern(from[i], to[i]);
      if (place < 0 || known.size() > 8 + (i - begin) / 2) {
        return false;
      }
      places[i - begin] = place;
    }
    if (known.size() > 1 && known.size() > count / 2) {
      return false;
    }
    for (int run = 0; run < MOST_RUNS; run++) {
      if (zero[run] && shortest[run] != longest[run]) {
        return false; // nobody would know how many zeros there were
      }
    }
    return true;
  }

  /// Cuts one text.
  ///
  /// @return the number of its pattern, -1 when it has none
  private int pattern(int begin, int end) {
    if (end - begin > LONGEST_PATTERN) {
      return -1;
    }
    int start = patterns.length();
    int out = patterns.grow(end - begin);
    byte[] pattern = patterns.array();
    long hash = 0;
    int run = 0;
    int at = begin;
    while (at < end) {
      byte next = bytes[at];
      int digit = next - '0';
      if (digit >= 0 && digit <= 9) {
        if (run == MOST_RUNS) {
          return -1;
        }
        int first = at;
        int most = Math.min(end, at + LONGEST_RUN);
        long number = 0;
        do {
          number = number * 10 + digit;
          at++;
        } while (at < most && (digit = bytes[at] - '0') >= 0 && digit <= 9);
        number(run++, number, at - first, bytes[first] == '0');
        next = RUN;
      } else if (next == RUN) {
        return -1;
      } else {
        at++;
      }
      pattern[out++] = next;
      hash = Long.rotateLeft(hash, 7) ^ next * 0x9e3779b97f4a7c15L;
    }
    int before = known.size();
    int place = known.of(hash);
    if (place == before) {
      patterns.cut(out);
      patternEnd[place + 1] = out;
      return place;
    }
    patterns.cut(start);
    boolean same =
        place >= 0
            && Arrays.equals(
                pattern, patternEnd[place], patternEnd[place + 1], pattern, start, out);
    return same ? place : -1;
  }

  private void number(int run, long number, int width, boolean beginsWithZero) {
    int count = runCount[run]++;
    if (count == runs[run].length) {
      runs[run] = Arrays.copyOf(runs[run], count * 2);
    }
    runs[run][count] = number;
    shortest[run] = Math.min(shortest[run], width);
    longest[run] = Math.max(longest[run], width);
    zero[run] |= beginsWithZero && width > 1;
  }

  private void patterns(int count) {
    rest.put(PATTERN);
    int different = known.size();
    rest.varint(different);
    for (int i = 0; i < different; i++) {
      rest.varint(patternEnd[i + 1] - patternEnd[i]);
      rest.put(patterns.array(), patternEnd[i], patternEnd[i + 1]);
    }
    if (different > 1) {
      packing.packPlaces(places, count, different, rest, raw);
    }
    for (int run = 0; run < MOST_RUNS && runCount[run] > 0; run++) {
      rest.put(shortest[run] == longest[run] ? shortest[run] : 0);
      packing.pack(runs[run], 0, runCount[run], rest, raw);
    }
  }

  private void texts(int begin, int end) {
    rest.put(TEXT);
    int length = end - begin;
    for (int i = begin; i < end; i++) {
      length += to[i] - from[i];
    }
    rest.varint(length);
    for (int i = begin; i < end; i++) {
      rest.put(bytes, from[i], to[i]);
      rest.put('"');
    }
  }
}
