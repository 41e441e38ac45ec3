package qerberos.event;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// The members of an object as two arrays, sorted by name. Immutable.
///
/// A hash map per object would cost more than the event is worth: most objects have under ten
/// members, are built once and written once, in order.
final class Members extends AbstractMap<String, Json> {
  private static final Members NONE = new Members(new String[0], new Json[0]);

  final String[] names;
  final Json[] values;

  /// Keeps the arrays; the caller has sorted them and forgets them.
  Members(String[] names, Json[] values) {
    this.names = names;
    this.values = values;
  }

  static Members of(Map<String, Json> map) {
    if (map instanceof Members members) {
      return members;
    }
    if (map.isEmpty()) {
      return NONE;
    }
    String[] names = map.keySet().toArray(String[]::new);
    Arrays.sort(names);
    Json[] values = new Json[names.length];
    for (int i = 0; i < names.length; i++) {
      int lone = Text.loneSurrogate(names[i]);
      if (lone >= 0) {
        throw new IllegalArgumentException(Text.loneSurrogateMessage(names[i], lone));
      }
      values[i] = Objects.requireNonNull(map.get(names[i]));
    }
    return new Members(names, values);
  }

  Members with(String name, Json value) {
    int at = Arrays.binarySearch(names, name);
    if (at >= 0) {
      Json[] replaced = values.clone();
      replaced[at] = value;
      return new Members(names, replaced);
    }
    int lone = Text.loneSurrogate(name);
    if (lone >= 0) {
      throw new IllegalArgumentException(Text.loneSurrogateMessage(name, lone));
    }
    int place = -1 - at;
    String[] moreNames = Arrays.copyOf(names, names.length + 1);
    Json[] moreValues = Arrays.copyOf(values, names.length + 1);
    System.arraycopy(names, place, moreNames, place + 1, names.length - place);
    System.arraycopy(values, place, moreValues, place + 1, names.length - place);
    moreNames[place] = name;
    moreValues[place] = value;
    return new Members(moreNames, moreValues);
  }

  @Override
  public int size() {
    return names.length;
  }

  @Override
  public @Nullable Json get(@Nullable Object name) {
    int at = name instanceof String text ? Arrays.binarySearch(names, text) : -1;
    return at < 0 ? null : values[at];
  }

  @Override
  public boolean containsKey(@Nullable Object name) {
    return get(name) != null;
  }

  /// Without an entry for each member.
  @Override
  public void forEach(BiConsumer<? super String, ? super Json> action) {
    for (int i = 0; i < names.length; i++) {
      action.accept(names[i], values[i]);
    }
  }

  @Override
  public Set<Entry<String, Json>> entrySet() {
    return new AbstractSet<>() {
      @Override
      public int size() {
        return names.length;
      }

      @Override
      public Iterator<Entry<String, Json>> iterator() {
        return new Iterator<>() {
          private int next;

          @Override
          public boolean hasNext() {
            return next < names.length;
          }

          @Override
          public Entry<String, Json> next() {
            if (next == names.length) {
              throw new NoSuchElementException();
            }
            return Map.entry(names[next], values[next++]);
          }
        };
      }
    };
  }
}
