package qerberos.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The launcher in a checkout of its own, with JDKs and a Maven that only write down how they were
/// called. The JDKs of this machine are hidden from it by a root of its own where the system lets
/// us.
class LauncherTest {
  @TempDir Path folder = Path.of(".");
  private Path checkout = Path.of(".");
  private Path bin = Path.of(".");
  private String path = "";

  private record Ended(int status, String out, String err) {}

  @BeforeEach
  void aCheckoutWithSpacesInItsName() throws Exception {
    checkout = folder.resolve("a checkout");
    bin = Files.createDirectories(folder.resolve("bin"));
    path = bin + ":/usr/bin:/bin";
    for (String module : List.of("event", "intake", "ledger", "query", "qerberos")) {
      Path source = checkout.resolve("modules/" + module + "/src/main/java");
      Path made = Files.createDirectories(source);
      assertThat(made).isDirectory();
      write(source.resolve("A.java"), "class A {}");
      write(checkout.resolve("modules/" + module + "/pom.xml"), "<project/>");
    }
    write(checkout.resolve("pom.xml"), "<project/>");
    Path launcher = Path.of("").toAbsolutePath().resolve("../../qerberos").normalize();
    script(checkout.resolve("qerberos"), Files.readString(launcher));
    script(
        bin.resolve("mvn"),
        """
        #!/bin/sh
        echo "$@" >> "%1$s/mvn.log"
        [ ! -e "%1$s/broken" ] || { echo "[ERROR] A.java:[1,1] ';' expected"; exit 1; }
        echo "[INFO] Building Qerberos: event 1.0.0                   [2/6]"
        mkdir -p "%2$s/modules/qerberos/target"
        : > "%2$s/modules/qerberos/target/qerberos.jar"
        """
            .formatted(folder, checkout));
  }

  @Test
  void shellcheckFindsNothing() throws Exception {
    Path shellcheck = Path.of("/usr/bin/shellcheck");
    assumeTrue(Files.exists(shellcheck), "needs shellcheck: sudo apt install shellcheck");
    Ended checked = run(folder, shellcheck.toString(), checkout.resolve("qerberos").toString());
    assertThat(checked.out).isEmpty();
    assertThat(checked.status).isZero();
  }

  @Test
  void withoutA25_oneSentenceSaysWhatToInstall() throws Exception {
    hideTheJdksOfThisMachine();
    Ended ended = launch(jdk("old", "17.0.15"), "version");
    assertThat(ended.status).isEqualTo(69);
    assertThat(ended.err)
        .startsWith("qerberos: needs a JDK 25, but the newest JDK found is 17; install one with")
        .contains("apt install openjdk-25-jdk")
        .contains("brew install openjdk@25")
        .contains("sdk install java 25")
        .contains("JAVA_HOME");
    assertThat(ended.err.lines()).hasSize(1);
  }

  @Test
  void withoutAnyJdk_itSaysSo() throws Exception {
    hideTheJdksOfThisMachine();
    Ended ended = launch(folder.resolve("nothing"), "version");
    assertThat(ended.status).isEqualTo(69);
    assertThat(ended.err).startsWith("qerberos: needs a JDK 25, but no JDK was found; install");
  }

  @Test
  void aJdkInTheHomeFolder_isFound() throws Exception {
    hideTheJdksOfThisMachine();
    Path java = jdk(".sdkman/candidates/java/25.0.3-tem", "25.0.3");
    assertThat(java).isDirectory();
    Ended ended = launch(jdk("old", "17.0.15"), "version");
    assertThat(ended.status).as(ended.err).isZero();
  }

  @Test
  void withoutMaven_oneSentenceSaysWhatToInstall() throws Exception {
    hideTheJdksOfThisMachine();
    Files.delete(bin.resolve("mvn"));
    Ended ended = launch(jdk("jdk", "25.0.3"), "version");
    assertThat(ended.status).isEqualTo(69);
    assertThat(ended.err)
        .startsWith("qerberos: needs Maven 3.8 or newer to build; install it with");
  }

  @Test
  void buildsWhatIsMissing_thenRunsWithTheWordsAsTyped() throws Exception {
    Path java = jdk("a jdk", "25.0.3");
    Ended ended = launch(java, "search", "two words", "*");
    assertThat(ended.status).as(ended.err).isZero();
    assertThat(ended.err).contains("qerberos: built in ");
    assertThat(Files.readString(folder.resolve("mvn.log")))
        .contains("package -pl modules/qerberos -am");
    assertThat(ended.out)
        .contains("-Dqerberos.home=" + checkout)
        .contains(
            "-jar\n" + checkout + "/modules/qerberos/target/qerberos.jar\nsearch\ntwo words\n*\n");
  }

  @Test
  void buildsOnceAndAgainOnlyWhenASourceChanged() throws Exception {
    Path java = jdk("jdk", "25.0.3");
    assertThat(launch(java, "version").status).isZero();
    assertThat(launch(java, "version").err).isEmpty();
    Path source = checkout.resolve("modules/query/src/main/java/A.java");
    Path touched = Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(60)));
    assertThat(touched).exists();
    assertThat(launch(java, "version").err).contains("built in");
    assertThat(Files.readAllLines(folder.resolve("mvn.log"))).hasSize(2);
  }

  @Test
  void aRemovedSource_isNoticedToo() throws Exception {
    Path java = jdk("jdk", "25.0.3");
    assertThat(launch(java, "version").status).isZero();
    Path source = checkout.resolve("modules/query/src/main/java/A.java");
    Files.delete(source);
    Path touched =
        Files.setLastModifiedTime(
            source.resolveSibling("."), FileTime.from(Instant.now().plusSeconds(60)));
    assertThat(touched).exists();
    assertThat(launch(java, "version").err).contains("built in");
  }

  @Test
  void aBuildThatFails_showsItsErrorsAndWhereTheRestIs() throws Exception {
    Path java = jdk("jdk", "25.0.3");
    write(folder.resolve("broken"), "");
    Ended ended = launch(java, "version");
    assertThat(ended.status).isEqualTo(70);
    assertThat(ended.err)
        .contains("A.java:[1,1] ';' expected")
        .contains("qerberos: the build failed; all of it: ")
        .contains("build.log");
  }

  @Test
  void startGetsItsOwnMemoryLimits_andARehearsalOnce() throws Exception {
    Path java = jdk("jdk", "25.0.3");
    Ended first = launch(java, "start", "--port", "0");
    assertThat(first.err).contains("prepares a faster start, once");
    assertThat(first.out)
        .contains("-Xmx")
        .contains("-XX:+UseSerialGC")
        .contains("start\n--port\n0");
    assertThat(launch(java, "start").err).doesNotContain("prepares");
  }

  @Test
  void whatIsMeasuredBesideUs_isFetchedOnceAndOnlyWhenAskedFor() throws Exception {
    Path java = jdk("jdk", "25.0.3");
    assertThat(launch(java, "bench", "peers", "only=qerberos,sqlite").status).isZero();
    assertThat(Files.readString(folder.resolve("mvn.log"))).doesNotContain("-Ppeers");
    Ended first = launch(java, "bench", "peers", "only=sqlite,postgres");
    assertThat(first.status).as(first.err).isZero();
    assertThat(first.err).contains("qerberos: fetches OpenSearch and PostgreSQL");
    assertThat(Files.readString(folder.resolve("mvn.log")))
        .contains("-Ppeers package -pl modules/peers");
    assertThat(launch(java, "bench", "peers").err).doesNotContain("fetches");
  }

  @Test
  void aCacheOfOlderJars_isNotUsedAndMadeAgain() throws Exception {
    Path java = jdk("jdk", "25.0.3");
    script(
        java.resolve("bin/java"),
        """
        #!/bin/sh
        printf '%s\\n' "$@"
        for option; do
          case $option in -XX:AOTCacheOutput=*) echo made > "${option#*=}" ;; esac
        done
        """);
    assertThat(launch(java, "start").out).contains("-XX:AOTCache=");
    Path target = checkout.resolve("modules/qerberos/target");
    Path library = Files.createDirectory(target.resolve("lib")).resolve("a.jar");
    write(library, "");
    for (Path changed : List.of(target.resolve("qerberos.jar"), library)) {
      Path touched = Files.setLastModifiedTime(changed, FileTime.from(Instant.now()));
      assertThat(touched).exists();
      Ended ended = launch(java, "status");
      assertThat(ended.err).isEmpty();
      assertThat(ended.out).doesNotContain("-XX:AOTCache=");
      Ended again = launch(java, "start");
      assertThat(again.err).isEqualTo("qerberos: prepares a faster start, once\n");
      assertThat(again.out).contains("-XX:AOTCache=");
      assertThat(launch(java, "status").out).contains("-XX:AOTCache=");
    }
  }

  @Test
  void throughALinkFromAnywhere_itFindsItsCheckout() throws Exception {
    Path java = jdk("jdk", "25.0.3");
    Path link = Files.createSymbolicLink(bin.resolve("q"), checkout.resolve("qerberos"));
    Ended ended = run(Path.of("/"), List.of(link.toString(), "version"), java);
    assertThat(ended.status).as(ended.err).isZero();
    assertThat(ended.out).contains("-Dqerberos.home=" + checkout);
  }

  private Ended launch(Path java, String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of(checkout.resolve("qerberos").toString()));
    command.addAll(List.of(words));
    return run(folder, command, java);
  }

  /// A folder that looks like a JDK to the launcher; its `java` prints its arguments.
  private Path jdk(String name, String version) throws IOException {
    Path home = folder.resolve(name);
    Path made = Files.createDirectories(home.resolve("bin"));
    assertThat(made).isDirectory();
    write(
        home.resolve("release"),
        "JAVA_VERSION=\"" + version + "\"\nJAVA_RUNTIME_VERSION=\"" + version + "+9\"\n");
    script(home.resolve("bin/java"), "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
    script(home.resolve("bin/javac"), "#!/bin/sh\n");
    return home;
  }

  /// Lets the copy of the launcher look for JDKs in this test's folders alone, and gives it only
  /// the tools it needs.
  private void hideTheJdksOfThisMachine() throws IOException {
    String text = Files.readString(checkout.resolve("qerberos"));
    for (String place :
        List.of("/usr/lib/jvm/", "/usr/java/", "/opt/", "/usr/local/", "/Library/", "/home/")) {
      text = text.replace(" " + place, " /nonexistent/");
    }
    script(checkout.resolve("qerberos"), text);
    for (String tool :
        "bash sh env sed grep head tail tr find dirname readlink mkdir mv rm sleep stty flock"
            .split(" ")) {
      for (String place : List.of("/usr/bin/", "/bin/")) {
        Path there = Path.of(place + tool);
        if (Files.exists(there) && !Files.exists(bin.resolve(tool))) {
          Path linked = Files.createSymbolicLink(bin.resolve(tool), there);
          assertThat(linked).exists();
        }
      }
    }
    path = bin.toString();
  }

  private Ended run(Path where, String... command) throws Exception {
    return run(where, List.of(command), folder);
  }

  private Ended run(Path where, List<String> command, Path java) throws Exception {
    Path out = Files.createTempFile(folder, "out", "");
    Path err = Files.createTempFile(folder, "err", "");
    var builder =
        new ProcessBuilder(command)
            .directory(where.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().clear();
    builder.environment().put("PATH", path);
    builder.environment().put("HOME", folder.toString());
    builder.environment().put("JAVA_HOME", java.toString());
    Process process = builder.start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return new Ended(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  private static void script(Path file, String text) throws IOException {
    write(file, text);
    Path made = Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    assertThat(made).isExecutable();
  }

  private static void write(Path file, String text) throws IOException {
    Path written = Files.writeString(file, text);
    assertThat(written).exists();
  }
}
