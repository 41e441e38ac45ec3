package qerberos.state;

import org.jspecify.annotations.Nullable;

/// What is to be told elsewhere about a write, so that neither can be without the other: it is
/// committed with the write ([Outbox]) and told afterwards.
public interface Telling {
  /// For a write that nobody has to hear of.
  Telling NOTHING =
      new Telling() {
        @Override
        public @Nullable Outgoing about(boolean changed) {
          return null;
        }

        @Override
        public void committed() {}
      };

  /// What is to be told; null for nothing. Called within the transaction, so whoever throws here
  /// undoes the write.
  ///
  /// @param changed whether the write changed anything
  @Nullable Outgoing about(boolean changed);

  /// Both are on disk. Called outside of the transaction, before the writer goes on.
  void committed();
}
