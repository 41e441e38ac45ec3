package qerberos.http;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import qerberos.event.AuditEvent;
import qerberos.event.Json;
import qerberos.event.JsonBytes;
import qerberos.ledger.Checkpoint;
import qerberos.trail.Shown;

/// How events look when they are taken away: one row each, whose leaf index and leaf hash say where
/// it stands in the log. Immutable.
public enum ExportFormat {
  /// One JSON object a line: the event as `GET /audit` shows it, and its `leafHash`.
  NDJSON("application/x-ndjson; charset=utf-8"),

  /// RFC 4180, a heading first; `details` and `context` are JSON. A cell that a spreadsheet would
  /// take for a formula (it starts with `=`, `+`, `-`, `@`, a tab or a carriage return) gets a
  /// leading quote.
  CSV("text/csv; charset=utf-8; header=present");

  private static final List<String> COLUMNS =
      List.of(
          "seq",
          "leafHash",
          "id",
          "type",
          "subtype",
          "severity",
          "timestamp",
          "receivedAt",
          "actor",
          "subId",
          "daoId",
          "layer",
          "verdict",
          "ref",
          "source",
          "details",
          "context",
          "original",
          "cid");

  private final String contentType;

  ExportFormat(String contentType) {
    this.contentType = contentType;
  }

  String contentType() {
    return contentType;
  }

  /// As in `format=` and at the end of a file's name.
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Optional<ExportFormat> of(String text) {
    return Arrays.stream(values()).filter(one -> one.text().equals(text)).findFirst();
  }

  /// What stands before the first row.
  public byte[] head() {
    return switch (this) {
      case NDJSON -> new byte[0];
      case CSV -> (String.join(",", COLUMNS) + "\r\n").getBytes(StandardCharsets.UTF_8);
    };
  }

  /// One event, its line break included.
  ///
  /// @param checkpoint the log at the size that the export is pinned to
  public byte[] row(Shown shown, Checkpoint checkpoint) {
    return switch (this) {
      case NDJSON -> {
        byte[] line = EventJson.line(shown, checkpoint);
        byte[] ended = Arrays.copyOf(line, line.length + 1);
        ended[line.length] = '\n';
        yield ended;
      }
      case CSV -> csv(shown).getBytes(StandardCharsets.UTF_8);
    };
  }

  /// In hexadecimal digits, not in Base64: that may begin with a plus sign, as formulas do.
  static String leafHash(Shown shown) {
    return HexFormat.of().formatHex(shown.leafHash().bytes());
  }

  private static String csv(Shown shown) {
    AuditEvent event = shown.event();
    var row = new StringBuilder(512).append(shown.index());
    row.append(',').append(leafHash(shown));
    cell(row, event.id());
    cell(row, event.type());
    cell(row, event.subtype());
    cell(row, event.severity());
    cell(row, event.time().toString());
    cell(row, event.receivedAt().toString());
    cell(row, event.actor().squidId());
    cell(row, event.actor().subId());
    cell(row, event.actor().daoId());
    cell(row, event.layer());
    cell(row, event.verdict().name());
    cell(row, event.ref());
    cell(row, event.source());
    cell(row, json(event.details()));
    cell(row, json(event.context()));
    cell(row, event.original());
    cell(row, shown.cid());
    return row.append("\r\n").toString();
  }

  private static String json(Json json) {
    return new String(new JsonBytes().value(json).bytes(), StandardCharsets.UTF_8);
  }

  private static void cell(StringBuilder row, @Nullable String text) {
    row.append(',').append(text == null ? "" : safe(text));
  }

  static String safe(String text) {
    if (text.isEmpty()) {
      return text;
    }
    String harmless = "=+-@\t\r".indexOf(text.charAt(0)) >= 0 ? "'" + text : text;
    boolean plain = harmless.chars().noneMatch(c -> c == '"' || c == ',' || c == '\r' || c == '\n');
    return plain && harmless.equals(text) ? text : quoted(harmless);
  }

  private static String quoted(String text) {
    return '"' + text.replace("\"", "\"\"") + '"';
  }
}
