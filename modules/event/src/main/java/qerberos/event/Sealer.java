package qerberos.event;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Turns events into leaves and leaves into events. Safe for concurrent use.
///
/// Personal values leave the leaf, secrets leave altogether; `README.md` of this module describes
/// every byte. The same event under the same key gives the same bytes.
public final class Sealer {
  /// All sealed values of one event but the original, in bytes.
  static final int VALUES_MAX = 65_535;

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
    @Nullable SubjectKey key = bench.write(event, original, keys);
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
    if (key != null) {
      CanonicalWriter plain = bench.leaf;
      plain.clear();
      byte way = SealedValues.write(bench, plain);
      sealed = key.encrypt(bench.crypto, leafHash, way, plain.buffer, plain.size);
    }
    AuditEvent seen = event;
    if (bench.masked || (sentOriginal != null && !original.equals(sentOriginal))) {
      seen = masked(event, original);
    }
    byte[] name = Leaf.name(bench.crypto, event.source(), event.id());
    return new SealedEvent(seen, leaf, sealed, leafHash, name);
  }

  private static EventFaults tooLarge(String message) {
    return new EventFaults(new Fault("event", message + Leaf.BYTES_MAX, Fault.Kind.TOO_LARGE));
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
      byte[][] values = SealedValues.read(sealed[0], plain, paths.size(), PLAIN_MAX, crypto);
      String source = reader.source();
      String id = reader.id();
      byte[] salt = new byte[Crypto.HASH_BYTES];
      byte[] commitment = new byte[Crypto.HASH_BYTES];
      for (int i = 0; i < values.length; i++) {
        String path = paths.get(i);
        byte[] value = values[i];
        int begin = key.get().saltBegin(crypto, source, id);
        key.get().salt(crypto, begin, path, salt);
        SubjectKey.commitment(crypto, salt, path, value, 0, value.length, commitment);
        if (!MessageDigest.isEqual(commitment, reader.commitment(path))) {
          throw new SealBroken(path + ": value differs from its commitment");
        }
        if (path.equals(ORIGINAL)) {
          reader.original(value);
        } else {
          reader.put(path, Canonical.read(value));
        }
      }
      return reader.event(List.of());
    } finally {
      bench.clear();
      benches.give(bench);
    }
  }

  private static byte[] decrypt(Crypto crypto, SubjectKey key, byte[] leafHash, byte[] sealed) {
    try {
      return key.decrypt(crypto, leafHash, sealed);
    } catch (GeneralSecurityException e) {
      throw new SealBroken("sealed values do not belong to this leaf and key", e);
    }
  }

  /// A commitment as the leaf has it.
  static byte[] decode(String commitment) {
    return Base64.getUrlDecoder().decode(commitment);
  }
}
