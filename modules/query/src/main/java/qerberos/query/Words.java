package qerberos.query;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/// Cuts text into words: runs of letters and digits, in lower case. Immutable.
///
/// Marks continue a word, so that scripts that need them stay whole; text beyond Latin is brought
/// to Unicode's composed form first. Ideographs and kana are one word each, because such text has
/// no spaces. A word longer than 64 code points counts as its first 64. The same rule reads events
/// and questions, so neither can drift from the other.
final class Words {
  /// Code points of a word that count.
  static final int LENGTH_MAX = 64;

  /// Different words in one question.
  static final int QUERY_MAX = 64;

  private static final Pattern SPACE = Pattern.compile("[\\s\\p{Z}]+");

  /// Receives the words of a text, in order; a word is a range of the buffer and valid only during
  /// the call.
  interface Reader {
    void word(char[] buffer, int length);
  }

  private Words() {}

  /// A piece of a question between spaces: its words, and what it is as a whole.
  record Chunk(String text, Set<String> words, Shape shape) {}

  /// The pieces of a question that say something.
  static List<Chunk> chunks(String text) {
    var chunks = new ArrayList<Chunk>();
    for (String piece : SPACE.split(text)) {
      var chunk = new Chunk(piece, distinct(piece), Shape.of(piece));
      if (!chunk.words.isEmpty() || chunk.shape.address() != null) {
        chunks.add(chunk);
      }
    }
    return chunks;
  }

  /// How many words a question has.
  static int count(String text) {
    return chunks(text).stream().mapToInt(chunk -> Math.max(1, chunk.words.size())).sum();
  }

  /// The different words of a text, in order of first appearance.
  static Set<String> distinct(String text) {
    var words = new LinkedHashSet<String>();
    read(
        text,
        new char[2 * LENGTH_MAX],
        (buffer, length) -> words.add(new String(buffer, 0, length)));
    return words;
  }

  /// Reads the words of `text` into `reader`.
  ///
  /// @param word room for one word, 128 chars
  static void read(String text, char[] word, Reader reader) {
    String composed = composed(text);
    int length = 0;
    int codePoints = 0;
    for (int i = 0; i < composed.length(); ) {
      char c = composed.charAt(i);
      if (c < 128) {
        i++;
        int lower = ascii(c);
        if (lower == 0) {
          if (length > 0) {
            reader.word(word, length);
            length = 0;
            codePoints = 0;
          }
        } else if (codePoints < LENGTH_MAX) {
          word[length++] = (char) lower;
          codePoints++;
        }
        continue;
      }
      int codePoint = composed.codePointAt(i);
      i += Character.charCount(codePoint);
      boolean alone = standsAlone(codePoint);
      boolean part =
          alone || Character.isLetterOrDigit(codePoint) || (length > 0 && mark(codePoint));
      if (length > 0 && (alone || !part)) {
        reader.word(word, length);
        length = 0;
        codePoints = 0;
      }
      if (part && codePoints < LENGTH_MAX) {
        length += Character.toChars(Character.toLowerCase(codePoint), word, length);
        codePoints++;
        if (alone) {
          reader.word(word, length);
          length = 0;
          codePoints = 0;
        }
      }
    }
    if (length > 0) {
      reader.word(word, length);
    }
  }

  private static int ascii(char c) {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
      return c;
    }
    return c >= 'A' && c <= 'Z' ? c + 32 : 0;
  }

  private static boolean mark(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.NON_SPACING_MARK, Character.COMBINING_SPACING_MARK -> true;
      default -> false;
    };
  }

  private static boolean standsAlone(int codePoint) {
    boolean kana = codePoint >= 0x3040 && codePoint <= 0x30ff;
    return codePoint >= 0x3040
        && (kana ? Character.isLetter(codePoint) : Character.isIdeographic(codePoint));
  }

  private static String composed(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= 0x300) {
        return Normalizer.normalize(text, Normalizer.Form.NFC);
      }
    }
    return text;
  }
}
