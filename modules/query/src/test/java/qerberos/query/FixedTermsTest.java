package qerberos.query;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.BytesRef;
import org.junit.jupiter.api.Test;

/// Terms that end in a value of fixed size, among those that do not.
class FixedTermsTest {
  private static final long ALL_ONES = (1L << 48) - 1;

  private final Unwritten unwritten = new Unwritten();

  /// What was put in, by the bytes of each term.
  private final Map<BytesRef, Set<Integer>> wanted = new TreeMap<>();

  @Test
  void theSameValueTwiceInADocument_isOnceInItsList() throws Exception {
    opaque(5);
    opaque(7);
    opaque(5);
    end();
    assertThat(read()).isEqualTo(wanted).hasSize(2);
  }

  @Test
  void theSameValueInManyDocuments_isOneTermWithAllInOrder() throws Exception {
    for (int i = 0; i < 1_000; i++) {
      opaque(i % 3 == 0 ? 42 : i);
      opaque(42);
      end();
    }
    assertThat(read()).isEqualTo(wanted);
    assertThat(wanted.get(term("x", 42, 6))).hasSize(1_000);
  }

  @Test
  void zeroAndAllOnes_areTheFirstAndTheLast() throws Exception {
    for (int i = 0; i < 100; i++) {
      opaque(ALL_ONES);
      opaque(i);
      opaque(0);
      opaque(1L << 47);
      end();
    }
    Map<BytesRef, Set<Integer>> read = read();
    assertThat(read).isEqualTo(wanted);
    assertThat(read.keySet()).first().isEqualTo(term("x", 0, 6));
    assertThat(read.keySet()).last().isEqualTo(term("x", ALL_ONES, 6));
  }

  @Test
  void eightBytes_areSortedWithoutSign() throws Exception {
    for (long value : new long[] {-1, 0, Long.MIN_VALUE, Long.MAX_VALUE, 1}) {
      fixed("Dn\0n", value, 8);
    }
    end();
    assertThat(read()).isEqualTo(wanted).hasSize(5);
  }

  @Test
  void aroundTheirBeginning_othersStayInOrder() throws Exception {
    for (String each :
        List.of("y", "w", "ww", "wzzzzzzzzzzz", "y\0", "vx", "z", "Dx\0x", "D", "")) {
      whole(each);
      opaque(each.length());
    }
    fixed("w\1" + "4", 1, 4);
    end();
    assertThat(read()).isEqualTo(wanted);
  }

  @Test
  void termsThatAreTheStartOfOthers_comeBeforeThem() throws Exception {
    for (String each : List.of("", "a", "a\0", "a\0\0", "abcdefg", "abcdefgh", "abcdefg\0")) {
      for (String more : List.of("", "abcdefg", "\0\0\0\0\0\0\0", "\0")) {
        whole(each + more);
      }
    }
    end();
    assertThat(read()).isEqualTo(wanted);
  }

  @Test
  void anyTermsInAnyOrder_usedAgainAfterwards_areInTheirLists() throws Exception {
    long seed = Long.getLong("query.seed", System.nanoTime());
    var random = new Random(seed);
    for (int round = 0; round < 20; round++) {
      int documents = 1 + random.nextInt(round % 2 == 0 ? 20 : 2_000);
      int different = 1 + random.nextInt(3_000);
      for (int i = 0; i < documents; i++) {
        for (int j = random.nextInt(8); j > 0; j--) {
          any(random, random.nextInt(different));
        }
        end();
      }
      assertThat(read()).as("seed " + seed).isEqualTo(wanted);
      unwritten.clear();
      wanted.clear();
      assertThat(read()).as("seed " + seed).isEmpty();
    }
  }

  private void any(Random random, int value) {
    switch (random.nextInt(6)) {
      case 0 -> whole("w" + value);
      case 1 -> whole("Dpath\0s" + "long ".repeat(value % 9) + value);
      case 2 -> opaque(new Random(value).nextLong() & ALL_ONES);
      case 3 -> fixed("Dip\0" + "4", new Random(value).nextInt() & 0xffff_ffffL, 4);
      case 4 -> fixed("w\1" + "4", value, 4);
      default -> fixed("Dn" + value % 40 + "\0n", new Random(value).nextLong(), 8);
    }
  }

  private void opaque(long value) {
    fixed("x", value, 6);
  }

  private void fixed(String beginning, long value, int width) {
    unwritten.add(unwritten.stem(new BytesRef(beginning), width), value);
    want(term(beginning, value, width));
  }

  private void whole(String term) {
    unwritten.add(new int[] {unwritten.number(new BytesRef(term))}, 0, 1);
    want(new BytesRef(term));
  }

  private void want(BytesRef term) {
    wanted.computeIfAbsent(term, _ -> new TreeSet<>()).add(unwritten.documents());
  }

  private void end() {
    unwritten.endDocument(0, 0);
  }

  private static BytesRef term(String beginning, long value, int width) {
    var start = new BytesRef(beginning);
    byte[] bytes = Arrays.copyOf(start.bytes, start.length + width);
    for (int i = 0; i < width; i++) {
      bytes[start.length + i] = (byte) (value >>> (8 * (width - 1 - i)));
    }
    return new BytesRef(bytes);
  }

  /// Read as Lucene reads them.
  private Map<BytesRef, Set<Integer>> read() throws Exception {
    Postings postings = unwritten.postings();
    var found = new TreeMap<BytesRef, Set<Integer>>();
    TermsEnum terms = postings.iterator();
    List<BytesRef> order = new ArrayList<>();
    PostingsEnum list = null;
    long sum = 0;
    for (BytesRef term = terms.next(); term != null; term = terms.next()) {
      assertThat(term).isEqualTo(terms.term());
      assertThat(terms.ord()).isEqualTo(order.size());
      order.add(BytesRef.deepCopyOf(term));
      var documents = new ArrayList<Integer>();
      list = terms.postings(list, PostingsEnum.NONE);
      for (int at = list.nextDoc(); at != DocIdSetIterator.NO_MORE_DOCS; at = list.nextDoc()) {
        documents.add(at);
      }
      assertThat(documents).hasSize(terms.docFreq()).isNotEmpty().isSorted();
      var distinct = new TreeSet<>(documents);
      assertThat(distinct).hasSameSizeAs(documents);
      found.put(order.getLast(), distinct);
      sum += documents.size();
    }
    assertThat(order).isSorted().hasSameSizeAs(found.keySet());
    assertThat(postings.size()).isEqualTo(order.size());
    assertThat(postings.getSumDocFreq()).isEqualTo(sum);
    return found;
  }
}
