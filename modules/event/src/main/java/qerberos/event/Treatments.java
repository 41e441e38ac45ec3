package qerberos.event;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Finds the treatment of a field, as `Privacy` describes it. Safe for concurrent use.
///
/// Judging a name takes some string work, so judgements are kept, for at most 4,096 names and 1,024
/// types; a sender who invents names only makes us judge again.
///
/// What the defaults mask stays masked, whatever a configuration says: [#SECRETS] has the last word
/// over each name and rule that would let a secret through.
final class Treatments {
  /// The judgements of the defaults, below which nothing goes.
  static final Treatments SECRETS = new Treatments(Privacy.defaults());

  private static final int NAMES_KEPT = 4_096;
  private static final int TYPES_KEPT = 1_024;
  private static final Path[] NO_RULES = {};

  /// A rule cut into its names.
  record Path(List<String> names, Treatment treatment) {}

  private final Map<String, Treatment> byWords = new HashMap<>();
  private final Map<String, Treatment> byWholeName = new HashMap<>();
  private final List<Privacy.Rule> rules;
  private final ConcurrentHashMap<String, Treatment> judged = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<String, Path[]> byType = new ConcurrentHashMap<>();

  Treatments(Privacy privacy) {
    rules = privacy.rules();
    privacy
        .names()
        .forEach(
            (name, treatment) -> {
              if (name.startsWith("=")) {
                byWholeName.put(name.substring(1), treatment);
                byWholeName.put(joined(name.substring(1)), treatment);
              } else {
                byWords.put(name, treatment);
                byWholeName.putIfAbsent(joined(name), treatment);
              }
            });
  }

  /// The treatment of member `at`: by the first rule that fits its path, `where` up to `depth`;
  /// else by its name; else, for the `value` beside a `name` or `key`, by what that says.
  static Treatment of(
      Treatments treatments, Path[] rules, String[] where, Members members, int at, int depth) {
    for (Path rule : rules) {
      if (matches(rule.names(), where, depth)) {
        return atLeast(SECRETS.byNameOrLabel(members, at), rule.treatment());
      }
    }
    return treatments.byNameOrLabel(members, at);
  }

  private Treatment byNameOrLabel(Members members, int at) {
    String name = members.names[at];
    Treatment treatment = byName(name);
    return treatment == Treatment.KEEP && isValue(name) ? byLabel(members) : treatment;
  }

  /// What was wished for, unless the defaults mask and it would not.
  private static Treatment atLeast(Treatment standard, Treatment wished) {
    return strength(standard) >= strength(Treatment.MASK_TEXT)
        ? stronger(standard, wished)
        : wished;
  }

  private static boolean matches(List<String> names, String[] where, int depth) {
    if (names.size() != depth + 1) {
      return false;
    }
    for (int i = 0; i <= depth; i++) {
      if (!names.get(i).equals("*") && !names.get(i).equals(where[i])) {
        return false;
      }
    }
    return true;
  }

  /// Lists of headers and attributes come as pairs: {"name": "Authorization", "value": "..."}.
  static boolean isValue(String name) {
    int length = name.length();
    return (length == 5 || length == 6)
        && (name.charAt(0) == 'v' || name.charAt(0) == 'V')
        && name.regionMatches(true, 0, "values", 0, length);
  }

  static boolean isLabel(String name) {
    return switch (name.length()) {
      case 3 -> name.equalsIgnoreCase("key");
      case 4 -> name.equalsIgnoreCase("name");
      case 5 -> name.equalsIgnoreCase("field");
      case 6 -> name.equalsIgnoreCase("header");
      default -> false;
    };
  }

  private Treatment byLabel(Members members) {
    Treatment strongest = Treatment.KEEP;
    for (int i = 0; i < members.names.length; i++) {
      if (isLabel(members.names[i]) && members.values[i] instanceof Json.Str(String label)) {
        strongest = stronger(strongest, byName(label));
      }
    }
    return strongest;
  }

  /// Of two labels of one value, the one that hides more.
  static Treatment stronger(Treatment one, Treatment other) {
    return strength(one) >= strength(other) ? one : other;
  }

  private static int strength(Treatment treatment) {
    return switch (treatment) {
      case KEEP -> 0;
      case SEAL -> 1;
      case MASK_TEXT -> 2;
      case MASK -> 3;
    };
  }

  /// By the name alone.
  Treatment byName(String name) {
    Treatment known = judged.get(name);
    if (known != null) {
      return known;
    }
    Treatment treatment = judge(name);
    if (judged.size() < NAMES_KEPT && name.length() <= Limits.NAME_MAX) {
      judged.put(name, treatment);
    }
    return treatment;
  }

  /// The rules for this type, the one that wins first.
  Path[] rulesFor(String type) {
    if (rules.isEmpty()) {
      return NO_RULES;
    }
    Path[] known = byType.get(type);
    if (known != null) {
      return known;
    }
    var applying = new ArrayList<Path>();
    for (Privacy.Rule rule : rules.reversed()) {
      if (rule.appliesTo(type)) {
        applying.add(new Path(List.of(rule.path().split("\\.", -1)), rule.treatment()));
      }
    }
    Path[] paths = applying.toArray(NO_RULES);
    if (byType.size() < TYPES_KEPT) {
      byType.put(type, paths);
    }
    return paths;
  }

  /// By the name alone, without keeping the judgement.
  Treatment judge(String name) {
    Treatment wished = byItsWords(name);
    return this == SECRETS ? wished : atLeast(SECRETS.byItsWords(name), wished);
  }

  private Treatment byItsWords(String name) {
    String words = words(name);
    Treatment whole = byWholeName.get(words);
    if (whole == null) {
      whole = byWholeName.get(joined(words));
    }
    if (whole != null) {
      return whole;
    }
    // From the longest ending to the shortest.
    String ending = words;
    while (true) {
      Treatment treatment = byWords.get(ending);
      if (treatment != null) {
        return treatment;
      }
      int space = ending.indexOf(' ');
      if (space < 0) {
        return Treatment.KEEP;
      }
      ending = ending.substring(space + 1);
    }
  }

  private static String joined(String words) {
    return words.replace(" ", "");
  }

  /// `sourceIPAddress2` and `source_ip-address` are both `source ip address`.
  static String words(String name) {
    var words = new StringBuilder(name.length() + 8);
    int end = name.length();
    while (end > 1 && Character.isDigit(name.charAt(end - 1))) {
      end--;
    }
    for (int i = 0; i < end; i++) {
      char unit = name.charAt(i);
      if (!Character.isLetterOrDigit(unit) && !Character.isSurrogate(unit)) {
        space(words);
        continue;
      }
      boolean upper = Character.isUpperCase(unit);
      if (upper && i > 0) {
        boolean afterLower = Character.isLowerCase(name.charAt(i - 1));
        boolean beforeLower = i + 1 < end && Character.isLowerCase(name.charAt(i + 1));
        // fooBar, and the B of IPBar; not the P of IP
        if (afterLower || (beforeLower && Character.isUpperCase(name.charAt(i - 1)))) {
          space(words);
        }
      }
      words.append(unit);
    }
    return words.toString().strip().toLowerCase(Locale.ROOT);
  }

  private static void space(StringBuilder words) {
    if (!words.isEmpty() && words.charAt(words.length() - 1) != ' ') {
      words.append(' ');
    }
  }
}
