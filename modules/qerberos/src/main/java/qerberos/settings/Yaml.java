package qerberos.settings;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/// A YAML file as a tree whose every node knows its file and line.
///
/// Plain data only: no tags, no anchors that expand, at most 1 MB and 64 levels. A scalar is its
/// text; what the text means is for the reader of the setting to say. Immutable.
public sealed interface Yaml {
  /// Where the node stands: `server.yaml:3`.
  String at();

  /// Names and what stands under them, in the order of the file.
  record Block(String at, Map<String, Yaml> members) implements Yaml {}

  /// A list.
  record Items(String at, List<Yaml> items) implements Yaml {}

  /// A text, a number, a flag; an empty value is the empty text.
  record Scalar(String at, String text) implements Yaml {}

  /// Reads one file; an empty one is an empty block.
  ///
  /// Throws [SettingsFaults] with file and line when it is not YAML or says a name twice, and an
  /// IOException when it cannot be read.
  static Yaml read(Path file) throws IOException, SettingsFaults {
    String name = String.valueOf(file.getFileName());
    if (Files.size(file) > 1 << 20) {
      throw new SettingsFaults(List.of(name + ": larger than 1 MB"));
    }
    return parse(name, Files.readString(file));
  }

  /// The same for text that is already here; `name` stands before every line number.
  static Yaml parse(String name, String text) throws SettingsFaults {
    LoadSettings settings =
        LoadSettings.builder()
            .setLabel(name)
            .setAllowDuplicateKeys(false)
            .setMaxAliasesForCollections(0)
            .build();
    try {
      Optional<Node> root = new Compose(settings).composeString(text);
      List<String> faults = new ArrayList<>();
      Yaml tree =
          root.isEmpty() ? new Block(name + ":1", Map.of()) : of(name, root.get(), 0, faults);
      if (!faults.isEmpty()) {
        throw new SettingsFaults(faults);
      }
      return tree;
    } catch (MarkedYamlEngineException e) {
      String where = e.getProblemMark().map(mark -> place(name, mark)).orElse(name);
      throw new SettingsFaults(List.of(where + ": " + oneLine(e.getProblem())));
    } catch (YamlEngineException | UncheckedIOException e) {
      throw new SettingsFaults(List.of(name + ": " + oneLine(String.valueOf(e.getMessage()))));
    }
  }

  /// A text of our own as plain values: maps in the order of the text, lists, strings, numbers,
  /// flags and nulls. Here anchors are followed, so nothing a user wrote may come this way.
  ///
  /// @throws IllegalArgumentException when it is not YAML
  static Object values(String name, String text) {
    LoadSettings settings =
        LoadSettings.builder()
            .setLabel(name)
            .setAllowDuplicateKeys(false)
            .setMaxAliasesForCollections(1_000)
            .build();
    try {
      return new Load(settings).loadFromString(text);
    } catch (YamlEngineException e) {
      throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
    }
  }

  private static Yaml of(String name, Node node, int depth, List<String> faults) {
    String at = node.getStartMark().map(mark -> place(name, mark)).orElse(name);
    if (depth > 64) {
      faults.add(at + ": deeper than 64 levels");
      return new Scalar(at, "");
    }
    return switch (node) {
      case MappingNode mapping -> {
        Map<String, Yaml> members = new LinkedHashMap<>();
        for (var entry : mapping.getValue()) {
          Node keyNode = entry.getKeyNode();
          String keyAt = keyNode.getStartMark().map(mark -> place(name, mark)).orElse(name);
          if (!(keyNode instanceof ScalarNode key)) {
            faults.add(keyAt + ": a name must be plain text");
          } else if (members.put(
                  key.getValue(), moved(of(name, entry.getValueNode(), depth + 1, faults), keyAt))
              != null) {
            faults.add(keyAt + ": " + key.getValue() + ": said twice");
          }
        }
        yield new Block(at, java.util.Collections.unmodifiableMap(members));
      }
      case SequenceNode sequence -> {
        List<Yaml> items = new ArrayList<>();
        for (Node item : sequence.getValue()) {
          items.add(of(name, item, depth + 1, faults));
        }
        yield new Items(at, List.copyOf(items));
      }
      case ScalarNode scalar -> {
        String text = scalar.getValue();
        boolean plain = scalar.isPlain() && (text.equals("~") || text.equals("null"));
        yield new Scalar(at, plain ? "" : text);
      }
      default -> {
        faults.add(at + ": anchors and aliases are not read here");
        yield new Scalar(at, "");
      }
    };
  }

  /// A member is found where its name stands, even when its value begins further down.
  private static Yaml moved(Yaml node, String at) {
    return switch (node) {
      case Block(_, var members) -> new Block(at, members);
      case Items(_, var items) -> new Items(at, items);
      case Scalar(_, var text) -> new Scalar(at, text);
    };
  }

  private static String place(String name, Mark mark) {
    return name + ":" + (mark.getLine() + 1);
  }

  private static String oneLine(String problem) {
    return problem.replaceAll("\\s+", " ").strip();
  }
}
