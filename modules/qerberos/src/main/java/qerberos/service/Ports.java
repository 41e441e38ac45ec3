package qerberos.service;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import qerberos.service.StartRefused.Reason;

/// Whether a TCP port is free, and if not, who holds it where the system tells (`/proc`).
///
/// Asked before anything is opened, so that a taken port is one sentence and not a half-started
/// service; between asking and binding somebody may still come first, which binding then reports.
/// Immutable.
final class Ports {
  private final Path proc;

  Ports(Path proc) {
    this.proc = proc;
  }

  /// Returns when the port can be bound; port 0 always can.
  ///
  /// `what` listens there and `remedy` is the flag that chooses another port.
  void requireFree(String bind, int port, String what, String remedy) throws StartRefused {
    try {
      InetAddress address = InetAddress.getByName(bind);
      if (port == 0) {
        return;
      }
      try (var socket = new ServerSocket()) {
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(address, port));
      }
    } catch (UnknownHostException e) {
      throw new StartRefused(
          Reason.CONFIGURATION, "--bind " + bind + ": no such host or address here", e);
    } catch (BindException e) {
      String message = String.valueOf(e.getMessage());
      if (message.contains("Cannot assign")) {
        throw new StartRefused(
            Reason.CONFIGURATION, "--bind " + bind + ": not an address of this machine", e);
      }
      if (message.contains("ermission")) {
        throw new StartRefused(
            Reason.TAKEN,
            what + ": port " + port + " needs more rights; choose one above 1023 with " + remedy,
            e);
      }
      String holder = holder(port).map(name -> " by " + name).orElse("");
      throw new StartRefused(
          Reason.TAKEN,
          what + ": port " + port + " is taken" + holder + "; choose another with " + remedy,
          e);
    } catch (IOException e) {
      throw new StartRefused(
          Reason.TAKEN, what + ": port " + port + " cannot be bound: " + e.getMessage(), e);
    }
  }

  /// The process that listens on a port: `java (process 1234)`.
  Optional<String> holder(int port) {
    try {
      Optional<String> inode = listeningInode("net/tcp", port);
      if (inode.isEmpty()) {
        inode = listeningInode("net/tcp6", port);
      }
      return inode.isEmpty() ? Optional.empty() : ownerOf("socket:[" + inode.get() + "]");
    } catch (IOException | RuntimeException _) {
      return Optional.empty();
    }
  }

  /// Columns of `/proc/net/tcp`: number, local address:port in hex, remote, state (0A listens),
  /// ..., inode as the tenth.
  private Optional<String> listeningInode(String file, int port) throws IOException {
    String suffix = String.format(":%04X", port);
    for (String line : Files.readAllLines(proc.resolve(file))) {
      String[] columns = line.strip().split("\\s+");
      if (columns.length > 9 && columns[1].endsWith(suffix) && columns[3].equals("0A")) {
        return Optional.of(columns[9]);
      }
    }
    return Optional.empty();
  }

  private Optional<String> ownerOf(String socket) throws IOException {
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[0-9]*")) {
      for (Path process : processes) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(process.resolve("fd"))) {
          for (Path file : files) {
            if (Files.isSymbolicLink(file)
                && Files.readSymbolicLink(file).toString().equals(socket)) {
              String name = Files.readString(process.resolve("comm")).strip();
              return Optional.of(name + " (process " + process.getFileName() + ")");
            }
          }
        } catch (IOException _) {
          // Somebody else's process, or one that has ended meanwhile.
        }
      }
    }
    return Optional.empty();
  }
}
