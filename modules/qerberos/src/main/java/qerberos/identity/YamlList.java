package qerberos.identity;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/// A YAML file that holds one list of entries under one name, with all its mistakes collected, each
/// with file and line. Used by one thread at a time.
final class YamlList {
  private static final int MOST_BYTES = 1 << 20;

  private final Path file;
  private final List<String> mistakes = new ArrayList<>();

  YamlList(Path file) {
    this.file = file;
  }

  /// One entry: texts and lists of texts by name, and the line it begins in.
  record Entry(int line, Map<String, String> texts, Map<String, List<String>> lists) {
    @Nullable String text(String name) {
      return texts.get(name);
    }

    List<String> list(String name) {
      return lists.getOrDefault(name, List.of());
    }
  }

  /// The entries under `name`; each may have these texts and lists and nothing else.
  List<Entry> read(String name, Set<String> texts, Set<String> lists) throws IOException {
    if (Files.size(file) > MOST_BYTES) {
      throw new IOException(file + ": larger than " + MOST_BYTES + " bytes");
    }
    List<Entry> entries = new ArrayList<>();
    try {
      var settings = LoadSettings.builder().setLabel(file.toString()).build();
      Node root = new Compose(settings).composeString(Files.readString(file)).orElse(null);
      if (!(root instanceof MappingNode mapping)) {
        mistake(root, "want one list under the name " + name);
        return entries;
      }
      for (NodeTuple tuple : mapping.getValue()) {
        String key = scalar(tuple.getKeyNode());
        if (!name.equals(key)) {
          mistake(tuple.getKeyNode(), "unknown name \"" + key + "\", want " + name);
        } else if (tuple.getValueNode() instanceof SequenceNode list) {
          list.getValue().forEach(node -> entries.add(entry(node, texts, lists)));
        } else {
          mistake(tuple.getValueNode(), name + ": want a list");
        }
      }
    } catch (YamlEngineException e) {
      mistakes.add(file + ": " + String.valueOf(e.getMessage()).replaceAll("\\s+", " "));
    }
    return entries;
  }

  void mistake(Entry entry, String text) {
    mistakes.add(file + ":" + entry.line() + ": " + text);
  }

  /// Throws IllegalArgumentException with one line for each mistake, when there is one.
  void done() {
    if (!mistakes.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", mistakes));
    }
  }

  private Entry entry(Node node, Set<String> texts, Set<String> lists) {
    var entry = new Entry(line(node), new LinkedHashMap<>(), new LinkedHashMap<>());
    if (!(node instanceof MappingNode mapping)) {
      mistake(node, "want an entry with " + String.join(", ", texts));
      return entry;
    }
    for (NodeTuple tuple : mapping.getValue()) {
      String key = String.valueOf(scalar(tuple.getKeyNode()));
      Node value = tuple.getValueNode();
      if (texts.contains(key) && value instanceof ScalarNode text) {
        entry.texts().put(key, text.getValue());
      } else if (lists.contains(key) && value instanceof SequenceNode list) {
        entry.lists().put(key, list.getValue().stream().map(this::item).toList());
      } else if (texts.contains(key) || lists.contains(key)) {
        mistake(value, key + ": want a " + (texts.contains(key) ? "text" : "list of texts"));
      } else {
        mistake(tuple.getKeyNode(), "unknown name \"" + key + "\"");
      }
    }
    return entry;
  }

  private String item(Node node) {
    String text = scalar(node);
    if (text == null) {
      mistake(node, "want a text");
      return "";
    }
    return text;
  }

  private static @Nullable String scalar(Node node) {
    return node instanceof ScalarNode scalar ? scalar.getValue() : null;
  }

  private void mistake(@Nullable Node node, String text) {
    mistakes.add(file + ":" + (node == null ? 1 : line(node)) + ": " + text);
  }

  private static int line(Node node) {
    return node.getStartMark().map(Mark::getLine).orElse(0) + 1;
  }
}
