package qerberos.event;

import java.util.Arrays;

/// Masks secrets in a text that is JSON, or several JSON values one after another, and leaves every
/// other character as it is. Safe for concurrent use.
///
/// A vendor's record is kept as it came, so it is not parsed into a tree and written again; the
/// scan only notes from where to where a secret value stands. It is lenient about what is between
/// values and stops where the text is no JSON any more: what follows is then kept. Texts inside
/// strings (a URL with a token in it) are not looked into.
final class SecretText {
  private static final int DEPTH_MAX = 512;

  private final Treatments treatments;

  SecretText(Treatments treatments) {
    this.treatments = treatments;
  }

  /// The text with secret values replaced by `"***"`; the same string when there are none.
  String mask(String text) {
    var scan = new Scan(text);
    scan.all();
    if (scan.count == 0) {
      return text;
    }
    var masked = new StringBuilder(text.length());
    int kept = 0;
    for (int i = 0; i < scan.count; i += 2) {
      if (scan.spans[i] < kept) {
        continue;
      }
      masked.append(text, kept, scan.spans[i]).append("\"***\"");
      kept = scan.spans[i + 1];
    }
    return masked.append(text, kept, text.length()).toString();
  }

  /// One walk over one text. Used by one thread at a time.
  private final class Scan {
    private final String text;
    private int at;
    private boolean broken;
    int[] spans = new int[8];
    int count;

    Scan(String text) {
      this.text = text;
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
          span(found[next], found[next + 1]);
          next += 2;
        }
        while (next < found.length && found[next] < early[i + 1]) {
          next += 2;
        }
        span(early[i], early[i + 1]);
      }
      while (next < found.length) {
        span(found[next], found[next + 1]);
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

    private void span(int from, int to) {
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
          }
        }
        plain.append(unit);
      }
      return plain.toString();
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
