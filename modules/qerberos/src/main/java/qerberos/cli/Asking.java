package qerberos.cli;

import org.jspecify.annotations.Nullable;

/// What stands after the question mark of a request. Used by one thread at a time.
final class Asking {
  private final StringBuilder text = new StringBuilder();

  /// Adds a parameter, unless it has no value.
  void add(String name, @Nullable Object value) {
    if (value != null) {
      text.append(text.isEmpty() ? "" : "&")
          .append(name)
          .append('=')
          .append(Api.encoded(value.toString()));
    }
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
