package qerberos.query;

import java.util.List;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;
import qerberos.event.Actor;
import qerberos.event.AuditEvent;

/// Puts the terms of events into [Unwritten]. Used by one thread at a time.
///
/// [TermBuffer] says what the terms of a value are. Here a value that came before at the same place
/// is not asked again: its terms are known by number. Of the sixty terms of a common event some ten
/// are left to be made and looked up.
final class Inverter implements Place.Reader {
  private final TermBuffer buffer;
  private final BytesRef term = new BytesRef();
  private final Place details = new Place(TermBuffer.DETAILS);
  private final Place context = new Place(TermBuffer.CONTEXT);
  private final Repeats types = new Repeats();
  private final Repeats subtypes = new Repeats();
  private final Repeats severities = new Repeats();
  private final Repeats actors = new Repeats();
  private final Repeats subIds = new Repeats();
  private final Repeats daoIds = new Repeats();
  private final Repeats layers = new Repeats();
  private final Repeats verdicts = new Repeats();
  private final Repeats refs = new Repeats();
  private final Repeats sources = new Repeats();
  private final List<Repeats> keywords =
      List.of(types, subtypes, severities, actors, subIds, daoIds, layers, verdicts, refs, sources);
  private final Unwritten into;
  private int[] numbers = new int[64];

  /// @param into what the numbers of terms belong to; a cleared one wants [#clear]
  Inverter(Unwritten into, boolean words) {
    this.into = into;
    this.buffer = new TermBuffer(words);
  }

  /// Adds the terms of an event, as one document.
  void add(AuditEvent event) {
    buffer.clear();
    Actor actor = event.actor();
    buffer.id(event.id());
    made();
    keyword(types, TermBuffer.TYPE, event.type(), true);
    keyword(subtypes, TermBuffer.SUBTYPE, event.subtype(), false);
    keyword(severities, TermBuffer.SEVERITY, event.severity(), false);
    keyword(actors, TermBuffer.ACTOR, actor.squidId(), false);
    keyword(subIds, TermBuffer.SUB_ID, actor.subId(), false);
    keyword(daoIds, TermBuffer.DAO_ID, actor.daoId(), false);
    keyword(layers, TermBuffer.LAYER, event.layer(), false);
    keyword(verdicts, TermBuffer.VERDICT, event.verdict().name(), false);
    keyword(refs, TermBuffer.REF, event.ref(), true);
    keyword(sources, TermBuffer.SOURCE, event.source(), false);
    details.members(event.details(), true, this);
    context.members(event.context(), false, this);
    into.endDocument(Moment.micros(event.time()), Moment.micros(event.receivedAt()));
  }

  /// About how many bytes of memory the remembered values take.
  long memory() {
    long sum = details.memory() + context.memory();
    for (Repeats each : keywords) {
      sum += each.memory();
    }
    return sum;
  }

  /// Forgets the numbers of all terms, because [Unwritten#clear] did.
  void clear() {
    details.clear();
    context.clear();
    keywords.forEach(Repeats::clear);
  }

  private void keyword(Repeats repeats, FieldName field, @Nullable String value, boolean words) {
    if (value != null && !repeated(repeats, value, 0)) {
      buffer.keyword(field, value, words);
      remember(repeats, value);
    }
  }

  @Override
  public void string(Place at, String value, boolean words) {
    if (!repeated(at.repeats(), value, 1)) {
      buffer.string(at, value, words);
      remember(at.repeats(), value);
    }
  }

  /// Adds the terms of a value that came before; false when it did not.
  ///
  /// @param values how many of its terms say where it stands; the others are words
  private boolean repeated(Repeats repeats, String value, int values) {
    int at = repeats.of(value);
    if (at < 0) {
      return false;
    }
    int count = repeats.terms()[at];
    if (!buffer.admits(values, count - 1)) {
      return false;
    }
    into.add(repeats.terms(), at + 1, count);
    return true;
  }

  private void remember(Repeats repeats, String value) {
    int terms = buffer.count();
    if (made() == terms && !buffer.full()) {
      repeats.remember(value, numbers, terms);
    } else {
      repeats.pass();
    }
  }

  @Override
  public void number(Place at, double value) {
    buffer.number(at, value);
    made();
  }

  @Override
  public void truth(Place at, boolean value) {
    buffer.truth(at, value);
    made();
  }

  /// Adds the terms in the buffer to the document; how many of them are whole terms, whose numbers
  /// are in `numbers` then.
  private int made() {
    int count = buffer.count();
    if (numbers.length < count) {
      numbers = new int[2 * count];
    }
    int whole = 0;
    for (int i = 0; i < count; i++) {
      buffer.term(i, term);
      int width = buffer.width(i);
      if (width == 0) {
        numbers[whole++] = into.number(term);
      } else {
        term.length -= width;
        into.add(into.stem(term, width), buffer.value(i));
      }
    }
    buffer.next();
    into.add(numbers, 0, whole);
    return whole;
  }
}
