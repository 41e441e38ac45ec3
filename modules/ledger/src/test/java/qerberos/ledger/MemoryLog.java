package qerberos.ledger;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/// A log of made-up entries in memory, with a key of its own, whose bytes a test may change before
/// they are served.
final class MemoryLog implements LogReader {
  static final Instant NOW = Instant.ofEpochSecond(1_700_000_000L);

  final SigningKey key;
  private final List<byte[]> entries = new ArrayList<>();
  private final Frontier frontier = new Frontier();
  private final List<List<Hash>> levels = new ArrayList<>();
  private final Map<TilePath, UnaryOperator<byte[]>> bent = new HashMap<>();
  private final Set<TilePath> dropped = new HashSet<>();
  private SignedNote note;
  boolean entriesNeedToken;

  MemoryLog(int size) {
    this(SigningKey.generate("example.org/log", KeyType.ED25519, new SecureRandom()), size);
  }

  MemoryLog(SigningKey key, int size) {
    this.key = key;
    for (int i = 0; i < size; i++) {
      add(("entry " + i + " ").repeat(1 + i % 5).getBytes(StandardCharsets.UTF_8));
    }
    note = sign();
  }

  void add(byte[] entry) {
    entries.add(entry);
    frontier.add(
        Rfc6962.leafHash(entry),
        (level, index, hash) -> {
          if (level % 8 == 0) {
            if (levels.size() == level / 8) {
              levels.add(new ArrayList<>());
            }
            levels.get(level / 8).add(hash);
          }
        });
  }

  SignedNote sign() {
    note =
        SignedNote.sign(
            new Checkpoint(key.verifier().name(), frontier.size(), frontier.root()),
            List.of(key),
            NOW);
    return note;
  }

  void publish(SignedNote other) {
    note = other;
  }

  /// Serves nothing under this path.
  void drop(TilePath path) {
    dropped.add(path);
  }

  /// Serves something else under this path.
  void bend(TilePath path, UnaryOperator<byte[]> change) {
    bent.put(path, change);
  }

  void flip(TilePath path, int byteAt) {
    bend(
        path,
        bytes -> {
          byte[] changed = bytes.clone();
          changed[byteAt] ^= 4;
          return changed;
        });
  }

  Trust trust() {
    return Trust.in(List.of(key.verifier()));
  }

  long size() {
    return frontier.size();
  }

  byte[] entry(long index) {
    return entries.get((int) index);
  }

  /// Every path a log of this size has to serve, bundles included.
  List<TilePath> paths() {
    List<TilePath> paths = new ArrayList<>();
    for (int level = TilePath.ENTRIES; level < TilePath.levels(size()); level++) {
      for (long index = 0; index < TilePath.tiles(size(), level); index++) {
        paths.add(TilePath.in(size(), level, index));
      }
    }
    return paths;
  }

  @Override
  public byte[] checkpoint() {
    return note.bytes();
  }

  @Override
  public byte[] tile(TilePath path) throws IOException {
    if (path.isEntries() && entriesNeedToken) {
      throw new NotAllowed(path.toString());
    }
    if (!path.within(size()) || dropped.contains(path)) {
      throw new NotThere(path.toString());
    }
    return bent.getOrDefault(path, UnaryOperator.identity()).apply(honest(path));
  }

  private byte[] honest(TilePath path) {
    int first = (int) path.first();
    if (path.isEntries()) {
      return EntryBundle.encode(entries.subList(first, first + path.width()));
    }
    byte[] hashes = new byte[path.width() * Hash.BYTES];
    for (int i = 0; i < path.width(); i++) {
      levels.get(path.level()).get(first + i).copyTo(hashes, i * Hash.BYTES);
    }
    return hashes;
  }

  TlogProof proof(long index, boolean carryEntry) throws IOException {
    return new TlogProof(
        carryEntry ? entry(index) : null,
        index,
        Rfc6962.inclusion(index, size(), nodes(size())),
        note);
  }

  static byte[] cut(byte[] bytes) {
    return Arrays.copyOf(bytes, bytes.length - 1);
  }
}
