package qerberos.query;

import java.util.Arrays;
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
  private final Unwritten into;
  private int[] numbers = new int[64];

  /// @param into what the numbers of terms belong to; a new one wants a new inverter
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
    return details.memory()
        + context.memory()
        + types.memory()
        + subtypes.memory()
        + severities.memory()
        + actors.memory()
        + subIds.memory()
        + daoIds.memory()
        + layers.memory()
        + verdicts.memory()
        + refs.memory()
        + sources.memory();
  }

  private void keyword(Repeats repeats, FieldName field, @Nullable String value, boolean words) {
    if (value == null) {
      return;
    }
    int[] known = repeats.of(value);
    if (known != null && buffer.admits(0, known.length - 1)) {
      into.add(known, known.length);
      return;
    }
    buffer.keyword(field, value, words);
    repeats.remember(value, made());
  }

  @Override
  public void string(Place at, String value, boolean words) {
    int[] known = at.repeats().of(value);
    if (known != null && buffer.admits(1, known.length - 1)) {
      into.add(known, known.length);
      return;
    }
    buffer.string(at, value, words);
    at.repeats().remember(value, made());
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

  /// Adds the terms in the buffer to the document, and gives their numbers, or null when some have
  /// none.
  private int @Nullable [] made() {
    int count = buffer.count();
    if (numbers.length < count) {
      numbers = new int[2 * count];
    }
    int numbered = 0;
    for (int i = 0; i < count; i++) {
      buffer.term(i, term);
      int width = buffer.width(i);
      if (width == 0) {
        numbers[numbered++] = into.number(term);
      } else {
        term.length -= width;
        into.add(into.stem(term, width), buffer.value(i));
      }
    }
    buffer.next();
    into.add(numbers, numbered);
    return numbered == count ? Arrays.copyOf(numbers, count) : null;
  }
}
