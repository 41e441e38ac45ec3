package qerberos.query;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.BytesRef;
import org.junit.jupiter.api.Test;
import qerberos.event.AuditEvent;
import qerberos.event.EventDraft;
import qerberos.event.Json;
import qerberos.event.ObjBuilder;
import qerberos.event.Verdict;

/// What waits to be written, against the terms of each event on its own.
class UnwrittenTest {
  /// Enough for fields to be judged by how often their values repeat.
  private static final int EVENTS = 9_000;

  @Test
  void repeatedOrNot_everyEventIsInTheListsOfItsTerms_andInNoOther() throws Exception {
    long seed = Long.getLong("query.seed", System.nanoTime());
    var samples = new Samples(seed);
    var unwritten = new Unwritten();
    var inverter = new Inverter(unwritten, true);
    List<Set<BytesRef>> wanted = new ArrayList<>();
    for (int i = 0; i < EVENTS; i++) {
      if (i % 1_000 == 7) {
        unwritten.endEmpty();
        wanted.add(Set.of());
      } else {
        AuditEvent event = samples.event(i);
        inverter.add(event);
        wanted.add(terms(event));
      }
    }
    assertThat(unwritten.documents()).isEqualTo(EVENTS);
    assertThat(lists(unwritten)).as("seed " + seed).isEqualTo(wanted);
  }

  @Test
  void usedAgain_nothingOfBeforeIsLeft() throws Exception {
    long seed = Long.getLong("query.seed", System.nanoTime());
    var samples = new Samples(seed);
    var unwritten = new Unwritten();
    var inverter = new Inverter(unwritten, true);
    for (int round = 0; round < 10; round++) {
      List<Set<BytesRef>> wanted = new ArrayList<>();
      for (int i = samples.random.nextInt(800); i >= 0; i--) {
        AuditEvent event = samples.event(i);
        inverter.add(event);
        wanted.add(terms(event));
      }
      assertThat(lists(unwritten)).as("seed " + seed).isEqualTo(wanted);
      unwritten.clear();
      inverter.clear();
    }
  }

  /// An event that is full leaves out what does not fit; the next one has all.
  @Test
  void afterAFullEvent_itsLastValueIsFoundWholeInTheNext() throws Exception {
    var unwritten = new Unwritten();
    var inverter = new Inverter(unwritten, true);
    List<Json> items = new ArrayList<>(Collections.nCopies(TermBuffer.VALUES_MAX, Json.of(1)));
    items.add(Json.of("never repeat"));
    AuditEvent full = event("full", new Json.Arr(items));
    AuditEvent next = event("next", new Json.Arr(List.of(Json.of("never repeat"))));
    inverter.add(full);
    inverter.add(next);
    assertThat(lists(unwritten)).isEqualTo(List.of(terms(full), terms(next)));
  }

  private static AuditEvent event(String id, Json value) {
    AuditEvent sample = new Samples(1).event(0);
    EventDraft draft =
        EventDraft.builder()
            .type("auth.login")
            .ref("ref")
            .actor("did:squid:ada", null, null)
            .layer("api")
            .verdict(Verdict.ALLOW)
            .details(new ObjBuilder().add("list", value).build())
            .build();
    return new AuditEvent(id, "gate", sample.receivedAt(), draft);
  }

  private static Set<BytesRef> terms(AuditEvent event) {
    var buffer = new TermBuffer(true);
    buffer.read(event);
    var terms = new TreeSet<BytesRef>();
    for (int i = 0; i < buffer.count(); i++) {
      var term = new BytesRef();
      buffer.term(i, term);
      terms.add(BytesRef.deepCopyOf(term));
    }
    return terms;
  }

  /// Read as Lucene reads them: terms in order, documents in order.
  private static List<Set<BytesRef>> lists(Unwritten unwritten) throws Exception {
    List<Set<BytesRef>> found = new ArrayList<>();
    for (int i = 0; i < unwritten.documents(); i++) {
      found.add(unwritten.isEmpty(i) ? Set.of() : new TreeSet<>());
    }
    TermsEnum terms = unwritten.postings().iterator();
    BytesRef before = new BytesRef();
    PostingsEnum list = null;
    for (BytesRef term = terms.next(); term != null; term = terms.next()) {
      assertThat(term).isGreaterThan(before);
      before = BytesRef.deepCopyOf(term);
      list = terms.postings(list, PostingsEnum.NONE);
      int count = 0;
      int last = -1;
      for (int at = list.nextDoc(); at != DocIdSetIterator.NO_MORE_DOCS; at = list.nextDoc()) {
        assertThat(at).isGreaterThan(last);
        last = at;
        assertThat(found.get(at).add(before)).isTrue();
        count++;
      }
      assertThat(terms.docFreq()).isEqualTo(count).isPositive();
    }
    return found;
  }
}
