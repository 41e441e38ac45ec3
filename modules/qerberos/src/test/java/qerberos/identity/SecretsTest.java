package qerberos.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SecretsTest {
  @TempDir Path folder;

  @Test
  void manyMakeTheSameSecret_allReadOne() throws Exception {
    Set<String> read = new HashSet<>();
    try (var workers = Executors.newFixedThreadPool(8)) {
      List<Future<String>> made = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        var files = new SecretFiles(folder.resolve("secrets"));
        String text = "secret " + i;
        made.add(workers.submit(() -> files.once("a/b.token", () -> text)));
      }
      for (Future<String> one : made) {
        read.add(one.get());
      }
    }
    assertThat(read).hasSize(1);
    try (var files = Files.list(folder.resolve("secrets/a"))) {
      assertThat(files.map(file -> file.getFileName().toString())).containsExactly("b.token");
    }
  }

  @Test
  void emptySecret_isAnErrorNotAnEmptyPassword() throws Exception {
    Files.writeString(folder.resolve("admin.token"), "\n");
    assertThatThrownBy(() -> new SecretFiles(folder).once("admin.token", () -> "x"))
        .hasMessage(folder.resolve("admin.token") + ": empty; remove it to have a new one made");
  }

  @Test
  void tokenText_hasAPrefixAndAChecksumThatFindsEveryChangedCharacter() {
    long seed = System.nanoTime();
    var random = new Random(seed);
    for (int round = 0; round < 200; round++) {
      String token = TokenText.make(House.random());
      assertThat(token).matches("qrb_[0-9a-z]{57}");
      assertThat(TokenText.wellFormed(token)).as("seed " + seed).isTrue();
      int at = 4 + random.nextInt(57);
      char other = (char) ('a' + random.nextInt(26));
      if (token.charAt(at) != other) {
        String changed = token.substring(0, at) + other + token.substring(at + 1);
        assertThat(TokenText.wellFormed(changed)).as("seed " + seed + " " + changed).isFalse();
      }
      assertThat(TokenText.wellFormed(token.substring(0, 60))).isFalse();
    }
  }

  @Test
  void newToken_saysWhatIsWrong() {
    assertThatThrownBy(() -> token("a b", Scope.OWN))
        .hasMessage("name: \"a b\", want 1..64 of A-Z a-z 0-9 . _ -");
    assertThatThrownBy(() -> token("admin", Scope.OWN))
        .hasMessage("name: \"admin\" is one of our own, want another");
    assertThatThrownBy(() -> token("shop", Scope.DAO)).hasMessage("scope: dao, want own or all");
    assertThatThrownBy(() -> new NewToken("shop", Set.of(), Scope.OWN, null))
        .hasMessage("permissions: none, want at least one");
  }

  @Test
  void configMistakes_areAllListedWithFileAndLine() throws Exception {
    Path identities =
        Files.writeString(
            folder.resolve("identities.yaml"),
            """
            identities:
              - squidId: bob
              - squidId: did:squid:a
                password: hunter2
              - squidId: did:squid:a
                status: HAPPY
              - name: x
              - just a text
            """);
    Path grants =
        Files.writeString(
            folder.resolve("grants.yaml"),
            """
            grants:
              - identity: did:squid:a
                permissions: [qerberos:audit:eat]
              - identity: did:squid:a
                permissions: ["*"]
                scope: moon
              - identity: did:squid:b
            users: []
            """);
    assertThatThrownBy(() -> Directory.read(identities, grants))
        .isInstanceOf(IllegalArgumentException.class)
        .satisfies(
            e ->
                assertThat(String.valueOf(e.getMessage()).lines())
                    .map(line -> line.substring(line.lastIndexOf('/') + 1))
                    .contains(
                        "identities.yaml:4: unknown name \"password\"",
                        "identities.yaml:2: squidId: \"bob\", want did:squid:[A-Za-z0-9_-]+ of at"
                            + " most 256 characters",
                        "identities.yaml:7: squidId: missing",
                        "grants.yaml:2: permissions: unknown \"qerberos:audit:eat\"",
                        "grants.yaml:4: scope: \"moon\", want own, subidentity, dao or all",
                        "grants.yaml:7: permissions: none, want at least one",
                        "grants.yaml:8: unknown name \"users\", want grants"));
  }

  @Test
  void shippedConfig_isReadAndHoldsNoCredential() throws Exception {
    Path config = Path.of("config");
    Directory directory =
        Directory.read(config.resolve("identities.yaml"), config.resolve("grants.yaml"));
    assertThat(directory.identities())
        .extracting(ListedIdentity::squidId)
        .containsExactly(
            "did:squid:admin456",
            "did:squid:highrisk123",
            "did:squid:lowrisk456",
            "did:squid:user123");
    assertThat(directory.identities()).allMatch(one -> one.publicKey() == null);
    assertThat(directory.grant("did:squid:admin456", "qerberos:system:all", "admin"))
        .hasValueSatisfying(grant -> assertThat(grant.scope()).isEqualTo(Scope.ALL));
    assertThat(directory.grant("did:squid:user123", "qerberos:audit:all", "write")).isEmpty();
    assertThat(directory.grant("did:squid:highrisk123", "qerberos:audit:all", "read")).isEmpty();
  }

  private static NewToken token(String name, Scope scope) {
    return new NewToken(name, Set.of(Permission.AUDIT_READ), scope, null);
  }
}
