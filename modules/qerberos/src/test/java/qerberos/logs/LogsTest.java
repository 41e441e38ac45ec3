package qerberos.logs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qerberos.event.Json;
import qerberos.intake.AnyJson;
import qerberos.settings.Catalog.LogFormat;
import qerberos.settings.Catalog.LogLevel;
import qerberos.settings.LogSettings;

class LogsTest {
  private static final System.Logger LOG = System.getLogger("qerberos.test");

  @TempDir Path folder = Path.of(".");
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  @Test
  void aLineIsOneJsonObjectWithItsFields() throws Exception {
    try (Logs _ = open(LogFormat.JSON)) {
      String said =
          new RequestScope("req-1", "did:squid:alice", "trace-1")
              .call(
                  () -> {
                    LOG.log(
                        System.Logger.Level.INFO,
                        "served",
                        LogField.duration(12),
                        LogField.statusCode(201));
                    return "done";
                  });
      assertThat(said).isEqualTo("done");
    }
    assertThat(lines()).hasSize(1);
    var line = (Json.Obj) AnyJson.read(out.toByteArray());
    assertThat(line.text("level")).isEqualTo("INFO");
    assertThat(line.text("service")).isEqualTo("qerberos");
    assertThat(line.text("requestId")).isEqualTo("req-1");
    assertThat(line.text("squidId")).isEqualTo("did:squid:alice");
    assertThat(line.text("message")).isEqualTo("served");
    assertThat(line.get("duration")).isEqualTo(Json.of(12));
    assertThat(line.get("statusCode")).isEqualTo(Json.of(201));
    assertThat(line.text("trace_id")).isEqualTo("trace-1");
    assertThat(line.text("timestamp")).endsWith("Z");
  }

  @Test
  void hostileText_staysOneLineAndMovesNothing() throws Exception {
    try (Logs _ = open(LogFormat.JSON)) {
      LOG.log(System.Logger.Level.WARNING, "a\n{\"level\":\"ERROR\"}\u001b[2J\u202e\"\\x");
    }
    assertThat(lines()).hasSize(1);
    assertThat(lines()[0]).doesNotContain("\u001b").doesNotContain("\u202e").contains("\\u202e");
    var line = (Json.Obj) AnyJson.read(out.toByteArray());
    assertThat(line.text("message")).isEqualTo("a\n{\"level\":\"ERROR\"}\u001b[2J\u202e\"\\x");
  }

  @Test
  void errorLogExistsFromTheStart_andGetsErrorsOnly() throws Exception {
    try (Logs _ = open(LogFormat.TEXT)) {
      assertThat(folder.resolve("error.log")).isEmptyFile();
      LOG.log(System.Logger.Level.WARNING, "only a warning");
      LOG.log(System.Logger.Level.ERROR, "it broke", new IOException("disk\nfull"));
    }
    String errors = Files.readString(folder.resolve("error.log"));
    assertThat(errors.lines()).hasSize(1);
    assertThat(errors).contains("\"level\":\"ERROR\"").contains("it broke").contains("disk");
    assertThat(lines()[0]).contains("WARN ").contains("only a warning");
  }

  @Test
  void errorLogSurvivesRotationByCopyAndTruncate() throws Exception {
    try (Logs _ = open(LogFormat.JSON)) {
      LOG.log(System.Logger.Level.ERROR, "before");
      Files.write(folder.resolve("error.log"), new byte[0]);
      LOG.log(System.Logger.Level.ERROR, "after");
    }
    assertThat(Files.readString(folder.resolve("error.log"))).startsWith("{").contains("after");
  }

  @Test
  void aSecondStart_appends() throws Exception {
    for (String message : new String[] {"first", "second"}) {
      try (Logs _ = open(LogFormat.JSON)) {
        LOG.log(System.Logger.Level.ERROR, message);
      }
    }
    assertThat(Files.readString(folder.resolve("error.log")).lines()).hasSize(2);
  }

  @Test
  void librariesAreHeardFromAWarningOn_weFromTheChosenLevel() throws Exception {
    try (Logs _ = open(LogFormat.TEXT)) {
      for (String name :
          new String[] {
            "io.helidon.webserver.LoomServer",
            "org.flywaydb.core.internal.command.DbMigrate",
            "com.zaxxer.hikari.HikariDataSource"
          }) {
        System.getLogger(name).log(System.Logger.Level.INFO, "chatter of " + name);
        System.getLogger(name).log(System.Logger.Level.WARNING, "worry of " + name);
      }
      LOG.log(System.Logger.Level.INFO, "our own word");
    }
    assertThat(lines()).hasSize(4).noneMatch(line -> line.contains("chatter"));
    assertThat(lines()[3]).contains("our own word");
  }

  private Logs open(LogFormat format) throws IOException {
    var settings = new LogSettings(LogLevel.INFO, format, Duration.ofMillis(250));
    return Logs.open(settings, folder, out, ZoneOffset.UTC);
  }

  private String[] lines() {
    return out.toString(StandardCharsets.UTF_8).split("\n");
  }
}
