package qerberos.ledger;

import java.io.IOException;
import java.nio.LongBuffer;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/// Every name is there and leads to its entry, and no name leads anywhere else: the runs of names
/// are read and compared with the sums that the entries gave. Used by one thread at a time.
final class IdsCheck {
  private static final String NAME = "[0-9]{12,18}-[0-9]{5,8}\\.run";
  private static final int BLOCKS_BETWEEN_REPORTS = 1_024;

  private final CheckSource source;
  private final List<IdSum> sums;
  private final long size;
  private final Findings findings;
  private final Progress progress;

  /// @param sums over the names of each full segment
  /// @param size how many entries there are
  IdsCheck(CheckSource source, List<IdSum> sums, long size, Findings findings, Progress progress) {
    this.source = source;
    this.sums = sums;
    this.size = size;
    this.findings = findings;
    this.progress = progress;
  }

  void run() throws IOException {
    long full = sums.size() * (long) Segment.ENTRIES;
    long covered = 0;
    for (var file : runs().entrySet()) {
      long first = file.getKey();
      int count = file.getValue();
      if (first + count <= covered && !source.clean(size)) {
        continue; // merged into a larger one; the next start deletes it
      }
      String name = IdRun.nameOf(first, count);
      if (first != covered || count % Segment.ENTRIES != 0) {
        findings.damage(name, "names entries from " + first + " on, want from " + covered + " on");
        return;
      }
      covered += count;
      if (covered <= full) {
        check(first, count);
      } else if (!source.live()) {
        findings.damage(name, "names entries that are not there");
      }
    }
    if (covered < full && source.clean(size)) {
      findings.damage(
          Ids.FOLDER, "the names of entries " + covered + " to " + (full - 1) + " are missing");
    }
    findings.checked(
        "the stored names of " + Math.min(covered, full) + " entries lead to them, none elsewhere");
  }

  /// The runs that are there: first index and count.
  private NavigableMap<Long, Integer> runs() throws IOException {
    NavigableMap<Long, Integer> runs = new TreeMap<>();
    for (String name : source.storage().list(Ids.FOLDER)) {
      if (name.endsWith(SmallFile.DRAFT)) {
        continue;
      }
      if (!name.matches(NAME)) {
        findings.damage(Ids.FOLDER + "/" + name, "not a file of a ledger");
        continue;
      }
      int dash = name.indexOf('-');
      int end = name.length() - IdRun.ENDING.length();
      runs.merge(
          Long.parseLong(name.substring(0, dash)),
          Integer.parseInt(name.substring(dash + 1, end)),
          Math::max);
    }
    return runs;
  }

  private void check(long first, int count) throws IOException {
    IdSum expected = source.newSum();
    for (int i = 0; i < count / Segment.ENTRIES; i++) {
      expected.add(sums.get((int) (first / Segment.ENTRIES) + i));
    }
    try (IdRun run = IdRun.open(source.storage(), first, count)) {
      compare(run, expected);
    } catch (LedgerDamaged e) {
      findings.damage(e);
    } catch (NoSuchFileException e) {
      if (!source.live()) {
        throw e;
      }
    }
  }

  private void compare(IdRun run, IdSum expected) throws IOException {
    IdSum found = source.newSum();
    long before = 0;
    for (int block = 0; block < run.blocks(); block++) {
      LongBuffer words = run.block(block);
      while (words.hasRemaining()) {
        long word = words.get();
        if (Long.compareUnsigned(before, word) > 0 || !run.mayHave(Ids.printOf(word))) {
          findings.damage(
              run.name() + ": offset " + run.offsetOf(block), "a name that cannot be found here");
          return;
        }
        before = word;
        found.add(Ids.printOf(word), run.first() + Ids.offsetOf(word));
      }
      if (block % BLOCKS_BETWEEN_REPORTS == 0) {
        progress.at("reading names", run.first() + (long) block * IdRun.BLOCK, size);
      }
    }
    if (!found.same(expected)) {
      findings.damage(
          run.name(),
          "does not hold the names of the entries "
              + run.first()
              + " to "
              + (run.first() + run.count() - 1));
    }
  }
}
