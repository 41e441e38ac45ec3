package qerberos.ledger;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The one thread that appends. [#append] is the crash story, from top to bottom.
///
/// There are two ways to fail. An entry can be refused, which tells its sender and changes nothing.
/// Or a write, a force or our own code fails, and then nobody knows what is on the disk: the writer
/// answers everybody who waits and stops for good. A force is never tried again (after one has
/// failed, the next may report success for pages that were lost); what is true is found out by the
/// next start, through the code that runs at every start.
///
/// Used by one thread at a time: its own.
final class Writer implements Runnable {
  /// More entries than this in one frame save nothing any more.
  private static final int BATCH = 4_096;

  private final LedgerSettings settings;
  private final Inbox inbox;
  private final Entries entries;
  private final Tree tree;
  private final Ids ids;
  private final Keeper keeper;
  private final Publisher publisher;
  private final Consumer<String> stop;
  private final Frame frame = new Frame();
  private final BatchNames inHand = new BatchNames(BATCH);

  /// @param stop is told why, once the writer has stopped because something failed
  Writer(
      LedgerSettings settings,
      Inbox inbox,
      Entries entries,
      Tree tree,
      Ids ids,
      Keeper keeper,
      Publisher publisher,
      Consumer<String> stop) {
    this.settings = settings;
    this.inbox = inbox;
    this.entries = entries;
    this.tree = tree;
    this.ids = ids;
    this.keeper = keeper;
    this.publisher = publisher;
    this.stop = stop;
  }

  /// Appends batch after batch until the inbox is closed and empty.
  @Override
  public void run() {
    List<Inbox.Slot> batch = List.of();
    try {
      while (true) {
        // A frame never crosses the end of a segment, so no bundle ever lies in two files.
        int room = Segment.ENTRIES - (int) (tree.size() % Segment.ENTRIES);
        batch = inbox.take(Math.min(BATCH, room), Frame.LARGEST);
        if (batch.isEmpty()) {
          return;
        }
        long begin = System.nanoTime();
        append(batch);
        inbox.drained(batch.size(), System.nanoTime() - begin);
      }
    } catch (IOException | RuntimeException | Error e) {
      String reason = "the ledger stopped writing: " + e;
      stop.accept(reason);
      batch.forEach(slot -> slot.answer(new Appended.Failed(reason)));
      inbox.fail(reason);
    }
  }

  private void append(List<Inbox.Slot> batch) throws IOException {
    long first = tree.size();

    // Who is here already? Nothing is written yet; a crash leaves nothing.
    List<Inbox.Slot> fresh = new ArrayList<>(batch.size());
    List<Submission> submissions = new ArrayList<>(batch.size());
    List<Twin> twins = new ArrayList<>();
    inHand.clear();
    for (Inbox.Slot slot : batch) {
      Appended before = stored(slot);
      if (before != null) {
        slot.answer(before);
        continue;
      }
      int twin = inHand.add(slot.name(), fresh.size());
      if (twin >= 0) {
        twins.add(new Twin(slot, twin));
        continue;
      }
      fresh.add(slot);
      submissions.add(slot.submission());
    }
    if (fresh.isEmpty()) {
      return;
    }

    // What must be durable before the entries are: keys of subjects, without which an entry could
    // be read by nobody. A crash behind it leaves a key too many.
    settings.beforeForce().run();

    // One frame, behind the last one. A crash, or a disk that is full, leaves part of it:
    // the next start finds no whole frame here and cuts it. Nobody was told of these entries.
    OpenSegment segment = entries.tail();
    segment.write(frame.of(first, submissions));
    long begin = System.nanoTime();
    segment.force();
    settings.observer().forced(System.nanoTime() - begin, submissions.size());

    // From here on the entries are safe, whatever happens: a crash leaves a whole frame, and the
    // next start keeps every whole frame, extends tree and ids by it, and signs it. Senders who
    // were not answered find, when they send again, that they are here already.
    List<Hash> leaves = new ArrayList<>(submissions.size());
    for (Submission submission : submissions) {
      leaves.add(submission.leafHash());
    }
    segment.added(submissions);
    tree.append(leaves);
    for (int i = 0; i < fresh.size(); i++) {
      ids.put(fresh.get(i).name(), first + i);
    }

    // Readers see them now; a checkpoint may be signed over them at any time.
    publisher.grown();
    if (segment.isFull()) {
      keeper.full(segment);
    }
    try {
      settings.listener().appended(first, Collections.unmodifiableList(submissions));
    } finally {
      for (int i = 0; i < fresh.size(); i++) {
        fresh.get(i).answer(new Appended.At(first + i));
      }
      for (Twin twin : twins) {
        byte[] earlier = submissions.get(twin.of()).leaf();
        twin.slot().answer(compared(first + twin.of(), earlier, twin.slot().submission().leaf()));
      }
    }
  }

  /// A submission that has the name of an earlier one in the same batch.
  private record Twin(Inbox.Slot slot, int of) {}

  /// The answer to a submission whose name is in the ledger, or null when it is not. Its caller has
  /// looked already; here it is about what has come since. What `ids` says is a hint: the entry
  /// itself is read, checked against the tree, and asked for its name.
  private @Nullable Appended stored(Inbox.Slot slot) throws IOException {
    @Nullable Appended[] answer = {null};
    List<Long> candidates = new ArrayList<>(0);
    ids.candidates(slot.name(), slot.absentBefore(), candidates::add);
    for (long index : candidates) {
      entries.visit(
          index,
          index + 1,
          false,
          (at, leaf, attachment) -> {
            if (Arrays.equals(settings.names().name(leaf), slot.name())) {
              answer[0] = compared(at, leaf, slot.submission().leaf());
            }
          });
    }
    return answer[0];
  }

  private Appended compared(long index, byte[] before, byte[] now) {
    boolean same =
        Arrays.equals(before, now)
            || Arrays.equals(settings.names().content(before), settings.names().content(now));
    return same ? new Appended.Already(index) : new Appended.Conflict(index);
  }
}
