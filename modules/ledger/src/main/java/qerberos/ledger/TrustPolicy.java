package qerberos.ledger;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A file that says which logs and witnesses somebody trusts, and how many of the witnesses must
/// have cosigned (C2SP tlog-policy).
///
/// Names of witnesses and groups mean nothing outside of the file. They are octets, so they are
/// read as such; keys and addresses are read as UTF-8.
///
/// Immutable.
///
/// @param logs in the order of the file; none when the log is known from elsewhere
/// @param witnesses in the order of the file, also those that no quorum needs
/// @param quorum whose cosignatures are enough
public record TrustPolicy(List<Log> logs, List<Witness> witnesses, Quorum quorum) {
  /// The longest file that is read, in bytes.
  public static final int LONGEST = 1 << 20;

  private static final String NONE = "none";

  public TrustPolicy {
    logs = List.copyOf(logs);
    witnesses = List.copyOf(witnesses);
  }

  /// @param url where to find it; its meaning is the application's
  public record Log(VerifierKey key, Optional<String> url) {}

  /// @param name as in the file
  /// @param url its submission prefix
  public record Witness(String name, VerifierKey key, Optional<String> url) {}

  /// Reads the file.
  ///
  /// @throws IllegalArgumentException with the number of the line that is wrong
  public static TrustPolicy parse(byte[] file) {
    if (file.length > LONGEST) {
      throw new IllegalArgumentException("policy: longer than " + LONGEST + " bytes");
    }
    Reading reading = new Reading();
    String[] lines = new String(file, StandardCharsets.ISO_8859_1).split("\n", -1);
    for (int i = 0; i < lines.length; i++) {
      try {
        reading.line(lines[i]);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("policy line " + (i + 1) + ": " + e.getMessage(), e);
      }
    }
    return reading.done();
  }

  /// The keys of the witnesses.
  public List<VerifierKey> witnessKeys() {
    return witnesses.stream().map(Witness::key).toList();
  }

  private static final class Reading {
    private final List<Log> logs = new ArrayList<>();
    private final List<Witness> witnesses = new ArrayList<>();
    private final Map<String, Quorum> named = new LinkedHashMap<>();
    private final Set<String> members = new HashSet<>();
    private @Nullable Quorum quorum;

    void line(String line) {
      if (line.chars().anyMatch(c -> (c < ' ' && c != '\t') || c == 0x7f)) {
        throw new IllegalArgumentException("holds a control character");
      }
      List<String> words =
          Arrays.stream(line.split("[ \t]+")).filter(word -> !word.isEmpty()).toList();
      if (words.isEmpty() || words.getFirst().startsWith("#")) {
        return;
      }
      switch (words.getFirst()) {
        case "log" -> {
          sized(words, 2, 3);
          Log log = new Log(VerifierKey.parse(utf8(words.get(1))), url(words, 2));
          if (logs.stream().anyMatch(other -> other.key().sameKeyAs(log.key()))) {
            throw new IllegalArgumentException("this log's key was named before");
          }
          logs.add(log);
        }
        case "witness" -> {
          sized(words, 3, 4);
          VerifierKey key = VerifierKey.parse(utf8(words.get(2)));
          if (!key.type().timed()) {
            throw new IllegalArgumentException(
                "a witness has a key of type 0x04 or 0x06, this one is 0x01");
          }
          if (witnesses.stream().anyMatch(other -> other.key().sameKeyAs(key))) {
            throw new IllegalArgumentException("this witness's key was named before");
          }
          name(words.get(1), new Quorum.Witness(key));
          witnesses.add(new Witness(utf8(words.get(1)), key, url(words, 3)));
        }
        case "group" -> {
          sized(words, 4, Integer.MAX_VALUE);
          List<Quorum> inside = words.subList(3, words.size()).stream().map(this::member).toList();
          name(words.get(1), new Quorum.Group(wanted(words.get(2), inside.size()), inside));
        }
        case "quorum" -> {
          sized(words, 2, 2);
          if (quorum != null) {
            throw new IllegalArgumentException("a second quorum");
          }
          quorum = words.get(1).equals(NONE) ? Quorum.NONE : known(words.get(1));
        }
        default ->
            throw new IllegalArgumentException(
                "'" + utf8(words.getFirst()) + "', want log, witness, group or quorum");
      }
    }

    TrustPolicy done() {
      if (quorum == null) {
        throw new IllegalArgumentException("policy: no quorum line");
      }
      return new TrustPolicy(logs, witnesses, quorum);
    }

    private static void sized(List<String> words, int least, int most) {
      if (words.size() < least || words.size() > most) {
        throw new IllegalArgumentException(
            words.getFirst() + ": " + (words.size() - 1) + " words after it, want more or fewer");
      }
    }

    private static int wanted(String text, int members) {
      return switch (text) {
        case "all" -> members;
        case "any" -> 1;
        default -> {
          long number = Decimal.read("threshold", text);
          if (number < 1 || number > members) {
            throw new IllegalArgumentException(
                "threshold: " + number + ", want 1.." + members + ", all or any");
          }
          yield (int) number;
        }
      };
    }

    private void name(String name, Quorum what) {
      if (name.equals(NONE) || named.putIfAbsent(name, what) != null) {
        throw new IllegalArgumentException("the name '" + utf8(name) + "' is taken");
      }
    }

    /// What is a member of one group cannot be one of another: each witness counts once.
    private Quorum member(String name) {
      Quorum known = known(name);
      if (!members.add(name)) {
        throw new IllegalArgumentException("'" + utf8(name) + "' is a member of a group already");
      }
      return known;
    }

    private Quorum known(String name) {
      Quorum known = named.get(name);
      if (known == null) {
        throw new IllegalArgumentException("'" + utf8(name) + "' is not defined on a line before");
      }
      return known;
    }

    private static Optional<String> url(List<String> words, int at) {
      return at < words.size() ? Optional.of(utf8(words.get(at))) : Optional.empty();
    }

    private static String utf8(String octets) {
      return new String(octets.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }
  }
}
