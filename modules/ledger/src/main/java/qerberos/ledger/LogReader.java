package qerberos.ledger;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/// What a C2SP tlog-tiles log serves: its checkpoint, its hash tiles, its entry bundles. Nothing
/// that comes out of it is trusted before it was checked against a signed checkpoint.
///
/// Safe for concurrent use.
public interface LogReader {
  /// The newest signed checkpoint, at most [SignedNote#LONGEST] bytes.
  ///
  /// @throws Refused when the log answers but not with a checkpoint
  /// @throws IOException when nobody knows: no answer, too late, too often
  byte[] checkpoint() throws IOException;

  /// The bytes under a path, as they are served. No more than a tile or bundle of that width can
  /// have.
  ///
  /// @throws Refused when the log answers but not with these bytes
  /// @throws IOException when nobody knows
  byte[] tile(TilePath path) throws IOException;

  /// An open ledger of this process, as others would read it.
  static LogReader of(Ledger ledger) {
    return new LogReader() {
      @Override
      public byte[] checkpoint() {
        return ledger.signedCheckpoint();
      }

      @Override
      public byte[] tile(TilePath path) throws IOException {
        try {
          return ledger.tile(path);
        } catch (IndexOutOfBoundsException e) {
          throw new NotThere(path.toString());
        }
      }
    };
  }

  /// The hashes of a tile, 32 bytes each, exactly as many as its width. A log may drop a partial
  /// tile once the full one exists, so that one is tried next.
  default byte[] hashes(TilePath path) throws IOException {
    TilePath served = path;
    byte[] hashes;
    try {
      hashes = tile(path);
    } catch (NotThere e) {
      if (!path.isPartial()) {
        throw e;
      }
      served = path.full();
      hashes = tile(served);
    }
    int want = served.width() * Hash.BYTES;
    if (hashes.length != want) {
      throw new Malformed(served.toString(), hashes.length + " bytes, want " + want);
    }
    return Arrays.copyOf(hashes, path.width() * Hash.BYTES);
  }

  /// The entries of a bundle, exactly as many as its width, with the same second try.
  default List<byte[]> entries(TilePath path) throws IOException {
    TilePath served = path;
    byte[] bundle;
    try {
      bundle = tile(path);
    } catch (NotThere e) {
      if (!path.isPartial()) {
        throw e;
      }
      served = path.full();
      bundle = tile(served);
    }
    try {
      return List.copyOf(EntryBundle.decode(bundle, served.width()).subList(0, path.width()));
    } catch (IllegalArgumentException e) {
      throw new Malformed(served.toString(), String.valueOf(e.getMessage()));
    }
  }

  /// The nodes of the tree of `size` entries, for making proofs from tiles. What a proof made of
  /// them shows must be verified: the log chose these hashes.
  default HashReader nodes(long size) {
    return HashReader.over(
        (level, first, count) -> {
          byte[] tile = hashes(TilePath.in(size, level, first / TilePath.FULL));
          int begin = (int) (first % TilePath.FULL) * Hash.BYTES;
          return Arrays.copyOfRange(tile, begin, begin + count * Hash.BYTES);
        });
  }

  /// The log answered, and not with what was asked for.
  sealed class Refused extends IOException permits NotThere, NotAllowed, Malformed {
    private static final long serialVersionUID = 1;

    private final String what;

    Refused(String where, String what) {
      super(where + ": " + what);
      this.what = what;
    }

    /// The message without the place.
    String what() {
      return what;
    }
  }

  /// The log says it has nothing under that path.
  final class NotThere extends Refused {
    private static final long serialVersionUID = 1;

    public NotThere(String where) {
      super(where, "not served");
    }
  }

  /// The log wants a token that it was not given, or another one.
  final class NotAllowed extends Refused {
    private static final long serialVersionUID = 1;

    public NotAllowed(String where) {
      super(where, "not allowed without a token that may read it");
    }
  }

  /// The log served bytes that cannot be what was asked for.
  final class Malformed extends Refused {
    private static final long serialVersionUID = 1;

    public Malformed(String where, String what) {
      super(where, what);
    }
  }
}
