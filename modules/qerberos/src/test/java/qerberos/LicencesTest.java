package qerberos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The build's licence check, over libraries made for it.
class LicencesTest {
  @TempDir Path folder = Path.of(".");
  private Path lib = Path.of(".");

  private record Ended(int status, String printed) {}

  @BeforeEach
  void aFolderOfJars() throws IOException {
    lib = Files.createDirectory(folder.resolve("lib"));
    jar("good-1.0.jar", Map.of("META-INF/NOTICE", "Good\nCopyright 2020 Somebody\n"));
    jar("plain-2.jar", Map.of());
  }

  @Test
  void allowedLicences_areWrittenDownWithTheirNotices() throws Exception {
    Ended ended = check(component("good", "1.0", "Apache-2.0"), component("plain", "2", "MIT"));
    assertThat(ended.printed).isEmpty();
    assertThat(ended.status).isZero();
    assertThat(folder.resolve("THIRD-PARTY.md"))
        .content()
        .contains("| example:good | 1.0 | Apache-2.0 |")
        .contains("| example:plain | 2 | MIT |")
        .contains("## good-1.0.jar\n\n~~~~\nGood\nCopyright 2020 Somebody\n~~~~\n");
  }

  @Test
  void aForbiddenLicence_failsAndNamesTheArtifact() throws Exception {
    Ended ended =
        check(component("good", "1.0", "Apache-2.0"), component("plain", "2", "AGPL-3.0-only"));
    assertThat(ended.status).isOne();
    assertThat(ended.printed)
        .startsWith(
            "licences: example:plain:2: its licence is AGPL-3.0-only, want one of Apache-2.0,");
    assertThat(folder.resolve("THIRD-PARTY.md")).doesNotExist();
  }

  @Test
  void anUnknownLicence_fails() throws Exception {
    Ended ended = check(component("good", "1.0", "Apache-2.0"), component("plain", "2"));
    assertThat(ended.status).isOne();
    assertThat(ended.printed).startsWith("licences: example:plain:2: its licence is unknown, want");
  }

  @Test
  void aJarThatTheSbomDoesNotKnow_fails() throws Exception {
    Ended ended = check(component("good", "1.0", "Apache-2.0"));
    assertThat(ended.status).isOne();
    assertThat(ended.printed)
        .isEqualTo("licences: plain-2.jar: is handed on, but the SBOM does not know it\n");
  }

  @Test
  void ofSeveralLicencesOneMustBeAllowed_andIsTaken() throws Exception {
    Ended ended =
        check(
            component("good", "1.0", "LGPL-2.1-only", "Apache-2.0"),
            component("plain", "2", "BSD-3-Clause"));
    assertThat(ended.status).as(ended.printed).isZero();
    assertThat(folder.resolve("THIRD-PARTY.md"))
        .content()
        .contains("| example:good | 1.0 | Apache-2.0 |");
  }

  /// As after `mvn -o package`.
  @Test
  void withoutAnSbom_oneSentenceSaysWhatToDo() throws Exception {
    Ended ended = check(folder.resolve("bom.xml"));
    assertThat(ended.status).isOne();
    assertThat(ended.printed)
        .isEqualTo(
            "licences: "
                + folder.resolve("bom.xml")
                + " was not made, as Maven makes no SBOM offline; build without -o,"
                + " or with -DjarOnly if you need no tarball\n");
  }

  private static String component(String name, String version, String... licences) {
    var text = new StringBuilder("<component type='library'><group>example</group>");
    text.append("<name>").append(name).append("</name>");
    text.append("<version>").append(version).append("</version><licenses>");
    for (String licence : licences) {
      text.append("<license><id>").append(licence).append("</id></license>");
    }
    return text.append("</licenses></component>").toString();
  }

  private Ended check(String... components) throws Exception {
    Path bom =
        Files.writeString(
            folder.resolve("bom.xml"),
            "<bom><metadata/><components>" + String.join("", components) + "</components></bom>");
    return check(bom);
  }

  private Ended check(Path bom) throws Exception {
    Path printed = folder.resolve("printed");
    var builder =
        new ProcessBuilder(
                System.getProperty("java.home") + "/bin/java",
                Path.of("../../tools/Licences.java").toString(),
                bom.toString(),
                lib.toString(),
                folder.resolve("THIRD-PARTY.md").toString())
            .redirectErrorStream(true)
            .redirectOutput(printed.toFile());
    Process process = builder.start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return new Ended(process.exitValue(), Files.readString(printed));
  }

  private void jar(String name, Map<String, String> files) throws IOException {
    try (OutputStream out = Files.newOutputStream(lib.resolve(name));
        var zip = new ZipOutputStream(out)) {
      zip.putNextEntry(new ZipEntry("META-INF/"));
      for (var each : new TreeMap<>(files).entrySet()) {
        zip.putNextEntry(new ZipEntry(each.getKey()));
        zip.write(each.getValue().getBytes(StandardCharsets.UTF_8));
      }
    }
  }
}
