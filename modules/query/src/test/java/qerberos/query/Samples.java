package qerberos.query;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import qerberos.event.Actor;
import qerberos.event.AuditEvent;
import qerberos.event.EventDraft;
import qerberos.event.Json;
import qerberos.event.ObjBuilder;
import qerberos.event.Verdict;
import qerberos.query.Query.Bound;

/// Random events and queries over few enough values that they meet. Used by one thread at a time.
final class Samples {
  static final Instant START = Instant.parse("2026-03-28T22:00:00Z");

  private static final List<String> TYPES =
      List.of(
          "auth.login", "auth.logout", "auth", "data.read", "Data.Read", "données.lues", "a\0b");
  private static final List<String> ACTORS =
      List.of(
          "did:squid:ci", "did:squid:ada", "did:squid:ada2", "arn:aws:iam::1:user/x y", "Ünïcode");
  private static final List<String> WORDS =
      List.of(
          "quarterly",
          "Report",
          "REPORT",
          "7",
          "2026",
          "naïve",
          "nai\u0308ve",
          "ΣΊΣΥΦΟΣ",
          "東京",
          "x",
          "o'neil",
          "\"quoted\"",
          "back\\slash",
          "-",
          "—",
          "🙂",
          "AND",
          "zürich",
          "हिन्दी");
  private static final List<String> PATHS =
      List.of(
          "ip", "amount", "user.name", "a b", "a.b", "tags", "flag", "path:\"x\"", "nul\0", "über");
  private static final List<String> ADDRESSES =
      List.of(
          "10.0.0.1",
          "10.0.0.2",
          "10.1.2.3",
          "192.168.0.1",
          "2001:db8::1",
          "2001:DB8:0::2",
          "::ffff:10.0.0.1",
          "010.0.0.1",
          "10.0.0.256",
          "fe80::1",
          "::");
  private static final List<String> OPAQUE =
      List.of(
          "5f0c1a9e-7b51-4c0d-9a4e-0123456789ab",
          "5F0C1A9E-7B51-4C0D-9A4E-0123456789AB",
          "0123456789abcdef",
          "1234567890123456",
          "0123456789abcde");
  private static final List<String> NETWORKS =
      List.of(
          "10.0.0.0/8",
          "10.0.0.0/31",
          "10.0.0.1/32",
          "0.0.0.0/0",
          "::/0",
          "2001:db8::/32",
          "192.168.0.0/16",
          "2001:db8::1/128");
  private static final String LONG = "long ".repeat(60);

  final Random random;

  Samples(long seed) {
    random = new Random(seed);
  }

  <T> T one(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  /// The event that arrives as number `i`: time runs on, with some that come late.
  AuditEvent event(int i) {
    Instant received = START.plus(i * 977L, ChronoUnit.SECONDS).plusNanos(random.nextInt(1 << 30));
    Instant happened =
        random.nextInt(4) == 0
            ? null
            : received.minus(
                random.nextInt(5) == 0 ? random.nextInt(200_000) : 1, ChronoUnit.SECONDS);
    EventDraft draft =
        EventDraft.builder()
            .type(one(TYPES))
            .subtype(maybe(List.of("mfa", "password")))
            .severity(maybe(List.of("low", "high")))
            .ref(random.nextInt(8) == 0 ? one(random.nextBoolean() ? ADDRESSES : OPAQUE) : text())
            .actor(new Actor(one(ACTORS), maybe(List.of("sub1", "sub2")), maybe(List.of("dao1"))))
            .layer(one(List.of("api", "db")))
            .verdict(one(List.of(Verdict.values())))
            .details(object(2))
            .context(random.nextBoolean() ? Json.EMPTY : object(1))
            .timestamp(happened)
            .build();
    String id =
        random.nextBoolean() ? "id-" + i : new java.util.UUID(random.nextLong(), i).toString();
    return new AuditEvent(id, one(List.of("gate", "import")), received, draft);
  }

  private @Nullable String maybe(List<String> of) {
    return random.nextInt(3) == 0 ? null : one(of);
  }

  String text() {
    var text = new StringBuilder(one(WORDS));
    for (int i = random.nextInt(4); i > 0; i--) {
      text.append(one(List.of(" ", "/", "-", ""))).append(one(WORDS));
    }
    return text.toString();
  }

  private Json.Obj object(int depth) {
    var object = new ObjBuilder();
    for (int i = random.nextInt(5); i > 0; i--) {
      object.put(one(PATHS), value(depth));
    }
    return object.build();
  }

  private Json value(int depth) {
    return switch (random.nextInt(depth > 0 ? 10 : 8)) {
      case 0, 1 -> Json.of(one(ADDRESSES));
      case 2 -> Json.of(random.nextBoolean() ? text() : one(OPAQUE));
      case 3 -> Json.of(number());
      case 4 -> Json.of(random.nextBoolean());
      case 5 -> Json.of(one(List.of("", "12", "1.5e1", "true", LONG + "1", LONG + "2", "a*b")));
      case 6 -> Json.NULL;
      case 7 -> Json.of(random.nextInt(4));
      case 8 -> object(depth - 1);
      default -> {
        var items = new ArrayList<Json>();
        for (int i = random.nextInt(4); i > 0; i--) {
          items.add(value(depth - 1));
        }
        yield new Json.Arr(items);
      }
    };
  }

  double number() {
    return one(List.of(0.0, -0.0, 12.0, 15.0, 1e9, -3.25, 1e300, -1e-7, 9_007_199_254_740_992.0));
  }

  Query query(int depth) {
    return switch (random.nextInt(depth > 0 ? 14 : 10)) {
      case 0 -> new Query.All();
      case 1, 2 -> term();
      case 3 ->
          new Query.Prefix(
              field(),
              one(
                  List.of(
                      "",
                      "a",
                      "auth.",
                      "did:squid:ada",
                      "long l",
                      "10.",
                      "10.0.0",
                      "1",
                      "0123",
                      "10.0.0.1")));
      case 4 -> new Query.Prefix("text", one(List.of("q", "rep", "20", "zür")));
      case 5 -> new Query.Range(one(List.of("time", "receivedAt")), instant(), maybeInstant());
      case 6 -> new Query.Range(nested(), bound(Double.toString(number())), null);
      case 7 ->
          random.nextInt(3) == 0
              ? new Query.Range(
                  nested(), bound("10.0.0.1"), random.nextBoolean() ? null : bound("10.1.0.0"))
              : new Query.Range(nested(), bound("a"), bound(one(List.of("b", "naïve", "z"))));
      case 8 -> new Query.Cidr(random.nextInt(3) == 0 ? "text" : nested(), one(NETWORKS));
      case 9 -> words();
      case 10 -> new Query.Not(query(depth - 1));
      case 11 -> new Query.Or(List.of(query(depth - 1), query(depth - 1)));
      default -> new Query.And(List.of(query(depth - 1), query(depth - 1)));
    };
  }

  private Query words() {
    String text = one(List.of(text(), text(), text() + " " + one(ADDRESSES), one(OPAQUE)));
    return Words.distinct(text).isEmpty() ? new Query.Text("report") : new Query.Text(text);
  }

  private Query term() {
    return switch (random.nextInt(9)) {
      case 0 -> new Query.Term("type", one(TYPES));
      case 1 -> new Query.Term("actor", one(ACTORS));
      case 2 -> new Query.Term("verdict", one(List.of("allow", "DENY", "Warn")));
      case 3 -> new Query.Term("subId", one(List.of("sub1", "sub3")));
      case 4 -> new Query.Term("id", "id-" + random.nextInt(500));
      case 5 -> new Query.Term("seq", Integer.toString(random.nextInt(500)));
      case 6 ->
          new Query.Term(nested(), one(List.of("true", "12", "1.2e1", "0", "-0", LONG + "1", "")));
      case 7 -> new Query.Term(nested(), one(random.nextBoolean() ? ADDRESSES : OPAQUE));
      default -> new Query.Range("seq", bound("" + random.nextInt(500)), null);
    };
  }

  private String field() {
    return random.nextBoolean()
        ? nested()
        : one(List.of("type", "subtype", "severity", "actor", "subId", "daoId", "ref", "source"));
  }

  private String nested() {
    return one(List.of("details.", "details.", "context."))
        + one(PATHS)
        + (random.nextInt(4) == 0 ? "." + one(PATHS) : "");
  }

  private Bound bound(String value) {
    return new Bound(value, random.nextBoolean());
  }

  private Bound instant() {
    Instant instant = START.plusSeconds(random.nextInt(500_000)).plusNanos(random.nextInt(1 << 30));
    return bound(
        instant
            .truncatedTo(one(List.of(ChronoUnit.NANOS, ChronoUnit.MILLIS, ChronoUnit.DAYS)))
            .toString());
  }

  private @Nullable Bound maybeInstant() {
    return random.nextBoolean() ? null : instant();
  }
}
