import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/// Checks under which licences the libraries come that we hand on, and writes down whose they are.
///
/// `Licences BOM LIB OUT` reads the CycloneDX file of the build and the folder of jars, and writes
/// THIRD-PARTY.md: each library with its licence, then the notices and the licence texts that lie
/// in the jars, word for word. Exit 1, with every artifact named, when a licence is unknown or not
/// in [#ALLOWED], when a jar is in the folder and not in the BOM, or when there is no BOM, which
/// Maven does not make offline.
public final class Licences {
  /// By their SPDX names. Each lets us hand the jar on unchanged under terms that ours keep; a name
  /// more is a decision, to be made here.
  ///
  /// EPL-2.0 is for Jakarta Mail and Angus Mail, for which Java has no equal. Their POMs offer
  /// BSD-3-Clause too, the texts in their jars do not, so we keep what EPL-2.0 asks: the jars are
  /// unchanged and apart from ours, its text goes with them, and [#HOLDERS] says where their source
  /// is. A file of theirs that we changed, or copied into ours, would fall under it.
  private static final Set<String> ALLOWED =
      Set.of("Apache-2.0", "MIT", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "EPL-2.0");

  /// Whose licence asks for something that the jar itself does not carry: a copyright line, from
  /// the licence file of the project, or where its source is. The terms of BSD-2-Clause are those
  /// printed for HdrHistogram.
  private static final Map<String, String> HOLDERS =
      Map.of(
          "org.eclipse.angus:angus-mail",
          """
          Handed on unchanged. Its source is at https://github.com/eclipse-ee4j/angus-mail
          """,
          "jakarta.mail:jakarta.mail-api",
          """
          Handed on unchanged. Its source is at https://github.com/jakartaee/mail-api
          """,
          "redis.clients:jedis",
          """
          Copyright (c) 2021-2025, Redis, inc.
          MIT; its terms are those printed for SLF4J.
          """,
          "com.github.luben:zstd-jni",
          """
          Copyright (c) 2014-2015, Yann Collet
          Copyright (c) 2015, Luben Karavelov
          All rights reserved.
          BSD-2-Clause; its terms are those printed for HdrHistogram.
          """);

  private record Library(String name, String version, String jar, List<String> licences) {
    /// Several licences of one library are a choice (that is what a POM means by them).
    List<String> usable() {
      return licences.stream().filter(ALLOWED::contains).toList();
    }
  }

  public static void main(String[] args) throws Exception {
    Path bom = Path.of(args[0]);
    if (!Files.exists(bom)) {
      System.err.println(
          "licences: "
              + bom
              + " was not made, as Maven makes no SBOM offline; build without -o,"
              + " or with -DjarOnly if you need no tarball");
      System.exit(1);
    }
    Map<String, Library> known = libraries(bom);
    List<String> faults = new ArrayList<>();
    List<Path> jars = new ArrayList<>();
    Map<Path, Library> shipped = new TreeMap<>();
    try (Stream<Path> files = Files.list(Path.of(args[1]))) {
      files.filter(file -> file.toString().endsWith(".jar")).sorted().forEach(jars::add);
    }
    for (Path jar : jars) {
      Library library = known.get(String.valueOf(jar.getFileName()));
      if (library == null) {
        faults.add(jar.getFileName() + ": is handed on, but the SBOM does not know it");
      } else if (!library.name().startsWith("qerberos:")) {
        shipped.put(jar, library);
        if (library.usable().isEmpty()) {
          faults.add(
              "%s:%s: its licence is %s, want one of %s; take another library, or decide in tools/Licences.java"
                  .formatted(
                      library.name(),
                      library.version(),
                      library.licences().isEmpty()
                          ? "unknown"
                          : String.join(", ", library.licences()),
                      String.join(", ", new TreeSet<>(ALLOWED))));
        }
      }
    }
    faults.forEach(fault -> System.err.println("licences: " + fault));
    if (!faults.isEmpty()) {
      System.exit(1);
    }
    Files.writeString(Path.of(args[2]), notices(shipped));
  }

  /// The components of the BOM, by the name of their jar.
  private static Map<String, Library> libraries(Path bom) throws Exception {
    Map<String, Library> libraries = new TreeMap<>();
    Element root =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(bom.toFile())
            .getDocumentElement();
    for (Element list : children(root, "components")) {
      for (Element each : children(list, "component")) {
        String name = text(each, "name");
        String version = text(each, "version");
        List<String> licences = new ArrayList<>();
        for (Element some : children(each, "licenses")) {
          children(some, "expression").forEach(e -> licences.add(e.getTextContent().strip()));
          for (Element licence : children(some, "license")) {
            String id = text(licence, "id");
            licences.add(id.isEmpty() ? text(licence, "name") : id);
          }
        }
        String jar = name + "-" + version + ".jar";
        libraries.put(jar, new Library(text(each, "group") + ":" + name, version, jar, licences));
      }
    }
    return libraries;
  }

  private static List<Element> children(Element parent, String name) {
    List<Element> found = new ArrayList<>();
    for (Node n = parent.getFirstChild(); n != null; n = n.getNextSibling()) {
      if (n instanceof Element element && element.getTagName().equals(name)) {
        found.add(element);
      }
    }
    return found;
  }

  private static String text(Element parent, String name) {
    List<Element> found = children(parent, name);
    return found.isEmpty() ? "" : found.getFirst().getTextContent().strip();
  }

  private static String notices(Map<Path, Library> shipped) throws IOException {
    var page =
        new StringBuilder("# Libraries of others\n\nWhat lies in `lib/` and is not ours.\n\n");
    page.append("| library | version | licence |\n|---|---|---|\n");
    Map<String, List<String>> texts = new TreeMap<>();
    for (var each : shipped.entrySet()) {
      Library library = each.getValue();
      page.append("| %s | %s | ".formatted(library.name(), library.version()))
          .append(String.join(" or ", library.usable()))
          .append(" |\n");
      String holder = HOLDERS.get(library.name());
      if (holder != null) {
        texts.computeIfAbsent(holder, _ -> new ArrayList<>()).add(library.jar());
      }
      for (String text : textsOf(each.getKey())) {
        texts.computeIfAbsent(text, _ -> new ArrayList<>()).add(library.jar());
      }
    }
    page.append(
        "\nThe Apache License 2.0 is in LICENSE. Other licences and notices follow as they lie");
    page.append(" in the jars.\n");
    texts.entrySet().stream()
        .sorted((a, b) -> a.getValue().getFirst().compareTo(b.getValue().getFirst()))
        .forEach(
            each ->
                page.append("\n## ")
                    .append(String.join(", ", each.getValue()))
                    .append("\n\n~~~~\n")
                    .append(each.getKey())
                    .append("~~~~\n"));
    return page.toString();
  }

  /// The licences and notices of a jar; the plain Apache License, which most carry, is left out.
  private static List<String> textsOf(Path jar) throws IOException {
    Map<String, String> texts = new TreeMap<>();
    try (var zip = new ZipFile(jar.toFile())) {
      for (ZipEntry entry : (Iterable<ZipEntry>) zip.stream().map(ZipEntry.class::cast)::iterator) {
        String file = entry.getName().replaceAll(".*/", "");
        if (entry.getName().startsWith("META-INF/")
            && file.matches("(?i)([a-z]+-)*(licen[sc]e|notice).*")
            && !file.endsWith(".class")) {
          byte[] bytes;
          try (var in = zip.getInputStream(entry)) {
            bytes = in.readAllBytes();
          }
          String text = new String(bytes, StandardCharsets.UTF_8).replace("\r", "").stripTrailing();
          boolean plain =
              text.contains("Apache License")
                  && text.contains("Version 2.0, January 2004")
                  && text.length() < 11_700;
          if (!plain) {
            texts.put(entry.getName(), text.stripIndent() + "\n");
          }
        }
      }
    }
    return List.copyOf(texts.values());
  }
}
