package qerberos.trail;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.WARNING;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.zip.CRC32C;
import qerberos.event.Sealer;
import qerberos.ledger.Appended;
import qerberos.ledger.Ledger;

/// Events of our own that could not be appended, kept in a file until the next start.
///
/// One record each: the length of the leaf, the length of what lies beside it, both, and a CRC-32C.
/// A record whose check fails ends the reading; it was torn and nobody was told about it. The file
/// holds at most 10,000 records, then the last ones are only counted in the log.
///
/// Safe for concurrent use.
final class Postponed {
  private static final System.Logger LOG = System.getLogger(Postponed.class.getName());
  private static final int MOST = 10_000;
  private static final int LONGEST = 2 << 20;

  private final Path file;
  private int written;

  Postponed(Path file) {
    this.file = file;
  }

  synchronized void add(List<Prepared> events) {
    if (events.isEmpty()) {
      return;
    }
    if (written + events.size() > MOST) {
      LOG.log(ERROR, events.size() + " events of our own are lost: " + file + " is full");
      return;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    try (FileOutputStream stream = new FileOutputStream(file.toFile(), true)) {
      for (Prepared event : events) {
        byte[] leaf = event.submission().leaf();
        byte[] beside = event.submission().attachment();
        out.writeInt(leaf.length);
        out.writeInt(beside.length);
        out.write(leaf);
        out.write(beside);
        out.writeInt(check(leaf, beside));
      }
      stream.write(bytes.toByteArray());
      stream.getFD().sync();
      written += events.size();
    } catch (IOException e) {
      LOG.log(ERROR, events.size() + " events of our own are lost: " + file + " " + e.getMessage());
    }
  }

  /// What was postponed, oldest first.
  <T> List<T> read(BiFunction<byte[], byte[], T> make) throws IOException {
    List<T> events = new ArrayList<>();
    if (Files.notExists(file)) {
      return events;
    }
    try (var in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      while (true) {
        int leafLength = in.readInt();
        int besideLength = in.readInt();
        if (leafLength < 1 || leafLength > LONGEST || besideLength < 0 || besideLength > LONGEST) {
          throw new EOFException();
        }
        byte[] leaf = in.readNBytes(leafLength);
        byte[] beside = in.readNBytes(besideLength);
        if (in.readInt() != check(leaf, beside)) {
          throw new EOFException();
        }
        events.add(make.apply(leaf, beside));
      }
    } catch (EOFException e) {
      return events;
    } catch (RuntimeException e) {
      LOG.log(WARNING, file + ": a postponed event cannot be read and is left out", e);
      return events;
    }
  }

  /// Appends what was postponed; keeps it when the ledger does not take it all.
  void appendTo(Ledger ledger, Sealer sealer) throws IOException {
    List<Prepared> late =
        read((leaf, beside) -> new Prepared(sealer.open(leaf, beside), leaf, beside));
    try {
      for (Appended answer : ledger.append(late.stream().map(Prepared::submission).toList())) {
        if (answer instanceof Appended.Busy || answer instanceof Appended.Failed) {
          return;
        }
      }
      clear();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Forgets everything: it is in the ledger now.
  synchronized void clear() throws IOException {
    boolean ignored = Files.deleteIfExists(file);
    written = 0;
  }

  private static int check(byte[] leaf, byte[] beside) {
    CRC32C check = new CRC32C();
    check.update(leaf);
    check.update(beside);
    return (int) check.getValue();
  }
}
