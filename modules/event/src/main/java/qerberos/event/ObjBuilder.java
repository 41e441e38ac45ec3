package qerberos.event;

import java.util.Arrays;

/// Collects the members of one object in any order. Used by one thread at a time.
///
/// Each member is put in its sorted place as it comes, from the end, so that names that come sorted
/// cost nothing; `clear` makes the builder ready for the next object.
public final class ObjBuilder {
  private static final int SCAN_MAX = 16;

  private String[] names = new String[8];
  private Json[] values = new Json[8];
  private int size;

  /// Adds a member.
  ///
  /// @throws DuplicateName when the name was added before
  public ObjBuilder add(String name, Json value) {
    int lone = Text.loneSurrogate(name);
    if (lone >= 0) {
      throw new IllegalArgumentException(Text.loneSurrogateMessage(name, lone));
    }
    int at = place(name);
    if (at < 0) {
      throw new DuplicateName(name);
    }
    insert(at, name, value);
    return this;
  }

  /// Adds a member, or replaces the one of this name.
  public ObjBuilder put(String name, Json value) {
    int at = Arrays.binarySearch(names, 0, size, name);
    if (at >= 0) {
      values[at] = value;
      return this;
    }
    return add(name, value);
  }

  /// Where the name belongs, or less than zero when it is there.
  private int place(String name) {
    if (size > SCAN_MAX) {
      return -1 - Arrays.binarySearch(names, 0, size, name);
    }
    int at = size;
    while (at > 0) {
      int order = names[at - 1].compareTo(name);
      if (order == 0) {
        return -1;
      }
      if (order < 0) {
        break;
      }
      at--;
    }
    return at;
  }

  private void insert(int at, String name, Json value) {
    if (size == names.length) {
      names = Arrays.copyOf(names, size * 2);
      values = Arrays.copyOf(values, size * 2);
    }
    System.arraycopy(names, at, names, at + 1, size - at);
    System.arraycopy(values, at, values, at + 1, size - at);
    names[at] = name;
    values[at] = value;
    size++;
  }

  /// Adds a string.
  public ObjBuilder add(String name, String value) {
    return add(name, new Json.Str(value));
  }

  /// How many members there are so far.
  public int size() {
    return size;
  }

  /// The object; the builder may go on and be built again.
  public Json.Obj build() {
    if (size == 0) {
      return Json.EMPTY;
    }
    return new Json.Obj(new Members(Arrays.copyOf(names, size), Arrays.copyOf(values, size)));
  }

  /// Forgets all members.
  public ObjBuilder clear() {
    Arrays.fill(names, 0, size, "");
    Arrays.fill(values, 0, size, Json.NULL);
    size = 0;
    return this;
  }

  /// A name came twice in one object.
  public static final class DuplicateName extends IllegalArgumentException {
    private final String name;

    DuplicateName(String name) {
      super("given twice");
      this.name = name;
    }

    /// The name.
    public String name() {
      return name;
    }
  }
}
