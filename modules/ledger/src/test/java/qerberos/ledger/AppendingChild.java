package qerberos.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// A process that appends to a ledger as fast as it can until somebody kills it, and says on its
/// output what was acknowledged (`entry <index> <text>`) and published (`checkpoint <size>
/// <root>`).
///
/// Arguments: the ledger's folder, a seed. Exit 3 when the ledger is locked.
public final class AppendingChild {
  private AppendingChild() {}

  public static void main(String[] args) throws Exception {
    Path folder = Path.of(args[0]);
    long seed = Long.parseLong(args[1]);
    PrintStream out = new PrintStream(System.out, true, UTF_8);
    LedgerSettings settings =
        LedgerSettings.of(new FolderStorage(folder), new TestNames())
            .withObserver(
                new LedgerObserver() {
                  @Override
                  public void published(Checkpoint checkpoint) {
                    out.println("checkpoint " + checkpoint.size() + " " + checkpoint.root());
                  }
                });
    Ledger ledger;
    try {
      ledger = Ledger.open(settings);
    } catch (LedgerLocked e) {
      System.err.println(e.getMessage());
      System.exit(3);
      return;
    }
    out.println("open " + ledger.size());
    List<Thread> senders = new ArrayList<>();
    for (int sender = 0; sender < 4; sender++) {
      long mine = seed * 4 + sender;
      senders.add(Thread.ofVirtual().start(() -> send(ledger, mine, out)));
    }
    for (Thread sender : senders) {
      sender.join();
    }
  }

  private static void send(Ledger ledger, long seed, PrintStream out) {
    Random random = new Random(seed);
    try {
      for (int round = 0; ; round++) {
        List<Submission> batch = new ArrayList<>();
        List<String> texts = new ArrayList<>();
        for (int i = 0; i <= random.nextInt(40); i++) {
          texts.add(seed + "-" + round + "-" + i + "=" + "x".repeat(random.nextInt(600)));
        }
        texts.forEach(
            text -> {
              byte[] beside =
                  text.length() % 2 == 0 ? new byte[0] : ("beside " + text).getBytes(UTF_8);
              batch.add(Submission.of(text.getBytes(UTF_8), beside, null));
            });
        List<Appended> answers = ledger.append(batch);
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < answers.size(); i++) {
          if (answers.get(i) instanceof Appended.At(long index)) {
            lines.append("entry ").append(index).append(' ').append(texts.get(i)).append('\n');
          }
        }
        out.print(lines);
        out.flush();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
