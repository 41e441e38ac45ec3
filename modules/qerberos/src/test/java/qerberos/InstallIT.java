package qerberos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import qerberos.service.ServerFile;

/// The tarball as somebody gets it: unpacked and installed in an empty folder, with an empty home
/// and a path on which there is a shell and its tools, and neither Maven nor a JDK.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class InstallIT {
  private static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();
  private static final Path TARBALL = ROOT.resolve("modules/qerberos/target/qerberos-1.0.0.tar.gz");

  /// Exposure in tenths, as `systemd-analyze security` counts it; an ordinary service has 96.
  private static final int EXPOSURE_MAX = 15;

  private static final String TOOLS =
      "bash sh env sed grep head tail tr find dirname readlink mkdir mv rm rmdir sleep stty flock"
          + " cp cat chmod chown ln ls id cmp tar gzip curl setsid";

  private Path folder = Path.of(".");
  private Path unpacked = Path.of(".");
  private Tree shared = new Tree(Path.of("."));
  private Map<String, String> environment = Map.of();
  private String installed = "";
  private int scripts;

  private record Ended(int status, String printed) {}

  /// Where one installation lies.
  private record Tree(Path below) {
    Path prefix() {
      return below.resolve("opt/qerberos");
    }

    Path data() {
      return below.resolve("var/data");
    }

    Path config() {
      return below.resolve("etc");
    }
  }

  @BeforeAll
  void unpackedAndInstalled(@TempDir Path empty) throws Exception {
    folder = empty;
    assumeTrue(Files.exists(TARBALL), "needs the tarball: mvn verify (without -DjarOnly)");
    assumeTrue(Files.exists(Path.of("/usr/bin/curl")), "needs curl: apt-get install curl");
    Path bin = Files.createDirectory(folder.resolve("bin"));
    for (String tool : TOOLS.split(" ")) {
      for (String place : List.of("/usr/bin/", "/bin/")) {
        Path there = Path.of(place + tool);
        if (Files.exists(there) && !Files.exists(bin.resolve(tool))) {
          Files.createSymbolicLink(bin.resolve(tool), there);
        }
      }
    }
    environment =
        Map.of(
            "PATH", bin.toString(),
            "HOME", Files.createDirectory(folder.resolve("home")).toString(),
            "JAVA_HOME", System.getProperty("java.home"));
    unpacked = folder.resolve("qerberos-1.0.0");
    shared = new Tree(folder.resolve("shared"));
    // Under a mask that hides everything from others, as some administrators have it.
    assertThat(bash("umask 077; tar xzf " + TARBALL)).isEmpty();
    installed = install(shared, unpacked);
  }

  @AfterEach
  void nothingRunsOn() throws IOException {
    ServerFile.in(folder.resolve("own/var/data"))
        .filter(ServerFile::isAlive)
        .flatMap(server -> ProcessHandle.of(server.pid()))
        .ifPresent(ProcessHandle::destroyForcibly);
  }

  @AfterAll
  void nothingWasLeftAtHome() throws IOException {
    try (Stream<Path> links = Files.list(folder.resolve("bin"))) {
      for (Path link : links.toList()) {
        Files.delete(link);
      }
    }
    Path home = folder.resolve("home");
    if (Files.isDirectory(home)) {
      try (Stream<Path> files = Files.list(home)) {
        assertThat(files).isEmpty();
      }
    }
  }

  @Test
  void installSaysEachThingItDoes_andTheProgramsAreForEveryone() throws Exception {
    assertThat(installed)
        .contains("install: installed qerberos 1.0.0 (Java 25")
        .contains("install: made " + shared.data())
        .contains("install: wrote " + shared.config().resolve("server.yaml"))
        .contains("install: the start is prepared")
        .contains("done. Start it with: " + shared.prefix() + "/bin/qerberos start --detach");
    assertThat(mode(shared.data())).isEqualTo("rwx------");
    assertThat(mode(shared.config())).isEqualTo("rwxr-x---");
    for (String part : List.of("bin", "lib", "share", "share/config")) {
      assertThat(mode(shared.prefix().resolve(part))).as(part).isEqualTo("rwxr-xr-x");
    }
    assertThat(mode(shared.prefix().resolve("bin/qerberos"))).isEqualTo("rwxr-xr-x");
    assertThat(mode(shared.prefix().resolve("lib/qerberos.jar"))).isEqualTo("rw-r--r--");
    for (String file : List.of("LICENSE", "NOTICE", "THIRD-PARTY.md", "README.md", "SECURITY.md")) {
      assertThat(shared.prefix().resolve(file)).isNotEmptyFile();
    }
    assertThat(Files.readString(shared.prefix().resolve("share/qerberos.cdx.json")))
        .contains("\"bomFormat\" : \"CycloneDX\"", "pkg:maven/org.apache.lucene/lucene-core@");
    assertThat(bash(shared.prefix() + "/bin/qerberos version"))
        .startsWith("qerberos 1.0.0 (Java 25");
    assertThat(run(shared.prefix() + "/bin/qerberos bench").printed())
        .isEqualTo("qerberos: the benchmarks come with the sources, not with an installed tree.\n");
  }

  @Test
  void asTheUnitStartsIt_anEventIsProved_andAnUpgradeKeepsIt() throws Exception {
    var tree = new Tree(folder.resolve("own"));
    Path prefix = tree.prefix();
    Path data = tree.data();
    Path config = tree.config();
    assertThat(install(tree, unpacked)).contains("install: installed");
    Files.writeString(
        config.resolve("qerberos.env"),
        "QERBEROS_PORT=0\nQERBEROS_SQUID_PORT=0\nQERBEROS_QONSENT_PORT=0\nJAVA_HOME="
            + System.getProperty("java.home")
            + "\n");
    Process service = asTheUnitSays(tree);
    ServerFile server = awaitServer(tree, service);
    String refused = run(installCommand(tree, unpacked)).printed();
    assertThat(refused).startsWith("install: it runs on " + data + "; stop it first: ");
    String sent =
        bash(
            """
            curl -sf '%1$s/audit?wait=proof' -H "Authorization: Bearer $(cat %2$s/secrets/admin.token)" \
              -d '{"id":"i-1","type":"a.b","ref":"c:1","layer":"application","verdict":"ALLOW",
                   "actor":{"squidId":"did:squid:a"}}'
            """
                .formatted(server.url(), prefix.resolve("data")));
    assertThat(sent).contains("\"code\":\"CREATED\"").contains("c2sp.org/tlog-proof@v1");
    String proved = bash(foundProvedVerified(tree));
    assertThat(proved).contains("did:squid:a").contains("holds");
    service.destroy();
    assertThat(service.waitFor(40, TimeUnit.SECONDS)).isTrue();
    assertThat(service.exitValue()).isZero();
    assertThat(prefix.resolve("logs/error.log")).isEmptyFile();

    // One file is the operator's own, and its default and another's change.
    Path own = config.resolve("server.yaml");
    Files.writeString(own, "# mine\n", StandardOpenOption.APPEND);
    Path newer = folder.resolve("newer");
    bash("cp -R " + unpacked + " " + newer);
    for (String name : List.of("server.yaml", "limits.yaml")) {
      Files.writeString(
          newer.resolve("config").resolve(name), "# newer\n", StandardOpenOption.APPEND);
    }
    Files.delete(config.resolve("ledger.yaml"));
    Files.writeString(prefix.resolve("lib/old-library.jar"), "");
    String upgraded = install(tree, newer);
    assertThat(upgraded)
        .contains("install: upgraded " + prefix)
        .contains("kept " + own + ", which you changed; the new default is beside it: ")
        .contains("renewed " + config.resolve("limits.yaml"))
        .contains("left out " + config.resolve("ledger.yaml") + ", which you removed");
    assertThat(own).content().endsWith("# mine\n");
    assertThat(config.resolve("server.yaml.new")).content().endsWith("# newer\n");
    assertThat(config.resolve("limits.yaml")).content().endsWith("# newer\n");
    assertThat(config.resolve("qerberos.env")).exists();
    assertThat(prefix.resolve("lib/old-library.jar")).doesNotExist();

    Process again = asTheUnitSays(tree);
    ServerFile second = awaitServer(tree, again);
    assertThat(second.url()).isNotEqualTo(server.url());
    assertThat(bash(foundProvedVerified(tree))).contains("did:squid:a").contains("holds");
    assertThat(bash(prefix + "/bin/qerberos stop")).contains("stopped");
    assertThat(again.waitFor(40, TimeUnit.SECONDS)).isTrue();
    assertThat(again.exitValue()).isZero();

    // Taking it away leaves what is not ours to remove, unless it is told to; the links of a copy
    // lead to the same folders.
    assertThat(run(installCommand(tree, prefix)).printed()).contains("is installed already");
    Path copy = folder.resolve("copy");
    bash("cp -R " + prefix + " " + copy);
    String removed = bash(unpacked + "/install.sh --uninstall --prefix " + prefix);
    assertThat(removed).contains("kept: " + data + " " + config + " " + prefix.resolve("logs"));
    assertThat(prefix).isDirectoryNotContaining(file -> !file.endsWith("logs"));
    assertThat(data.resolve("ledger")).isDirectory();
    assertThat(own).exists();
    assertThat(bash(copy + "/install.sh --uninstall --purge --prefix " + copy))
        .contains("removed for good: " + data);
    assertThat(data).doesNotExist();
    assertThat(config).doesNotExist();
    assertThat(copy).doesNotExist();
  }

  @Test
  void theUnitIsSoundAndLeavesLittleExposed() throws Exception {
    Path analyze = Path.of("/usr/bin/systemd-analyze");
    assumeTrue(Files.exists(analyze), "needs systemd-analyze: apt-get install systemd");
    Path unit = shared.prefix().resolve("share/qerberos.service");
    assertThat(run(analyze + " verify " + unit)).isEqualTo(new Ended(0, ""));
    // As it is shipped, with its own user and systemd's folders.
    Ended exposed =
        run(
            analyze
                + " security --no-pager --offline=true --threshold="
                + EXPOSURE_MAX
                + " "
                + unpacked.resolve("share/qerberos.service"));
    assertThat(exposed.status).as(exposed.printed).isZero();
  }

  @Test
  void wordsTypedWrong_areOneSentence() throws Exception {
    String script = unpacked + "/install.sh ";
    assertThat(run(script + "--perfix x"))
        .isEqualTo(new Ended(2, "install: --perfix: unknown; see --help\n"));
    assertThat(run(script + "--prefix").printed).contains("--prefix wants a value");
    assertThat(run(script + "--purge").status).isEqualTo(2);
    assertThat(run(script + "--prefix /usr").printed).contains("is a folder of the system");
    assertThat(run(script + "--prefix '" + folder + "/a b'").printed).contains("choose a path of");
    assertThat(run(script + "--prefix " + folder.resolve("bin")).printed)
        .contains("holds something else");
    assertThat(run(script + "--uninstall --prefix " + folder.resolve("bin")).printed)
        .contains("holds no Qerberos");
    assertThat(run(script + "--help").printed).startsWith("Usage: install.sh");
  }

  @Test
  void withoutA25_nothingIsInstalled() throws Exception {
    // What an uninstallation leaves behind is no obstacle.
    Path other = folder.resolve("other");
    Files.createDirectories(other.resolve("logs"));
    String launcher = Files.readString(unpacked.resolve("bin/qerberos"));
    Path tree = folder.resolve("no-jdk");
    bash("cp -R " + unpacked + " " + tree);
    Files.writeString(
        tree.resolve("bin/qerberos"), launcher.replace("readonly wanted=25", "readonly wanted=9"));
    Ended ended = run(tree + "/install.sh --prefix " + other);
    assertThat(ended.status).isEqualTo(69);
    assertThat(ended.printed).startsWith("qerberos: needs a JDK 9, but").contains("install one");
    assertThat(other).isDirectoryNotContaining(file -> !file.endsWith("logs"));
  }

  @Test
  void bothShellsCompleteTheCommands() throws Exception {
    Path scripts = shared.prefix().resolve("share/completions");
    assertThat(
            bash(
                """
                set +u
                source %s/qerberos.bash
                COMP_WORDS=(qerberos sta) COMP_CWORD=1
                _complete_qerberos
                echo "${COMPREPLY[@]}"
                """
                    .formatted(scripts)))
        .isEqualTo("start status stats state\n");
    Path zsh = Path.of("/usr/bin/zsh");
    assumeTrue(Files.exists(zsh), "needs zsh: apt-get install zsh");
    Path script =
        Files.writeString(
            folder.resolve("completion.zsh"),
            """
            fpath=(%s $fpath)
            autoload -U compinit && compinit -u -D
            print $_comps[qerberos]
            _qerberos 2>/dev/null
            print ${+functions[_complete_qerberos]}
            """
                .formatted(scripts));
    assertThat(bash(zsh + " -f " + script)).isEqualTo("_qerberos\n1\n");
  }

  @Test
  void shellcheckFindsNothing() throws Exception {
    Path shellcheck = Path.of("/usr/bin/shellcheck");
    assumeTrue(Files.exists(shellcheck), "needs shellcheck: apt-get install shellcheck");
    Path tool = ROOT.resolve("tools/reproducible.sh");
    assertThat(run(shellcheck + " " + unpacked.resolve("install.sh") + " " + tool))
        .isEqualTo(new Ended(0, ""));
  }

  /// The ExecStart line of the installed unit, with what its Environment and EnvironmentFile lines
  /// say and nothing else but a path.
  private Process asTheUnitSays(Tree tree) throws IOException {
    Map<String, String> said = new TreeMap<>();
    List<String> command = new ArrayList<>();
    for (String line : Files.readAllLines(tree.prefix().resolve("share/qerberos.service"))) {
      String value = line.substring(line.indexOf('=') + 1);
      if (line.startsWith("Environment=")) {
        said.put(value.substring(0, value.indexOf('=')), value.substring(value.indexOf('=') + 1));
      } else if (line.startsWith("EnvironmentFile=-")) {
        for (String variable : Files.readAllLines(Path.of(value.substring(1)))) {
          int equals = variable.indexOf('=');
          said.put(variable.substring(0, equals), variable.substring(equals + 1));
        }
      } else if (line.startsWith("ExecStart=")) {
        command.addAll(List.of(value.split(" ")));
      }
    }
    assertThat(command).containsExactly(tree.prefix() + "/bin/qerberos", "start");
    var builder =
        new ProcessBuilder(command)
            .directory(Path.of("/").toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("service.out").toFile());
    builder.environment().clear();
    builder.environment().put("PATH", String.valueOf(environment.get("PATH")));
    builder.environment().putAll(said);
    return builder.start();
  }

  private ServerFile awaitServer(Tree tree, Process service) throws Exception {
    for (int i = 0; i < 2400; i++) {
      var file = ServerFile.in(tree.data()).filter(there -> there.pid() == service.pid());
      if (file.isPresent()) {
        return file.get();
      }
      assertThat(service.isAlive()).as(Files.readString(folder.resolve("service.out"))).isTrue();
      Thread.sleep(50);
    }
    throw new AssertionError("not ready: " + Files.readString(folder.resolve("service.out")));
  }

  private String foundProvedVerified(Tree tree) {
    return """
    cd %1$s
    %2$s/bin/qerberos show i-1
    %2$s/bin/qerberos proof i-1 -o i-1.tlog-proof
    %2$s/bin/qerberos keys > keys
    %2$s/bin/qerberos verify i-1.tlog-proof --key "$(head -n 1 keys)"
    """
        .formatted(tree.below(), tree.prefix());
  }

  private String installCommand(Tree tree, Path from) {
    return "%s/install.sh --prefix %s --data %s --config %s"
        .formatted(from, tree.prefix(), tree.data(), tree.config());
  }

  private String install(Tree tree, Path from) throws Exception {
    return bash(installCommand(tree, from));
  }

  private String bash(String script) throws Exception {
    Ended ended = run(script);
    assertThat(ended.status).as("%s%nprinted:%n%s", script, ended.printed).isZero();
    return ended.printed;
  }

  private Ended run(String script) throws Exception {
    Path output = folder.resolve("output-" + scripts++);
    var builder =
        new ProcessBuilder(folder.resolve("bin/bash").toString(), "-euc", script)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    if (!process.waitFor(300, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError(script + " does not end; printed:\n" + Files.readString(output));
    }
    return new Ended(process.exitValue(), Files.readString(output));
  }

  private static String mode(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }
}
