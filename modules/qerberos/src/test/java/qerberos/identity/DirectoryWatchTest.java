package qerberos.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryWatchTest {
  @TempDir Path folder = Path.of(".");
  private final List<Directory> adopted = new ArrayList<>();
  private final List<Directory> recorded = new ArrayList<>();
  private final List<String> logged = new ArrayList<>();
  private final Logger logger = Logger.getLogger(DirectoryWatch.class.getName());
  private int forgotten;
  private boolean recordable = true;

  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord entry) {
          logged.add(entry.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  private final DirectoryWatch.Adopter adopter =
      new DirectoryWatch.Adopter() {
        @Override
        public void adopt(Directory directory) {
          adopted.add(directory);
        }

        @Override
        public void forget() {
          forgotten++;
        }

        @Override
        public boolean record(Directory directory) {
          recorded.add(directory);
          return recordable;
        }
      };

  @BeforeEach
  void listen() throws IOException {
    logger.addHandler(handler);
    identities("identities:\n  - squidId: did:squid:a\n  - squidId: did:squid:b\n");
    grants("grants: []\n");
  }

  @AfterEach
  void deaf() {
    logger.removeHandler(handler);
  }

  @Test
  void aChangeThatRested_isReadOnce_andAnswersAreForgotten() throws Exception {
    try (DirectoryWatch watch = watch()) {
      watch.look();
      watch.look();
      assertThat(adopted).isEmpty();
      identities("identities:\n  - squidId: did:squid:a\n");
      watch.look();
      assertThat(adopted).as("an editor may be half done").isEmpty();
      for (int i = 0; i < 10; i++) {
        watch.look();
      }
      assertThat(adopted).hasSize(1);
      assertThat(watch.directory().find("did:squid:b")).isEmpty();
      assertThat(forgotten).as("at once, and while answers may be on their way").isEqualTo(4);
      assertThat(logged).containsExactly("read again: 1 identities, and the grants");
    }
  }

  @Test
  void aChangeThatCannotBeRecordedYet_isRecordedAtTheNextLook_once() throws Exception {
    try (DirectoryWatch watch = watch()) {
      watch.look();
      assertThat(recorded).as("the first one").hasSize(1);
      recordable = false;
      identities("identities:\n  - squidId: did:squid:a\n");
      for (int i = 0; i < 4; i++) {
        watch.look();
      }
      assertThat(recorded).as("tried at each look").hasSize(4);
      recordable = true;
      for (int i = 0; i < 4; i++) {
        watch.look();
      }
      assertThat(recorded).hasSize(5);
      assertThat(recorded.getLast()).isSameAs(watch.directory());
    }
  }

  @Test
  void whatChanged_isNamed_andTheSameIsNoChange() throws Exception {
    identities(
        """
        identities:
          - squidId: did:squid:a
          - squidId: did:squid:b
            daoId: dao:red
        """);
    grants(
        """
        grants:
          - identity: did:squid:a
            permissions: [qerberos:audit:read, qerberos:audit:write]
          - identity: did:squid:b
            permissions: [qerberos:audit:read]
        """);
    DirectoryPrint before = print();
    identities(
        """
        identities:
          - squidId: did:squid:c
          - squidId: did:squid:b
            daoId: dao:blue
        """);
    grants(
        """
        grants:
          - identity: did:squid:a
            permissions: [qerberos:audit:write, qerberos:audit:read]
            scope: own
          - identity: did:squid:b
            permissions: [qerberos:audit:read]
            scope: all
          - identity: did:squid:c
            permissions: [qerberos:audit:read]
        """);
    assertThat(print().since(before))
        .isEqualTo(
            new DirectoryChange(
                new DirectoryChange.Names(
                    List.of("did:squid:c"), List.of("did:squid:a"), List.of("did:squid:b")),
                new DirectoryChange.Names(
                    List.of("did:squid:c"), List.of(), List.of("did:squid:b"))));
    assertThat(DirectoryPrint.parse(before.text())).isEqualTo(before);
  }

  private DirectoryPrint print() throws IOException {
    return DirectoryPrint.of(
        Directory.read(folder.resolve("identities.yaml"), folder.resolve("grants.yaml")));
  }

  @Test
  void mistakesAreLoggedWithFileAndLine_andTheFormerStaysInForce() throws Exception {
    try (DirectoryWatch watch = watch()) {
      identities("identities:\n  - squidId: bob\n");
      grants("grants:\n  - identity: did:squid:a\n    scope: moon\n");
      for (int i = 0; i < 4; i++) {
        watch.look();
      }
      assertThat(adopted).isEmpty();
      assertThat(watch.directory().find("did:squid:b")).isPresent();
      assertThat(logged)
          .hasSize(2)
          .allMatch(line -> line.endsWith("; the former list stays in force"));
      assertThat(logged.get(0)).contains("identities.yaml:2: squidId: \"bob\", want");
      assertThat(logged.get(1)).contains("grants.yaml:2: permissions: none");
    }
  }

  @Test
  void aFileThatIsGone_takesNobodyAway() throws Exception {
    try (DirectoryWatch watch = watch()) {
      Files.delete(folder.resolve("grants.yaml"));
      watch.look();
      watch.look();
      assertThat(watch.directory().find("did:squid:b")).isPresent();
      assertThat(logged).singleElement().asString().contains("grants.yaml is gone");
      grants("grants: []\n");
      watch.look();
      watch.look();
      assertThat(adopted).hasSize(1);
    }
  }

  /// The whole way: a token that was good, an answer that was remembered.
  @Test
  void whoIsTakenOut_losesAccess_andWhoIsPutInCanLogIn() throws Exception {
    try (House house = new House(folder.resolve("house"))) {
      String token = house.accessToken("user123");
      var request = SettableRequest.get().bearer(token);
      assertThat(house.decide(request, Permission.AUDIT_READ)).isInstanceOf(Decision.Granted.class);
      Files.writeString(
          folder.resolve("house/config/identities.yaml"),
          House.IDENTITIES.replace("did:squid:user123", "did:squid:new"));
      long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
      while (house.decide(request, Permission.AUDIT_READ) instanceof Decision.Granted
          && System.nanoTime() < deadline) {
        Thread.sleep(50);
      }
      assertThat(house.decide(request, Permission.AUDIT_READ)).isInstanceOf(Decision.Denied.class);
      assertThat(house.accessToken("new")).isNotEqualTo("null");
      while (house.changes.isEmpty() && System.nanoTime() < deadline) {
        Thread.sleep(50);
      }
      assertThat(house.changes).hasSize(1);
      assertThat(house.changes.getFirst().identities())
          .isEqualTo(
              new DirectoryChange.Names(
                  List.of("did:squid:new"), List.of("did:squid:user123"), List.of()));
    }
  }

  private DirectoryWatch watch() throws IOException {
    return DirectoryWatch.of(
        folder.resolve("identities.yaml"), folder.resolve("grants.yaml"), adopter);
  }

  private void identities(String text) throws IOException {
    Files.writeString(folder.resolve("identities.yaml"), text);
  }

  private void grants(String text) throws IOException {
    Files.writeString(folder.resolve("grants.yaml"), text);
  }
}
