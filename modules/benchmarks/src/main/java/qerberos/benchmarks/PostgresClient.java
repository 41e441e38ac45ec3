package qerberos.benchmarks;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Writes to [PostgresPeer] and asks it. Used by one thread at a time.
///
/// A batch is one `INSERT` of arrays in one transaction, which unlike `COPY` can pass over an id
/// that is there already. The JSON is taken apart here, and so in the CPU time of the client.
record PostgresClient(Connection database) implements Peer.Client {
  /// What is indexed and asked for words.
  static final String WORDS = "jsonb_to_tsvector('simple', details, '[\"string\"]')";

  private static final String INSERT =
      """
      INSERT INTO events
        (id, time, type, ref, actor, device, team, layer, verdict, ip, details, context)
      SELECT * FROM unnest(
        ?::text[], ?::timestamptz[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[],
        ?::text[], ?::text[], ?::inet[], ?::jsonb[], ?::jsonb[])
      ON CONFLICT (id) DO NOTHING
      """;

  private static final String BARS =
      """
      SELECT date_bin('1 hour', time, 'epoch'), type, count(*)
      FROM events WHERE time BETWEEN ? AND ? GROUP BY 1, 2
      """;

  @Override
  public void send(byte[] ndjson) throws SQLException {
    List<Row> rows = Row.of(ndjson);
    try (PreparedStatement statement = database.prepareStatement(INSERT)) {
      statement.setArray(1, texts(rows, Row::id));
      statement.setArray(2, texts(rows, row -> row.time().toString()));
      statement.setArray(3, texts(rows, Row::type));
      statement.setArray(4, texts(rows, Row::ref));
      statement.setArray(5, texts(rows, Row::actor));
      statement.setArray(6, texts(rows, Row::device));
      statement.setArray(7, texts(rows, Row::team));
      statement.setArray(8, texts(rows, Row::layer));
      statement.setArray(9, texts(rows, Row::verdict));
      statement.setArray(10, texts(rows, Row::ip));
      statement.setArray(11, texts(rows, Row::details));
      statement.setArray(12, texts(rows, Row::context));
      statement.executeUpdate();
    }
  }

  private Array texts(List<Row> rows, Function<Row, @Nullable String> column) throws SQLException {
    return database.createArrayOf("text", rows.stream().map(column).toArray());
  }

  @Override
  public Peer.Reply ask(Question question) throws SQLException {
    Question.Answer answer =
        switch (question) {
          case Question.Actor(var actor) -> newest("actor = ?", actor);
          case Question.Outcome(var type, var verdict) ->
              newest("type = ? AND verdict = ?", type, verdict);
          case Question.Words(var words, var type, var verdict) ->
              newest(
                  "type = ? AND verdict = ? AND " + WORDS + " @@ plainto_tsquery('simple', ?)",
                  type,
                  verdict,
                  words);
          case Question.Network network -> newest("ip <<= ?::inet", network.cidr());
          case Question.Histogram histogram -> bars(histogram);
        };
    return () -> answer;
  }

  private Question.Answer newest(String condition, String... values) throws SQLException {
    long shown = 0;
    try (PreparedStatement statement =
            prepared(
                "SELECT * FROM events WHERE "
                    + condition
                    + " ORDER BY seq DESC LIMIT "
                    + Question.HITS,
                values);
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        shown++;
      }
    }
    try (PreparedStatement statement =
            prepared("SELECT count(*) FROM events WHERE " + condition, values);
        ResultSet rows = statement.executeQuery()) {
      rows.next();
      return new Question.Answer(rows.getLong(1), shown);
    }
  }

  private PreparedStatement prepared(String sql, String... values) throws SQLException {
    PreparedStatement statement = database.prepareStatement(sql);
    for (int i = 0; i < values.length; i++) {
      statement.setString(i + 1, values[i]);
    }
    return statement;
  }

  private Question.Answer bars(Question.Histogram histogram) throws SQLException {
    try (PreparedStatement statement = database.prepareStatement(BARS)) {
      statement.setObject(1, OffsetDateTime.ofInstant(histogram.from(), ZoneOffset.UTC));
      statement.setObject(2, OffsetDateTime.ofInstant(histogram.to(), ZoneOffset.UTC));
      try (ResultSet rows = statement.executeQuery()) {
        long total = 0;
        long bars = 0;
        while (rows.next()) {
          total += rows.getLong(3);
          bars++;
        }
        return new Question.Answer(total, bars);
      }
    }
  }

  @Override
  public void close() throws SQLException {
    database.close();
  }
}
