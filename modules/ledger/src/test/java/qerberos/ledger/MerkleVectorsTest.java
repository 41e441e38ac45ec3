package qerberos.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/// The 196 RFC 6962 proofs of transparency-dev/merkle, good and bad ones, get the verdict that
/// their authors gave them. Nothing of them is kept here: they are read where they lie.
class MerkleVectorsTest {
  private static final Path VECTORS = Path.of("../../../shared/data/merkle");

  /// What one file says: numbers as Long, lists as List of String, everything else as String.
  private record Vector(Map<String, Object> members) {
    private Object get(String name) {
      return Objects.requireNonNull(members.get(name), name);
    }

    private long number(String name) {
      return (long) get(name);
    }

    private Hash hash(String name) {
      return toHash((String) get(name));
    }

    private List<Hash> proof() {
      return ((List<?>) get("proof")).stream().map(hash -> toHash((String) hash)).toList();
    }

    boolean expected() {
      return get("wantErr").equals("false");
    }

    boolean accepted() {
      try {
        return members.containsKey("leafIdx")
            ? Rfc6962.verifyInclusion(
                number("leafIdx"), number("treeSize"), hash("leafHash"), proof(), hash("root"))
            : Rfc6962.verifyConsistency(
                number("size1"), number("size2"), proof(), hash("root1"), hash("root2"));
      } catch (IllegalArgumentException e) {
        return false; // a hash that is none
      }
    }

    /// Some vectors write a text such as "don't care 1" where a root is only compared: its SHA-256
    /// stands in for it. Anything else that is not 32 bytes is no hash.
    private static Hash toHash(String base64) {
      byte[] bytes = Base64.getDecoder().decode(base64);
      boolean text = new String(bytes, UTF_8).startsWith("don't care ");
      return text ? Hash.sha256(bytes) : Hash.of(bytes);
    }
  }

  private static Vector read(Path file) throws IOException {
    Map<String, Object> members = new HashMap<>();
    try (JsonParser json =
        new JsonFactory().createParser(ObjectReadContext.empty(), Files.readAllBytes(file))) {
      assertThat(json.nextToken()).isEqualTo(JsonToken.START_OBJECT);
      while (json.nextToken() == JsonToken.PROPERTY_NAME) {
        String name = json.currentName();
        JsonToken value = json.nextToken();
        if (value == JsonToken.START_ARRAY) {
          List<String> list = new ArrayList<>();
          while (json.nextToken() != JsonToken.END_ARRAY) {
            list.add(json.getString());
          }
          members.put(name, list);
        } else if (value == JsonToken.VALUE_NUMBER_INT) {
          // Some sizes lie beyond 2^63; no tree of ours has one, and it must not become another.
          members.put(name, json.getBigIntegerValue().bitLength() < 64 ? json.getLongValue() : -1L);
        } else if (value == JsonToken.VALUE_NULL) {
          members.put(name, List.of());
        } else {
          members.put(name, json.getString());
        }
      }
    }
    return new Vector(members);
  }

  @Test
  void all196_getTheExpectedVerdict() throws IOException {
    assumeTrue(Files.isDirectory(VECTORS), "needs the Merkle vectors: ../shared/data/merkle");
    List<Path> files = new ArrayList<>();
    for (String kind : List.of("inclusion", "consistency")) {
      try (Stream<Path> all = Files.walk(VECTORS.resolve(kind))) {
        all.filter(file -> file.toString().endsWith(".json")).forEach(files::add);
      }
    }
    assertThat(files).hasSize(196);
    int accepted = 0;
    for (Path file : files) {
      Vector vector = read(file);
      assertThat(vector.accepted()).as("%s", file).isEqualTo(vector.expected());
      accepted += vector.expected() ? 1 : 0;
    }
    assertThat(accepted).isBetween(1, 195);
  }
}
