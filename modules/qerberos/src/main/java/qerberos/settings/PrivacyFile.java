package qerberos.settings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import qerberos.event.Privacy;
import qerberos.event.Treatment;

/// `privacy.yaml`: what is sealed, masked and kept beside, or instead of, the defaults.
///
///     names:                      # of fields, in any spelling and depth
///       seal: [patientNumber]
///       mask: [pin]
///       keep: [=name]
///     paths:                      # one place each; the last one that fits wins
///       - path: details.customers.*.shoeSize
///         type: shop.*
///         treatment: seal
///
/// A wish to keep or seal what the defaults mask is a mistake; where a `*` in a path would have the
/// same effect, `Privacy` sees to it that it has not. Used by one thread at a time.
final class PrivacyFile {
  /// Every field of an event is held against every path, so there may not be too many.
  static final int PATHS_MAX = 200;

  private static final Map<String, Treatment> TREATMENTS =
      Map.of("seal", Treatment.SEAL, "mask", Treatment.MASK, "keep", Treatment.KEEP);
  private static final List<String> WISHES = List.of("seal", "mask", "keep");
  private static final List<String> RULE = List.of("path", "type", "treatment");

  private final List<String> faults;
  private final YamlForm form;
  private final Map<String, Treatment> names = new HashMap<>(Privacy.defaults().names());
  private final List<Privacy.Rule> rules = new ArrayList<>(Privacy.defaults().rules());
  private final Map<String, String> saidAt = new HashMap<>();

  private PrivacyFile(List<String> faults) {
    this.faults = faults;
    this.form = new YamlForm(faults);
  }

  /// The defaults with what the file changes; without a file, the defaults. Every mistake is added
  /// to `faults`, with file and line.
  static Privacy read(Path file, List<String> faults) {
    var reader = new PrivacyFile(faults);
    if (!Files.isRegularFile(file)) {
      return Privacy.defaults();
    }
    try {
      reader.file(Yaml.read(file));
    } catch (SettingsFaults e) {
      faults.addAll(e.faults());
    } catch (IOException e) {
      faults.add(file.getFileName() + ": cannot be read: " + e.getMessage());
    }
    return new Privacy(reader.names, reader.rules);
  }

  private void file(Yaml root) {
    form.members(root, "", List.of("names", "paths"))
        .forEach(
            (name, node) -> {
              if (name.equals("names")) {
                form.members(node, "names", WISHES).forEach((wish, list) -> names(wish, list));
              } else {
                List<Yaml> items = form.items(node, "paths");
                if (items.size() > PATHS_MAX) {
                  faults.add(
                      node.at()
                          + ": paths: "
                          + items.size()
                          + " of them, want at most "
                          + PATHS_MAX
                          + "; a name under names applies at any depth");
                }
                items.forEach(this::rule);
              }
            });
  }

  private void names(String wish, Yaml list) {
    Treatment treatment = TREATMENTS.getOrDefault(wish, Treatment.SEAL);
    for (Yaml item : form.items(list, "names." + wish)) {
      String at = item.at() + ": names." + wish + ": ";
      if (!(item instanceof Yaml.Scalar(_, var text))) {
        faults.add(at + "want the name of a field, such as userAgent");
        continue;
      }
      String name = Privacy.inWords(text);
      try {
        var ignored = new Privacy(Map.of(name, treatment), List.of());
      } catch (IllegalArgumentException e) {
        faults.add(at + "\"" + text + "\", want the name of a field, such as userAgent");
        continue;
      }
      String before = saidAt.put(name, item.at());
      if (before != null) {
        faults.add(at + text + ": said already at " + before);
      } else if (secret(name.replaceFirst("^=", ""), treatment)) {
        faults.add(at + text + ": is a secret and stays masked; take it out of this list");
      } else {
        names.put(name, treatment);
      }
    }
  }

  private void rule(Yaml item) {
    if (!(item instanceof Yaml.Block)) {
      faults.add(item.at() + ": paths: want path, type and treatment");
      return;
    }
    Map<String, String> texts = new LinkedHashMap<>();
    form.members(item, "paths", RULE)
        .forEach(
            (name, node) -> {
              if (node instanceof Yaml.Scalar(_, var text)) {
                texts.put(name, text);
              } else {
                faults.add(node.at() + ": paths." + name + ": want one value");
              }
            });
    String wish = texts.getOrDefault("treatment", "").toLowerCase(Locale.ROOT);
    Treatment treatment = TREATMENTS.get(wish);
    if (treatment == null) {
      faults.add(
          item.at()
              + ": paths.treatment: \""
              + wish
              + "\", want one of "
              + String.join(", ", WISHES));
      return;
    }
    String path = texts.getOrDefault("path", "");
    if (secret(path.substring(path.lastIndexOf('.') + 1), treatment)) {
      faults.add(
          item.at() + ": paths.path: " + path + ": is a secret and stays masked; take it out");
      return;
    }
    try {
      rules.add(new Privacy.Rule(texts.getOrDefault("type", "*"), path, treatment));
    } catch (IllegalArgumentException e) {
      faults.add(item.at() + ": paths." + e.getMessage());
    }
  }

  private static boolean secret(String fieldName, Treatment wished) {
    return wished != Treatment.MASK
        && switch (Privacy.standard(fieldName)) {
          case MASK, MASK_TEXT -> true;
          case SEAL, KEEP -> false;
        };
  }
}
