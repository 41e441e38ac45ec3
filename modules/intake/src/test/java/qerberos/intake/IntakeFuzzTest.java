package qerberos.intake;

import static org.assertj.core.api.Assertions.assertThat;

import fuzz.Fuzzed;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import qerberos.event.AuditEvent;
import qerberos.event.EventFaults;
import qerberos.event.Fault;
import qerberos.event.Privacy;
import qerberos.event.SealedEvent;
import qerberos.event.Sealer;
import qerberos.event.SubjectKey;
import qerberos.event.SubjectKeys;

/// Whatever bytes arrive, each line is an event that can be sealed and opened again, or bad with a
/// field and a message; nothing else comes out, and nothing is thrown but `EventFaults`.
final class IntakeFuzzTest {
  private static final int ROUNDS = Integer.getInteger("fuzz.rounds", 8_000);
  private static final IntakeLimits LIMITS = new IntakeLimits(50, 1 << 16);
  private static final EventReader READER = new EventReader(LIMITS);
  private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");

  private static final Sealer SEALER =
      new Sealer(
          Privacy.defaults(),
          new SubjectKeys() {
            private final SubjectKey key = new SubjectKey(new byte[SubjectKey.BYTES]);

            @Override
            public SubjectKey keyFor(String subject) {
              return key;
            }

            @Override
            public Optional<SubjectKey> existing(String subject) {
              return Optional.of(key);
            }
          });

  private static final String FULL =
      """
      {"id":"42","type":"auth.login","subtype":"otp","severity":"low","ref":"app:portal",\
      "layer":"web","verdict":"DENY","actor":{"daoId":"d","squidId":"alice","subId":"w"},\
      "details":{"ip":"203.0.113.7","password":"x","n":[1,-2.5e-7,1e21,true,null,{"a":"\\u00e9"}],\
      "headers":[{"name":"Cookie","value":"s"}],"t":{"email":["a@b"],"u":{"v":{}}}},\
      "context":{"request_id":"r1"},"original":"{\\"token\\":\\"t\\",\\"k\\":[1]}",\
      "timestamp":"2026-11-21T11:00:00.5+01:00","cid":"c","before":1,"after":{"x":"\\ud83d\\ude00"}}\
      """;

  private static final String TRAIL =
      """
      {"eventSource":"s3.amazonaws.com","eventName":"GetObject","eventID":"e1",\
      "eventTime":"2026-03-01T10:00:00Z","sourceIPAddress":"198.51.100.4","userAgent":"cli",\
      "errorCode":"AccessDenied","resources":[{"ARN":"arn:aws:s3:::b"}],\
      "userIdentity":{"type":"Root","accountId":"1"},"requestParameters":{"a":{"items":[{"bId":1}]}},\
      "responseElements":{"credentials":{"sessionToken":"s"},"big":12345678901234567890}}\
      """;

  static Stream<byte[]> bodies() {
    return Stream.of(
            "",
            "\n",
            "\t\0\0\0\n",
            "\0{\0}\n{\0}\0",
            FULL,
            EventReaderTest.LEAST,
            "\ufeff" + EventReaderTest.LEAST + "\r\n\n" + FULL + "\n{}",
            "[" + FULL + "," + EventReaderTest.LEAST + ",1]",
            "{\"type\":\"\\ud800\",\"details\":{\"a\":1,\"a\":2}}",
            "{\"details\":{\"n\":9007199254740993,\"m\":1e400,\"k\":-0,\"z\":1e20}}",
            "{\"details\":" + "[".repeat(150) + "]".repeat(150) + "}",
            "{\"details\":{" + "\"a\":{".repeat(70) + "}".repeat(70) + "}}",
            "[".repeat(1_000),
            "{\"\":0}".repeat(60),
            "{\"timestamp\":\"2026-11-21T23:59:60Z\",\"verdict\":\"allow\",\"seq\":1}")
        .map(text -> text.getBytes(StandardCharsets.UTF_8));
  }

  static Stream<byte[]> files() {
    return Stream.of(
            "",
            TRAIL,
            TRAIL + "\n" + TRAIL.substring(0, 60) + "\n" + TRAIL,
            "{\"Records\":[" + TRAIL + "," + TRAIL + "],\"x\":{}}{\"Records\":[]}" + TRAIL,
            "[" + TRAIL + ",7,{]," + TRAIL,
            "{\n\"eventName\":\n\"x\"\n}\n{\"Records\" : [",
            "{\"a\":[".repeat(300) + "\n]]}")
        .map(text -> text.getBytes(StandardCharsets.UTF_8));
  }

  static Stream<byte[]> gzips() {
    return Stream.concat(bodies(), files())
        .limit(5)
        .map(GzipTest::gzip)
        .flatMap(gzip -> Stream.of(gzip, joined(gzip, gzip), Arrays.copyOf(gzip, gzip.length - 1)));
  }

  private static byte[] joined(byte[] one, byte[] other) {
    var out = new ByteArrayOutputStream();
    out.writeBytes(one);
    out.writeBytes(other);
    return out.toByteArray();
  }

  @Fuzzed("bodies")
  void ndjson(byte[] bytes) {
    try {
      READER.ndjson(bytes).forEach(IntakeFuzzTest::check);
    } catch (EventFaults e) {
      checkBody(e);
    }
  }

  @Fuzzed("bodies")
  void json(byte[] bytes) {
    try {
      READER.json(bytes).events().forEach(IntakeFuzzTest::check);
    } catch (EventFaults e) {
      checkBody(e);
    }
  }

  @Fuzzed("gzips")
  void gzip(byte[] bytes) {
    try {
      assertThat(Gzip.expand(bytes, 2_000).length).isLessThanOrEqualTo(2_000);
    } catch (EventFaults e) {
      checkBody(e);
    }
  }

  @Fuzzed("files")
  void cloudTrail(byte[] bytes) {
    try (RecordReader reader =
        RecordReader.open(new ByteArrayInputStream(bytes), new CloudTrailMapper())) {
      int count = 0;
      for (Optional<Parsed> one = reader.next(); one.isPresent(); one = reader.next()) {
        check(one.get());
        assertThat(++count).isLessThanOrEqualTo(bytes.length + 1);
      }
    } catch (IOException e) {
      assertThat(Gzip.is(bytes)).as("only damaged gzip cannot be read on: %s", e).isTrue();
    }
  }

  private static void checkBody(EventFaults faults) {
    assertThat(faults.faults())
        .singleElement()
        .satisfies(fault -> assertThat(fault.field()).isEqualTo("body"));
  }

  private static void check(Parsed parsed) {
    switch (parsed) {
      case Parsed.Bad(int line, List<Fault> faults) -> {
        assertThat(line).isPositive();
        assertThat(faults).isNotEmpty().hasSizeLessThan(300);
        for (Fault fault : faults) {
          assertThat(fault.field()).isNotEmpty().hasSizeLessThan(400);
          assertThat(fault.message()).isNotEmpty().hasSizeLessThan(600);
        }
      }
      case Parsed.Good good -> {
        SealedEvent sealed;
        try {
          sealed = SEALER.seal(new AuditEvent("id", "fuzz", NOW, good.draft().withId("id")));
        } catch (EventFaults e) {
          assertThat(e.tooLarge()).isTrue();
          return;
        }
        assertThat(SEALER.open(sealed.leaf(), sealed.sealed())).isEqualTo(sealed.event());
      }
    }
  }

  /// What anybody can run without a fuzzer: the examples, changed at random.
  @Test
  void changedExamples_areGoodOrBad() {
    long seed = 64_738;
    var random = new Random(seed);
    Map<Consumer<byte[]>, List<byte[]>> readers =
        Map.of(
            this::ndjson, bodies().toList(),
            this::json, bodies().toList(),
            this::gzip, gzips().toList(),
            this::cloudTrail, files().toList());
    readers.forEach(
        (reader, examples) -> {
          for (int i = 0; i < ROUNDS; i++) {
            byte[] changed = changed(examples.get(random.nextInt(examples.size())), random);
            try {
              reader.accept(changed);
            } catch (RuntimeException | AssertionError e) {
              throw new AssertionError(
                  "seed "
                      + seed
                      + ", round "
                      + i
                      + ": "
                      + new String(changed, StandardCharsets.UTF_8),
                  e);
            }
          }
        });
  }

  private static byte[] changed(byte[] example, Random random) {
    byte[] likely = "{}[]\":,\\u0019dDeE+-. \n\rtfnx\u00e9".getBytes(StandardCharsets.UTF_8);
    var out = new ByteArrayOutputStream();
    out.writeBytes(example);
    for (int i = 1 + random.nextInt(6); i > 0; i--) {
      byte[] bytes = out.toByteArray();
      int at = random.nextInt(bytes.length + 1);
      int cut =
          Math.min(
              bytes.length - at, random.nextInt(4) == 0 ? random.nextInt(40) : random.nextInt(2));
      out.reset();
      out.write(bytes, 0, at);
      switch (random.nextInt(4)) {
        case 0 -> out.write(likely[random.nextInt(likely.length)]);
        case 1 -> out.write(random.nextInt(256));
        case 2 -> {
          if (bytes.length > 0 && bytes.length < 20_000) {
            int from = random.nextInt(bytes.length);
            out.write(bytes, from, random.nextInt(Math.min(200, bytes.length - from) + 1));
          }
        }
        default -> {}
      }
      out.write(bytes, at + cut, bytes.length - at - cut);
    }
    return out.toByteArray();
  }
}
