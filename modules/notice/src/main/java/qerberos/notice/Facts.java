package qerberos.notice;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The fields of a message as a person is shown them, by name, each on one line without anything
/// that moves or hides. Immutable.
///
/// @param left how many there are beyond these
record Facts(List<Fact> all, int left) {
  private static final int NAME_MOST = 100;

  /// One field.
  record Fact(String name, String value) {}

  Facts {
    all = List.copyOf(all);
  }

  /// What is said already, in the text, is left out.
  ///
  /// @param most how many
  /// @param valueMost characters of each value
  static Facts of(Message message, int most, int valueMost) {
    List<Fact> all = new ArrayList<>();
    int left = 0;
    for (Map.Entry<String, String> field : new TreeMap<>(message.fields()).entrySet()) {
      String name = Plain.line(field.getKey(), NAME_MOST);
      if (name.isEmpty() || field.getValue().equals(message.text())) {
        continue;
      }
      if (all.size() < most) {
        all.add(new Fact(name, Plain.line(field.getValue(), valueMost)));
      } else {
        left++;
      }
    }
    return new Facts(all, left);
  }

  /// Severity, time and id, and how many fields are not among these.
  String about(Message message) {
    return Plain.severity(message.severity())
        + " · "
        + message.at()
        + " · "
        + Plain.line(message.id(), NAME_MOST)
        + (left == 0 ? "" : " · " + left + " more fields");
  }
}
