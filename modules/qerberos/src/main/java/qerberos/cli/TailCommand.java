package qerberos.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import qerberos.intake.AnyJson;
import qerberos.logs.Visible;

/// `tail`: shows what is recorded, as it is recorded.
@Command(
    name = "tail",
    header = "Follow the log live.",
    description = {
      "Follow the log live, one line for each event, until Ctrl-C.",
      "Example: qerberos tail 'verdict:DENY' --since 15m",
      "When the connection is lost it goes on where it was, without loss or double.",
      "This needs a running server; a folder is read with search or export."
    },
    mixinStandardHelpOptions = true)
final class TailCommand implements Callable<Integer> {
  private static final Pattern AGO = Pattern.compile("([0-9]{1,6})([smhd])");
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final Surroundings around;

  @Mixin private DataOption data = new DataOption();

  @Parameters(arity = "0..*", paramLabel = "QUERY", description = "What to show; nothing: all.")
  private List<String> words = new ArrayList<>();

  @Option(
      names = "--saved",
      paramLabel = "NAME",
      description = "What this saved search finds, and matches QUERY too when there is one.")
  private @Nullable String saved;

  @Option(
      names = "--since",
      paramLabel = "TIME",
      description = "Begin with what happened then: ISO 8601, or 90s, 15m, 2h, 1d ago.")
  private @Nullable String since;

  /// The last place that was shown or looked at; null before the first connection.
  private @Nullable String last;

  private long from = -1;
  private boolean over;

  TailCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws Failure {
    String filters = filters();
    if (data.server(around).isEmpty()) {
      throw new Failure(
          Exit.CANNOT_TELL, "tail needs a running server, and " + data.noServer(around).sentence());
    }
    Thread ending = new Thread(this::endOfProcess, "end");
    Runtime.getRuntime().addShutdownHook(ending);
    try {
      begin(filters);
      follow(filters);
      return Exit.OK;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Exit.OK;
    } finally {
      forget(ending);
    }
  }

  /// Ctrl-C is how this ends well.
  private void endOfProcess() {
    around.screen().out().flush();
    Runtime.getRuntime().halt(Exit.OK);
  }

  private static void forget(Thread ending) {
    try {
      boolean ignored = Runtime.getRuntime().removeShutdownHook(ending);
    } catch (IllegalStateException e) {
      // the process is ending already
    }
  }

  private String filters() throws Failure {
    String query = String.join(" ", words);
    Caret.check(query);
    var asked = new Asking();
    asked.add("q", query.isEmpty() ? null : query);
    asked.add("search", saved);
    asked.add("startDate", since == null ? null : moment(since));
    return asked.toString();
  }

  private String moment(String text) {
    Matcher ago = AGO.matcher(text);
    if (!ago.matches()) {
      return text;
    }
    long amount = Long.parseLong(ago.group(1));
    Duration back =
        switch (ago.group(2)) {
          case "s" -> Duration.ofSeconds(amount);
          case "m" -> Duration.ofMinutes(amount);
          case "h" -> Duration.ofHours(amount);
          default -> Duration.ofDays(amount);
        };
    return around.clock().instant().minus(back).toString();
  }

  /// With `--since`: the first place of the log where something matches.
  private void begin(String filters) throws Failure {
    if (since == null) {
      return;
    }
    try (Api api = Api.of(data, around)) {
      Reply page = api.get("/audit/search?order=oldest&limit=1&" + filters).at("data");
      List<Reply> first = page.at("events").items();
      if (!first.isEmpty()) {
        from = first.getFirst().at("seq").number();
      }
    }
  }

  private void follow(String filters) throws Failure, InterruptedException {
    boolean connected = false;
    boolean complained = false;
    while (!over) {
      try (Api api = Api.of(data, around)) {
        String begin = last == null && from >= 0 ? "from=" + from : "";
        String query =
            filters.isEmpty() || begin.isEmpty() ? filters + begin : filters + "&" + begin;
        try (Api.Opened opened =
            api.open("/audit/stream" + (query.isEmpty() ? "" : "?" + query), last)) {
          connected = true;
          if (complained) {
            say("connected again");
            complained = false;
          }
          read(new BufferedReader(new InputStreamReader(opened.body(), StandardCharsets.UTF_8)));
        }
      } catch (IOException e) {
        if (!complained) {
          say("the connection is lost (" + Reasons.of(e) + "); trying again");
          complained = true;
        }
      } catch (Failure e) {
        // A server that starts again has no server.json for a while; any other refusal is final.
        if (!connected || e.status() != Exit.CANNOT_TELL) {
          throw e;
        }
        if (!complained) {
          say(e.sentence() + "; trying again");
          complained = true;
        }
      }
      if (!over) {
        Thread.sleep(PAUSE);
      }
    }
  }

  private void read(BufferedReader lines) throws IOException {
    String type = "message";
    String id = null;
    var text = new StringBuilder();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.isEmpty()) {
        if (!text.isEmpty()) {
          show(type, text.toString());
        }
        if (id != null) {
          last = id;
        }
        if (over || type.equals("end")) {
          return;
        }
        type = "message";
        id = null;
        text.setLength(0);
      } else if (line.startsWith("id: ")) {
        id = line.substring(4);
      } else if (line.startsWith("event: ")) {
        type = line.substring(7);
      } else if (line.startsWith("data: ")) {
        text.append(line, 6, line.length());
      }
    }
    throw new IOException("closed by the server");
  }

  private void show(String type, String text) throws IOException {
    Reply event;
    try {
      event = new Reply(AnyJson.read(text.getBytes(StandardCharsets.UTF_8)));
    } catch (IllegalArgumentException e) {
      throw new IOException("not an event: " + e.getMessage(), e);
    }
    switch (type) {
      case "message" -> shown(event);
      case "gap" -> {
        String count = event.at("count").isMissing() ? "some" : event.at("count").text();
        String range = event.at("from").text() + " TO " + event.at("to").text();
        say(
            count
                + " events came faster than they were shown and were passed over; fetch them with:"
                + " qerberos export 'seq:["
                + range
                + "]'");
      }
      case "end" -> say("the server ended the stream: " + event.at("reason").text());
      default -> {}
    }
  }

  private void shown(Reply event) {
    Screen screen = around.screen();
    String verdict = event.at("verdict").text();
    String line =
        data.json()
            ? JsonText.compact(event.json())
            : String.join(
                "  ",
                Visible.line(event.at("timestamp").text()),
                Visible.line(event.at("seq").text()),
                painted(verdict),
                Visible.line(event.at("type").text()),
                Visible.line(event.at("actor", "squidId").text()),
                Visible.line(event.at("ref").text()),
                Visible.line(event.at("id").text()));
    screen.out().println(line);
    // Whoever reads us, such as head, may have seen enough.
    over = screen.out().checkError();
  }

  private String painted(String verdict) {
    Screen screen = around.screen();
    String shown = Visible.line(verdict);
    return switch (verdict) {
      case "DENY" -> screen.paint(Screen.Colour.RED, shown);
      case "WARN" -> screen.paint(Screen.Colour.YELLOW, shown);
      default -> shown;
    };
  }

  private void say(String sentence) {
    around.screen().err().println("qerberos: " + Visible.line(sentence));
  }
}
