package qerberos.trail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qerberos.event.SubjectKey;

class SubjectKeyFilesTest {
  private static final int RECORD = 96;

  @TempDir Path folder;

  private SubjectKeyFiles open() throws IOException {
    return SubjectKeyFiles.open(folder, new SecureRandom());
  }

  @Test
  void aKeyIsTheSameAfterwards_andNeverMadeByLooking() throws Exception {
    SubjectKey alice;
    try (var keys = open()) {
      assertThat(keys.existing("alice")).isEmpty();
      alice = keys.keyFor("alice");
      assertThat(keys.keyFor("alice")).isEqualTo(alice);
      assertThat(keys.keyFor("bob")).isNotEqualTo(alice);
      keys.makeDurable();
      assertThat(keys.existing("alice")).contains(alice);
    }
    try (var keys = open()) {
      assertThat(keys.size()).isEqualTo(2);
      assertThat(keys.existing("alice")).contains(alice);
      assertThat(keys.existing("carol")).isEmpty();
    }
  }

  @Test
  void thousandsOfSubjects_areFoundInEveryState() throws Exception {
    SubjectKey[] made = new SubjectKey[5_000];
    try (var keys = open()) {
      for (int i = 0; i < made.length; i++) {
        made[i] = keys.keyFor("subject-" + i);
        if (i % 700 == 0) {
          keys.makeDurable();
        }
      }
    }
    try (var keys = open()) {
      assertThat(keys.size()).isEqualTo(made.length);
      for (int i = 0; i < made.length; i++) {
        assertThat(keys.existing("subject-" + i)).contains(made[i]);
      }
    }
  }

  @Test
  void theFilesNameNobody_andOnlyTheOwnerReadsThem() throws Exception {
    try (var keys = open()) {
      SubjectKey ignored = keys.keyFor("did:squid:alice");
    }
    String bytes =
        new String(
            Files.readAllBytes(folder.resolve("subjects.keys")), StandardCharsets.ISO_8859_1);
    assertThat(bytes).doesNotContain("alice");
    for (String name : new String[] {"subjects.keys", "master.key"}) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(name))))
          .isEqualTo("rw-------");
    }
  }

  @Test
  void aTornEnd_isCut_andARottenRecordCostsItsSubjectAlone() throws Exception {
    SubjectKey bob;
    try (var keys = open()) {
      SubjectKey ignored = keys.keyFor("alice");
      keys.makeDurable();
      bob = keys.keyFor("bob");
      keys.makeDurable();
    }
    Path file = folder.resolve("subjects.keys");
    long size = Files.size(file);
    try (var raw = new RandomAccessFile(file.toFile(), "rw")) {
      raw.setLength(size + 50);
    }
    try (var keys = open()) {
      assertThat(keys.existing("bob")).contains(bob);
      assertThat(keys.damaged()).isZero();
    }
    assertThat(Files.size(file)).isEqualTo(size);
    try (var raw = new RandomAccessFile(file.toFile(), "rw")) {
      raw.seek(RECORD + 40);
      int old = raw.read();
      raw.seek(RECORD + 40);
      raw.write(old ^ 1);
    }
    try (var keys = open()) {
      assertThat(keys.damaged()).isEqualTo(1);
      assertThat(keys.existing("alice")).isEmpty();
      assertThat(keys.existing("bob")).contains(bob);
    }
  }

  @Test
  void withoutItsMasterKey_theFolderIsRefused() throws Exception {
    try (var keys = open()) {
      SubjectKey ignored = keys.keyFor("alice");
    }
    Path master = folder.resolve("master.key");
    byte[] kept = Files.readAllBytes(master);
    Files.delete(master);
    assertThatThrownBy(this::open)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("master.key");
    Files.write(master, new byte[31]);
    assertThatThrownBy(this::open).hasMessageContaining("31 bytes, want 32");
    Files.write(master, kept);
    try (var keys = open()) {
      assertThat(keys.existing("alice")).isPresent();
    }
  }
}
