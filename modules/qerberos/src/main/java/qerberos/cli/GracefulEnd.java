package qerberos.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import qerberos.logs.Logs;
import qerberos.service.Service;

/// What happens between SIGTERM (or SIGINT) and the end of the process.
///
/// The JVM runs this as a shutdown hook and would exit with 128 and the signal's number; the hook
/// closes the service, then ends the process itself, so that the status is 0 when everything was
/// finished and published, 1 when closing failed. A signal that comes while the service still
/// starts waits until it has started. Safe for concurrent use.
final class GracefulEnd {
  private static final System.Logger LOG = System.getLogger("qerberos.cli");
  private static final long START_PATIENCE_SECONDS = 25;

  private final Logs logs;
  private final CountDownLatch settled = new CountDownLatch(1);
  private volatile @Nullable Service service;

  GracefulEnd(Logs logs) {
    this.logs = logs;
  }

  void install() {
    Runtime.getRuntime().addShutdownHook(new Thread(this::end, "end"));
  }

  /// The service runs and is to be closed at the end.
  void serves(Service started) {
    service = started;
    settled.countDown();
  }

  /// Keeps the process alive until it is told to end; never returns.
  int forever() {
    while (true) {
      try {
        Thread.sleep(Long.MAX_VALUE);
      } catch (InterruptedException e) {
        LOG.log(System.Logger.Level.DEBUG, "interrupted, and goes on");
      }
    }
  }

  /// The service did not start; the process ends with whatever status it is given.
  void cancel() {
    settled.countDown();
  }

  private void end() {
    try {
      boolean known = settled.await(START_PATIENCE_SECONDS, TimeUnit.SECONDS);
      Service running = service;
      if (!known || running == null) {
        return;
      }
      LOG.log(System.Logger.Level.INFO, "stops");
      int status = 0;
      try {
        running.close();
        LOG.log(System.Logger.Level.INFO, "stopped");
      } catch (Exception e) {
        LOG.log(System.Logger.Level.ERROR, "could not stop cleanly", e);
        status = 1;
      }
      logs.close();
      Runtime.getRuntime().halt(status);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
