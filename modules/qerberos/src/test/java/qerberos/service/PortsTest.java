package qerberos.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class PortsTest {
  private final Ports ports = new Ports(Path.of("/proc"));

  @Test
  void aTakenPort_isOneSentenceThatNamesItsHolder() throws Exception {
    assumeTrue(
        Files.exists(Path.of("/proc/net/tcp")),
        "needs /proc: run on Linux to see who holds a port");
    try (var socket = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      int port = socket.getLocalPort();
      assertThatThrownBy(() -> ports.requireFree("127.0.0.1", port, "the API", "--port"))
          .isInstanceOf(StartRefused.class)
          .hasMessageMatching(
              "the API: port "
                  + port
                  + " is taken by .+ \\(process "
                  + ProcessHandle.current().pid()
                  + "\\); choose another with --port");
    }
  }

  @Test
  void aFreePortAndPortZero_areFine() throws Exception {
    int free;
    try (var socket = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      free = socket.getLocalPort();
    }
    ports.requireFree("127.0.0.1", free, "the API", "--port");
    ports.requireFree("127.0.0.1", 0, "the API", "--port");
  }

  @Test
  void anAddressOfAnotherMachine_isRefusedByName() {
    assertThatThrownBy(() -> ports.requireFree("192.0.2.1", 3000, "the API", "--port"))
        .isInstanceOf(StartRefused.class)
        .hasMessage("--bind 192.0.2.1: not an address of this machine");
  }

  @Test
  void withoutProc_theHolderIsLeftOut() throws Exception {
    assertThat(new Ports(Path.of("/nowhere")).holder(1)).isEmpty();
  }
}
