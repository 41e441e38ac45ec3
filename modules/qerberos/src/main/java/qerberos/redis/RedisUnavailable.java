package qerberos.redis;

import java.io.IOException;

/// Redis cannot be asked now, or refused. What was to be written was not, or nobody knows. Without
/// a trace of the stack: while Redis is gone there is one for each question, and all are alike.
@SuppressWarnings("serial")
public final class RedisUnavailable extends IOException {
  RedisUnavailable(String message) {
    super(message);
  }

  @Override
  public Throwable fillInStackTrace() {
    return this;
  }
}
