package qerberos.benchmarks;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// SQLite, as [SqliteProcess] runs it. All connections share its one pipe: SQLite has one writer.
final class SqlitePeer implements Peer {
  private final Process process;
  private final Path folder;
  private final String version;
  private final DataInputStream in;
  private final DataOutputStream out;

  private SqlitePeer(Process process, Path folder, String version) {
    this.process = process;
    this.folder = folder;
    this.version = version;
    this.in = new DataInputStream(new BufferedInputStream(process.getInputStream()));
    this.out = new DataOutputStream(new BufferedOutputStream(process.getOutputStream(), 1 << 16));
  }

  /// @param folder is there and empty
  static SqlitePeer start(Path folder) throws IOException, SQLException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                SqliteProcess.class.getName(),
                folder.resolve("events.db").toString())
            .redirectError(folder.resolve("errors").toFile())
            .start();
    var peer = new SqlitePeer(process, folder, SqliteStore.version());
    // Answered as soon as the tables are there.
    peer.rest();
    return peer;
  }

  @Override
  public String name() {
    return "sqlite";
  }

  @Override
  public List<String> settings() {
    return List.of(
        "SQLite " + version + ", in a JVM with a heap of 256 MB",
        SqliteStore.settings(),
        "one transaction per batch; the id unique; indexes on actor, type and verdict, ref, time"
            + " and type, ip, request_id, trace_id; words in FTS5 (contentless, detail=none)");
  }

  @Override
  public String character() {
    return """
    has: SQL, joins, transactions, unique ids, ranking, no server to run. has not: search by any \
    field of details (only by those with an index), more than one writer, a network, users and \
    scopes, sealed fields, proof that nothing was changed: who can write the file can rewrite \
    history.\
    """;
  }

  @Override
  public ProcessTree processes() {
    return new ProcessTree(process.pid());
  }

  @Override
  public Client connect() {
    return new Piped();
  }

  @Override
  public void rest() throws IOException {
    ask(SqliteProcess.REST);
  }

  @Override
  public String tidy() throws IOException {
    ask(SqliteProcess.TIDY);
    return "FTS5 optimize, VACUUM, ANALYZE";
  }

  @Override
  public long storedBytes() throws IOException {
    return Files.size(folder.resolve("events.db"));
  }

  @Override
  public void close() throws IOException {
    try {
      out.close();
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException _) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void ask(int request) throws IOException {
    try {
      out.write(request);
      done();
    } catch (IOException e) {
      throw explained(e);
    }
  }

  private void done() throws IOException {
    out.flush();
    if (in.read() != SqliteProcess.DONE) {
      throw new EOFException("the process has ended");
    }
  }

  private IOException explained(IOException e) throws IOException {
    return new IOException("sqlite: " + Files.readString(folder.resolve("errors")), e);
  }

  private final class Piped implements Client {
    @Override
    public void send(byte[] ndjson) throws IOException {
      synchronized (SqlitePeer.this) {
        try {
          out.write(SqliteProcess.EVENTS);
          out.writeInt(ndjson.length);
          out.write(ndjson);
          done();
        } catch (IOException e) {
          throw explained(e);
        }
      }
    }

    @Override
    public Reply ask(Question question) throws IOException {
      synchronized (SqlitePeer.this) {
        try {
          out.write(SqliteProcess.QUESTION);
          out.writeUTF(question.line());
          out.flush();
          var answer = new Question.Answer(in.readLong(), in.readLong());
          return () -> answer;
        } catch (IOException e) {
          throw explained(e);
        }
      }
    }

    @Override
    public void close() {}
  }
}
