package qerberos.http;

import static org.assertj.core.api.Assertions.assertThat;

import fuzz.Fuzzed;
import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.DataWriter;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Whatever bytes arrive on a WebSocket, they are messages within the limit, or break the rules
/// with a code that says which; and where frames of ours end is found in whatever pieces they come.
class SocketFramesFuzzTest {
  private static final Set<Integer> CODES = Set.of(1002, 1003, 1007, 1009);

  static Stream<byte[]> bytes() {
    byte[] hello = "{\"type\":\"read\"}".getBytes(StandardCharsets.UTF_8);
    return Stream.of(
        RawSocket.frame(0x81, hello),
        both(RawSocket.frame(0x01, hello), RawSocket.frame(0x80, hello)),
        both(RawSocket.frame(0x01, hello), RawSocket.frame(0x89, hello)),
        both(RawSocket.frame(0x81, new byte[4_096]), RawSocket.frame(0x81, hello)),
        RawSocket.frame(0x88, new byte[] {3, (byte) 0xe8, 'b', 'y', 'e'}),
        RawSocket.frame(0x81, new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80}),
        new byte[] {(byte) 0x81, (byte) 0xff, (byte) 0x80, 0, 0, 0, 0, 0, 0, 0});
  }

  private static byte[] both(byte[] one, byte[] other) {
    byte[] both = Arrays.copyOf(one, one.length + other.length);
    System.arraycopy(other, 0, both, one.length, other.length);
    return both;
  }

  /// As a connection gives them: a few at a time.
  private static Wire wire(byte[] bytes) {
    var at = new AtomicInteger();
    DataReader in =
        DataReader.create(
            () -> {
              int from = at.get();
              int to = at.addAndGet(Math.min(7, bytes.length - from));
              return from == to ? null : Arrays.copyOfRange(bytes, from, to);
            });
    return new Wire(in, new Nowhere(), Thread.currentThread());
  }

  private static final class Nowhere implements DataWriter {
    @Override
    public void write(BufferData... buffers) {}

    @Override
    public void write(BufferData buffer) {}

    @Override
    public void writeNow(BufferData... buffers) {}

    @Override
    public void writeNow(BufferData buffer) {}
  }

  @Fuzzed("bytes")
  void whatever(byte[] bytes) throws IOException {
    var frames = new SocketFrames(wire(bytes));
    try {
      while (true) {
        if (frames.next() instanceof SocketFrames.Said.Text(String text)) {
          assertThat(text.getBytes(StandardCharsets.UTF_8).length)
              .isLessThanOrEqualTo(SocketFrames.MOST_BYTES);
        }
      }
    } catch (SocketFrames.Broken e) {
      assertThat(CODES).contains(e.code());
    } catch (EOFException e) {
      // all was taken
    }
  }

  @Test
  void edgesOfFrames_areFound_inWhateverPiecesTheyPass() throws IOException {
    long seed = Long.getLong("seed", System.nanoTime());
    System.out.println("SocketFramesFuzzTest seed " + seed);
    Random random = new Random(seed);
    for (int round = 0; round < 200; round++) {
      var edges = new FrameEdges();
      for (int frame = 0; frame < 5; frame++) {
        int[] lengths = {0, 1, 125, 126, 65_535, 65_536, random.nextInt(1_000)};
        boolean last = frame == 4;
        byte[] bytes =
            last
                ? SocketFrames.close(1001, "gone")
                : SocketFrames.text(new byte[lengths[random.nextInt(lengths.length)]]);
        assertThat(edges.between()).isTrue();
        assertThat(edges.closed()).isFalse();
        int at = 0;
        while (at < bytes.length) {
          int some = 1 + random.nextInt(Math.min(bytes.length - at, 20_000));
          edges.pass(Arrays.copyOfRange(bytes, at, at + some), some);
          at += some;
          assertThat(edges.between()).isEqualTo(at == bytes.length);
        }
      }
      assertThat(edges.closed()).isTrue();
    }
  }
}
