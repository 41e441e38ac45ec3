package qerberos.http;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// A few threads for work that only computes.
///
/// Virtual threads share as many carriers as there are processors and are not preempted: a few
/// large bodies being parsed and sealed would hold all of them, and every small request would wait.
/// Here the operating system shares the processors out, and the carriers stay free.
///
/// Safe for concurrent use.
final class Parsers implements AutoCloseable {
  /// Smaller work is done where it is: handing it over would cost more.
  private static final int WORTH_IT_BYTES = 32 << 10;

  private final ExecutorService threads;

  Parsers(int count) {
    this.threads =
        Executors.newFixedThreadPool(count, Thread.ofPlatform().name("parser-", 0).factory());
  }

  /// Does the work, and waits for it.
  ///
  /// @param bytes how much there is to be done
  <T> T work(int bytes, Callable<T> work) throws Exception {
    if (bytes < WORTH_IT_BYTES) {
      return work.call();
    }
    Future<T> future = threads.submit(work);
    try {
      return future.get();
    } catch (InterruptedException e) {
      boolean ignored = future.cancel(true);
      throw e;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Exception cause) {
        throw cause;
      }
      throw e;
    }
  }

  @Override
  public void close() {
    threads.shutdown();
  }
}
