package qerberos.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// The tree against a model that is the definitions of RFC 6962 section 2.1 written out and nothing
/// else.
class Rfc6962Test {
  /// MTH, PATH and PROOF as the RFC defines them, over leaf hashes, without any cleverness.
  private static final class Model {
    static Hash root(List<Hash> leaves) {
      if (leaves.isEmpty()) {
        return Hash.sha256(new byte[0]);
      }
      if (leaves.size() == 1) {
        return leaves.getFirst();
      }
      int k = split(leaves.size());
      return sha(1, root(leaves.subList(0, k)), root(leaves.subList(k, leaves.size())));
    }

    static List<Hash> path(int index, List<Hash> leaves) {
      List<Hash> path = new ArrayList<>();
      if (leaves.size() > 1) {
        int k = split(leaves.size());
        List<Hash> left = leaves.subList(0, k);
        List<Hash> right = leaves.subList(k, leaves.size());
        path.addAll(index < k ? path(index, left) : path(index - k, right));
        path.add(root(index < k ? right : left));
      }
      return path;
    }

    static List<Hash> proof(int old, List<Hash> leaves, boolean whole) {
      List<Hash> proof = new ArrayList<>();
      if (old == leaves.size()) {
        if (!whole) {
          proof.add(root(leaves));
        }
        return proof;
      }
      int k = split(leaves.size());
      List<Hash> left = leaves.subList(0, k);
      List<Hash> right = leaves.subList(k, leaves.size());
      if (old <= k) {
        proof.addAll(proof(old, left, whole));
        proof.add(root(right));
      } else {
        proof.addAll(proof(old - k, right, false));
        proof.add(root(left));
      }
      return proof;
    }

    private static int split(int size) {
      int k = 1;
      while (k * 2 < size) {
        k *= 2;
      }
      return k;
    }

    private static Hash sha(int prefix, Hash left, Hash right) {
      byte[] message = new byte[65];
      message[0] = (byte) prefix;
      left.copyTo(message, 1);
      right.copyTo(message, 33);
      return Hash.sha256(message);
    }
  }

  /// Full nodes as a growing tree reported them.
  private static final class Grown implements HashReader {
    final Frontier frontier = new Frontier();
    final TreeMap<String, Hash> nodes = new TreeMap<>();

    void add(Hash leaf) {
      frontier.add(
          leaf,
          (level, index, hash) -> {
            assertThat(nodes.put(level + "/" + index, hash)).isNull();
          });
    }

    @Override
    public Hash node(int level, long index) throws IOException {
      Hash hash = nodes.get(level + "/" + index);
      if (hash == null) {
        throw new IOException("node " + level + "/" + index + " is not full");
      }
      return hash;
    }
  }

  private static List<Hash> leaves(int count, long seed) {
    Random random = new Random(seed);
    List<Hash> leaves = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] entry = new byte[random.nextInt(40)];
      random.nextBytes(entry);
      leaves.add(Rfc6962.leafHash(entry));
    }
    return leaves;
  }

  @Test
  void leafAndNode_havePrefixes() {
    assertThat(Rfc6962.leafHash("L123456".getBytes(StandardCharsets.UTF_8)))
        .isEqualTo(Hash.sha256("\0L123456".getBytes(StandardCharsets.UTF_8)));
    assertThat(Rfc6962.emptyRoot().base64())
        .isEqualTo("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
  }

  @Test
  void everySizeTo300_rootAndProofsAreThoseOfTheDefinition() throws IOException {
    List<Hash> all = leaves(300, 1);
    Grown grown = new Grown();
    for (int size = 0; size <= 300; size++) {
      List<Hash> leaves = all.subList(0, size);
      Hash root = Model.root(leaves);
      assertThat(grown.frontier.root()).isEqualTo(root);
      assertThat(Rfc6962.root(size, grown)).isEqualTo(root);
      assertThat(Frontier.of(size, grown).root()).isEqualTo(root);
      for (int index = 0; index < size; index += size < 70 ? 1 : 7) {
        List<Hash> proof = Rfc6962.inclusion(index, size, grown);
        assertThat(proof).isEqualTo(Model.path(index, leaves));
        assertThat(Rfc6962.verifyInclusion(index, size, leaves.get(index), proof, root)).isTrue();
      }
      for (int old = 1; old <= size; old += size < 70 ? 1 : 7) {
        List<Hash> proof = Rfc6962.consistency(old, size, grown);
        assertThat(proof).isEqualTo(Model.proof(old, leaves, true));
        Hash oldRoot = Model.root(leaves.subList(0, old));
        assertThat(Rfc6962.verifyConsistency(old, size, proof, oldRoot, root)).isTrue();
      }
      if (size < 300) {
        grown.add(all.get(size));
      }
    }
  }

  @Test
  void anyOneChange_isNoticed() throws IOException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    int size = 20_000;
    List<Hash> leaves = leaves(size, seed);
    Grown grown = new Grown();
    leaves.forEach(grown::add);
    for (int round = 0; round < 200; round++) {
      String about = "seed " + seed + " round " + round;
      int large = 2 + random.nextInt(size - 1);
      int small = 1 + random.nextInt(large - 1);
      Hash root = Rfc6962.root(large, grown);
      Hash oldRoot = Rfc6962.root(small, grown);
      Hash leaf = leaves.get(small);
      List<Hash> inclusion = Rfc6962.inclusion(small, large, grown);
      List<Hash> consistency = Rfc6962.consistency(small, large, grown);
      assertThat(Rfc6962.verifyInclusion(small, large, leaf, inclusion, root)).as(about).isTrue();
      assertThat(Rfc6962.verifyConsistency(small, large, consistency, oldRoot, root))
          .as(about)
          .isTrue();
      List<Hash> bentInclusion = bend(inclusion, random);
      List<Hash> bentConsistency = bend(consistency, random);
      assertThat(Rfc6962.verifyInclusion(small, large, leaf, bentInclusion, root))
          .as(about)
          .isFalse();
      assertThat(Rfc6962.verifyInclusion(small, large, flip(leaf, random), inclusion, root))
          .as(about)
          .isFalse();
      assertThat(Rfc6962.verifyInclusion(small, large, leaf, inclusion, flip(root, random)))
          .as(about)
          .isFalse();
      assertThat(Rfc6962.verifyInclusion(small - 1L, large, leaf, inclusion, root))
          .as(about)
          .isFalse();
      assertThat(Rfc6962.verifyConsistency(small, large, bentConsistency, oldRoot, root))
          .as(about)
          .isFalse();
      assertThat(Rfc6962.verifyConsistency(small, large, consistency, flip(oldRoot, random), root))
          .as(about)
          .isFalse();
      assertThat(Rfc6962.verifyConsistency(small, large, consistency, oldRoot, flip(root, random)))
          .as(about)
          .isFalse();
      assertThat(Rfc6962.verifyConsistency(large, small, consistency, root, oldRoot))
          .as(about)
          .isFalse();
    }
  }

  /// One line changed, dropped, doubled or added.
  private static List<Hash> bend(List<Hash> proof, Random random) {
    List<Hash> bent = new ArrayList<>(proof);
    int at = random.nextInt(proof.size());
    switch (random.nextInt(4)) {
      case 0 -> bent.set(at, flip(proof.get(at), random));
      case 1 -> bent.remove(at);
      case 2 -> bent.add(at, proof.get(at));
      default -> bent.add(Rfc6962.emptyRoot());
    }
    return bent;
  }

  private static Hash flip(Hash hash, Random random) {
    byte[] bytes = hash.bytes();
    bytes[random.nextInt(32)] ^= (byte) (1 << random.nextInt(8));
    return Hash.of(bytes);
  }

  @Test
  void nodesBetweenTileLevels_areHashedFromTiles() throws IOException {
    int size = 70_000;
    List<Hash> leaves = leaves(size, 3);
    Grown grown = new Grown();
    leaves.forEach(grown::add);
    HashReader tiles =
        HashReader.over(
            (level, first, count) -> {
              assertThat(first / 256).isEqualTo((first + count - 1) / 256);
              byte[] hashes = new byte[count * Hash.BYTES];
              for (int i = 0; i < count; i++) {
                grown.node(level * 8, first + i).copyTo(hashes, i * Hash.BYTES);
              }
              return hashes;
            });
    assertThat(Rfc6962.root(size, tiles)).isEqualTo(grown.frontier.root());
    assertThat(Rfc6962.inclusion(69_999, size, tiles))
        .isEqualTo(Rfc6962.inclusion(69_999, size, grown));
    assertThat(Rfc6962.consistency(65_537, size, tiles))
        .isEqualTo(Rfc6962.consistency(65_537, size, grown));
  }

  @Test
  void outOfRange_isRefusedOrNotProved() {
    HashReader none = (level, index) -> Rfc6962.emptyRoot();
    Hash root = Rfc6962.emptyRoot();
    assertThatIllegalArgumentException().isThrownBy(() -> Rfc6962.inclusion(5, 5, none));
    assertThatIllegalArgumentException().isThrownBy(() -> Rfc6962.inclusion(-1, 5, none));
    assertThatIllegalArgumentException().isThrownBy(() -> Rfc6962.consistency(0, 5, none));
    assertThatIllegalArgumentException().isThrownBy(() -> Rfc6962.consistency(6, 5, none));
    assertThat(Rfc6962.verifyInclusion(-1, 1, root, List.of(), root)).isFalse();
    assertThat(Rfc6962.verifyInclusion(0, 0, root, List.of(), root)).isFalse();
    assertThat(Rfc6962.verifyInclusion(Long.MIN_VALUE, Long.MAX_VALUE, root, List.of(), root))
        .isFalse();
    assertThat(Rfc6962.verifyConsistency(0, 0, List.of(), root, root)).isFalse();
    assertThat(Rfc6962.verifyConsistency(0, 5, List.of(), root, root)).isFalse();
    assertThat(Rfc6962.verifyConsistency(-1, 5, List.of(root), root, root)).isFalse();
  }
}
