package qerberos.benchmarks;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// Audit events as an application would send them, about 600 bytes of JSON each, from a seed.
///
/// 10,000 identities of which a few are busy (the share falls with the square of the rank), 24
/// types, 2,000 resources, an address and an agent per event (both are sealed by the default
/// settings), and a sender's id, so that every event is also looked up for duplicates. One event in
/// twenty is refused.
///
/// 20,000 events are rendered once; what is handed out are copies of them with an id of their own
/// and the time of their batch, so that the generator costs a small part of what it measures.
///
/// Used by one thread at a time.
final class SyntheticEvents {
  static final int IDENTITIES = 10_000;

  static final String[] TYPES = {
    "auth.session",
    "document.read",
    "document.update",
    "document.share",
    "document.delete",
    "user.create",
    "user.update",
    "user.disable",
    "role.grant",
    "role.revoke",
    "key.create",
    "key.rotate",
    "export.start",
    "export.finish",
    "payment.create",
    "payment.refund",
    "config.update",
    "policy.update",
    "consent.grant",
    "consent.withdraw",
    "file.upload",
    "file.download",
    "report.view",
    "query.run"
  };
  static final String[] AGENTS = {
    "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_7) AppleWebKit/605.1.15 Version/18.1"
        + " Safari/605.1.15",
    "inventory-sync/4.12.0 (linux; amd64) http-client/2.3",
    "python-requests/2.32.3"
  };
  static final String[] LAYERS = {"application", "api", "infrastructure", "identity"};

  static final int TEMPLATES = 20_000;
  private static final String ID_SLOT = "000000000000";
  private static final String TIME_SLOT = "2026-01-01T00:00:00.000Z";

  private static final Duration APART = Duration.ofMillis(10);

  // Where the hexadecimal ids stand, counted from the end of an event.
  private static final int TRACE_FROM_END = "'}}".length() + 32;
  private static final int REQUEST_FROM_END = TRACE_FROM_END + "','trace_id':'".length() + 16;

  private final List<byte[]> templates;
  private final int idEnd;
  private final Instant start;
  private final Duration apart;
  private final @Nullable SplittableRandom requests;
  private long made;

  /// @param prefix makes the ids of this generator its own; two generators never share one
  SyntheticEvents(long seed, String prefix, Instant start) {
    this(seed, prefix, start, TEMPLATES);
  }

  /// @param count how many different events to render
  SyntheticEvents(long seed, String prefix, Instant start, int count) {
    this(seed, prefix, start, count, APART, null);
  }

  private SyntheticEvents(
      long seed,
      String prefix,
      Instant start,
      int count,
      Duration apart,
      @Nullable SplittableRandom requests) {
    this.apart = apart;
    this.requests = requests;
    this.start = start.truncatedTo(ChronoUnit.SECONDS);
    this.idEnd = "{'id':'".length() + prefix.length() + 1 + ID_SLOT.length();
    this.templates = new ArrayList<>(count);
    var random = new Random(seed);
    for (int i = 0; i < count; i++) {
      templates.add(template(random, prefix).getBytes(StandardCharsets.US_ASCII));
    }
  }

  /// The same, further apart, and each with a request id and a trace id of its own, which is what
  /// makes a store and its indexes large.
  static SyntheticEvents distinct(long seed, String prefix, Instant start, Duration apart) {
    return new SyntheticEvents(seed, prefix, start, TEMPLATES, apart, new SplittableRandom(seed));
  }

  /// The next events as NDJSON, one per line. A million of them span some three hours, unless they
  /// are further apart.
  byte[] batch(int events) {
    var bytes = new ByteArrayOutputStream(events * 640);
    byte[] time = timeOf(made).getBytes(StandardCharsets.US_ASCII);
    for (int i = 0; i < events; i++) {
      byte[] event = templates.get((int) (made % templates.size())).clone();
      long rest = made++;
      for (int digit = idEnd - 1; digit >= idEnd - ID_SLOT.length(); digit--) {
        event[digit] = (byte) ('0' + rest % 10);
        rest /= 10;
      }
      System.arraycopy(time, 0, event, idEnd + "','timestamp':'".length(), time.length);
      if (requests != null) {
        hex(requests.nextLong(), event, event.length - REQUEST_FROM_END);
        hex(requests.nextLong(), event, event.length - TRACE_FROM_END);
        hex(requests.nextLong(), event, event.length - TRACE_FROM_END + 16);
      }
      bytes.writeBytes(event);
      bytes.write('\n');
    }
    return bytes.toByteArray();
  }

  /// How many events were handed out so far.
  long made() {
    return made;
  }

  private String timeOf(long event) {
    String time = start.plus(apart.multipliedBy(event)).truncatedTo(ChronoUnit.MILLIS).toString();
    return time.length() == TIME_SLOT.length() ? time : time.replace("Z", ".000Z");
  }

  private static void hex(long value, byte[] event, int at) {
    long rest = value;
    for (int digit = at + 15; digit >= at; digit--) {
      event[digit] = (byte) Character.forDigit((int) (rest & 15), 16);
      rest >>>= 4;
    }
  }

  private static String template(Random random, String prefix) {
    double skew = random.nextDouble();
    int actor = (int) (skew * skew * IDENTITIES);
    int type = random.nextInt(TYPES.length);
    boolean refused = random.nextInt(20) == 0;
    int revision = random.nextInt(50);
    return """
    {"id":"%s-%s","timestamp":"%s","type":"%s","ref":"document:%d",\
    "actor":{"squidId":"did:squid:person%d","subId":"device%d","daoId":"team%d"},\
    "layer":"%s","verdict":"%s",\
    "details":{"ip":"10.%d.%d.%d","userAgent":"%s","durationMs":%d,"method":"POST",\
    "path":"/v2/projects/%d/documents/%d","before":{"state":"draft","revision":%d},\
    "after":{"state":"published","revision":%d},"reason":"%s"},\
    "context":{"request_id":"%016x","trace_id":"%016x%016x"}}\
    """
        .formatted(
            prefix,
            ID_SLOT,
            TIME_SLOT,
            TYPES[type],
            random.nextInt(2_000),
            actor,
            actor % 7,
            actor % 40,
            LAYERS[type % LAYERS.length],
            refused ? "DENY" : "ALLOW",
            actor & 0xff,
            random.nextInt(256),
            random.nextInt(256),
            AGENTS[actor % AGENTS.length],
            random.nextInt(900),
            random.nextInt(300),
            random.nextInt(100_000),
            revision,
            revision + 1,
            refused ? "the role does not allow it" : "quarterly review of shared documents",
            random.nextLong(),
            random.nextLong(),
            random.nextLong());
  }
}
