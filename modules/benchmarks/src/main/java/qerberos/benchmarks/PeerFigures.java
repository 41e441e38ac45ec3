package qerberos.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/// What was measured of one peer. Immutable.
///
/// @param cpu CPU seconds per million events, of all its processes, until it came to rest
/// @param clientCpu the same of the client, the making of the events included
/// @param bytes per event, at rest
/// @param tidyCpu CPU seconds per million events for [Peer#tidy], 0 when there is nothing to do
/// @param tidyBytes per event after that
/// @param idleBytes resident before the first event
/// @param mostBytes the most resident memory seen while loading
record PeerFigures(
    String name,
    double perSecond,
    double cpu,
    double clientCpu,
    double bytes,
    double tidyCpu,
    double tidyBytes,
    long idleBytes,
    long mostBytes,
    List<Asked> asked) {
  PeerFigures {
    asked = List.copyOf(asked);
  }

  /// How long the questions of one round took, in milliseconds, and what was answered, in order.
  record Asked(
      Question.Round round,
      double median,
      double p99,
      double cpuMillis,
      List<Question.Answer> answers) {
    public Asked {
      answers = List.copyOf(answers);
    }
  }

  /// Prints all of them beside each other, then whether they found the same.
  static void print(List<PeerFigures> all) {
    line("", all, PeerFigures::name);
    row("events per second", "%,.0f", all, PeerFigures::perSecond);
    row("CPU seconds per million, until idle", "%.1f", all, PeerFigures::cpu);
    row("  those of the client, generator too", "%.1f", all, PeerFigures::clientCpu);
    row("bytes per event, as left", "%.0f", all, PeerFigures::bytes);
    row("bytes per event, tidied", "%.0f", all, PeerFigures::tidyBytes);
    row("  CPU seconds per million for that", "%.1f", all, PeerFigures::tidyCpu);
    row("MB resident, idle", "%,.0f", all, figures -> figures.idleBytes / 1048576.0);
    row("MB resident, at most", "%,.0f", all, figures -> figures.mostBytes / 1048576.0);
    for (int i = 0; i < all.getFirst().asked.size(); i++) {
      int round = i;
      System.out.println(all.getFirst().asked.get(i).round.name());
      row("  p50 ms", "%.2f", all, figures -> figures.asked.get(round).median);
      row("  p99 ms", "%.2f", all, figures -> figures.asked.get(round).p99);
      row("  CPU ms of the peer", "%.2f", all, figures -> figures.asked.get(round).cpuMillis);
      line("  answers", all, figures -> agreement(all.getFirst(), figures, round));
    }
    differences(all).forEach(System.out::println);
  }

  /// Every question that two peers answered differently, as a line; such figures do not count.
  static List<String> differences(List<PeerFigures> all) {
    List<String> differences = new ArrayList<>();
    PeerFigures first = all.getFirst();
    for (int round = 0; round < first.asked.size(); round++) {
      List<Question> questions = first.asked.get(round).round.questions();
      for (PeerFigures other : all) {
        for (int i = 0; i < questions.size(); i++) {
          Question.Answer expected = first.asked.get(round).answers.get(i);
          Question.Answer found = other.asked.get(round).answers.get(i);
          if (!found.equals(expected)) {
            differences.add(
                "ANSWERS DIFFER: %s: %s %s, %s %s"
                    .formatted(questions.get(i), first.name, expected, other.name, found));
          }
        }
      }
    }
    return differences;
  }

  private static String agreement(PeerFigures first, PeerFigures other, int round) {
    boolean same = first.asked.get(round).answers.equals(other.asked.get(round).answers);
    return same ? "the same" : "DIFFER";
  }

  private static void row(
      String label, String format, List<PeerFigures> all, ToDoubleFunction<PeerFigures> figure) {
    line(label, all, figures -> String.format(Locale.ROOT, format, figure.applyAsDouble(figures)));
  }

  private static void line(
      String label, List<PeerFigures> all, Function<PeerFigures, String> cell) {
    var line = new StringBuilder("%-38s".formatted(label));
    for (PeerFigures figures : all) {
      line.append("%12s".formatted(cell.apply(figures)));
    }
    System.out.println(line);
  }
}
