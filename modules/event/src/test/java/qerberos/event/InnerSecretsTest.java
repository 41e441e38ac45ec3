package qerberos.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class InnerSecretsTest {
  private static final String JWT =
      "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U";

  /// What comes in, and what may be left of it.
  private static final String[][] SECRETS = {
    {"https://bob:hunter2@example.org/x", "https://bob:***@example.org/x"},
    {"postgres://app:p%40ss@db:5432/audit", "postgres://app:***@db:5432/audit"},
    {"clone https://ghp_16C7e42F292c6912E7@github.com/a/b", "clone https://***@github.com/a/b"},
    {"redis://:s3cr3t@cache:6379/0", "redis://:***@cache:6379/0"},
    {"mongodb://u:a@b@h1,h2/db", "mongodb://u:***@h1,h2/db"},
    {"https://h/cb?code=1&token=abc&x=2", "https://h/cb?code=1&token=***&x=2"},
    {"/v1?api_key=k1", "/v1?api_key=***"},
    {"?apikey=k1&API-Key=k2", "?apikey=***&API-Key=***"},
    {"https://h/#access_token=abc&expires_in=60", "https://h/#access_token=***&expires_in=60"},
    {"a=1&password=p+w%21&b=2", "a=1&password=***&b=2"},
    {"user[password]=geheim&user[age]=7", "user[password]=***&user[age]=7"},
    {"user%5Bpassword%5D=x&u%5Bpwd=geheim", "user%5Bpassword%5D=x&u%5Bpwd=***"},
    {"Server=db;User Id=sa;Password=P@ss w;", "Server=db;User Id=sa;Password=*** w;"},
    {"run --client-secret=abc --verbose", "run --client-secret=*** --verbose"},
    {"mysql --user bob --password geheim app", "mysql --user bob --password *** app"},
    {"mysql -uroot -pgeheim app", "mysql -uroot -p*** app"},
    {"/usr/bin/mysqldump -h db -p12345 app > x", "/usr/bin/mysqldump -h db -p*** app > x"},
    {"mysqladmin -p'two words' ping", "mysqladmin -p'***' ping"},
    {"sh -c \"mariadb -u a -pgeheim\"", "sh -c \"mariadb -u a -p***\""},
    {"sh -c \"mysql -p\\\"a b\\\" app\"", "sh -c \"mysql -p\\\"***\\\" app\""},
    {"docker exec db mysql \"-pgeheim\"", "docker exec db mysql \"-p***\""},
    {"mysql.exe -pgeheim", "mysql.exe -p***"},
    {"cd x; mysql -pa1 && mysql -pb2", "cd x; mysql -p*** && mysql -p***"},
    {"mariadb-dump \\\n -pgeheim", "mariadb-dump \\\n -p***"},
    {"{\"cmd\":\"mysql -pgeheim\"}", "{\"cmd\":\"mysql -p***\"}"},
    {"login --token abc123; rm -r x", "login --token ***; rm -r x"},
    {"deploy --api-key  k1 --verbose", "deploy --api-key  *** --verbose"},
    {"run --secret 'two words' now", "run --secret '***' now"},
    {"sh -c \"run --client_secret x1\"", "sh -c \"run --client_secret ***\""},
    {"sh -c \"run --password \\\"a b\\\" --id 7\"", "sh -c \"run --password \\\"***\\\" --id 7\""},
    {"--password \"an open end", "--password \"***"},
    {"--password 12345", "--password ***"},
    {"{\"cmd\":\"\\n--password geheim\"}", "{\"cmd\":\"\\u000a--password ***\"}"},
    {"spring.datasource.password = geheim", "spring.datasource.password = ***"},
    {"export SECRET_KEY=\"two words\" PORT=1", "export SECRET_KEY=\"***\" PORT=1"},
    {"Login{user=bob, password=x1}", "Login{user=bob, password=***}"},
    {"sent (token=abc, then left)", "sent (token=***, then left)"},
    {"GET / Authorization: Bearer abc", "GET / Authorization: Bearer ***"},
    {"authorization:bearer abc.def", "authorization:bearer ***"},
    {"curl -H 'Authorization: Basic Ym9iOmg='", "curl -H 'Authorization: Basic ***'"},
    {"Proxy-Authorization: Digest username=\"b\", response=\"6\"", null},
    {"tried with Bearer 8f3kd92ks81 and left", "tried with Bearer *** and left"},
    {"Basic Ym9iOmh1bnRlcjI=", "Basic ***"},
    {"Cookie: sid=8f3; theme=dark\nHost: h", "Cookie: ***\nHost: h"},
    {"Set-Cookie: id=a3f; HttpOnly", "Set-Cookie: ***"},
    {"X-API-Key: 0123456789abcdef0123", "X-API-Key: ***"},
    {"{'user': 'bob', 'password': 'p w'}", "{'user': 'bob', 'password': '***'}"},
    {"the session was " + JWT + " then", "the session was *** then"},
    {"-----BEGIN RSA PRIVATE KEY-----\nMIIE\nAB\n-----END RSA PRIVATE KEY-----", null},
    {"{\"password\":\"geheim\",\"n\":1}", "{\"password\":\"***\",\"n\":1}"},
    {"body: {\"a\": {\"pwd\" : \"x\"}} sent", "body: {\"a\": {\"pwd\" : \"***\"}} sent"},
    {"{\"url\":\"https://u:p@h/\"}", "{\"url\":\"https://u:***@h/\"}"},
    {"{\"q\":\"a=1\\u0026token=abc\"}", "{\"q\":\"a=1&token=***\"}"},
    {"[{\"b\":\"{\\\"secret\\\":\\\"s\\\"}\"}]", "[{\"b\":\"{\\\"secret\\\":\\\"***\\\"}\"}]"},
    {"x={\\\"password\\\":\\\"geheim\\\"}", "x={\\\"password\\\":\\\"***\\\"}"},
    {"{broken \"token\": \"abc\"", "{broken \"token\": \"***\""},
    {"{'h': 'https://u:p@h'} {\"otp\":123}", "{'h': 'https://u:***@h'} {\"otp\":\"***\"}"},
  };

  private static final List<String> HARMLESS =
      List.of(
          "",
          "password",
          "password=",
          "token: expired",
          "Password: must be changed at the next login",
          "Authorization: denied by policy",
          "Bearer authentication is required",
          "bearer of bad news",
          "Basic authentication",
          "Basic plan, 12 seats",
          "https://example.org:8443/a/b?page=2&sort=asc",
          "https://medium.com/@alice:note",
          "ssh://git@github.com/a/b.git",
          "mail alice@example.org about http://h",
          "/list?nextToken=abc123&page_token=4",
          "tokens=812",
          "maxTokens=4096&tokens=12",
          "passwordResetRequired=true",
          "password=null, token=undefined",
          "if (password == null) return;",
          "token=... see the manual",
          "the password value",
          "give the --password option, or --token-file t",
          "--password is required and --token must not be empty",
          "run --password --user bob",
          "mysql -u bob -p app",
          "mysql -u bob -P3306 app",
          "mysql -u bob -p",
          "mysql -u bob; mkdir -pv x",
          "mysql < x | ssh -p2222 h",
          "mysql < x\nmkdir -pv x",
          "ssh -p2222 h mysql",
          "docker run --name mysql -p3306:3306 -d x",
          "docker run --name mysql -p127.0.0.1:80:80/tcp x",
          "cp -pr a b",
          "mkdir -pv x",
          "ps -p1",
          "mysqld -pidfile",
          "my mysql-pool -pool",
          "run --password",
          "run --password ",
          "login --password-stdin registry.example.org",
          "run --tokens 812 --max-tokens 4096 --page-token 7",
          "pre--password x",
          "- password x -- password y",
          "--verbose yes --user bob",
          "Cookie: accepted",
          "cookie policy: strict",
          "2026-11-21T09:59:58Z",
          "arn:aws:iam::111122223333:user/alice",
          "did:squid:alice",
          "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
          "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
          "aGVsbG8gd29ybGQ=",
          "a == b && c == d",
          "{not json at all}",
          "{\"a\":1,\"b\":[true,null],\"c\":\"x=1\"}",
          "{\"tokens\":812,\"nextToken\":\"abc\"}",
          "function () { return \"x\"; }",
          "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
          "eyJ is how they begin",
          "eyJhbGciOiJIUzI1NiJ9",
          "secret: arn:aws:secretsmanager:eu-west-1:1:secret:db",
          "password=***&token=***",
          "https://bob:***@example.org",
          "Größe=12 · 名前=秘密 😀:",
          "key: 0123456789abcdef0123");

  private final SecretText json = new SecretText(new Treatments(Privacy.defaults()));
  private final InnerSecrets inner = json.inner();

  @Test
  void secretsInATextAreMasked_theRestStays() {
    for (String[] row : SECRETS) {
      if (row[1] != null) {
        assertThat(inner.mask(row[0])).isEqualTo(row[1]);
      }
    }
    assertThat(List.of(SECRETS)).hasSizeGreaterThan(30);
    assertThat(inner.mask("Proxy-Authorization: Digest username=\"b\", response=\"6\""))
        .startsWith("Proxy-Authorization: Digest ***");
    assertThat(inner.mask("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----"))
        .isEqualTo("-----BEGIN RSA PRIVATE KEY-----***-----END RSA PRIVATE KEY-----");
  }

  @Test
  void harmlessTextsStay() {
    for (String text : HARMLESS) {
      assertThat(inner.mask(text)).isEqualTo(text);
    }
    assertThat(HARMLESS).hasSizeGreaterThan(30);
  }

  @Test
  void whatIsMasked_isMaskedOnce() {
    for (String[] row : SECRETS) {
      String once = inner.mask(row[0]);
      assertThat(inner.mask(once)).isEqualTo(once);
    }
  }

  @Test
  void originals_areLookedIntoStringByString_andStayAsTheyAreElsewhere() {
    assertThat(
            json.mask(
                "{ \"uri\" : \"https:\\/\\/u:p@h\\/\", \"n\": 1.50,\n \"m\":\"caf\\u00e9 x=1\"}"))
        .isEqualTo("{ \"uri\" : \"https://u:***@h/\", \"n\": 1.50,\n \"m\":\"caf\\u00e9 x=1\"}");
    assertThat(json.mask("{\"value\":\"https://u:p@h\",\"name\":\"token\"}"))
        .isEqualTo("{\"value\":\"***\",\"name\":\"token\"}");
    assertThat(json.mask("{\"a\":\"\\ud800 token=abc\\n\"}"))
        .isEqualTo("{\"a\":\"\\ud800 token=***\\u000a\"}");
    assertThat(json.mask("<165>1 - app: password=geheim")).isEqualTo("<165>1 - app: password=***");
  }

  @Test
  void leafSealedValuesAndReaders_seeTheSame() {
    DraftBuilder draft =
        Events.least()
            .id("e-1")
            .ref("https://bob:hunter2@h/doc?id=7")
            .details(
                new ObjBuilder()
                    .add("url", "https://h/?id=7&token=abc")
                    .add("userAgent", "curl -H 'Authorization: Bearer abc'")
                    .add(
                        "args", new Json.Arr(List.of(Json.of("--password=abc"), Json.of("--id=7"))))
                    .build())
            .context(new ObjBuilder().add("body", "{\"pwd\":\"abc\",\"id\":7}").build())
            .original("{\"requestURI\":\"/x?id=7&sessionToken=abc\"}");
    var keys = new MemoryKeys();
    var sealer = new Sealer(Privacy.defaults(), keys);
    SealedEvent sealed = sealer.seal(Events.recorded(draft.build()));
    assertThat(new String(sealed.leaf(), StandardCharsets.UTF_8))
        .contains("id=7")
        .doesNotContain("abc", "hunter2");
    AuditEvent opened = sealer.open(sealed.leaf(), sealed.sealed());
    assertThat(opened).isEqualTo(sealed.event());
    assertThat(opened.ref()).isEqualTo("https://bob:***@h/doc?id=7");
    assertThat(opened.details().text("userAgent")).isEqualTo("curl -H 'Authorization: Bearer ***'");
    assertThat(opened.original()).isEqualTo("{\"requestURI\":\"/x?id=7&sessionToken=***\"}");
    assertThat(opened.toString()).doesNotContain("abc", "hunter2");
  }

  /// A ref may have 500 characters, and masking may make one longer.
  @Test
  void aRefThatWouldGrowTooLong_isMaskedAsAWhole() {
    String ref = "?" + "pwd=a&".repeat(83);
    var sealer = new Sealer(Privacy.defaults(), new MemoryKeys());
    SealedEvent sealed = sealer.seal(Events.recorded(Events.least().ref(ref).build()));
    assertThat(sealed.event().ref()).isEqualTo("***");
    assertThat(sealer.open(sealed.leaf(), sealed.sealed()).ref()).isEqualTo("***");
  }

  @Test
  void namesThatAnOperatorMasks_areMaskedInTextsToo() {
    Privacy privacy = Privacy.defaults().with("pin", Treatment.MASK);
    assertThat(new SecretText(new Treatments(privacy)).inner().mask("open?pin=0815&door=1"))
        .isEqualTo("open?pin=***&door=1");
  }

  /// Whatever comes: it ends, leaves nothing to mask, and never makes half a character.
  @Test
  void anyText_isMaskedOnceAndStaysText() {
    long seed = 47;
    var random = new Random(seed);
    String[] parts = {
      "token",
      "password",
      "=",
      ":",
      "://",
      "@",
      "{",
      "}",
      "\"",
      "'",
      "\\",
      "\\\"",
      " ",
      "&",
      ";",
      "Bearer ",
      "Basic ",
      "Cookie",
      "eyJ",
      ".",
      "-----BEGIN PRIVATE KEY-----",
      "-----END",
      "a1b2",
      "x",
      "***",
      "\n",
      "😀",
      "[",
      "]",
      "%5B",
      ",",
      "null"
    };
    for (int round = 0; round < 50_000; round++) {
      var text = new StringBuilder();
      for (int i = random.nextInt(14); i >= 0; i--) {
        text.append(parts[random.nextInt(parts.length)]);
      }
      String once = inner.mask(text.toString());
      assertThat(Text.loneSurrogate(once)).as("seed %s: %s", seed, text).isNegative();
      assertThat(json.mask(text.toString())).as("seed %s: %s", seed, text).isNotNull();
    }
  }

  /// Texts that would take hours if anything were gone over once for each of its parts.
  @Test
  void hostileTexts_areGoneOverOnce() {
    for (String part :
        List.of(
            "{\"a\":",
            "{",
            "a:",
            "://",
            "a=",
            "eyJ",
            "Bearer ",
            "-----BEGIN ",
            "a@b:",
            "'a':'",
            "\\\"",
            "cookie:",
            "password =",
            "{\"",
            "a1:b2",
            "%5B")) {
      String text = part.repeat(100_000);
      assertThat(inner.mask(text)).isNotEmpty();
      assertThat(json.mask(text)).isNotEmpty();
    }
  }
}
