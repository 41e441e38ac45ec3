package qerberos.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import qerberos.event.EventDraft;
import qerberos.event.Fault;
import qerberos.event.Json;
import qerberos.event.Verdict;

final class RecordReaderTest {
  /// A second vendor is one class.
  private static final class PlainMapper implements VendorMapper {
    @Override
    public String name() {
      return "plain";
    }

    @Override
    public EventDraft map(Json.Obj fields, String original) {
      return EventDraft.builder()
          .id(fields.text("id"))
          .type("plain.record")
          .ref("r")
          .actor(fields.text("who"), null, null)
          .layer("plain")
          .verdict(Verdict.ALLOW)
          .details(fields.object("more"))
          .original(original)
          .build();
    }
  }

  private static List<Parsed> read(byte[] file) {
    List<Parsed> all = new ArrayList<>();
    try (RecordReader reader = RecordReader.open(new Slow(file), new PlainMapper())) {
      for (Optional<Parsed> one = reader.next(); one.isPresent(); one = reader.next()) {
        all.add(one.get());
      }
      assertThat(reader.bytesRead()).isEqualTo(file.length);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return all;
  }

  private static List<Parsed> read(String file) {
    return read(file.getBytes(StandardCharsets.UTF_8));
  }

  /// Gives a few bytes at a time, as streams may.
  private static final class Slow extends InputStream {
    private final ByteArrayInputStream bytes;
    private int calls;

    Slow(byte[] bytes) {
      this.bytes = new ByteArrayInputStream(bytes);
    }

    @Override
    public int read() {
      return bytes.read();
    }

    @Override
    public int read(byte[] to, int from, int length) {
      return bytes.read(to, from, Math.min(length, 1 + calls++ % 7_000));
    }
  }

  private static List<String> originals(List<Parsed> all) {
    return all.stream().map(RecordReaderTest::told).toList();
  }

  private static String told(Parsed parsed) {
    return switch (parsed) {
      case Parsed.Good(int line, EventDraft draft) -> line + " " + draft.original();
      case Parsed.Bad(int line, List<Fault> faults) -> line + " " + faults;
    };
  }

  private static final String A = "{\"who\":\"a\",\"text\":\"}{][\\\"\"}";
  private static final String B = "{\"who\":\"b\",\"more\":{\"n\":[1,{\"x\":2}]}}";

  @Test
  void everyShape_givesTheSameRecords() {
    for (String file :
        List.of(
            A + "\n" + B + "\n",
            "\ufeff" + A + "\r\n\r\n" + B,
            A + B,
            "{\"Records\":[" + A + "," + B + "]}",
            " { \"Records\" : [ " + A + " ,\n" + B + "\n] , \"more\": {\"a\":[\"]}\"]} }\n",
            "[" + A + "," + B + "]",
            "[\n" + A + "\n,\n" + B + "\n]\n")) {
      for (byte[] bytes :
          List.of(
              file.getBytes(StandardCharsets.UTF_8),
              GzipTest.gzip(file.getBytes(StandardCharsets.UTF_8)))) {
        List<Parsed> all = read(bytes);
        assertThat(all).as(file).hasSize(2).allMatch(Parsed.Good.class::isInstance);
        assertThat(((Parsed.Good) all.getFirst()).draft().original()).isEqualTo(A);
        assertThat(((Parsed.Good) all.getLast()).draft().original()).isEqualTo(B);
      }
    }
  }

  @Test
  void severalFilesInOne_areReadOn() {
    String file =
        "{\"Records\":[" + A + "]}\n{\"Records\":[]}{\"Records\":[" + B + "]}\n" + A + "\n";
    assertThat(originals(read(file))).containsExactly("1 " + A, "1 " + B, "3 " + A);
  }

  @Test
  void prettyPrintedRecords_areWhole() {
    String pretty = "{\n  \"who\": \"a\",\n  \"more\": {\n    \"n\": [\n      {}\n    ]\n  }\n}";
    String flush = "{\n\"who\": \"a\",\n\"more\":\n{\n\"n\": [\n{\n}\n]\n}\n}";
    for (String record : List.of(pretty, flush)) {
      List<Parsed> all = read(record + "\n" + record + "\n");
      assertThat(all).hasSize(2).allMatch(Parsed.Good.class::isInstance);
      assertThat(((Parsed.Good) all.getLast()).draft().original()).isEqualTo(record);
    }
  }

  @Test
  void brokenLines_neverTouchTheirNeighbours() {
    for (String broken :
        List.of(
            A.substring(0, 10),
            B.substring(0, B.length() - 1),
            B.substring(0, B.length() - 5),
            "nonsense",
            "12",
            "{\"who\":}",
            "{\"who\":\"x\"}}",
            "\"text\"",
            "{\"who\":\"\u0001\"}",
            "{\"no\":\"body\"}",
            "{" + "\"a\":[".repeat(300))) {
      List<String> told = originals(read(A + "\n" + broken + "\n" + B + "\n"));
      assertThat(told.getFirst()).as(broken).isEqualTo("1 " + A);
      assertThat(told.getLast()).as(broken).isEqualTo("3 " + B);
      assertThat(told.subList(1, told.size() - 1))
          .as(broken)
          .anyMatch(one -> one.startsWith("2 ["));
    }
  }

  @Test
  void brokenElements_ofAnArray_neverTouchTheirNeighbours() {
    List<String> told = originals(read("[" + A + ",7,{\"who\":},\"x\"," + B + "]"));
    assertThat(told).hasSize(5);
    assertThat(told.getFirst()).isEqualTo("1 " + A);
    assertThat(told.get(1)).isEqualTo("2 [record: not a JSON object]");
    assertThat(told.getLast()).isEqualTo("5 " + B);
  }

  @Test
  void fileThatEndsTooSoon_saysSo() {
    assertThat(originals(read("{\"Records\":[" + A + "," + B.substring(0, 12))))
        .containsExactly(
            "1 " + A,
            "2 [record: the file ends inside the record]",
            "3 [record: the file ends inside the array of records]");
    assertThat(originals(read(A + "\n" + B.substring(0, 12))))
        .containsExactly("1 " + A, "2 [record: the file ends inside the record]");
    byte[] gzip = GzipTest.gzip((A + "\n").repeat(1_000).getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(
            () -> {
              try (RecordReader reader =
                  RecordReader.open(
                      new ByteArrayInputStream(Arrays.copyOf(gzip, gzip.length - 20)),
                      new PlainMapper())) {
                while (reader.next().isPresent()) {
                  assertThat(reader.bytesRead()).isPositive();
                }
              }
            })
        .isInstanceOf(IOException.class);
    assertThat(read("")).isEmpty();
    assertThat(read(" \n")).isEmpty();
  }

  @Test
  void recordsOfOneMebibyte_areTaken_largerOnesAreTooLarge() {
    String most = "{\"who\":\"a\",\"x\":\"" + "y".repeat(EventDraft.ORIGINAL_MAX - 18) + "\"}";
    assertThat(most).hasSize(EventDraft.ORIGINAL_MAX);
    List<Parsed> all = read(most + "\n" + most.replace("\"a\"", "\"aa\"") + "\n" + A + "\n");
    assertThat(all).hasSize(3);
    assertThat(((Parsed.Good) all.get(0)).draft().original()).isEqualTo(most);
    assertThat(((Parsed.Bad) all.get(1)).tooLarge()).isTrue();
    assertThat(told(all.get(2))).isEqualTo("3 " + A);
  }

  @Test
  void whatAnEventCannotHold_aRecordStillMay() {
    String record =
        "{\"who\":\"a\",\"more\":{\"big\":12345678901234567890,\"half\":\"x\\ud800\",\"twice\":1,"
            + "\"twice\":2,\"far\":1e999}}";
    EventDraft draft = ((Parsed.Good) read(record).getFirst()).draft();
    assertThat(draft.original()).isEqualTo(record);
    assertThat(draft.details().text("big")).isEqualTo("12345678901234567890");
    assertThat(draft.details().text("half")).isEqualTo("x\ufffd");
    assertThat(draft.details().get("twice")).isEqualTo(Json.of(2));
    assertThat(draft.details().text("far")).isEqualTo("1e999");
  }

  @Test
  void recordWithoutWhatAnEventNeeds_saysWhat() {
    assertThat(originals(read("{\"id\":\"1\"}"))).containsExactly("1 [actor.squidId: missing]");
  }
}
