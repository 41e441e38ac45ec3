package qerberos.columns;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import qerberos.ledger.Codec;

/// Compresses sealed bundles, for the ledger, which itself knows neither JSON nor Zstandard.
///
/// Leaves are alike: the same members in the same order, and most values of a kind. What is not
/// alike is mostly hashes and random identifiers, which no compression makes smaller than the bytes
/// they stand for, but Zstandard alone makes larger: it codes base64, hexadecimal, digits and words
/// with one table of bit lengths. So a bundle is taken apart first ([Shapes]), its values are put
/// into columns, and each column is written in the way that suits it ([ColumnPacking],
/// [NumberPacking]). What looks random then is stored, the rest, a few bytes for each leaf, goes
/// through Zstandard. A bundle whose leaves are not alike, or not JSON, goes through it as it is.
///
/// Packed, a bundle is
///
///     byte     0: as it is          1: in columns
///              Zstandard frame      varint: length of the rest; varint: of its frame
///                                   Zstandard frame of the rest
///                                   what looks random, up to the end
///
/// Whatever the bytes are, they come back as they were; only how small they get depends on their
/// being leaves.
///
/// Safe for concurrent use.
public final class ColumnCodec implements Codec {
  /// What is left to compress is little and hardly alike: higher levels cost and do not save.
  private static final int LEVEL = 3;

  private static final int AS_IT_IS = 0;
  private static final int COLUMNS = 1;

  /// Who has worked on a larger bundle is not kept: its buffers have grown with it.
  private static final int LARGEST_KEPT = 1 << 20;

  /// Workers at rest, with their buffers and native memory. They belong to the process: it is
  /// bounded what they take, and nobody closes a codec.
  private static final ArrayBlockingQueue<Packer> PACKERS = new ArrayBlockingQueue<>(1);

  private static final ArrayBlockingQueue<Expander> EXPANDERS = new ArrayBlockingQueue<>(4);

  @Override
  public String name() {
    return "columns";
  }

  @Override
  public byte[] compress(byte[] plain, int leaves, int length) {
    Packer packer = PACKERS.poll();
    if (packer == null) {
      packer = new Packer();
    }
    boolean kept = false;
    try {
      byte[] packed = packer.pack(plain, leaves, length);
      kept = length <= LARGEST_KEPT && PACKERS.offer(packer);
      return packed;
    } finally {
      if (!kept) {
        packer.zstd.close();
      }
    }
  }

  @Override
  public void expand(byte[] packed, byte[] plain, int length) throws IOException {
    Expander expander = EXPANDERS.poll();
    if (expander == null) {
      expander = new Expander();
    }
    boolean kept = false;
    try {
      expander.expand(packed, plain, length);
      kept = length <= LARGEST_KEPT && EXPANDERS.offer(expander);
    } finally {
      if (!kept) {
        expander.zstd.close();
      }
    }
  }

  /// The most the rest of a bundle may have: what is more than twice the bundle has not paid.
  private static long mostRest(int length) {
    return 4_096 + 2L * length;
  }

  private static final class Packer {
    private final ZstdCompressCtx zstd =
        new ZstdCompressCtx().setLevel(LEVEL).setContentSize(false);
    private final BundlePacking bundle = new BundlePacking();
    private final ByteSink packed = new ByteSink();
    private byte[] frame = {};

    byte[] pack(byte[] plain, int leaves, int length) {
      packed.cut(0);
      ByteSink rest = bundle.rest();
      if (bundle.pack(plain, leaves, length) && rest.length() <= mostRest(length)) {
        packed.put(COLUMNS);
        int compressed = compress(rest.array(), rest.length());
        packed.varint(rest.length());
        packed.varint(compressed);
        packed.put(frame, 0, compressed);
        packed.put(bundle.raw().array(), 0, bundle.raw().length());
      } else {
        packed.put(AS_IT_IS);
        int compressed = compress(plain, length);
        packed.put(frame, 0, compressed);
      }
      return Arrays.copyOf(packed.array(), packed.length());
    }

    private int compress(byte[] bytes, int length) {
      int most = Math.toIntExact(Zstd.compressBound(length));
      if (frame.length < most) {
        frame = new byte[most];
      }
      return zstd.compressByteArray(frame, 0, frame.length, bytes, 0, length);
    }
  }

  private static final class Expander {
    private final ZstdDecompressCtx zstd = new ZstdDecompressCtx();
    private final BundleReading bundle = new BundleReading();
    private final ByteSource head = new ByteSource();
    private byte[] rest = {};

    void expand(byte[] packed, byte[] plain, int length) throws IOException {
      head.set(packed, 0, packed.length);
      int how = head.get();
      if (how == AS_IT_IS) {
        decompress(packed, 1, packed.length - 1, plain, length);
        return;
      }
      if (how != COLUMNS) {
        throw new IOException("columns: begins with " + how);
      }
      int restLength = head.count(mostRest(length));
      int compressed = head.count(head.left());
      int frame = head.skip(compressed);
      if (rest.length < restLength) {
        rest = new byte[restLength];
      }
      decompress(packed, frame, compressed, rest, restLength);
      bundle.read(rest, restLength, packed, frame + compressed, plain, length);
    }

    private void decompress(byte[] packed, int from, int compressed, byte[] to, int length)
        throws IOException {
      int got;
      try {
        got = zstd.decompressByteArray(to, 0, length, packed, from, compressed);
      } catch (RuntimeException e) {
        throw new IOException("zstd: " + e.getMessage(), e);
      }
      if (got != length) {
        throw new IOException("zstd: " + got + " bytes, want " + length);
      }
    }
  }
}
