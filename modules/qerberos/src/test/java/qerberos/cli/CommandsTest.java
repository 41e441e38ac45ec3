package qerberos.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.Option;
import qerberos.settings.Catalog;
import qerberos.settings.Setting;

class CommandsTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @TempDir Path folder = Path.of(".");

  @Test
  void everyCommandHasHelpWithItsExitStatuses() {
    for (String command :
        "start stop restart status import log search stats tail export show proof verify reindex token identity keys bench settings version"
            .split(" ")) {
      out.reset();
      assertThat(run(command, "--help")).as(command).isEqualTo(Exit.OK);
      assertThat(said(out))
          .as(command)
          .contains("Usage: qerberos " + command)
          .contains("Exit status:");
    }
  }

  @Test
  void everyCommandTakesData() {
    for (String command :
        "start stop restart status import log search stats tail export show proof verify reindex keys settings version"
            .split(" ")) {
      out.reset();
      assertThat(run(command, "--help")).isEqualTo(Exit.OK);
      assertThat(said(out)).as(command).contains("--data");
    }
  }

  @Test
  void theFlagsOfStart_areThoseOfTheTable() throws Exception {
    for (Setting<?> setting : Catalog.all()) {
      if (!setting.flag().isEmpty()) {
        boolean known = false;
        for (var field : StartCommand.class.getDeclaredFields()) {
          Option option = field.getAnnotation(Option.class);
          known |= option != null && List.of(option.names()).contains(setting.flag());
        }
        assertThat(known).as(setting.flag()).isTrue();
      }
    }
  }

  @Test
  void nothingOrSomethingUnknown_isAUsageError() {
    assertThat(run()).isEqualTo(Exit.USAGE);
    assertThat(said(err)).contains("say what to do").contains("Try: qerberos --help");
    err.reset();
    assertThat(run("serch")).isEqualTo(Exit.USAGE);
    assertThat(said(err)).contains("; did you mean search?");
    err.reset();
    assertThat(run("start", "--prot", "1")).isEqualTo(Exit.USAGE);
    assertThat(said(err)).contains("; did you mean --port?");
  }

  @Test
  void aMistakeInAQuery_isShownWithACaretUnderIt_beforeAnybodyIsAsked() {
    assertThat(run("search", "type:auth.*", "time:[2026", "TO", "soon]")).isEqualTo(Exit.FAILED);
    assertThat(said(err))
        .isEqualTo(
            """
            qerberos: column 27: time: "soon", want RFC 3339 such as 2026-01-31T09:30:00Z, or a \
            day 2026-01-31, month 2026-01 or year 2026
            qerberos:   type:auth.* time:[2026 TO soon]
            qerberos:                             ^
            """);
    err.reset();
    assertThat(run("search", "\u65e5\u672c\t\ud83d\ude42x OR")).isEqualTo(Exit.FAILED);
    assertThat(said(err))
        .isEqualTo(
            """
            qerberos: column 9: the text ends, want a field, a word or "("
            qerberos:   \u65e5\u672c\\u0009\ud83d\ude42x OR
            qerberos:                   ^
            """);
    err.reset();
    assertThat(run("search", "a ".repeat(100) + ")" + " b".repeat(100))).isEqualTo(Exit.FAILED);
    assertThat(said(err))
        .isEqualTo(
            "qerberos: column 201: a \")\" without its \"(\"\n"
                + ("qerberos:   …" + "a ".repeat(30) + ")" + " b".repeat(29) + " …\n")
                + ("qerberos:   " + " ".repeat(61) + "^\n"));
  }

  @Test
  void everyCommandThatTakesAQuery_showsItsMistakeSo() {
    for (List<String> command :
        List.of(
            List.of("search"),
            List.of("stats"),
            List.of("tail"),
            List.of("export"),
            List.of("export", "-o", "taken/all.csv"))) {
      err.reset();
      List<String> words = new ArrayList<>(command);
      words.add("verdict:MAYBE");
      assertThat(run(words.toArray(new String[0]))).as("%s", command).isEqualTo(Exit.FAILED);
      assertThat(said(err))
          .as("%s", command)
          .isEqualTo(
              """
              qerberos: column 9: verdict: "MAYBE", want ALLOW, DENY or WARN
              qerberos:   verdict:MAYBE
              qerberos:           ^
              """);
    }
    assertThat(folder.resolve("taken")).doesNotExist();
  }

  @Test
  void withoutAServer_aSentenceSaysHowToGetOne() {
    Path nowhere = folder.resolve("nowhere");
    assertThat(run("status", "--data", nowhere.toString())).isEqualTo(Exit.CANNOT_TELL);
    assertThat(said(err))
        .isEqualTo(
            "qerberos: no server runs on "
                + nowhere
                + " (there is no such folder); start one with: qerberos start --data "
                + nowhere
                + "\n");
  }

  @Test
  void savingASearch_saysWhatCannotBeKept() {
    assertThat(run("search", "x", "--shared")).isEqualTo(Exit.USAGE);
    assertThat(said(err)).isEqualTo("qerberos: --shared: belongs to --save\n");
    err.reset();
    assertThat(run("search", "x", "--save", "n", "--from", "2026-01-01")).isEqualTo(Exit.USAGE);
    assertThat(said(err))
        .isEqualTo(
            "qerberos: --save: keeps QUERY and --order; write a time into the query, time:[2026-01"
                + " TO *], and leave --from, --to and --saved out\n");
  }

  @Test
  void importRefusesWhatItDoesNotKnow() throws Exception {
    assertThat(run("import", "syslog", "x")).isEqualTo(Exit.USAGE);
    assertThat(said(err))
        .isEqualTo("qerberos: import: unknown format \"syslog\", want one of cloudtrail\n");
    err.reset();
    assertThat(run("import", "cloudtrail", "nowhere.json")).isEqualTo(Exit.USAGE);
    assertThat(said(err)).contains("nowhere.json: no such file or folder");
    err.reset();
    assertThat(run("import", "cloudtrail", "*.gz")).isEqualTo(Exit.USAGE);
    assertThat(said(err)).contains("*.gz: no file is named like this");
  }

  @Test
  void verifyOfWhatIsNotThere_cannotTell() throws Exception {
    assertThat(run("verify", "nowhere")).isEqualTo(Exit.CANNOT_TELL);
    assertThat(run("verify", folder.toString())).isEqualTo(Exit.CANNOT_TELL);
    assertThat(said(out)).contains("holds no checkpoint, so it is not a log");
    assertThat(run("verify", folder.toString(), "--key", "rubbish")).isEqualTo(Exit.USAGE);
    Path proof = Files.writeString(folder.resolve("x.tlog-proof"), "rubbish");
    assertThat(run("verify", proof.toString())).isEqualTo(Exit.CANNOT_TELL);
    out.reset();
    assertThat(run("verify", "http://localhost:1", "--json")).isEqualTo(Exit.CANNOT_TELL);
    assertThat(said(out)).contains("\"result\": \"cannot tell\"");
  }

  @Test
  void completionIsGenerated() {
    assertThat(run("generate-completion")).isEqualTo(Exit.OK);
    assertThat(said(out)).contains("complete -F").contains("qerberos");
  }

  @Test
  void tableCells_areEscapedAndCutOnATerminalOnly() {
    var table = new Table("NAME", "TEXT");
    table.row("a\u001b[2J", "x".repeat(100));
    table.print(screen("out", 60, Map.of()));
    assertThat(said(out).lines().toList().get(1))
        .startsWith("a\\u001b[2J  xxx")
        .endsWith("…")
        .hasSize(60);
    out.reset();
    table.print(screen("", 60, Map.of()));
    assertThat(said(out)).contains("x".repeat(100)).doesNotContain("\u001b");
  }

  @Test
  void coloursAppearOnATerminal_andNotWithNoColor() {
    assertThat(screen("out", 80, Map.of()).paint(Screen.Colour.RED, "x"))
        .isEqualTo("\u001b[31mx\u001b[0m");
    assertThat(screen("out", 80, Map.of("NO_COLOR", "1")).paint(Screen.Colour.RED, "x"))
        .isEqualTo("x");
    assertThat(screen("err", 80, Map.of()).paint(Screen.Colour.RED, "x")).isEqualTo("x");
  }

  @Test
  void progress_isSilentForASecondThenDraws_andPlainWhereNobodyWatches() {
    long[] now = {0};
    try (var bar =
        new ProgressBar(
            screen("err", 80, Map.of()),
            () -> java.time.Instant.ofEpochMilli(now[0]),
            "verify",
            ProgressBar.Amount.ENTRIES)) {
      now[0] = 900;
      bar.at(10, 100);
      assertThat(said(err)).isEmpty();
      now[0] = 2_000;
      bar.at(50, 100);
    }
    assertThat(said(err))
        .isEqualTo(
            "\r"
                + "\u001b[Kverify [============            ]  50 % 50 of 100, 25/s, 2 s left\r"
                + "\u001b[K");
    err.reset();
    now[0] = 0;
    try (var bar =
        new ProgressBar(
            screen("", 80, Map.of()),
            () -> java.time.Instant.ofEpochMilli(now[0]),
            "import",
            ProgressBar.Amount.BYTES)) {
      now[0] = 11_000;
      bar.at(5_000_000, 10_000_000);
    }
    assertThat(said(err))
        .isEqualTo(
            "import [============            ]  50 % 5.0 MB of 10.0 MB, 454.5 kB/s, 11 s left\n");
  }

  private int run(String... words) {
    var around =
        new Surroundings(
            folder,
            folder.resolve("qerberos"),
            folder,
            Map.of(),
            new ByteArrayInputStream(new byte[0]),
            screen("", 100, Map.of()),
            Clock.systemUTC());
    return new Commands(around).run(words);
  }

  private Screen screen(String terminals, int width, Map<String, String> environment) {
    return new Screen(
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        terminals,
        width,
        environment);
  }

  private static String said(ByteArrayOutputStream stream) {
    return stream.toString(StandardCharsets.UTF_8);
  }
}
