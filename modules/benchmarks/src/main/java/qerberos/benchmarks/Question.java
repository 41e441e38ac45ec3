package qerberos.benchmarks;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// What every [Peer] is asked in its own language. Immutable.
///
/// Newest is what arrived last. All but [Histogram] want the newest 100 whole events and, exactly,
/// how many there are.
sealed interface Question {
  /// Hits that are wanted at most.
  int HITS = 100;

  /// Done by one identity.
  record Actor(String actor) implements Question {}

  /// Of one type, with one verdict.
  record Outcome(String type, String verdict) implements Question {}

  /// With all of these words somewhere in the texts of `details`, and of one type and verdict.
  ///
  /// @param words lower case, a blank between them
  record Words(String words, String type, String verdict) implements Question {}

  /// From an IPv4 network of 65,536 addresses.
  ///
  /// @param first two bytes of the address, such as `10.7`
  record Network(String first) implements Question {
    String cidr() {
      return first + ".0.0/16";
    }
  }

  /// How many of each type in each hour.
  ///
  /// @param to inclusive, like `from`
  record Histogram(Instant from, Instant to) implements Question {}

  /// In one line, for a peer behind a pipe; [#of] reads it.
  default String line() {
    return switch (this) {
      case Actor(var actor) -> "actor\t" + actor;
      case Outcome(var type, var verdict) -> "outcome\t" + type + "\t" + verdict;
      case Words(var words, var type, var verdict) ->
          "words\t" + words + "\t" + type + "\t" + verdict;
      case Network(var first) -> "network\t" + first;
      case Histogram(var from, var to) -> "histogram\t" + from + "\t" + to;
    };
  }

  static Question of(String line) {
    String[] parts = line.split("\t");
    return switch (parts[0]) {
      case "actor" -> new Actor(parts[1]);
      case "outcome" -> new Outcome(parts[1], parts[2]);
      case "words" -> new Words(parts[1], parts[2], parts[3]);
      case "network" -> new Network(parts[1]);
      case "histogram" -> new Histogram(Instant.parse(parts[1]), Instant.parse(parts[2]));
      default -> throw new IllegalArgumentException("question: " + parts[0]);
    };
  }

  /// What came back. Those of two peers must be equal.
  ///
  /// @param total events that match, exactly
  /// @param shown whole events that came along; bars, of a histogram
  record Answer(long total, long shown) {}

  /// Questions of one kind.
  record Round(String name, List<Question> questions) {
    public Round {
      questions = List.copyOf(questions);
    }
  }

  /// What is asked about the events of [SyntheticEvents], the same for the same seed.
  ///
  /// @param times how often each kind but the histogram, which is asked a tenth as often
  static List<Round> rounds(long seed, int times, Instant from, Instant to) {
    var random = new Random(seed);
    List<Question> actors = new ArrayList<>();
    List<Question> outcomes = new ArrayList<>();
    List<Question> words = new ArrayList<>();
    List<Question> networks = new ArrayList<>();
    List<Question> histograms = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      double skew = random.nextDouble();
      actors.add(new Actor("did:squid:person" + (int) (skew * skew * SyntheticEvents.IDENTITIES)));
      String type = SyntheticEvents.TYPES[random.nextInt(SyntheticEvents.TYPES.length)];
      outcomes.add(new Outcome(type, "DENY"));
      words.add(new Words("quarterly review shared", type, "ALLOW"));
      networks.add(new Network("10." + random.nextInt(256)));
      if (i % 10 == 0) {
        histograms.add(new Histogram(from, to));
      }
    }
    return List.of(
        new Round("newest 100 of an actor", actors),
        new Round("newest 100, type and verdict", outcomes),
        new Round("newest 100, words, type, verdict", words),
        new Round("newest 100, network /16", networks),
        new Round("histogram by hour and type", histograms));
  }
}
