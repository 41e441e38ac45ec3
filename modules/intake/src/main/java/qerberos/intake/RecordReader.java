package qerberos.intake;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPInputStream;
import qerberos.event.EventDraft;
import qerberos.event.EventFaults;
import qerberos.event.Fault;
import qerberos.event.Json;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;

/// Reads a vendor's file record by record, plain or gzip, and makes an event of each. Used by one
/// thread at a time, except `bytesRead`.
///
/// A file of any size is read in bounded memory. A record that is broken, too large (1 MiB) or
/// lacks what an event needs is `Parsed.Bad`; the records around it are not touched.
public final class RecordReader implements AutoCloseable {
  private final Counted file;
  private final InputStream plain;
  private final RecordSplitter records;
  private final VendorMapper mapper;

  private RecordReader(Counted file, InputStream plain, VendorMapper mapper) {
    this.file = file;
    this.plain = plain;
    this.records = new RecordSplitter(plain, EventDraft.ORIGINAL_MAX + 1);
    this.mapper = mapper;
  }

  /// Begins to read; the stream is closed with the reader.
  ///
  /// @throws IOException when the first bytes cannot be read; nothing was read then
  public static RecordReader open(InputStream in, VendorMapper mapper) throws IOException {
    var file = new Counted(in);
    var buffered = new BufferedInputStream(file, 1 << 16);
    buffered.mark(2);
    int first = buffered.read();
    int second = buffered.read();
    buffered.reset();
    boolean gzip = first == 0x1f && second == 0x8b;
    InputStream plain = gzip ? new GZIPInputStream(buffered, 1 << 16) : buffered;
    return new RecordReader(file, plain, mapper);
  }

  /// The next event or what is wrong with the next record; empty at the end of the file.
  ///
  /// @throws IOException when the file cannot be read on; what was returned before stays true
  public Optional<Parsed> next() throws IOException {
    if (!records.next()) {
      return Optional.empty();
    }
    int number = records.number();
    if (!records.broken().isEmpty()) {
      return Optional.of(bad(number, new Fault("record", records.broken())));
    }
    return Optional.of(record(number, records.bytes()));
  }

  /// How many bytes of the file have been read so far, compressed as they lie there. Safe for
  /// concurrent use, for a progress bar.
  public long bytesRead() {
    return file.count.get();
  }

  @Override
  public void close() throws IOException {
    plain.close();
  }

  private Parsed record(int number, byte[] bytes) {
    int wrong = Utf8.firstBad(bytes, 0, bytes.length);
    if (wrong >= 0) {
      return bad(number, new Fault("record", "byte " + wrong + " is not UTF-8"));
    }
    if (bytes.length > EventDraft.ORIGINAL_MAX) {
      return bad(
          number,
          new Fault(
              "record",
              bytes.length + " bytes, want at most " + EventDraft.ORIGINAL_MAX,
              Fault.Kind.TOO_LARGE));
    }
    try (JsonParser parser = EventReader.JSON.createParser(ObjectReadContext.empty(), bytes)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return bad(number, new Fault("record", "not a JSON object"));
      }
      Json tree = new JsonTree(parser, true, _ -> {}).read("record");
      if (parser.nextToken() != null) {
        return bad(number, new Fault("record", "something behind the object"));
      }
      String original = new String(bytes, StandardCharsets.UTF_8);
      return new Parsed.Good(number, mapper.map((Json.Obj) tree, original));
    } catch (JacksonException e) {
      return bad(number, EventReader.fault("record", e));
    } catch (EventFaults e) {
      return new Parsed.Bad(number, e.faults());
    }
  }

  private static Parsed bad(int number, Fault fault) {
    return new Parsed.Bad(number, List.of(fault));
  }

  /// Counts what passes.
  private static final class Counted extends FilterInputStream {
    private final AtomicLong count = new AtomicLong();

    Counted(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int b = super.read();
      if (b >= 0) {
        count.incrementAndGet();
      }
      return b;
    }

    @Override
    public int read(byte[] to, int from, int length) throws IOException {
      int read = super.read(to, from, length);
      if (read > 0) {
        count.addAndGet(read);
      }
      return read;
    }
  }
}
