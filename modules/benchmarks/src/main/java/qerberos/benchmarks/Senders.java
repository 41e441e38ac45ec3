package qerberos.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Several senders at once, a thread each.
final class Senders {
  /// What one of them does.
  interface Work {
    /// @param worker its number, from 0
    /// @return how many events it sent
    long of(int worker) throws Exception;
  }

  private Senders() {}

  /// Runs them all and returns when the last has finished.
  ///
  /// @return how many events they sent together
  static long run(int workers, Work work) throws Exception {
    List<Callable<Long>> tasks = new ArrayList<>();
    for (int worker = 0; worker < workers; worker++) {
      int number = worker;
      tasks.add(() -> work.of(number));
    }
    long sum = 0;
    try (var threads = Executors.newFixedThreadPool(workers)) {
      for (Future<Long> result : threads.invokeAll(tasks)) {
        sum += result.get();
      }
    } catch (ExecutionException e) {
      throw new IOException(String.valueOf(e.getCause()), e);
    }
    return sum;
  }
}
