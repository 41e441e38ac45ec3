package fuzz;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Lets Jazzer look for inputs with which a property of this module is false, one property after
/// the other, each in a JVM of its own for the same time.
///
/// `Campaigns SECONDS [CLASS[#METHOD]]` runs in the folder of the module. What Jazzer learns stays
/// in
/// `target/fuzz`, so that the next campaign goes on from there. Exit 1 when something was found:
/// each finding is named with its file, how to keep it and how to repeat it. A JVM that ends in any
/// other way than by its time is a finding too.
public final class Campaigns {
  private static final Pattern EXECUTIONS =
      Pattern.compile("stat::number_of_executed_units: *([0-9]+)");
  private static final Pattern COVERAGE = Pattern.compile("cov: ([0-9]+)");

  /// An input that takes longer than this is a finding.
  private static final int INPUT_SECONDS_MAX = 20;

  private Campaigns() {}

  public static void main(String[] args) throws Exception {
    String only = args.length > 1 ? args[1] : "";
    int findings = 0;
    for (Method property : properties(Path.of("target/test-classes"))) {
      String name = property.getDeclaringClass().getSimpleName() + "#" + property.getName();
      if (only.isEmpty() || name.equals(only) || name.startsWith(only + "#")) {
        findings += campaign(property, name, args[0]);
      }
    }
    System.exit(findings == 0 ? 0 : 1);
  }

  private static List<Method> properties(Path classes) throws Exception {
    List<Method> properties = new ArrayList<>();
    try (Stream<Path> files = Files.walk(classes)) {
      for (Path file : files.filter(each -> each.toString().endsWith("FuzzTest.class")).toList()) {
        String name = classes.relativize(file).toString().replace('/', '.');
        Arrays.stream(
                Class.forName(name.substring(0, name.length() - ".class".length()))
                    .getDeclaredMethods())
            .filter(method -> method.isAnnotationPresent(Fuzzed.class))
            .forEach(properties::add);
      }
    }
    properties.sort(Comparator.comparing(Method::toString));
    return properties;
  }

  private static int campaign(Method property, String name, String seconds) throws Exception {
    Path folder = Path.of("target/fuzz", name.replace('#', '-')).toAbsolutePath();
    Path seeds = Files.createDirectories(folder.resolve("seeds"));
    Path learned = Files.createDirectories(folder.resolve("learned"));
    Path found = Files.createDirectories(folder.resolve("found"));
    List<byte[]> inputs = Inputs.of(property);
    for (int i = 0; i < inputs.size(); i++) {
      Files.write(seeds.resolve(Integer.toString(i)), inputs.get(i));
    }
    Path log = folder.resolve("log.txt");
    List<Path> before = files(found);
    int status =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-Xmx1g",
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+EnableDynamicAgentLoading",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + Campaign.class.getName(),
                "--target_args="
                    + property.getDeclaringClass().getName()
                    + " "
                    + property.getName(),
                "--instrumentation_includes=qerberos.**",
                "--reproducer_path=" + folder,
                "-artifact_prefix=" + found + "/",
                "-max_total_time=" + seconds,
                "-timeout=" + INPUT_SECONDS_MAX,
                "-print_final_stats=1",
                learned.toString(),
                seeds.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start()
            .waitFor();
    String printed = Files.readString(log, StandardCharsets.ISO_8859_1);
    List<Path> fresh = new ArrayList<>(files(found));
    fresh.removeAll(before);
    System.out.printf(
        "fuzz: %s: %s executions in %s s, coverage %s, %s%n",
        name,
        last(EXECUTIONS, printed),
        seconds,
        last(COVERAGE, printed),
        fresh.isEmpty() ? "nothing found" : "found " + fresh.size());
    fresh.forEach(input -> System.out.println(advice(property, input)));
    if (status != 0) {
      System.out.printf("fuzz: %s: ended with status %d; see %s%n", name, status, log);
    }
    return status == 0 ? fresh.size() : Math.max(1, fresh.size());
  }

  private static String advice(Method property, Path input) {
    Class<?> owner = property.getDeclaringClass();
    Path kept =
        Path.of("src/test/resources", owner.getPackageName().replace('.', '/'))
            .resolve(owner.getSimpleName())
            .resolve(property.getName() + ".txt")
            .toAbsolutePath();
    try {
      return "  found %s\n  keep it as a line of %s:\n    %s # why\n  then repeat it: mvn verify -pl modules/%s -am -Dtest=%s -Dsurefire.failIfNoSpecifiedTests=false"
          .formatted(
              input,
              kept,
              Base64.getEncoder().encodeToString(Files.readAllBytes(input)),
              Path.of("").toAbsolutePath().getFileName(),
              owner.getSimpleName());
    } catch (IOException e) {
      return "  found " + input + ", which cannot be read: " + e;
    }
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  private static String last(Pattern pattern, String text) {
    String last = "?";
    for (Matcher matcher = pattern.matcher(text); matcher.find(); ) {
      last = matcher.group(1);
    }
    return last;
  }
}
