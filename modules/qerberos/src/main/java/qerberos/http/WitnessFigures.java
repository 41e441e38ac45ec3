package qerberos.http;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import qerberos.event.JsonBytes;
import qerberos.ledger.Checkpoint;
import qerberos.witness.WitnessReport;
import qerberos.witness.Witnesses;

/// What health and metrics say of the witnesses.
final class WitnessFigures {
  private WitnessFigures() {}

  /// A series of each for every witness.
  static void measure(Metrics metrics, Witnesses witnesses) {
    if (!witnesses.any()) {
      return;
    }
    metrics.gauge(
        "qerberos.ledger.cosigned.size",
        "entries under the newest checkpoint that enough witnesses have cosigned",
        Tags.empty(),
        witnesses,
        all -> (double) cosignedSize(all));
    metrics.gauge(
        "qerberos.dependency.up",
        "1 when it answers",
        Tags.of("dependency", "witnesses"),
        witnesses,
        all -> all.fault().isEmpty() ? 1 : 0);
    for (WitnessReport each : witnesses.reports()) {
      String name = each.name();
      Tags tags = Tags.of("witness", name);
      Meter ignored =
          FunctionCounter.builder(
                  "qerberos.witness.cosignatures",
                  witnesses,
                  all -> of(all, name, report -> (double) report.cosignatures()))
              .description("cosignatures that were verified")
              .tags(tags)
              .register(metrics.registry());
      metrics.gauge(
          "qerberos.witness.last.success.timestamp.seconds",
          "when it cosigned last, 0 before the first time",
          tags,
          witnesses,
          all -> of(all, name, report -> seconds(report.lastSuccess())));
      metrics.gauge(
          "qerberos.witness.behind.entries",
          "how many entries the newest checkpoint has beyond the last that it cosigned",
          tags,
          witnesses,
          all -> of(all, name, report -> (double) report.behind()));
    }
  }

  private static double of(
      Witnesses witnesses, String name, ToDoubleFunction<WitnessReport> figure) {
    Optional<WitnessReport> report =
        witnesses.reports().stream().filter(one -> one.name().equals(name)).findFirst();
    return report.isPresent() ? figure.applyAsDouble(report.get()) : 0;
  }

  private static double seconds(@Nullable Instant at) {
    return at == null ? 0 : at.toEpochMilli() / 1e3;
  }

  private static long cosignedSize(Witnesses witnesses) {
    return witnesses.cosigned().map(note -> Checkpoint.parse(note.text()).size()).orElse(0L);
  }

  /// The member `witnesses`, where there are any.
  static void write(JsonBytes json, Witnesses witnesses) {
    if (!witnesses.any()) {
      return;
    }
    json.name("witnesses")
        .object()
        .name("quorum")
        .value(witnesses.quorum())
        .name("cosignedSize")
        .value(cosignedSize(witnesses))
        .name("each")
        .array();
    for (WitnessReport each : witnesses.reports()) {
      json.object()
          .name("name")
          .value(each.name())
          .name("url")
          .value(each.url())
          .name("status")
          .value(each.state().name().toLowerCase(Locale.ROOT))
          .name("size")
          .value(each.size())
          .name("behind")
          .value(each.behind())
          .name("cosignatures")
          .value(each.cosignatures());
      Instant last = each.lastSuccess();
      if (last != null) {
        json.name("lastSuccess").value(last.toString());
      }
      String error = each.error();
      if (error != null) {
        json.name("error").value(error);
      }
      json.end();
    }
    json.end().end();
  }
}
