package qerberos.event;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Masks secrets that stand inside a text: the password of a URL, `token=...` in a query, a header
/// with credentials, a JSON Web Token, a private key, and the secrets of JSON within the text. Safe
/// for concurrent use.
///
/// What is masked, the rest of the text staying as it is:
///
/// - `https://user:***@host`; of a user alone (`https://***@host`) only when it looks random
/// - `name=***` where `Privacy` masks the name, in queries, forms, connection strings, command
/// lines
/// - `--name ***` likewise, of command lines; a word of prose behind it stays
/// - `-p***` after a MySQL or MariaDB client in the same command, glued to the option as these
///   clients want it; not what looks like ports, `-p3306:3306`
/// - `Name: ***` likewise, where the value looks random, is quoted like its name, or follows a word
///   such as `Bearer`; all of a line of cookies
/// - `Bearer ***` where what follows looks random, `Basic ***` where it decodes to `user:password`
/// - JWTs, and what stands between `-----BEGIN PRIVATE KEY-----` and its end
/// - JSON anywhere in the text, as `SecretText` masks it, and the texts in it, four levels deep
///
/// Words about secrets are no secrets: `password=`, `token: expired`, `Bearer authentication` stay.
/// A secret that nothing announces cannot be told from any other word.
///
/// Most texts hold nothing of the kind, so [#suspicious] looks at each character once, and only
/// what it points out is read closely. Every pass is linear in the length, also for hostile texts.
final class InnerSecrets {
  private static final int NESTING_MAX = 4;
  private static final int NAME_MAX = 64;
  private static final int AUTHORITY_MAX = 1_024;
  private static final int COOKIE_MAX = 256;
  private static final int OPAQUE_MIN = 16;
  private static final String MASKED = "***";
  private static final String PEM = "-----BEGIN ";
  private static final String[] SCHEMES = {
    "bearer ",
    "basic ",
    "digest ",
    "token ",
    "apikey ",
    "negotiate ",
    "ntlm ",
    "hawk ",
    "aws4-hmac-sha256 "
  };
  private static final String[] LITERALS = {"true", "false", "null", "none", "undefined"};

  /// What follows an option's name where somebody writes about the option.
  private static final Set<String> PROSE =
      Set.of(
          "and",
          "are",
          "argument",
          "as",
          "can",
          "cannot",
          "flag",
          "for",
          "from",
          "has",
          "if",
          "in",
          "instead",
          "is",
          "may",
          "must",
          "needs",
          "not",
          "of",
          "on",
          "option",
          "options",
          "or",
          "parameter",
          "required",
          "requires",
          "should",
          "to",
          "was",
          "were",
          "when",
          "which",
          "with",
          "without");
  /// Clients that take a password in the same word as `-p`.
  private static final Set<String> GLUING =
      Set.of(
          "mysql",
          "mysqladmin",
          "mysqlbinlog",
          "mysqlcheck",
          "mysqldump",
          "mysqlimport",
          "mysqlpump",
          "mysqlshow",
          "mysqlslap",
          "mysqlsh",
          "mysql_upgrade",
          "mariadb",
          "mariadb-admin",
          "mariadb-binlog",
          "mariadb-check",
          "mariadb-dump",
          "mariadb-import",
          "mariadb-show",
          "mariadb-slap",
          "mariadb-upgrade");

  private static final int CLIENT_MAX = 16;
  private static final boolean[] ENDS_COMMAND = ascii(";|&`\n");
  private static final boolean[] TRIGGERS = ascii("={:BbJ-\\");
  private static final boolean[] ENDS_VALUE = ascii(" \t\r\n\"'&;<>|`\\");
  private static final boolean[] ENDS_BEFORE_SPACE = ascii(",)]}.");
  private static final boolean[] ENDS_AUTHORITY = ascii(" \t\r\n\"'<>\\/?#");
  private static final boolean[] NAME = alphanumericAnd("_-.");
  private static final boolean[] TOKEN = alphanumericAnd("_-.~+/=");
  private static final boolean[] JWT = alphanumericAnd("_-.");

  private static final int NAMES_KEPT = 4_096;

  private final Treatments treatments;
  private final SecretText json;

  /// Names from texts are a stranger's, and must not crowd out those of fields.
  private final ConcurrentHashMap<String, Treatment> judged = new ConcurrentHashMap<>();

  InnerSecrets(Treatments treatments, SecretText json) {
    this.treatments = treatments;
    this.json = json;
  }

  private static boolean[] ascii(String units) {
    var set = new boolean[128];
    units.chars().forEach(unit -> set[unit] = true);
    return set;
  }

  private static boolean[] alphanumericAnd(String more) {
    boolean[] set = ascii(more);
    for (char unit = '0'; unit <= 'z'; unit++) {
      set[unit] |= (unit <= '9') || (unit >= 'A' && unit <= 'Z') || unit >= 'a';
    }
    return set;
  }

  private static boolean in(boolean[] set, char unit) {
    return unit < 128 && set[unit];
  }

  private Treatment byName(String name) {
    Treatment known = judged.get(name);
    if (known != null) {
      return known;
    }
    Treatment treatment = treatments.judge(name);
    if (judged.size() < NAMES_KEPT) {
      judged.put(name, treatment);
    }
    return treatment;
  }

  /// The text with its secrets replaced by `***`; the same string when there are none.
  String mask(String text) {
    return mask(text, 0);
  }

  /// The same, for a text that stands in so many texts of JSON.
  String mask(String text, int nesting) {
    if (!suspicious(text, 0, text.length())) {
      return text;
    }
    boolean nested = nesting < NESTING_MAX && text.indexOf('{') >= 0;
    return maskOutside(nested ? json.maskWithin(text, nesting) : text);
  }

  /// The same, but for JSON in the text.
  String maskOutside(String text) {
    return new Pass(text).all();
  }

  /// Whether anything from `from` to `to` may announce a secret. It is also asked about texts as
  /// they stand in JSON, so an escaped character is suspicious too.
  static boolean suspicious(String text, int from, int to) {
    for (int i = from; i < to; i++) {
      char unit = text.charAt(i);
      if (unit < 128 && TRIGGERS[unit] && announces(text, from, i, to)) {
        return true;
      }
    }
    return false;
  }

  private static boolean announces(String text, int from, int i, int to) {
    char next = i + 1 < to ? text.charAt(i + 1) : ' ';
    return switch (text.charAt(i)) {
      case '=' -> i > from && i + 1 < to;
      case '{' -> next == '"' || next == '\\' || (next <= ' ' && i + 1 < to);
      case ':' ->
          next == '/'
              ? text.indexOf('@', i, Math.min(to, i + AUTHORITY_MAX)) >= 0
              : i > from
                  && i + 1 < to
                  && mayEndName(text.charAt(i - 1))
                  && (" \"'\\".indexOf(next) >= 0
                      || isScheme(text, i + 1, "digest ")
                      || isOpaque(text, i + 1, to));
      case 'B', 'b' -> isScheme(text, i, "bearer ") || isScheme(text, i, "basic ");
      case 'J' -> i - from >= 2 && text.startsWith("ey", i - 2);
      case '-' ->
          i + 2 < to
              && (next == '-'
                  ? text.startsWith(PEM, i) || isLetter(text.charAt(i + 2))
                  : next == 'p' && text.charAt(i + 2) > ' ');
      case '\\' -> next == 'u';
      default -> false;
    };
  }

  private static boolean mayEndName(char unit) {
    return isLetter(unit) || unit == '"' || unit == '\'';
  }

  private static boolean isLetter(char unit) {
    return (unit >= 'a' && unit <= 'z') || (unit >= 'A' && unit <= 'Z');
  }

  private static boolean isScheme(String text, int at, String scheme) {
    return text.regionMatches(true, at, scheme, 0, scheme.length());
  }

  /// Whether what stands at `from` begins like a key: long, of letters and digits.
  private static boolean isOpaque(String text, int from, int to) {
    if (from + OPAQUE_MIN > to || text.charAt(from) == '/') {
      return false;
    }
    boolean letter = false;
    boolean digit = false;
    for (int i = from; i < from + OPAQUE_MIN; i++) {
      char unit = text.charAt(i);
      if (!in(TOKEN, unit)) {
        return false;
      }
      digit |= unit <= '9' && unit >= '0';
      letter |= unit >= 'A';
    }
    return letter && digit;
  }

  /// One walk over one text. Used by one thread at a time.
  private final class Pass {
    private final String text;
    private final int length;
    private final StringBuilder masked = new StringBuilder();
    private int copied;

    /// How far [#afterGluingClient] has looked, and whether the command there is of such a client.
    private int looked;

    private boolean gluing;

    Pass(String text) {
      this.text = text;
      this.length = text.length();
    }

    String all() {
      int at = 0;
      while (at < length) {
        char unit = text.charAt(at);
        at =
            unit < 128 && TRIGGERS[unit]
                ? switch (unit) {
                  case '=' -> assignment(at);
                  case ':' -> text.startsWith("//", at + 1) ? authority(at + 3) : labelled(at);
                  case 'B', 'b' -> scheme(at);
                  case 'J' -> jwt(at);
                  case '-' -> dash(at);
                  default -> at + 1;
                }
                : at + 1;
      }
      return copied == 0 ? text : masked.append(text, copied, length).toString();
    }

    /// Masks from `from` to `to`; returns where to go on.
    private int cut(int from, int to) {
      boolean already = to - from == MASKED.length() && text.startsWith(MASKED, from);
      if (to > from && from >= copied && !already) {
        masked.append(text, copied, from).append(MASKED);
        copied = to;
      }
      return Math.max(to, from + 1);
    }

    /// `name=value` and `name = value`; the `=` stands at `at`.
    private int assignment(int at) {
      boolean spaced = at > 0 && text.charAt(at - 1) == ' ';
      String name = nameBefore(spaced ? at - 1 : at);
      if (name.isEmpty()) {
        return at + 1;
      }
      int from = at + 1;
      while (from < length && (text.charAt(from) == '=' || (spaced && text.charAt(from) == ' '))) {
        from++;
      }
      if (from == length) {
        return from;
      }
      Treatment treatment = byName(name);
      if (treatment != Treatment.MASK && treatment != Treatment.MASK_TEXT) {
        return at + 1;
      }
      char quote = text.charAt(from);
      boolean quoted = quote == '"' || quote == '\'';
      from += quoted ? 1 : 0;
      int to = quoted ? closing(quote, from) : valueEnd(from);
      boolean count = treatment == Treatment.MASK_TEXT && isNumber(from, to);
      return count || isLiteral(from, to) ? Math.max(to, at + 1) : cut(from, to);
    }

    /// `user:password@` at the beginning of an authority.
    private int authority(int from) {
      int end = from;
      int at = -1;
      while (end < length && !in(ENDS_AUTHORITY, text.charAt(end))) {
        at = text.charAt(end) == '@' ? end : at;
        end++;
      }
      if (at < 0) {
        return Math.min(end, length);
      }
      int colon = text.indexOf(':', from, at);
      if (colon >= 0) {
        int ignored = cut(colon + 1, at);
      } else if (looksRandom(from, at)) {
        int ignored = cut(from, at);
      }
      return end;
    }

    /// `Name: value`; the colon stands at `at`.
    private int labelled(int at) {
      char before = at > 0 ? text.charAt(at - 1) : ' ';
      boolean quotedName = before == '"' || before == '\'';
      int nameEnd = quotedName ? unescaped(at - 1) : at;
      int from = at + 1;
      while (from < length && from < at + 4 && text.charAt(from) == ' ') {
        from++;
      }
      from += from + 1 < length && text.startsWith("\\\"", from) ? 1 : 0;
      char quote = from < length ? text.charAt(from) : ' ';
      boolean quotedValue = quote == '"' || quote == '\'';
      from += quotedValue ? 1 : 0;
      int credentials = afterScheme(from);
      boolean maybe =
          credentials > 0
              || (quotedName && quotedValue)
              || (before == 'e' || before == 'E')
              || isOpaque(text, from, length);
      if (!maybe) {
        return at + 1;
      }
      String name = nameBefore(nameEnd);
      if (name.isEmpty() || byName(name) != Treatment.MASK) {
        return at + 1;
      }
      if (credentials > 0) {
        return cut(credentials, isList(from) ? lineEnd(credentials) : tokenEnd(credentials));
      }
      if (quotedName && quotedValue) {
        return cut(from, unescaped(closing(quote, from)));
      }
      if (Treatments.words(name).endsWith("cookie")) {
        int equals = text.indexOf('=', from, Math.min(length, from + COOKIE_MAX));
        int to = equals < 0 ? from : lineEnd(from);
        return equals >= 0 && equals < to ? cut(from, to) : at + 1;
      }
      return isOpaque(text, from, length) ? cut(from, tokenEnd(from)) : at + 1;
    }

    /// `Bearer token` and `Basic token` without a name before them.
    private int scheme(int at) {
      if (at > 0 && in(NAME, text.charAt(at - 1))) {
        return at + 1;
      }
      int from = afterScheme(at);
      if (from < 0) {
        return at + 1;
      }
      int to = tokenEnd(from);
      boolean secret =
          isScheme(text, at, "basic ") ? isUserAndPassword(from, to) : looksRandom(from, to);
      return secret ? cut(from, to) : at + 1;
    }

    /// Three or five parts with dots between them, of which the first begins with `{"` in base64.
    private int jwt(int at) {
      int from = at - 2;
      boolean begins =
          from >= 0
              && text.startsWith("ey", from)
              && (from == 0 || !in(JWT, text.charAt(from - 1)));
      if (!begins) {
        return at + 1;
      }
      int dots = 0;
      int to = from;
      while (to < length && in(JWT, text.charAt(to))) {
        dots += text.charAt(to) == '.' ? 1 : 0;
        to++;
      }
      return (dots == 2 || dots == 4) && to - from > 30 ? cut(from, to) : to;
    }

    private int dash(int at) {
      if (text.startsWith(PEM, at)) {
        return privateKey(at);
      }
      return text.startsWith("-p", at) ? gluedPassword(at) : option(at);
    }

    /// `-pSECRET` of a MySQL client; the `-` stands at `at`.
    private int gluedPassword(int at) {
      boolean word = at > 0 && " \t\n\"'".indexOf(text.charAt(at - 1)) >= 0;
      if (!word || !afterGluingClient(at)) {
        return at + 1;
      }
      int from = at + 2;
      from += text.startsWith("\\\"", from) ? 1 : 0;
      char quote = from < length ? text.charAt(from) : ' ';
      if (quote == '"' || quote == '\'') {
        return cut(from + 1, unescaped(closing(quote, from + 1)));
      }
      int to = valueEnd(from);
      return isPorts(from, to) ? to : cut(from, to);
    }

    /// Whether a client that wants its password glued stands before `at`, in the same command.
    /// Asked about places in ascending order, so that each character is looked at once.
    private boolean afterGluingClient(int at) {
      for (; looked < at; looked++) {
        char unit = text.charAt(looked);
        if (in(ENDS_COMMAND, unit)) {
          gluing &= unit == '\n' && text.charAt(Math.max(0, looked - 1)) == '\\';
        } else if (unit == 'm' && (looked == 0 || !in(NAME, text.charAt(looked - 1)))) {
          int to = looked;
          while (to < length && to - looked <= CLIENT_MAX && in(NAME, text.charAt(to))) {
            to++;
          }
          boolean alone = to < length && " \t".indexOf(text.charAt(to)) >= 0;
          gluing |= alone && GLUING.contains(text.substring(looked, to).replace(".exe", ""));
        }
      }
      return gluing;
    }

    /// `3306:3306`, `127.0.0.1:80:80/tcp`: what a container's `-p` takes.
    private boolean isPorts(int from, int to) {
      int colons = 0;
      for (int i = from; i < to; i++) {
        char unit = text.charAt(i);
        if (unit == '/' && colons > 0) {
          return true;
        }
        if ((unit < '0' || unit > '9') && unit != '.' && unit != ':') {
          return false;
        }
        colons += unit == ':' ? 1 : 0;
      }
      return colons > 0;
    }

    /// `--name value` of a command line; the first `-` stands at `at`.
    private int option(int at) {
      char before = at > 0 ? text.charAt(at - 1) : ' ';
      int nameEnd = at + 2;
      while (nameEnd < length && nameEnd - at < NAME_MAX && in(NAME, text.charAt(nameEnd))) {
        nameEnd++;
      }
      boolean named =
          text.startsWith("--", at)
              && !in(NAME, before)
              && nameEnd - at > 2
              && isLetter(text.charAt(at + 2));
      if (!named) {
        return at + 1;
      }
      int from = nameEnd;
      while (from < length && (text.charAt(from) == ' ' || text.charAt(from) == '\t')) {
        from++;
      }
      if (from == nameEnd || from == length) {
        return nameEnd;
      }
      Treatment treatment = byName(text.substring(at + 2, nameEnd));
      if (treatment != Treatment.MASK && treatment != Treatment.MASK_TEXT) {
        return nameEnd;
      }
      from += text.startsWith("\\\"", from) ? 1 : 0;
      char quote = from < length ? text.charAt(from) : ' ';
      if (quote == '"' || quote == '\'') {
        return cut(from + 1, unescaped(closing(quote, from + 1)));
      }
      int to = valueEnd(from);
      boolean stays =
          quote == '-'
              || quote == '='
              || PROSE.contains(text.substring(from, Math.min(to, from + NAME_MAX)))
              || isLiteral(from, to)
              || (treatment == Treatment.MASK_TEXT && isNumber(from, to));
      return stays ? from : cut(from, to);
    }

    private int privateKey(int at) {
      int label = at + PEM.length();
      int from = text.indexOf("-----", label, Math.min(length, label + NAME_MAX));
      if (from < 0 || text.indexOf("PRIVATE KEY", label, from) < 0) {
        return label;
      }
      int to = text.indexOf("-----END", from + 5);
      return cut(from + 5, to < 0 ? length : to);
    }

    /// The name that ends before `to`: `password` of `user[password]` and of `%5Bpassword`.
    private String nameBefore(int to) {
      int end = to > 0 && text.charAt(to - 1) == ']' ? to - 1 : to;
      int from = end;
      while (from > 0 && end - from < NAME_MAX && in(NAME, text.charAt(from - 1))) {
        from--;
      }
      if (from > 0 && text.charAt(from - 1) == '%') {
        from = Math.min(end, from + 2);
      }
      return text.substring(from, end);
    }

    /// Where the credentials begin when a word that announces them stands at `from`, else -1.
    private int afterScheme(int from) {
      for (String scheme : SCHEMES) {
        if (isScheme(text, from, scheme)) {
          int at = from + scheme.length();
          while (at < length && text.charAt(at) == ' ') {
            at++;
          }
          return at < length ? at : -1;
        }
      }
      return -1;
    }

    /// Credentials of these are a list, `username="...", response="..."`.
    private boolean isList(int from) {
      return isScheme(text, from, "digest ")
          || isScheme(text, from, "hawk ")
          || isScheme(text, from, "aws4-");
    }

    private int closing(char quote, int from) {
      int end = text.indexOf(quote, from);
      return end < 0 ? length : end;
    }

    /// Where a quote really begins that may be written with a backslash.
    private int unescaped(int quote) {
      return quote > 0 && text.charAt(quote - 1) == '\\' ? quote - 1 : quote;
    }

    private int lineEnd(int from) {
      int to = from;
      while (to < length && "\r\n\"\\".indexOf(text.charAt(to)) < 0) {
        to++;
      }
      return to;
    }

    private int tokenEnd(int from) {
      int to = from;
      while (to < length && in(TOKEN, text.charAt(to))) {
        to++;
      }
      return to;
    }

    /// A comma or a bracket ends a value only where the text goes on behind it.
    private int valueEnd(int from) {
      int to = from;
      while (to < length && !in(ENDS_VALUE, text.charAt(to))) {
        if (in(ENDS_BEFORE_SPACE, text.charAt(to))) {
          int after = to + 1;
          while (after < length && in(ENDS_BEFORE_SPACE, text.charAt(after))) {
            after++;
          }
          if (after == length || in(ENDS_VALUE, text.charAt(after))) {
            return to;
          }
          to = after;
        } else {
          to++;
        }
      }
      return to;
    }

    /// Letters and digits mixed, or capitals within a long word.
    private boolean looksRandom(int from, int to) {
      boolean letter = false;
      boolean digit = false;
      boolean capital = false;
      for (int i = from; i < to; i++) {
        char unit = text.charAt(i);
        digit |= unit >= '0' && unit <= '9';
        letter |= (unit >= 'a' && unit <= 'z') || (unit >= 'A' && unit <= 'Z');
        capital |= i > from && unit >= 'A' && unit <= 'Z';
      }
      return to - from >= 6 && letter && (digit || (capital && to - from >= OPAQUE_MIN));
    }

    private boolean isUserAndPassword(int from, int to) {
      try {
        byte[] plain = Base64.getDecoder().decode(text.substring(from, to));
        return new String(plain, StandardCharsets.ISO_8859_1).indexOf(':') > 0;
      } catch (IllegalArgumentException e) {
        return false;
      }
    }

    private boolean isNumber(int from, int to) {
      for (int i = from; i < to; i++) {
        if (text.charAt(i) < '0' || text.charAt(i) > '9') {
          return false;
        }
      }
      return true;
    }

    private boolean isLiteral(int from, int to) {
      for (String literal : LITERALS) {
        if (literal.length() == to - from
            && text.regionMatches(true, from, literal, 0, literal.length())) {
          return true;
        }
      }
      return false;
    }
  }
}
