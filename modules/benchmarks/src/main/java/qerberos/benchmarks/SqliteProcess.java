package qerberos.benchmarks;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.sql.SQLException;

/// SQLite in a process of its own, so that its CPU time and memory are those of nobody else. It
/// stands for the program that a library lives in: it reads the JSON too.
///
/// Requests come through standard input, one byte that says which, then what belongs to it; each is
/// answered on standard output. It ends when its input does.
final class SqliteProcess {
  /// An `int` and as many bytes of NDJSON; answered by the byte [#DONE].
  static final int EVENTS = 'E';

  /// A line as `writeUTF` writes it; answered by two `long`s, the total and what was shown.
  static final int QUESTION = 'Q';

  /// Nothing more; answered by the byte [#DONE].
  static final int REST = 'R';

  /// Nothing more; answered by the byte [#DONE].
  static final int TIDY = 'T';

  static final int DONE = '.';

  private SqliteProcess() {}

  /// @param args the file to make
  public static void main(String[] args) throws IOException, SQLException {
    var in = new DataInputStream(new BufferedInputStream(System.in, 1 << 16));
    var out = new DataOutputStream(new BufferedOutputStream(System.out, 1 << 12));
    try (var store = SqliteStore.create(args[0])) {
      for (int request = in.read(); request >= 0; request = in.read()) {
        switch (request) {
          case EVENTS -> {
            byte[] events = in.readNBytes(in.readInt());
            store.add(Row.of(events));
            out.write(DONE);
          }
          case QUESTION -> {
            Question.Answer answer = store.ask(Question.of(in.readUTF()));
            out.writeLong(answer.total());
            out.writeLong(answer.shown());
          }
          case REST -> {
            store.rest();
            out.write(DONE);
          }
          case TIDY -> {
            store.tidy();
            out.write(DONE);
          }
          default -> throw new IOException("request " + request);
        }
        out.flush();
      }
    }
  }
}
