package qerberos.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StopTest {
  @TempDir Path folder;

  /// Were it waited for, it would be for five minutes.
  @Test
  void aConnectionOnWhichNothingIsAsked_keepsNobodyFromStopping() throws Exception {
    var service =
        RunningService.in(
            folder,
            http -> http.withDrain(Duration.ofMinutes(5)).withIdleTimeout(Duration.ofMinutes(30)),
            RunningService.WIDE,
            disk -> disk);
    try (var idle = new RawSocket(service.port(), "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")) {
      assertThat(idle.head()).startsWith("HTTP/1.1 200 ");
      Thread stopping =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      service.close();
                    } catch (IOException e) {
                      throw new UncheckedIOException(e);
                    }
                  });
      assertThat(stopping.join(Duration.ofMinutes(2))).isTrue();
    }
  }
}
