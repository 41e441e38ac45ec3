import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/// Closes a test run: reads every report under `target/surefire-reports` and lists the tests that
/// were skipped, each with what would enable it.
///
/// `Skips none` only tells; `Skips all` exits 1 when anything was skipped, which is how the checks
/// on a clean checkout run.
public final class Skips {
  public static void main(String[] args) throws Exception {
    boolean fatal = args.length > 0 && args[0].equals("all");
    List<Path> reports;
    try (Stream<Path> files = Files.walk(Path.of("modules"))) {
      reports =
          files
              .filter(file -> file.getFileName().toString().matches("TEST-.*\\.xml"))
              .sorted()
              .toList();
    }
    int run = 0;
    List<String> skipped = new ArrayList<>();
    for (Path report : reports) {
      NodeList cases =
          DocumentBuilderFactory.newInstance()
              .newDocumentBuilder()
              .parse(report.toFile())
              .getElementsByTagName("testcase");
      for (int i = 0; i < cases.getLength(); i++) {
        run++;
        Element test = (Element) cases.item(i);
        NodeList reasons = test.getElementsByTagName("skipped");
        if (reasons.getLength() > 0) {
          String why = ((Element) reasons.item(0)).getAttribute("message");
          skipped.add(
              "  %s.%s: %s"
                  .formatted(
                      test.getAttribute("classname").replaceAll(".*\\.", ""),
                      test.getAttribute("name"),
                      why.replaceFirst("^Assumption failed: ", "")));
        }
      }
    }
    System.out.println();
    if (skipped.isEmpty()) {
      System.out.println(run + " tests, none skipped.");
    } else {
      System.out.println(run + " tests, " + skipped.size() + " skipped:");
      skipped.forEach(System.out::println);
    }
    System.exit(fatal && !skipped.isEmpty() ? 1 : 0);
  }
}
