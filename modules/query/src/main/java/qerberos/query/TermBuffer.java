package qerberos.query;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Pattern;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.StringHelper;
import org.jspecify.annotations.Nullable;
import qerberos.event.Actor;
import qerberos.event.AuditEvent;

/// The terms of one event, or of one question, as bytes one behind the other. Used by one thread
/// at a time; reused from event to event, so that indexing allocates next to nothing.
///
/// All terms live in one index field, so that senders who invent paths cannot make the index grow
/// fields. The first byte says what a term is:
///
/// | term | bytes |
/// |---|---|
/// | keyword | code of the field, value |
/// | word | `w`, the word |
/// | address anywhere | `w`, 1, `4` or `6`, its 4 or 16 bytes |
/// | text at a path | `D` or `C`, path, 0, `s`, value |
/// | number at a path | `D` or `C`, path, 0, `n`, the double as 8 bytes that sort as numbers do |
/// | address at a path | `D` or `C`, path, 0, `4` or `6`, its 4 or 16 bytes |
/// | something opaque at a path | `D` or `C`, path, 0, `x` |
/// | the opaque itself, an id among them | `x`, 48 bits of a hash |
///
/// A path is the names joined by dots; the items of an array are values at the array's own path;
/// null is no value. Paths and values longer than 200 bytes are their first 200, the byte FF, which
/// no UTF-8 has, and 16 bytes of their SHA-256: found whole as ever, and by a start of 190 bytes.
///
/// **Opaque.** Ids, UUIDs and trace ids are different in every event, so that written out they
/// would be most of the dictionary, for values that people only ever look up whole. Each is one
/// term of 48 bits, hashed from it and where it stands. Another one has the same bits by accident
/// once in 2.8 * 10^14. Who wants to can make two that have; both are then found by either, which
/// hides nothing. (Four terms of 12 bits, out of 16,384 that exist in all, took 4 bytes less per
/// event but a fifth more CPU: their posting lists never are where the cache is.)
///
/// The limits of an event (1,000 fields, a leaf of 65,535 bytes) bound this too. Beyond 16,384
/// values or as many words the rest of an event is not indexed; only an array, or a personal text
/// that lies beside the leaf, can hold that many.
final class TermBuffer implements Place.Reader {
  static final byte WORD = 'w';
  static final byte DETAILS = 'D';
  static final byte CONTEXT = 'C';
  static final byte TEXT_VALUE = 's';
  static final byte NUMBER_VALUE = 'n';
  static final byte V4_VALUE = '4';
  static final byte V6_VALUE = '6';
  static final byte OPAQUE_VALUE = 'x';

  private static final byte OPAQUE = 'x';
  private static final int OPAQUE_BYTES = 6;
  private static final byte ADDRESS_WORD = 1;

  /// Bytes of a path or value that are kept.
  static final int KEPT = 200;

  /// Values, and words, of one event.
  static final int VALUES_MAX = 16_384;

  private static final int HASH_BYTES = 16;
  private static final byte CUT = (byte) 0xff;
  private static final Pattern NUMBER =
      Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?");

  static final FieldName ID = FieldName.of("id");
  static final FieldName TYPE = FieldName.of("type");
  static final FieldName SUBTYPE = FieldName.of("subtype");
  static final FieldName SEVERITY = FieldName.of("severity");
  static final FieldName ACTOR = FieldName.of("actor");
  static final FieldName SUB_ID = FieldName.of("subId");
  static final FieldName DAO_ID = FieldName.of("daoId");
  static final FieldName LAYER = FieldName.of("layer");
  static final FieldName VERDICT = FieldName.of("verdict");
  static final FieldName REF = FieldName.of("ref");
  static final FieldName SOURCE = FieldName.of("source");
  private static final FieldName WORDS = FieldName.of("text");

  private final char[] word = new char[2 * Words.LENGTH_MAX];
  private final Words.Reader words = this::word;
  private final MessageDigest sha256;
  private final boolean withWords;
  private byte[] bytes = new byte[4_096];
  private int[] ends = new int[128];
  private byte[] widths = new byte[128];
  private int length;
  private int count;
  private int values;
  private int wordsRead;

  TermBuffer() {
    this(true);
  }

  /// @param withWords whether the words of an event are read
  TermBuffer(boolean withWords) {
    this.withWords = withWords;
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  int count() {
    return count;
  }

  /// Points `term` at one of the terms; valid until the next event is read.
  void term(int i, BytesRef term) {
    term.bytes = bytes;
    term.offset = i == 0 ? 0 : ends[i - 1];
    term.length = ends[i] - term.offset;
  }

  /// How many bytes at the end of a term are a value of fixed size, which [FixedTerms] keeps as a
  /// number; 0 when the term is only to be had whole.
  int width(int i) {
    return widths[i];
  }

  /// The value of fixed size at the end of a term, its first byte the highest.
  long value(int i) {
    long value = 0;
    for (int at = ends[i] - widths[i]; at < ends[i]; at++) {
      value = (value << 8) | (bytes[at] & 255);
    }
    return value;
  }

  /// A copy of the last term, which is how questions are made.
  BytesRef last() {
    var term = new BytesRef();
    term(count - 1, term);
    return BytesRef.deepCopyOf(term);
  }

  void clear() {
    if (bytes.length > 1 << 20) {
      bytes = new byte[4_096];
    }
    next();
    values = 0;
    wordsRead = 0;
  }

  /// Forgets the terms, but not how many values and words this event has had so far.
  void next() {
    length = 0;
    count = 0;
  }

  /// Counts what was read before, and says whether the event may have it whole.
  boolean admits(int moreValues, int moreWords) {
    if (values + moreValues > VALUES_MAX || wordsRead + moreWords > VALUES_MAX) {
      return false;
    }
    values += moreValues;
    wordsRead += moreWords;
    return true;
  }

  /// Whether this event may have had more values or words than are read, so that the terms here
  /// are not all that the value has elsewhere.
  boolean full() {
    return values > VALUES_MAX || wordsRead >= VALUES_MAX;
  }

  /// Replaces what is here by the terms of an event.
  void read(AuditEvent event) {
    clear();
    Actor actor = event.actor();
    id(event.id());
    keyword(TYPE, event.type(), true);
    keyword(SUBTYPE, event.subtype(), false);
    keyword(SEVERITY, event.severity(), false);
    keyword(ACTOR, actor.squidId(), false);
    keyword(SUB_ID, actor.subId(), false);
    keyword(DAO_ID, actor.daoId(), false);
    keyword(LAYER, event.layer(), false);
    keyword(VERDICT, event.verdict().name(), false);
    keyword(REF, event.ref(), true);
    keyword(SOURCE, event.source(), false);
    new Place(DETAILS).members(event.details(), true, this);
    new Place(CONTEXT).members(event.context(), false, this);
  }

  /// The term of a field's exact value as text.
  void text(FieldName field, String value) {
    start(field, TEXT_VALUE);
    kept(value);
    end();
  }

  /// The term of what is opaque: at a path, as an id, or among the words.
  void opaque(FieldName field, String value) {
    int from = length;
    if (field.kind() == FieldName.Kind.TEXT) {
      room(1);
      bytes[length++] = WORD;
      utf8(value.toLowerCase(Locale.ROOT));
    } else {
      start(field, OPAQUE_VALUE);
      utf8(value);
    }
    hashed(from);
  }

  /// Where the terms of values that start so begin.
  void prefix(FieldName field, String start) {
    start(field, TEXT_VALUE);
    utf8(start);
    end();
  }

  /// Where all terms of a field begin, of whatever kind.
  void field(FieldName field) {
    start(field, (byte) 0);
    end();
  }

  void number(FieldName field, double value) {
    start(field, NUMBER_VALUE);
    sortable(value);
    end();
  }

  void address(FieldName field, byte[] address) {
    if (field.kind() == FieldName.Kind.TEXT) {
      addressWord(address);
    } else {
      start(field, kind(address));
      append(address, 0, address.length);
      end();
    }
  }

  /// Where the terms of one kind of value at a path begin.
  void kind(FieldName field, byte kind) {
    start(field, kind);
    end();
  }

  /// The number a text stands for as JSON writes numbers, or null.
  static @Nullable Double number(String text) {
    if (text.isEmpty() || text.length() > 64 || !NUMBER.matcher(text).matches()) {
      return null;
    }
    double value = Double.parseDouble(text);
    return Double.isInfinite(value) ? null : value + 0.0;
  }

  /// The number behind 8 sortable bytes.
  static double number(BytesRef term, int at) {
    long bits = 0;
    for (int i = 0; i < 8; i++) {
      bits = (bits << 8) | (term.bytes[term.offset + at + i] & 255);
    }
    return Double.longBitsToDouble(bits < 0 ? bits ^ Long.MIN_VALUE : ~bits);
  }

  static int utf8Length(String text) {
    int size = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      // A surrogate pair has four bytes, two for each of its halves.
      size += c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
    }
    return size;
  }

  /// The term of a keyword, and its words.
  void keyword(FieldName field, @Nullable String value, boolean withItsWords) {
    if (value != null) {
      room(1);
      bytes[length++] = field.code();
      kept(value);
      end();
      if (withItsWords) {
        words(value, Shape.of(value));
      }
    }
  }

  void id(String id) {
    int from = length;
    room(1);
    bytes[length++] = ID.code();
    utf8(id);
    hashed(from);
  }

  /// Replaces the bytes from there on by the term of their hash.
  private void hashed(int from) {
    long hash = StringHelper.murmurhash3_x64_128(new BytesRef(bytes, from, length - from))[0];
    length = from;
    room(1 + OPAQUE_BYTES);
    bytes[length++] = OPAQUE;
    for (int i = 0; i < OPAQUE_BYTES; i++) {
      bytes[length++] = (byte) (hash >>> (8 * i));
    }
    end(OPAQUE_BYTES);
  }

  private void start(FieldName field, byte kind) {
    if (field.kind() == FieldName.Kind.NESTED) {
      path(Place.of(field), kind);
    } else {
      room(1);
      bytes[length++] = field.code();
    }
  }

  /// Writes the path and what follows it; kind 0 leaves the kind open.
  private void path(Place path, byte kind) {
    byte[] from = path.bytes();
    append(from, 0, 1);
    int start = length;
    append(from, 1, from.length - 1);
    cut(start);
    room(2);
    bytes[length++] = 0;
    if (kind != 0) {
      bytes[length++] = kind;
    }
  }

  /// The terms of a number.
  @Override
  public void number(Place at, double value) {
    if (begin(at, NUMBER_VALUE)) {
      sortable(value);
      end(Double.BYTES);
    }
  }

  @Override
  public void truth(Place at, boolean value) {
    leaf(at, value ? "true" : "false");
  }

  /// The terms of a text: as a value at its path, and its words.
  @Override
  public void string(Place at, String value, boolean withItsWords) {
    Shape shape = Shape.of(value);
    byte[] address = shape.address();
    if (address != null) {
      if (begin(at, kind(address))) {
        address(address);
      }
    } else if (shape.opaque()) {
      if (begin(at, OPAQUE_VALUE)) {
        end();
        int from = length;
        path(at, OPAQUE_VALUE);
        utf8(value);
        hashed(from);
      }
    } else {
      leaf(at, value);
    }
    if (withItsWords) {
      words(value, shape);
    }
  }

  static byte kind(byte[] address) {
    return address.length == 4 ? V4_VALUE : V6_VALUE;
  }

  private void leaf(Place at, String value) {
    if (begin(at, TEXT_VALUE)) {
      kept(value);
      end();
    }
  }

  private boolean begin(Place at, byte kind) {
    if (values++ >= VALUES_MAX) {
      return false;
    }
    path(at, kind);
    return true;
  }

  /// The words of a text; one that is an address or opaque as a whole is one word.
  private void words(String text, Shape shape) {
    if (!withWords || wordsRead >= VALUES_MAX) {
      return;
    }
    byte[] address = shape.address();
    if (address != null) {
      wordsRead++;
      addressWord(address);
    } else if (shape.opaque()) {
      wordsRead++;
      opaque(WORDS, text);
    } else {
      Words.read(text, word, words);
    }
  }

  private void addressWord(byte[] address) {
    room(3);
    bytes[length++] = WORD;
    bytes[length++] = ADDRESS_WORD;
    bytes[length++] = kind(address);
    address(address);
  }

  /// Ends a term by an address; one of 16 bytes is too long to be a number.
  private void address(byte[] address) {
    append(address, 0, address.length);
    end(address.length <= Long.BYTES ? address.length : 0);
  }

  private void word(char[] buffer, int size) {
    if (wordsRead++ >= VALUES_MAX) {
      return;
    }
    room(1 + 3 * size);
    bytes[length++] = WORD;
    for (int i = 0; i < size; i++) {
      char c = buffer[i];
      if (c < 0x80) {
        bytes[length++] = (byte) c;
      } else if (Character.isHighSurrogate(c) && i + 1 < size) {
        length = encode(bytes, length, Character.toCodePoint(c, buffer[++i]));
      } else {
        length = encode(bytes, length, c);
      }
    }
    end();
  }

  private void kept(String value) {
    int start = length;
    utf8(value);
    cut(start);
  }

  /// Cuts what was written since `start` when it is too long to be kept whole.
  private void cut(int start) {
    if (length - start > KEPT) {
      sha256.update(bytes, start, length - start);
      byte[] hash = sha256.digest();
      length = start + KEPT;
      bytes[length++] = CUT;
      append(hash, 0, HASH_BYTES);
    }
  }

  private void sortable(double value) {
    long bits = Double.doubleToLongBits(value + 0.0);
    bits = bits < 0 ? ~bits : bits ^ Long.MIN_VALUE;
    room(8);
    for (int shift = 56; shift >= 0; shift -= 8) {
      bytes[length++] = (byte) (bits >>> shift);
    }
  }

  private void utf8(String text) {
    int size = text.length();
    room(3 * size);
    for (int i = 0; i < size; i++) {
      char c = text.charAt(i);
      if (c < 0x80) {
        bytes[length++] = (byte) c;
      } else if (Character.isHighSurrogate(c) && i + 1 < size) {
        length = encode(bytes, length, Character.toCodePoint(c, text.charAt(++i)));
      } else {
        length = encode(bytes, length, c);
      }
    }
  }

  /// Appends a code point in UTF-8, half of a surrogate pair too, and gives the new length.
  static int encode(byte[] to, int at, int c) {
    if (c < 0x80) {
      to[at++] = (byte) c;
    } else if (c < 0x800) {
      to[at++] = (byte) (0xc0 | (c >>> 6));
      to[at++] = (byte) (0x80 | (c & 0x3f));
    } else if (c < 0x10000) {
      to[at++] = (byte) (0xe0 | (c >>> 12));
      to[at++] = (byte) (0x80 | ((c >>> 6) & 0x3f));
      to[at++] = (byte) (0x80 | (c & 0x3f));
    } else {
      to[at++] = (byte) (0xf0 | (c >>> 18));
      to[at++] = (byte) (0x80 | ((c >>> 12) & 0x3f));
      to[at++] = (byte) (0x80 | ((c >>> 6) & 0x3f));
      to[at++] = (byte) (0x80 | (c & 0x3f));
    }
    return at;
  }

  private void append(byte[] from, int at, int size) {
    room(size);
    System.arraycopy(from, at, bytes, length, size);
    length += size;
  }

  private void room(int size) {
    bytes = grown(bytes, length + size);
  }

  private static byte[] grown(byte[] array, int size) {
    return size <= array.length ? array : Arrays.copyOf(array, Math.max(size, 2 * array.length));
  }

  private void end() {
    end(0);
  }

  /// Ends a term whose last bytes are a value of fixed size.
  private void end(int width) {
    if (count == ends.length) {
      ends = Arrays.copyOf(ends, 2 * count);
      widths = Arrays.copyOf(widths, 2 * count);
    }
    widths[count] = (byte) width;
    ends[count++] = length;
  }
}
