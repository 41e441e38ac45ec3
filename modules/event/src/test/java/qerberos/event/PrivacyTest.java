package qerberos.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class PrivacyTest {
  private static Treatment of(String name) {
    return new Treatments(Privacy.defaults()).byName(name);
  }

  @Test
  void personalNames_areSealed_inEverySpelling() {
    for (String name :
        List.of(
            "ip",
            "IP",
            "clientIp",
            "source_ip",
            "sourceIPAddress",
            "SourceIpAddress",
            "remoteAddr",
            "remote-addr",
            "ipv6",
            "ip2",
            "X-Forwarded-For",
            "http.client.ip",
            "sourceip",
            "email",
            "e-mail",
            "userEmail",
            "EMAIL_ADDRESS",
            "phone",
            "phoneNumber2",
            "mobile",
            "name",
            "user",
            "userName",
            "username",
            "firstName",
            "last_name",
            "displayName",
            "userAgent",
            "user_agent",
            "User-Agent",
            "useragent",
            "agent",
            "latitude",
            "lat",
            "lng",
            "coordinates",
            "homeAddress",
            "dateOfBirth")) {
      assertThat(of(name)).as(name).isEqualTo(Treatment.SEAL);
    }
  }

  @Test
  void secretNames_areMasked_inEverySpelling() {
    for (String name :
        List.of(
            "password",
            "Password",
            "newPassword",
            "old_password",
            "passwd",
            "pwd",
            "secret",
            "clientSecret",
            "client_secret",
            "token",
            "accessToken",
            "X-Amz-Security-Token",
            "session_token",
            "authorization",
            "Proxy-Authorization",
            "cookie",
            "Set-Cookie",
            "apiKey",
            "api_key",
            "apikey",
            "X-API-Key",
            "privateKey",
            "secretAccessKey",
            "SecretString",
            "keyMaterial",
            "passwordHash")) {
      assertThat(of(name)).as(name).isEqualTo(Treatment.MASK);
    }
    for (String name : List.of("tokens", "credentials", "sessionCredential")) {
      assertThat(of(name)).as(name).isEqualTo(Treatment.MASK_TEXT);
    }
  }

  @Test
  void otherNames_areKept() {
    for (String name :
        List.of(
            "bucketName",
            "eventName",
            "roleName",
            "host",
            "region",
            "status",
            "method",
            "path",
            "nextToken",
            "clientRequestToken",
            "passwordResetRequired",
            "accessKeyId",
            "keyId",
            "tokenType",
            "agentVersion",
            "zipFile",
            "shipment",
            "",
            "-",
            "42",
            "description")) {
      assertThat(of(name)).as(name).isEqualTo(Treatment.KEEP);
    }
  }

  private static Json.Obj seen(Privacy privacy, DraftBuilder draft) {
    return new Sealer(privacy, new MemoryKeys())
        .seal(Events.recorded(draft.build()))
        .event()
        .details();
  }

  private static Set<String> sealed(Privacy privacy, DraftBuilder draft) {
    byte[] leaf = new Sealer(privacy, new MemoryKeys()).seal(Events.recorded(draft.build())).leaf();
    return ((Json.Obj) Canonical.read(leaf)).object("sealed").members().keySet();
  }

  private static final Json.Obj ORDER =
      new ObjBuilder()
          .add("name", "order")
          .add(
              "customers",
              new Json.Arr(
                  List.of(
                      new ObjBuilder().add("shoeSize", Json.of(44)).add("email", "a@b").build(),
                      new ObjBuilder().add("shoeSize", Json.of(38)).build())))
          .add("note", "call me")
          .build();

  @Test
  void rules_applyToTheirPathAndType_andWinOverNames() {
    Privacy privacy =
        Privacy.defaults()
            .with(new Privacy.Rule("shop.*", "details.customers.*.shoeSize", Treatment.SEAL))
            .with(new Privacy.Rule("shop.order", "details.name", Treatment.KEEP))
            .with(new Privacy.Rule("*", "details.note", Treatment.MASK));
    assertThat(sealed(privacy, Events.least().type("shop.order").details(ORDER)))
        .containsExactly(
            "/details/customers/0/email",
            "/details/customers/0/shoeSize",
            "/details/customers/1/shoeSize");
    assertThat(sealed(privacy, Events.least().type("other").details(ORDER)))
        .containsExactly("/details/customers/0/email", "/details/name");
    assertThat(seen(privacy, Events.least().details(ORDER)).text("note")).isEqualTo("***");
  }

  @Test
  void rules_ofSeveralTheLastWins() {
    Privacy privacy =
        Privacy.defaults()
            .with(new Privacy.Rule("*", "details.name", Treatment.MASK))
            .with(new Privacy.Rule("*", "details.name", Treatment.KEEP));
    assertThat(seen(privacy, Events.least().details(ORDER)).text("name")).isEqualTo("order");
  }

  @Test
  void names_canBeAddedAndTakenBack() {
    Privacy privacy =
        Privacy.defaults().with("=name", Treatment.KEEP).with("shoe size", Treatment.SEAL);
    assertThat(sealed(privacy, Events.least().details(ORDER)))
        .containsExactly(
            "/details/customers/0/email",
            "/details/customers/0/shoeSize",
            "/details/customers/1/shoeSize");
  }

  @Test
  void whatTheDefaultsMask_noNameAndNoRuleLetsThrough() {
    Json.Obj details =
        new ObjBuilder()
            .add("password", "p-1")
            .add("visitorToken", "t-2")
            .add("tokens", new Json.Arr(List.of(Json.of("t-3"), Json.of(7))))
            .add("headers", new Json.Arr(List.of(pair("Authorization", "Bearer t-4"))))
            .add("pin", "1234")
            .build();
    Privacy privacy =
        Privacy.defaults()
            .with("password", Treatment.KEEP)
            .with("visitor token", Treatment.SEAL)
            .with("pin", Treatment.MASK)
            .with(new Privacy.Rule("*", "details.*", Treatment.KEEP))
            .with(new Privacy.Rule("*", "details.password", Treatment.SEAL))
            .with(new Privacy.Rule("*", "details.headers.*.value", Treatment.KEEP));
    Json.Obj seen = seen(privacy, Events.least().details(details));
    assertThat(seen.text("password")).isEqualTo("***");
    assertThat(seen.text("visitorToken")).isEqualTo("***");
    assertThat(seen.get("tokens")).isEqualTo(new Json.Arr(List.of(Json.of("***"), Json.of(7))));
    assertThat(new String(Canonical.bytes(seen), StandardCharsets.UTF_8)).doesNotContain("t-4");
    assertThat(seen.text("pin")).as("masked by us, kept by a rule of ours").isEqualTo("1234");
  }

  @Test
  void whatWasSealedUnderOtherSettings_opensAsEver() {
    var keys = new MemoryKeys();
    AuditEvent event = Events.recorded(Events.least().details(ORDER).build());
    Privacy before = Privacy.defaults().with(new Privacy.Rule("*", "details.note", Treatment.SEAL));
    SealedEvent sealed = new Sealer(before, keys).seal(event);
    for (Privacy after :
        List.of(
            Privacy.defaults().with("=name", Treatment.KEEP), new Privacy(Map.of(), List.of()))) {
      AuditEvent opened = new Sealer(after, keys).open(sealed.leaf(), sealed.sealed());
      assertThat(opened.details()).isEqualTo(ORDER);
    }
  }

  @Test
  void aNameInAnySpelling_isWrittenInWords() {
    assertThat(Privacy.inWords("userAgent")).isEqualTo("user agent");
    assertThat(Privacy.inWords("=Patient_Number2")).isEqualTo("=patient number");
    assertThat(Privacy.standard("visitorToken")).isEqualTo(Treatment.MASK);
    assertThat(Privacy.standard("shoeSize")).isEqualTo(Treatment.KEEP);
  }

  @Test
  void aValueBesideItsName_isTreatedAsTheNameSays() {
    Json.Obj headers =
        new ObjBuilder()
            .add(
                "headers",
                new Json.Arr(
                    List.of(
                        pair("Authorization", "Bearer 1"),
                        pair("Accept", "text/html"),
                        pair("X-Forwarded-For", "203.0.113.7"))))
            .build();
    Privacy privacy = Privacy.defaults().with("=name", Treatment.KEEP);
    SealedEvent event =
        new Sealer(privacy, new MemoryKeys())
            .seal(Events.recorded(Events.least().details(headers).build()));
    String leaf = new String(event.leaf(), StandardCharsets.UTF_8);
    assertThat(leaf)
        .contains("\"name\":\"Authorization\",\"value\":\"***\"", "text/html")
        .doesNotContain("Bearer", "203.0.113.7");
    assertThat(sealed(privacy, Events.least().details(headers)))
        .containsExactly("/details/headers/2/value");
  }

  private static Json pair(String name, String value) {
    return new ObjBuilder().add("name", name).add("value", value).build();
  }

  @Test
  void secretsInside_aSealedValueToo_areMasked() {
    Json.Obj user =
        new ObjBuilder()
            .add("user", new ObjBuilder().add("pwd", "x1").add("age", Json.of(7)).build())
            .build();
    Json.Obj seen = seen(Privacy.defaults(), Events.least().details(user));
    assertThat(seen.object("user").text("pwd")).isEqualTo("***");
    assertThat(seen.object("user").get("age")).isEqualTo(Json.of(7));
  }

  @Test
  void booleansAndNulls_areNoSecrets_numbersAre() {
    Json.Obj details =
        new ObjBuilder()
            .add("password", Json.of(true))
            .add("token", Json.NULL)
            .add("otp", Json.of(123456))
            .add("tokens", Json.of(812))
            .add(
                "credentials",
                new ObjBuilder().add("accessKeyId", "AK").add("sessionToken", "s").build())
            .build();
    Json.Obj seen = seen(Privacy.defaults(), Events.least().details(details));
    assertThat(seen)
        .isEqualTo(
            details
                .with("otp", Json.of("***"))
                .with(
                    "credentials",
                    new ObjBuilder().add("accessKeyId", "AK").add("sessionToken", "***").build()));
  }

  /// Two ways to the same end: masking the text of a record, and masking its tree.
  @Test
  void maskedText_saysTheSameAsTheMaskedTree() {
    long seed = 31;
    var treatments = new Treatments(Privacy.defaults());
    var secretText = new SecretText(treatments);
    var trees =
        new RandomJson(
            new Random(seed),
            List.of(
                "password",
                "token",
                "tokens",
                "key",
                "name",
                "value",
                "values",
                "credentials",
                "header",
                "cookie",
                "x"));
    for (int i = 0; i < 20_000; i++) {
      Json.Obj tree = trees.object(5);
      if (i % 2 == 0) {
        tree = tree.with("key", Json.of(List.of("password", "x", "secrets").get(i % 3)));
      }
      String text = new String(Canonical.bytes(tree), StandardCharsets.UTF_8);
      byte[] masked = secretText.mask(text).getBytes(StandardCharsets.UTF_8);
      assertThat(Canonical.read(masked))
          .as("seed %s, round %s: %s", seed, i, text)
          .isEqualTo(new Masker(treatments, secretText.inner(), "t").mask("details", tree));
    }
  }

  @Test
  void textThatIsNoJson_orStopsBeingJson_isKept() {
    var secretText = new SecretText(new Treatments(Privacy.defaults()));
    for (String text :
        List.of(
            "",
            "password",
            "{",
            "[[[",
            "{\"a\":",
            "{\"a\" 1}",
            "\"",
            "{]",
            "}{",
            "[".repeat(2_000))) {
      assertThat(secretText.mask(text)).isEqualTo(text);
    }
    assertThat(secretText.mask("{\"pwd\":\"x\"}\n{\"pwd\" : [1, {\"a\":2}] , \"b\":\"c\"} rest"))
        .isEqualTo("{\"pwd\":\"***\"}\n{\"pwd\" : \"***\" , \"b\":\"c\"} rest");
    assertThat(secretText.mask("{\"\\u0070wd\":\"x\\\"y\"}")).isEqualTo("{\"\\u0070wd\":\"***\"}");
    assertThat(secretText.mask("password=hunter2")).isEqualTo("password=***");
    assertThat(secretText.mask("{\"a\":1} then password=hunter2"))
        .isEqualTo("{\"a\":1} then password=***");
    assertThat(secretText.mask("{\"pwd\":\"x")).isEqualTo("{\"pwd\":\"***\"");
  }

  @Test
  void aLabelBehindItsValue_countsToo() {
    var secretText = new SecretText(new Treatments(Privacy.defaults()));
    assertThat(
            secretText.mask(
                "{\"value\":{\"pwd\":1},\"a\":{\"otp\":2},\"values\":[3],\"name\":\"token\",\"otp\":4}"))
        .isEqualTo(
            "{\"value\":\"***\",\"a\":{\"otp\":\"***\"},\"values\":\"***\",\"name\":\"token\","
                + "\"otp\":\"***\"}");
    assertThat(secretText.mask("{\"value\":{\"pwd\":1},\"values\":[3],\"key\":\"tokens\"}"))
        .isEqualTo("{\"value\":{\"pwd\":\"***\"},\"values\":\"***\",\"key\":\"tokens\"}");
  }

  /// Text over which a scan that goes over anything twice would not come to an end.
  @Test
  void hostileText_isMaskedLikeAnyOther() {
    var secretText = new SecretText(new Treatments(Privacy.defaults()));
    String flat = "{" + "\"value\":\"x\",".repeat(70_000) + "\"key\":\"token\"}";
    String deep = "{\"value\":".repeat(400) + "1" + ",\"key\":\"tokens\"}".repeat(400);
    String open = "{\"value\":[".repeat(90_000);
    assertThat(secretText.mask(flat)).doesNotContain("\"x\"");
    assertThat(secretText.mask(deep)).isEqualTo(deep);
    assertThat(secretText.mask(open)).isEqualTo(open);
  }

  @Test
  void mistakesInTheSettings_areNamed() {
    assertThatThrownBy(() -> new Privacy(Map.of("User Agent", Treatment.SEAL), List.of()))
        .hasMessageContaining("'User Agent', want lower-case words");
    assertThatThrownBy(() -> new Privacy.Rule("", "details.a", Treatment.SEAL))
        .hasMessageStartingWith("type: length 0");
    assertThatThrownBy(() -> new Privacy.Rule("*.login", "details.a", Treatment.SEAL))
        .hasMessage("type: '*.login', want a type, 'prefix.*' or '*'");
    assertThatThrownBy(() -> new Privacy.Rule("*", "ref", Treatment.SEAL))
        .hasMessage("path: 'ref', want details.<name> or context.<name>");
    assertThatThrownBy(() -> new Privacy.Rule("*", "details.a..b", Treatment.SEAL))
        .hasMessageContaining("empty name");
  }
}
