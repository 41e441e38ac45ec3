package qerberos.benchmarks;

import java.net.InetAddress;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.Instant;
import java.util.List;

/// The events in one SQLite file: columns, an index for every question, words in FTS5.
///
/// The number of a row is the order of arrival, and an index ends in it, so the newest of anything
/// are read off the end of its index. Addresses are numbers, so a network is a range.
///
/// Used by one thread at a time.
final class SqliteStore implements AutoCloseable {
  private static final int COLUMNS = 13;
  private static final long MILLIS_PER_HOUR = 3_600_000;

  private static final List<String> SETTINGS =
      List.of(
          "journal_mode=WAL",
          "synchronous=FULL",
          "wal_autocheckpoint=16384",
          "cache_size=-262144",
          "mmap_size=1073741824",
          "temp_store=MEMORY");

  private static final List<String> TABLES =
      List.of(
          """
          CREATE TABLE events (
            seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, time INTEGER NOT NULL,
            type TEXT NOT NULL, ref TEXT NOT NULL, actor TEXT NOT NULL, device TEXT, team TEXT,
            layer TEXT NOT NULL, verdict TEXT NOT NULL, ip INTEGER, details TEXT NOT NULL,
            context TEXT NOT NULL)
          """,
          "CREATE INDEX by_actor ON events (actor)",
          "CREATE INDEX by_type ON events (type, verdict)",
          "CREATE INDEX by_ref ON events (ref)",
          "CREATE INDEX by_time ON events (time, type)",
          "CREATE INDEX by_ip ON events (ip)",
          "CREATE INDEX by_request ON events (context ->> '$.request_id')",
          "CREATE INDEX by_trace ON events (context ->> '$.trace_id')",
          """
          CREATE VIRTUAL TABLE words USING fts5 (
            text, content='', detail=none, columnsize=0, tokenize='unicode61')
          """);

  private static final String EVENT =
      "SELECT seq, id, time, type, ref, actor, device, team, layer, verdict, ip, details, context"
          + " FROM ";

  /// Backwards along the words, which is where few events have to be looked at.
  private static final String HITS_OF_WORDS =
      EVENT
          + "words CROSS JOIN events ON seq = words.rowid"
          + " WHERE words MATCH ? AND type = ? AND verdict = ? ORDER BY words.rowid DESC";

  /// Along the index of types, which is where few rows have to be counted.
  private static final String COUNT_OF_WORDS =
      "SELECT count(*) FROM events WHERE seq IN (SELECT rowid FROM words WHERE words MATCH ?)"
          + " AND type = ? AND verdict = ?";

  private final String url;
  private final Connection database;
  private final PreparedStatement event;
  private final PreparedStatement words;
  private long next = 1;

  private SqliteStore(String url, Connection database) throws SQLException {
    this.url = url;
    this.database = database;
    this.event =
        database.prepareStatement(
            "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                + " ON CONFLICT (id) DO NOTHING");
    this.words = database.prepareStatement("INSERT INTO words (rowid, text) VALUES (?, ?)");
  }

  /// @param file must not be there
  static SqliteStore create(String file) throws SQLException {
    String url = "jdbc:sqlite:" + file;
    Connection database = DriverManager.getConnection(url);
    try (Statement statement = database.createStatement()) {
      for (String setting : SETTINGS) {
        statement.execute("PRAGMA " + setting);
      }
      for (String table : TABLES) {
        statement.execute(table);
      }
    }
    database.setAutoCommit(false);
    return new SqliteStore(url, database);
  }

  static String version() throws SQLException {
    try (Connection database = DriverManager.getConnection("jdbc:sqlite::memory:");
        Statement statement = database.createStatement();
        ResultSet rows = statement.executeQuery("SELECT sqlite_version()")) {
      rows.next();
      return rows.getString(1);
    }
  }

  static String settings() {
    return String.join(", ", SETTINGS);
  }

  /// Keeps the events in one transaction; an id that is there already changes nothing.
  void add(List<Row> rows) throws SQLException {
    for (Row row : rows) {
      event.setLong(1, next);
      event.setString(2, row.id());
      event.setLong(3, row.time().toEpochMilli());
      event.setString(4, row.type());
      event.setString(5, row.ref());
      event.setString(6, row.actor());
      event.setString(7, row.device());
      event.setString(8, row.team());
      event.setString(9, row.layer());
      event.setString(10, row.verdict());
      if (row.ip() == null) {
        event.setNull(11, Types.INTEGER);
      } else {
        event.setLong(11, number(row.ip()));
      }
      event.setString(12, row.details());
      event.setString(13, row.context());
      if (event.executeUpdate() == 1) {
        words.setLong(1, next++);
        words.setString(2, row.words());
        words.executeUpdate();
      }
    }
    database.commit();
  }

  Question.Answer ask(Question question) throws SQLException {
    return switch (question) {
      case Question.Actor(var actor) -> where("actor = ?", actor);
      case Question.Outcome(var type, var verdict) ->
          where("type = ? AND verdict = ?", type, verdict);
      case Question.Words(var text, var type, var verdict) ->
          newest(HITS_OF_WORDS, COUNT_OF_WORDS, text, type, verdict);
      case Question.Network network -> {
        long first = number(network.first() + ".0.0");
        yield where("ip BETWEEN ? AND ?", first, first + 0xffff);
      }
      case Question.Histogram(var from, var to) -> bars(from, to);
    };
  }

  /// Brings what waits in the write-ahead log into the file.
  void rest() throws SQLException {
    apart("PRAGMA wal_checkpoint(TRUNCATE)");
  }

  /// One segment of words, no free pages, figures for the planner.
  void tidy() throws SQLException {
    apart(
        "INSERT INTO words (words) VALUES ('optimize')",
        "VACUUM",
        "ANALYZE",
        "PRAGMA wal_checkpoint(TRUNCATE)");
  }

  /// Each on a connection of its own, since `VACUUM` wants no other statement on its connection.
  private void apart(String... steps) throws SQLException {
    for (String step : steps) {
      try (Connection other = DriverManager.getConnection(url);
          Statement statement = other.createStatement()) {
        statement.execute(step);
      }
    }
  }

  @Override
  public void close() throws SQLException {
    database.close();
  }

  private Question.Answer where(String condition, Object... values) throws SQLException {
    return newest(
        EVENT + "events WHERE " + condition + " ORDER BY seq DESC",
        "SELECT count(*) FROM events WHERE " + condition,
        values);
  }

  private Question.Answer newest(String hits, String count, Object... values) throws SQLException {
    long shown = 0;
    try (PreparedStatement statement = prepared(hits + " LIMIT " + Question.HITS, values);
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        for (int column = 1; column <= COLUMNS; column++) {
          Object ignored = rows.getObject(column);
        }
        shown++;
      }
    }
    try (PreparedStatement statement = prepared(count, values);
        ResultSet rows = statement.executeQuery()) {
      rows.next();
      return new Question.Answer(rows.getLong(1), shown);
    }
  }

  private Question.Answer bars(Instant from, Instant to) throws SQLException {
    String sql =
        "SELECT time / "
            + MILLIS_PER_HOUR
            + ", type, count(*) FROM events WHERE time BETWEEN ? AND ? GROUP BY 1, 2";
    try (PreparedStatement statement = prepared(sql, from.toEpochMilli(), to.toEpochMilli());
        ResultSet rows = statement.executeQuery()) {
      long total = 0;
      long bars = 0;
      while (rows.next()) {
        total += rows.getLong(3);
        bars++;
      }
      return new Question.Answer(total, bars);
    }
  }

  private PreparedStatement prepared(String sql, Object... values) throws SQLException {
    PreparedStatement statement = database.prepareStatement(sql);
    for (int i = 0; i < values.length; i++) {
      statement.setObject(i + 1, values[i]);
    }
    return statement;
  }

  private static long number(String address) {
    long number = 0;
    for (byte part : InetAddress.ofLiteral(address).getAddress()) {
      number = (number << 8) | (part & 255);
    }
    return number;
  }
}
