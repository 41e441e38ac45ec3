package qerberos.event;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.DataFormatException;

/// Turns events into leaves and leaves into events. Safe for concurrent use.
///
/// Personal values leave the leaf, secrets leave altogether; `README.md` of this module describes
/// every byte. The same event under the same key gives the same bytes.
public final class Sealer {
  /// First byte of what is stored beside the tree.
  static final byte FORMAT = 1;

  /// All sealed values of one event but the original, in bytes.
  static final int VALUES_MAX = 65_535;

  private static final int DEFLATE_FROM = 192;
  private static final int PLAIN_MAX = EventDraft.ORIGINAL_MAX + 4 * VALUES_MAX;
  private static final String ORIGINAL = "/original";

  private final Treatments treatments;
  private final SubjectKeys keys;
  private final Benches benches;
  private final SecretText secretText;

  public Sealer(Privacy privacy, SubjectKeys keys) {
    this.treatments = new Treatments(privacy);
    this.keys = keys;
    this.secretText = new SecretText(treatments);
    this.benches = new Benches(treatments, secretText.inner());
  }

  /// The leaf of this event, its sealed values, and the event as readers will see it.
  ///
  /// @throws EventFaults when the leaf would have more than 65,535 bytes, or the sealed values
  ///     other than the original more than that
  public SealedEvent seal(AuditEvent event) {
    Sealing bench = benches.take();
    try {
      return seal(event, bench);
    } finally {
      bench.clear();
      benches.give(bench);
    }
  }

  private SealedEvent seal(AuditEvent event, Sealing bench) {
    String sentOriginal = event.original();
    String original = sentOriginal == null ? "" : secretText.mask(sentOriginal);
    bench.write(event, original, keys);
    int leafSize = bench.leaf.size;
    if (leafSize > Leaf.BYTES_MAX) {
      throw tooLarge("the event as a leaf has " + leafSize + " bytes, want at most ");
    }
    int valuesSize = bench.values.size - (original.isEmpty() ? 0 : Text.utf8Length(original));
    if (valuesSize > VALUES_MAX) {
      throw tooLarge("the personal values have " + valuesSize + " bytes, want at most ");
    }
    byte[] leaf = bench.leaf.toBytes();
    byte[] leafHash = bench.crypto.leafHash(leaf);
    byte[] sealed = new byte[0];
    if (bench.sealedCount > 0) {
      SubjectKey key = keys.keyFor(event.actor().squidId());
      sealed = encrypt(bench, key, leafHash);
    }
    AuditEvent seen = event;
    if (bench.masked || (sentOriginal != null && !original.equals(sentOriginal))) {
      seen = masked(event, original);
    }
    return new SealedEvent(seen, leaf, sealed, leafHash);
  }

  private static EventFaults tooLarge(String message) {
    return new EventFaults(new Fault("event", message + Leaf.BYTES_MAX, Fault.Kind.TOO_LARGE));
  }

  /// A byte that says how, then the values in the order of their paths, each after its length.
  private static byte[] encrypt(Sealing bench, SubjectKey key, byte[] leafHash) {
    CanonicalWriter plain = bench.leaf;
    plain.clear();
    plain.raw((char) 0);
    for (int i = 0; i < bench.sealedCount; i++) {
      int length = bench.sealedTo[i] - bench.sealedFrom[i];
      plain.int32(length);
      plain.raw(bench.values.buffer, bench.sealedFrom[i], length);
    }
    byte[] bytes = plain.buffer;
    int size = plain.size;
    if (size >= DEFLATE_FROM) {
      byte[] smaller = new byte[size];
      smaller[0] = 1;
      int written = bench.crypto.deflate(bytes, 1, size - 1, smaller, 1);
      if (written >= 0) {
        bytes = smaller;
        size = 1 + written;
      }
    }
    byte[] sealed = key.encrypt(bench.crypto, leafHash, bytes, size);
    sealed[0] = FORMAT;
    return sealed;
  }

  private AuditEvent masked(AuditEvent event, String original) {
    EventDraft sent = event.sent();
    var masker = new Masker(treatments, secretText.inner(), sent.type());
    return new AuditEvent(
        event.id(),
        event.source(),
        event.receivedAt(),
        new EventDraft(
            sent.id(),
            sent.type(),
            sent.subtype(),
            sent.severity(),
            Sealing.ref(sent.ref(), secretText.inner()),
            sent.actor(),
            sent.layer(),
            sent.verdict(),
            masker.mask("details", sent.details()),
            masker.mask("context", sent.context()),
            sent.original() == null ? null : original,
            sent.timestamp()),
        event.erased());
  }

  /// The event in these stored bytes. Every sealed value is checked against its commitment in the
  /// leaf; those whose key was destroyed are absent, and named in `erased`.
  ///
  /// @throws SealBroken when leaf, values and key do not belong together
  public AuditEvent open(byte[] leaf, byte[] sealed) {
    LeafReader reader = LeafReader.read(leaf);
    Map<String, Json> commitments = reader.commitments();
    if (commitments.isEmpty()) {
      return reader.event(List.of());
    }
    List<String> paths = new ArrayList<>(commitments.keySet());
    Optional<SubjectKey> key = keys.existing(reader.squidId());
    if (key.isEmpty() || sealed.length == 0) {
      return reader.event(paths);
    }
    Sealing bench = benches.take();
    try {
      Crypto crypto = bench.crypto;
      byte[] plain = decrypt(crypto, key.get(), crypto.leafHash(leaf), sealed);
      String source = reader.source();
      String id = reader.id();
      byte[] salt = new byte[Crypto.HASH_BYTES];
      byte[] commitment = new byte[Crypto.HASH_BYTES];
      int at = 0;
      for (String path : paths) {
        if (plain.length - at < Integer.BYTES) {
          throw new SealBroken(path + ": value missing");
        }
        int length = int32(plain, at);
        at += Integer.BYTES;
        if (length < 0 || length > plain.length - at) {
          throw new SealBroken(path + ": value cut short");
        }
        byte[] value = Arrays.copyOfRange(plain, at, at + length);
        at += length;
        int begin = key.get().saltBegin(crypto, source, id);
        key.get().salt(crypto, begin, path, salt);
        SubjectKey.commitment(crypto, salt, path, value, 0, length, commitment);
        if (!MessageDigest.isEqual(commitment, reader.commitment(path))) {
          throw new SealBroken(path + ": value differs from its commitment");
        }
        if (path.equals(ORIGINAL)) {
          reader.original(value);
        } else {
          reader.put(path, Canonical.read(value));
        }
      }
      if (at != plain.length) {
        throw new SealBroken("more sealed values than commitments");
      }
      return reader.event(List.of());
    } finally {
      bench.clear();
      benches.give(bench);
    }
  }

  private static int int32(byte[] bytes, int at) {
    return ((bytes[at] & 0xff) << 24)
        | ((bytes[at + 1] & 0xff) << 16)
        | ((bytes[at + 2] & 0xff) << 8)
        | (bytes[at + 3] & 0xff);
  }

  private static byte[] decrypt(Crypto crypto, SubjectKey key, byte[] leafHash, byte[] sealed) {
    if (sealed[0] != FORMAT) {
      throw new SealBroken("sealed values of format " + sealed[0] + ", want " + FORMAT);
    }
    try {
      byte[] plain = key.decrypt(crypto, leafHash, sealed);
      if (plain.length > 0 && plain[0] == 0) {
        return Arrays.copyOfRange(plain, 1, plain.length);
      }
      if (plain.length > 0 && plain[0] == 1) {
        return crypto.inflate(plain, 1, PLAIN_MAX);
      }
      throw new SealBroken("sealed values neither plain nor deflated");
    } catch (GeneralSecurityException | DataFormatException e) {
      throw new SealBroken("sealed values do not belong to this leaf and key", e);
    }
  }

  /// A commitment as the leaf has it.
  static byte[] decode(String commitment) {
    return Base64.getUrlDecoder().decode(commitment);
  }
}
