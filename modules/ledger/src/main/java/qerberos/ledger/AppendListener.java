package qerberos.ledger;

import java.util.List;

/// Is told by the writer of every batch that has become durable and part of the tree, before its
/// senders are answered. Runs on the writer's thread: whoever takes long here slows every sender.
///
/// What it throws is a bug: the batch stays, its senders are answered, and the ledger takes no
/// more.
@FunctionalInterface
public interface AppendListener {
  /// @param firstIndex of the first submission in the list
  /// @param inOrder those that were appended, without duplicates, indexes without a gap
  void appended(long firstIndex, List<Submission> inOrder);
}
