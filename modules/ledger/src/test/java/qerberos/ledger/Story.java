package qerberos.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/// What a ledger has told others: which entries it acknowledged at which index, and which
/// checkpoints it published. None of it may ever become untrue, whatever happens to process, disk
/// or power; [#check] holds the bytes that are left against it.
///
/// Used by one thread at a time; the ledger may tell of checkpoints meanwhile.
final class Story {
  static final EntryNames NAMES = new TestNames();

  private final Map<String, Long> acknowledged = new LinkedHashMap<>();
  private final List<Checkpoint> published = Collections.synchronizedList(new ArrayList<>());

  LedgerSettings settings(LogStorage storage) {
    return LedgerSettings.of(storage, NAMES)
        .withPublishEvery(Duration.ZERO)
        .withObserver(
            new LedgerObserver() {
              @Override
              public void published(Checkpoint checkpoint) {
                published.add(checkpoint);
              }
            });
  }

  /// Appends entries of the form `name=content` and remembers what was acknowledged.
  void append(Ledger ledger, String... texts) throws InterruptedException {
    List<Submission> submissions = new ArrayList<>();
    for (String text : texts) {
      byte[] beside = text.length() % 2 == 0 ? new byte[0] : ("beside " + text).getBytes(UTF_8);
      submissions.add(Submission.of(text.getBytes(UTF_8), beside, null));
    }
    List<Appended> answers = ledger.append(submissions);
    assertThat(answers).hasSize(texts.length);
    for (int i = 0; i < texts.length; i++) {
      switch (answers.get(i)) {
        case Appended.At(long index) -> acknowledge(texts[i], index);
        case Appended.Already(long index) -> acknowledge(texts[i], index);
        case Appended.Conflict(long _) -> assertThat(acknowledged).doesNotContainKey(texts[i]);
        case Appended.Busy(long _) -> {}
        case Appended.Failed(String _) -> {}
      }
    }
  }

  /// Remembers what another process said: `entry <index> <text>`, `checkpoint <size> <root>`.
  void heard(String line) {
    String[] words = line.split(" ", 3);
    switch (words[0]) {
      case "entry" -> acknowledge(words[2], Long.parseLong(words[1]));
      case "checkpoint" ->
          published.add(
              new Checkpoint(
                  "heard", Long.parseLong(words[1]), Hash.of(HexFormat.of().parseHex(words[2]))));
      default -> assertThat(line).startsWith("open ");
    }
  }

  private void acknowledge(String text, long index) {
    Long before = acknowledged.putIfAbsent(text, index);
    if (before != null) {
      assertThat(index).as(text).isEqualTo(before);
    }
  }

  /// Opens what is left through the normal path and checks everything in it: all that was promised
  /// is there, at its index and once; every checkpoint is of a tree that this one begins with; what
  /// is sent again is known; and after the close a verification from the bytes finds nothing wrong.
  ///
  /// @param moment says what happened, for the message
  void check(LogStorage storage, String moment) throws Exception {
    List<VerifierKey> keys;
    looked(storage, moment);
    try (Ledger ledger = Ledger.open(settings(storage))) {
      keys = ledger.keys();
      Set<String> names = new HashSet<>();
      ledger.entries(
          0,
          ledger.size(),
          (index, leaf, attachment) -> {
            String text = new String(leaf, UTF_8);
            assertThat(names.add(text.substring(0, text.indexOf('='))))
                .as("%s: %s is there once", moment, text)
                .isTrue();
            String beside = new String(attachment, UTF_8);
            assertThat(beside).as(moment).isEqualTo(text.length() % 2 == 0 ? "" : "beside " + text);
          });
      for (var entry : acknowledged.entrySet()) {
        byte[] leaf = entry.getKey().getBytes(UTF_8);
        long index = entry.getValue();
        assertThat(index).as("%s: index of %s", moment, entry.getKey()).isLessThan(ledger.size());
        assertThat(ledger.entry(index).leaf()).as(moment).isEqualTo(leaf);
        assertThat(ledger.find(NAMES.name(leaf))).as(moment).isEqualTo(OptionalLong.of(index));
      }
      for (Checkpoint checkpoint : List.copyOf(published)) {
        assertThat(ledger.root(checkpoint.size()))
            .as("%s: root of %d", moment, checkpoint.size())
            .isEqualTo(checkpoint.root());
      }
      append(ledger, acknowledged.keySet().toArray(String[]::new));
      append(ledger, "after=" + acknowledged.size());
    }
    Verification verification = new Verifier(Trust.in(keys)).folder(storage, NAMES);
    assertThat(verification).as(moment).isInstanceOf(Verification.Holds.class);
  }

  /// Before anything is repaired: whoever only looks sees every entry that was published, proved.
  private void looked(LogStorage storage, String moment) throws IOException {
    if (!storage.list("").contains(Publisher.FILE)) {
      return; // the first start did not get so far
    }
    try (LedgerReader reader = LedgerReader.open(storage, NAMES)) {
      Trust trust = Trust.in(reader.keys());
      for (Checkpoint checkpoint : List.copyOf(published)) {
        assertThat(reader.root(checkpoint.size())).as(moment).isEqualTo(checkpoint.root());
      }
      for (long index = 0; index < reader.size(); index += 1 + reader.size() / 50) {
        byte[] proof = reader.proof(index).bytes();
        assertThat(new Verifier(trust).proof(proof, null))
            .as("%s: the proof of %d to whoever looks", moment, index)
            .isInstanceOf(Verification.Holds.class);
      }
    } catch (NoSuchFileException e) {
      // a checkpoint, and no origin yet: the first start did not get so far either
      assertThat(published).as(moment).allMatch(checkpoint -> checkpoint.size() == 0);
    }
  }

  int acknowledged() {
    return acknowledged.size();
  }

  /// Closes a ledger that may have lost its disk.
  static void end(Ledger ledger) {
    try {
      ledger.close();
    } catch (IOException e) {
      // its disk failed on purpose; only its threads have to end
    }
  }
}
