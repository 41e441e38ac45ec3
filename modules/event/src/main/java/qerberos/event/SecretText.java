package qerberos.event;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

/// Masks secrets in a text that is JSON, or several JSON values one after another, and leaves every
/// other character as it is. Safe for concurrent use.
///
/// A vendor's record is kept as it came, so it is not parsed into a tree and written again; the
/// scan only notes from where to where a secret value stands. It is lenient about what is between
/// values and stops where the text is no JSON any more. Strings that hold a secret somewhere, and
/// what is no JSON, are left to [InnerSecrets]; such a string is written anew.
final class SecretText {
  private static final int DEPTH_MAX = 512;

  private final Treatments treatments;
  private final InnerSecrets inner;

  SecretText(Treatments treatments) {
    this.treatments = treatments;
    this.inner = new InnerSecrets(treatments, this);
  }

  /// For texts that are no JSON as a whole.
  InnerSecrets inner() {
    return inner;
  }

  /// The text with secret values replaced by `"***"`; the same string when there are none.
  String mask(String text) {
    var scan = new Scan(text, 0);
    scan.space();
    if (scan.at == text.length() || "{[\"".indexOf(text.charAt(scan.at)) < 0) {
      return inner.mask(text);
    }
    scan.all();
    String masked = scan.masked();
    return scan.broken ? inner.mask(masked) : masked;
  }

  /// The same for JSON that stands anywhere in a text, which itself stands in `nesting` others.
  String maskWithin(String text, int nesting) {
    var scan = new Scan(text, nesting + 1);
    scan.anywhere();
    return scan.masked();
  }

  private static String masked(String text, Scan scan) {
    if (scan.count == 0) {
      return text;
    }
    var masked = new StringBuilder(text.length());
    int kept = 0;
    for (int i = 0; i < scan.count; i += 2) {
      if (scan.spans[i] < kept) {
        continue;
      }
      masked
          .append(text, kept, scan.spans[i])
          .append(scan.written.getOrDefault(scan.spans[i], "\"***\""));
      kept = scan.spans[i + 1];
    }
    return masked.append(text, kept, text.length()).toString();
  }

  /// One walk over one text. Used by one thread at a time.
  private final class Scan {
    private final String text;
    private int at;
    private final int nesting;
    private boolean broken;
    int[] spans = new int[8];
    int count;

    /// By where they begin, the strings of which only a part is a secret, as they are to be.
    Map<Integer, String> written = Map.of();

    Scan(String text, int nesting) {
      this.text = text;
      this.nesting = nesting;
    }

    String masked() {
      return SecretText.masked(text, this);
    }

    /// Goes from one object to the next, over whatever is between them.
    void anywhere() {
      while ((at = text.indexOf('{', at)) >= 0) {
        int from = at++;
        space();
        if (at < text.length() && text.charAt(at) == '"') {
          at = from;
          broken = false;
          value(0, false);
        }
      }
    }

    void all() {
      space();
      while (at < text.length() && !broken) {
        value(0, false);
        space();
        if (at < text.length() && text.charAt(at) == ',') {
          at++;
          space();
        }
      }
    }

    private void object(int depth) {
      at++;
      Treatment label = Treatment.KEEP;
      int[] early = {};
      int earlyCount = 0;
      int before = count;
      while (true) {
        space();
        if (next('}')) {
          break;
        }
        if (at >= text.length() || text.charAt(at) != '"') {
          broken = true;
          return;
        }
        String name = string();
        space();
        if (broken || !next(':')) {
          broken = true;
          return;
        }
        space();
        int from = at;
        if (Treatments.isLabel(name) && at < text.length() && text.charAt(at) == '"') {
          label = Treatments.stronger(label, treatments.byName(string()));
          at = from;
          broken = false;
        }
        Treatment treatment = treatments.byName(name);
        boolean labelled = treatment == Treatment.KEEP && Treatments.isValue(name);
        if (labelled) {
          treatment = label;
        }
        member(depth, treatment);
        if (broken) {
          return;
        }
        if (labelled && treatment != Treatment.MASK) {
          if (earlyCount == early.length) {
            early = Arrays.copyOf(early, Math.max(3, earlyCount * 2));
          }
          early[earlyCount++] = from;
          early[earlyCount++] = at;
          early[earlyCount++] = treatment == Treatment.MASK_TEXT ? 1 : 0;
        }
        space();
        next(',');
      }
      if (earlyCount > 0 && (label == Treatment.MASK || label == Treatment.MASK_TEXT)) {
        late(label, before, early, earlyCount);
      }
    }

    private void member(int depth, Treatment treatment) {
      int from = at;
      int before = count;
      value(depth + 1, treatment == Treatment.MASK_TEXT);
      if (treatment == Treatment.MASK) {
        count = before;
        span(from, at);
      }
    }

    /// Masks values whose label came behind them; the spans found inside them give way. Each value
    /// has three numbers: from, to, and 1 when its texts are masked already.
    private void late(Treatment label, int before, int[] early, int earlyCount) {
      int[] found = Arrays.copyOfRange(spans, before, count);
      count = before;
      int next = 0;
      for (int i = 0; i < earlyCount; i += 3) {
        char first = text.charAt(early[i]);
        boolean texts = first == '"' || first == '[';
        if (label == Treatment.MASK_TEXT && (early[i + 2] == 1 || !texts)) {
          continue;
        }
        while (next < found.length && found[next] < early[i]) {
          note(found[next], found[next + 1]);
          next += 2;
        }
        while (next < found.length && found[next] < early[i + 1]) {
          next += 2;
        }
        span(early[i], early[i + 1]);
      }
      while (next < found.length) {
        note(found[next], found[next + 1]);
        next += 2;
      }
    }

    private void array(int depth, boolean secret) {
      at++;
      while (true) {
        space();
        if (next(']')) {
          return;
        }
        if (broken || at >= text.length()) {
          broken = true;
          return;
        }
        value(depth + 1, secret);
        if (broken) {
          return;
        }
        space();
        next(',');
      }
    }

    /// Passes one value; when `secret`, a string is a span, in an array too.
    private void value(int depth, boolean secret) {
      if (at >= text.length() || depth > DEPTH_MAX) {
        broken = true;
        return;
      }
      int from = at;
      switch (text.charAt(at)) {
        case '{' -> object(depth);
        case '[' -> array(depth, secret);
        case '"' -> {
          skipString();
          if (secret) {
            span(from, at);
          } else if (!broken && InnerSecrets.suspicious(text, from + 1, at - 1)) {
            inside(from);
          }
        }
        default -> {
          while (at < text.length() && isWord(text.charAt(at))) {
            at++;
          }
          if (at == from) {
            broken = true;
          }
        }
      }
    }

    /// A string that may hold a secret: it ends at `at`.
    private void inside(int from) {
      String plain = unescaped(text.substring(from + 1, at - 1));
      String clean = inner.mask(plain, nesting);
      if (!clean.equals(plain)) {
        if (written.isEmpty()) {
          written = new HashMap<>();
        }
        written.put(from, quoted(clean));
        note(from, at);
      }
    }

    private void span(int from, int to) {
      if (!written.isEmpty()) {
        written.remove(from);
      }
      note(from, to);
    }

    private void note(int from, int to) {
      if (to > from && !isLiteral(from)) {
        if (count == spans.length) {
          spans = Arrays.copyOf(spans, count * 2);
        }
        spans[count++] = from;
        spans[count++] = to;
      }
    }

    private boolean isLiteral(int from) {
      char first = text.charAt(from);
      return first == 't' || first == 'f' || first == 'n';
    }

    private boolean isWord(char unit) {
      return (unit >= '0' && unit <= '9')
          || (unit >= 'a' && unit <= 'z')
          || (unit >= 'A' && unit <= 'Z')
          || unit == '-'
          || unit == '+'
          || unit == '.';
    }

    private void skipString() {
      int end = at + 1;
      while (end < text.length()) {
        char unit = text.charAt(end);
        if (unit == '"') {
          at = end + 1;
          return;
        }
        end += unit == '\\' ? 2 : 1;
      }
      at = text.length();
      broken = true;
    }

    private String string() {
      int from = at + 1;
      skipString();
      int to = Math.max(from, broken ? at : at - 1);
      String raw = text.substring(from, to);
      return raw.indexOf('\\') < 0 ? raw : unescaped(raw);
    }

    private static String unescaped(String raw) {
      var plain = new StringBuilder(raw.length());
      for (int i = 0; i < raw.length(); i++) {
        char unit = raw.charAt(i);
        if (unit == '\\' && i + 1 < raw.length()) {
          unit = raw.charAt(++i);
          if (unit == 'u' && i + 4 < raw.length()) {
            try {
              unit = (char) Integer.parseInt(raw, i + 1, i + 5, 16);
              i += 4;
            } catch (NumberFormatException e) {
              unit = 'u';
            }
          } else {
            unit =
                switch (unit) {
                  case 'n' -> '\n';
                  case 'r' -> '\r';
                  case 't' -> '\t';
                  case 'b' -> '\b';
                  case 'f' -> '\f';
                  default -> unit;
                };
          }
        }
        plain.append(unit);
      }
      return plain.toString();
    }

    /// Half a pair of surrogates, which a vendor's record may hold, stays what it was.
    private static String quoted(String plain) {
      var quoted = new StringBuilder(plain.length() + 8).append('"');
      for (int i = 0; i < plain.length(); i++) {
        char unit = plain.charAt(i);
        if (unit == '"' || unit == '\\') {
          quoted.append('\\').append(unit);
        } else if (unit < ' ' || Character.isSurrogate(unit)) {
          quoted.append("\\u").append(HexFormat.of().toHexDigits(unit));
        } else {
          quoted.append(unit);
        }
      }
      return quoted.append('"').toString();
    }

    private boolean next(char unit) {
      if (at < text.length() && text.charAt(at) == unit) {
        at++;
        return true;
      }
      return false;
    }

    private void space() {
      while (at < text.length() && text.charAt(at) <= ' ') {
        at++;
      }
    }
  }
}
