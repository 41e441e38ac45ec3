package qerberos.ledger;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Who this ledger is: its name and its keys, made once and kept with it.
///
///     FORMAT   the number of the format and the CRC-32C of its digits, `1 90f599e3`
///     origin   the log's name
///     keys     verifier keys of all times, one on each line, the present ones first
///     key      the private keys, one on each line, readable by the owner alone; not there when
///              they are given to the ledger from elsewhere
///
/// Whoever has `key` can sign in the log's name; whoever changes the others can at most stop us.
///
/// @param origin the log's name
/// @param signing what signs now, in order
/// @param verifiers of all times, those of `signing` first
record LedgerKeys(String origin, List<SigningKey> signing, List<VerifierKey> verifiers) {
  static final String FORMAT = "FORMAT";
  static final String ORIGIN = "origin";
  static final String KEYS = "keys";
  static final String KEY = "key";

  /// The format that this code writes.
  static final int FORMAT_NUMBER = 1;

  private static final String NAME = "qerberos";

  LedgerKeys {
    signing = List.copyOf(signing);
    verifiers = List.copyOf(verifiers);
  }

  /// Reads who the ledger is, or makes it up at the first start. Files are written in an order in
  /// which a crash leaves nothing that the next start would not complete: the private key first,
  /// because all else follows from it.
  ///
  /// @throws IllegalArgumentException when settings name another origin or keys of another name
  static LedgerKeys openOrMake(LedgerSettings settings) throws IOException {
    LogStorage storage = settings.storage();
    checkFormat(storage);
    List<SigningKey> signing = settings.keys();
    if (signing.isEmpty()) {
      signing = storedKeys(storage);
    }
    String origin = readLine(storage, ORIGIN);
    if (signing.isEmpty()) {
      if (origin != null) {
        throw new LedgerDamaged(
            KEY, "missing from " + storage.where() + ", and no signing key is configured");
      }
      signing = make(settings);
      write(storage, KEY, signing.stream().map(SigningKey::secretText).toList(), true);
    }
    String name = signing.getFirst().verifier().name();
    if (origin == null) {
      origin = settings.origin() == null ? name : settings.origin();
    } else if (settings.origin() != null && !settings.origin().equals(origin)) {
      throw new IllegalArgumentException(
          "origin: '" + settings.origin() + "', but this ledger was made as '" + origin + "'");
    }
    for (SigningKey key : signing) {
      if (!key.verifier().name().equals(origin)) {
        throw new IllegalArgumentException(
            "key: its name is '" + key.verifier().name() + "', want the origin '" + origin + "'");
      }
    }
    List<VerifierKey> verifiers = new ArrayList<>();
    signing.forEach(key -> verifiers.add(key.verifier()));
    List<VerifierKey> stored = verifiers(storage);
    stored.stream().filter(key -> !verifiers.contains(key)).forEach(verifiers::add);
    if (!stored.containsAll(verifiers)) {
      write(storage, KEYS, lines(stored.isEmpty() ? verifiers : joined(stored, verifiers)), false);
    }
    if (readLine(storage, ORIGIN) == null) {
      write(storage, ORIGIN, List.of(origin), false);
    }
    if (readLine(storage, FORMAT) == null) {
      write(storage, FORMAT, List.of(formatLine(Integer.toString(FORMAT_NUMBER))), false);
    }
    return new LedgerKeys(origin, signing, verifiers);
  }

  /// Makes `keys` name the present keys first. Done when a checkpoint by them is safe: until then
  /// the first key there is the one that signed the last.
  void settle(LogStorage storage) throws IOException {
    if (!verifiers(storage).equals(verifiers)) {
      write(storage, KEYS, lines(verifiers), false);
    }
  }

  /// Takes other private keys; those of before are kept as public ones. A crash at any point leaves
  /// a ledger that opens, and verifies before that:
  ///
  ///     `keys` names the new ones last     they have signed nothing; the old ones go on
  ///     `key` holds the new ones           the next start signs with them
  ///     a checkpoint by them is safe       published by the caller
  ///     `keys` names them first            [#settle]
  ///
  /// @param next that [#checkNew] lets pass
  LedgerKeys rotated(LogStorage storage, List<SigningKey> next) throws IOException {
    checkNew(next);
    List<VerifierKey> fresh = next.stream().map(SigningKey::verifier).toList();
    write(storage, KEYS, lines(joined(verifiers, fresh)), false);
    write(storage, KEY, next.stream().map(SigningKey::secretText).toList(), true);
    return new LedgerKeys(origin, next, joined(fresh, verifiers));
  }

  /// Whether these may take the place of the present keys.
  ///
  /// @throws IllegalArgumentException when there is none, or one has another name or was used
  ///     before
  void checkNew(List<SigningKey> next) {
    if (next.isEmpty()) {
      throw new IllegalArgumentException("keys: none, want at least one");
    }
    for (SigningKey key : next) {
      if (!key.verifier().name().equals(origin) || verifiers.contains(key.verifier())) {
        throw new IllegalArgumentException(
            "key: " + key.verifier().shortName() + ", want a new one named '" + origin + "'");
      }
    }
  }

  private static List<VerifierKey> joined(List<VerifierKey> first, List<VerifierKey> more) {
    List<VerifierKey> all = new ArrayList<>(first);
    more.stream().filter(key -> !all.contains(key)).forEach(all::add);
    return all;
  }

  private static List<String> lines(List<VerifierKey> keys) {
    return keys.stream().map(VerifierKey::toString).toList();
  }

  /// Reads who the ledger is, without its private keys.
  ///
  /// @throws NoSuchFileException when there is no ledger
  static LedgerKeys openToRead(LogStorage storage) throws IOException {
    checkFormat(storage);
    String origin = readLine(storage, ORIGIN);
    if (origin == null) {
      throw new NoSuchFileException(storage.where(), null, "no ledger here: no file 'origin'");
    }
    return new LedgerKeys(origin, List.of(), verifiers(storage));
  }

  /// @throws LedgerDamaged when the file is not what any program wrote
  /// @throws IOException when a newer one did
  private static void checkFormat(LogStorage storage) throws IOException {
    String line = readLine(storage, FORMAT);
    if (line == null || line.equals(formatLine(Integer.toString(FORMAT_NUMBER)))) {
      return;
    }
    String number = line.substring(0, Math.max(0, line.indexOf(' ')));
    if (!number.matches("[0-9]{1,9}") || !line.equals(formatLine(number))) {
      throw new LedgerDamaged(FORMAT, "not a format number with its checksum");
    }
    throw new IOException(
        storage.where()
            + ": format "
            + number
            + ", this program reads and writes "
            + FORMAT_NUMBER
            + "; use the newer program that wrote it");
  }

  private static String formatLine(String number) {
    byte[] digits = number.getBytes(StandardCharsets.UTF_8);
    return number + " " + HexFormat.of().toHexDigits(SealedSegment.crc(digits, 0, digits.length));
  }

  private static List<SigningKey> make(LedgerSettings settings) {
    List<SigningKey> keys = new ArrayList<>();
    String name = settings.origin();
    for (KeyType type : settings.keyTypes()) {
      SigningKey key = SigningKey.generate(name == null ? NAME : name, type, settings.random());
      if (name == null) {
        name = NAME + "-" + key.verifier().idText();
        key = key.named(name);
      }
      keys.add(key);
    }
    return keys;
  }

  static List<SigningKey> storedKeys(LogStorage storage) throws IOException {
    List<SigningKey> keys = new ArrayList<>();
    for (String line : readLines(storage, KEY)) {
      try {
        keys.add(SigningKey.parse(line));
      } catch (IllegalArgumentException e) {
        throw new LedgerDamaged(KEY, String.valueOf(e.getMessage()));
      }
    }
    return keys;
  }

  static List<VerifierKey> verifiers(LogStorage storage) throws IOException {
    List<VerifierKey> keys = new ArrayList<>();
    for (String line : readLines(storage, KEYS)) {
      try {
        keys.add(VerifierKey.parse(line));
      } catch (IllegalArgumentException e) {
        throw new LedgerDamaged(KEYS, String.valueOf(e.getMessage()));
      }
    }
    return keys;
  }

  private static @Nullable String readLine(LogStorage storage, String name) throws IOException {
    List<String> lines = readLines(storage, name);
    if (lines.size() > 1) {
      throw new LedgerDamaged(name, lines.size() + " lines, want 1");
    }
    return lines.isEmpty() ? null : lines.getFirst();
  }

  /// The lines of a small text file; none when it does not exist.
  private static List<String> readLines(LogStorage storage, String name) throws IOException {
    String text;
    try {
      text = new String(SmallFile.read(storage, name), StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      return List.of();
    }
    if (text.isEmpty() || !text.endsWith("\n")) {
      throw new LedgerDamaged(name, "does not end with a newline");
    }
    return List.of(text.substring(0, text.length() - 1).split("\n", -1));
  }

  private static void write(LogStorage storage, String name, List<String> lines, boolean secret)
      throws IOException {
    String text = String.join("\n", lines) + "\n";
    SmallFile.replace(storage, name, text.getBytes(StandardCharsets.UTF_8), secret);
  }
}
