import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.JavaFormatterOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Formats every Java source and checks the house rules that a machine can check. Runs from the
/// root of the checkout, in the build's own JDK, before anything is compiled.
///
/// `Tidy format` repairs in place; `Tidy check` only reports. Exit 1 when something is left to do.
public final class Tidy {
  private static final Pattern EMPTY_NAME =
      Pattern.compile(".*(Utils?|Helpers?|Managers?|Impl|Misc|Common)\\.java");
  private static final int DOC_LINE_MAX = 100;
  private static final Pattern DOC_LINE = Pattern.compile("(\\s*/// )[^ |].*");
  private static final Pattern PROSE = Pattern.compile("\\s*/// (?![ |@`#*-]|\\d+[.)] ).*");

  public static void main(String[] args) throws Exception {
    boolean repair = args.length == 0 || args[0].equals("format");
    List<Path> sources = new ArrayList<>();
    for (String root : List.of("modules", "tools")) {
      try (Stream<Path> files = Files.walk(Path.of(root))) {
        files
            .filter(file -> file.toString().endsWith(".java"))
            .filter(file -> !file.toString().contains("/target/"))
            .forEach(sources::add);
      }
    }
    var formatter = new Formatter(JavaFormatterOptions.defaultOptions());
    List<Callable<List<String>>> checks = new ArrayList<>();
    for (Path source : sources) {
      checks.add(() -> check(source, formatter, repair));
    }
    List<String> faults = new ArrayList<>();
    try (var workers = Executors.newFixedThreadPool(2)) {
      for (var answer : workers.invokeAll(checks)) {
        faults.addAll(answer.get());
      }
    }
    faults.addAll(packagesWithoutMap(sources));
    faults.stream().sorted().forEach(System.err::println);
    System.exit(faults.isEmpty() ? 0 : 1);
  }

  private static List<String> check(Path source, Formatter formatter, boolean repair) {
    List<String> faults = new ArrayList<>();
    if (EMPTY_NAME.matcher(source.toString()).matches()) {
      faults.add(source + ": the name says nothing; name what the class is");
    }
    try {
      String text = Files.readString(source);
      if (faults.isEmpty()) {
        String tidy = formatter.formatSourceAndFixImports(wrapped(text));
        if (!tidy.equals(text)) {
          if (repair) {
            Files.writeString(source, tidy);
          } else {
            faults.add(source + ": not formatted; run mvn verify, it repairs");
          }
        }
      }
    } catch (Exception e) {
      faults.add(source + ": " + e.getMessage());
    }
    return faults;
  }

  /// Carries what is too long in a doc line over to the next. The formatter would break such a line
  /// into a plain comment and cut the doc in two. Indented lines (code, lists' second lines) and
  /// tables are left to the writer.
  private static String wrapped(String text) {
    List<String> lines = new ArrayList<>(text.lines().toList());
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      var doc = DOC_LINE.matcher(line);
      if (line.length() <= DOC_LINE_MAX || !doc.matches()) {
        continue;
      }
      int cut = line.lastIndexOf(' ', DOC_LINE_MAX);
      if (cut <= doc.end(1)) {
        continue;
      }
      String rest = line.substring(cut + 1);
      lines.set(i, line.substring(0, cut));
      boolean goesOn =
          i + 1 < lines.size()
              && PROSE.matcher(lines.get(i + 1)).matches()
              && !lines.get(i).contains("@param")
              && !lines.get(i).contains("@return")
              && !lines.get(i).contains("@throws");
      if (goesOn) {
        String next = lines.get(i + 1);
        int start = next.indexOf("/// ") + 4;
        lines.set(i + 1, next.substring(0, start) + rest + " " + next.substring(start));
      } else {
        lines.add(i + 1, doc.group(1) + rest);
      }
    }
    return String.join("\n", lines) + "\n";
  }

  /// A package of the product opens with its map, and is null-marked there.
  private static List<String> packagesWithoutMap(List<Path> sources) throws Exception {
    List<String> faults = new ArrayList<>();
    for (Path folder :
        sources.stream()
            .filter(source -> source.toString().contains("/src/main/java/"))
            .map(Path::getParent)
            .distinct()
            .toList()) {
      Path map = folder.resolve("package-info.java");
      if (!Files.exists(map) || !Files.readString(map).contains("@NullMarked")) {
        faults.add(folder + ": no package-info.java with @NullMarked");
      }
    }
    return faults;
  }
}
