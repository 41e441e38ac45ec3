package qerberos.settings;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Reads what a file with a structure of its own must look like, and collects what does not. Used
/// by one thread at a time.
final class YamlForm {
  private final List<String> faults;

  /// @param faults to which every mistake is added, with file and line
  YamlForm(List<String> faults) {
    this.faults = faults;
  }

  /// The text of a node; nothing, and a mistake, when it is not one value.
  String text(Yaml node, String key) {
    if (node instanceof Yaml.Scalar(_, var text)) {
      return text.strip();
    }
    faults.add(node.at() + ": " + key + ": want one value");
    return "";
  }

  /// The members of a block; unknown ones are mistakes, and nothing at all is an empty block.
  Map<String, Yaml> members(Yaml node, String key, List<String> known) {
    Map<String, Yaml> members = new LinkedHashMap<>();
    switch (node) {
      case Yaml.Block(_, var all) ->
          all.forEach(
              (name, member) -> {
                if (known.contains(name)) {
                  members.put(name, member);
                } else {
                  faults.add(
                      member.at()
                          + ": "
                          + (key.isEmpty() ? name : key + "." + name)
                          + ": unknown name, want "
                          + String.join(", ", known));
                }
              });
      case Yaml.Scalar(var at, var text) when text.isEmpty() -> {}
      case Yaml.Scalar(var at, _) -> faults.add(at + ": want " + String.join(", ", known));
      case Yaml.Items(var at, _) -> faults.add(at + ": want " + String.join(", ", known));
    }
    return members;
  }

  /// The items of a list; nothing at all is an empty one.
  List<Yaml> items(Yaml node, String key) {
    return switch (node) {
      case Yaml.Items(_, var items) -> items;
      case Yaml.Scalar(_, var text) when text.isEmpty() -> List.of();
      case Yaml.Scalar _, Yaml.Block _ -> {
        faults.add(node.at() + ": " + key + ": want a list");
        yield List.of();
      }
    };
  }

  /// Some texts: a list of them, or one with commas between.
  List<String> texts(Yaml node, String key) {
    List<String> texts = new ArrayList<>();
    if (node instanceof Yaml.Scalar(_, var text)) {
      texts.addAll(List.of(text.split(",")));
    } else {
      items(node, key).forEach(item -> texts.add(text(item, key)));
    }
    return texts.stream().map(String::strip).filter(text -> !text.isEmpty()).toList();
  }
}
