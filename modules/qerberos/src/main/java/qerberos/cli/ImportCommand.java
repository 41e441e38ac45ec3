package qerberos.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import qerberos.event.EventDraft;
import qerberos.event.Json;
import qerberos.intake.CloudTrailMapper;
import qerberos.intake.Parsed;
import qerberos.intake.RecordReader;
import qerberos.intake.VendorMapper;
import qerberos.logs.Visible;

/// `import`: other systems' records become events.
///
/// Files are read record by record and sent to the running server in batches, so that there is one
/// writer; what is already there is counted and adds nothing, so an import that was cut off is
/// simply started again.
@Command(
    name = "import",
    header = "Bring in another system's records.",
    description = {
      "Bring in another system's records; each is kept whole beside the event made of it.",
      "A second import of the same records adds nothing. Known formats:",
      "  cloudtrail    AWS CloudTrail: {\"Records\":[...]} or one per line, plain or gzip",
      "A folder means all files in it; a pattern such as 'logs/**.json.gz' works too."
    },
    mixinStandardHelpOptions = true)
final class ImportCommand implements Callable<Integer> {
  private static final int BATCH_EVENTS = 1_000;
  private static final int BATCH_BYTES = 8 << 20;
  private static final int SHOWN = 10;
  private static final int TRIES = 50;

  private final Surroundings around;
  private final List<VendorMapper> formats = List.of(new CloudTrailMapper());

  @Mixin private DataOption data = new DataOption();

  @Parameters(index = "0", paramLabel = "FORMAT", description = "What kind of records: cloudtrail")
  private String format = "";

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "FILE",
      description = "Files, folders or patterns.")
  private List<String> names = new ArrayList<>();

  private long taken;
  private long known;
  private long refused;
  private final List<String> refusals = new ArrayList<>();

  ImportCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws Failure, IOException, InterruptedException {
    VendorMapper mapper = mapper();
    List<Path> files = files();
    long total = 0;
    for (Path file : files) {
      total += Files.size(file);
    }
    long before = 0;
    try (Api api = Api.of(data, around);
        var bar =
            new ProgressBar(around.screen(), around.clock(), "import", ProgressBar.Amount.BYTES)) {
      for (Path file : files) {
        send(api, file, mapper, bar, before, total);
        before += Files.size(file);
      }
    }
    report(files.size());
    return refused == 0 ? Exit.OK : Exit.FAILED;
  }

  private VendorMapper mapper() throws Failure {
    for (VendorMapper mapper : formats) {
      if (mapper.name().equals(format)) {
        return mapper;
      }
    }
    List<String> known = formats.stream().map(VendorMapper::name).toList();
    throw new Failure(
        Exit.USAGE,
        "import: unknown format \"" + format + "\", want one of " + String.join(", ", known));
  }

  private List<Path> files() throws Failure, IOException {
    List<Path> files = new ArrayList<>();
    for (String name : names) {
      Path path = around.workingDirectory().resolve(name).normalize();
      if (Files.isDirectory(path)) {
        files.addAll(below(path, _ -> true));
      } else if (Files.exists(path)) {
        files.add(path);
      } else if (name.contains("*") || name.contains("?")) {
        PathMatcher pattern = FileSystems.getDefault().getPathMatcher("glob:" + path);
        Path fixed = path;
        while (fixed.toString().contains("*") || fixed.toString().contains("?")) {
          fixed = fixed.resolveSibling("..").normalize();
        }
        List<Path> found = Files.isDirectory(fixed) ? below(fixed, pattern) : List.of();
        if (found.isEmpty()) {
          throw new Failure(Exit.USAGE, name + ": no file is named like this");
        }
        files.addAll(found);
      } else {
        throw new Failure(Exit.USAGE, path + ": no such file or folder");
      }
    }
    return files;
  }

  private static List<Path> below(Path folder, PathMatcher pattern) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return List.copyOf(
          new TreeSet<>(all.filter(Files::isRegularFile).filter(pattern::matches).toList()));
    }
  }

  private void send(
      Api api, Path file, VendorMapper mapper, ProgressBar bar, long before, long total)
      throws Failure, IOException, InterruptedException {
    String name = file.getFileName().toString();
    var batch = new Batch(name);
    try (InputStream in = Files.newInputStream(file);
        RecordReader records = RecordReader.open(in, mapper)) {
      for (Optional<Parsed> next = records.next(); next.isPresent(); next = records.next()) {
        switch (next.get()) {
          case Parsed.Good(int number, EventDraft draft) -> batch.add(number, draft);
          case Parsed.Bad(int number, var faults) ->
              faults.forEach(fault -> refuse(name, number, fault.field() + ": " + fault.message()));
        }
        if (batch.isFull()) {
          batch.send(api);
        }
        bar.at(before + records.bytesRead(), total);
      }
    } catch (IOException e) {
      batch.send(api);
      throw new Failure(
          Exit.FAILED,
          name + ": cannot be read on: " + Reasons.of(e) + "; what came before was taken");
    }
    batch.send(api);
  }

  private void refuse(String file, int number, String why) {
    refused++;
    if (refusals.size() < SHOWN) {
      refusals.add(file + ": record " + number + ": " + why);
    }
  }

  private void report(int files) {
    Screen screen = around.screen();
    if (data.json()) {
      Map<String, Json> members = new LinkedHashMap<>();
      members.put("files", Json.of(files));
      members.put("taken", Json.of((double) taken));
      members.put("alreadyThere", Json.of((double) known));
      members.put("refused", Json.of((double) refused));
      members.put("refusals", new Json.Arr(refusals.stream().<Json>map(Json::of).toList()));
      screen.out().println(JsonText.pretty(new Json.Obj(members)));
      return;
    }
    screen
        .out()
        .println(
            taken
                + " taken, "
                + known
                + " already there, "
                + refused
                + " refused"
                + (files == 1 ? "" : ", from " + files + " files"));
    refusals.forEach(refusal -> screen.err().println("  " + Visible.line(refusal)));
    if (refused > refusals.size()) {
      screen.err().println("  and " + (refused - refusals.size()) + " more");
    }
  }

  /// Events of one file on their way to the server.
  private final class Batch {
    private final String file;
    private final List<Line> lines = new ArrayList<>();
    private int bytes;

    private record Line(int number, String json) {}

    Batch(String file) {
      this.file = file;
    }

    void add(int number, EventDraft draft) {
      String json = JsonText.compact(DraftJson.of(draft));
      lines.add(new Line(number, json));
      bytes += json.length();
    }

    boolean isFull() {
      return lines.size() >= BATCH_EVENTS || bytes >= BATCH_BYTES;
    }

    /// Sends what is there; lines for which the server is too busy are sent again.
    void send(Api api) throws Failure, InterruptedException {
      List<Line> left = List.copyOf(lines);
      lines.clear();
      bytes = 0;
      for (int tries = 1; !left.isEmpty(); tries++) {
        Api.Answer answer = post(api, left);
        boolean busy = answer.status() == 503 || answer.status() == 429;
        if (!busy && answer.status() != 200) {
          throw Api.refused(answer);
        }
        if (!busy) {
          left = counted(left, Api.read(answer).at("data", "results").items());
        }
        if (!left.isEmpty()) {
          if (tries == TRIES) {
            throw new Failure(
                Exit.CANNOT_TELL,
                file + ": the server stays busy or cannot write; start the import again later");
          }
          Thread.sleep(Math.min(2_000, 100L * tries));
        }
      }
    }

    private Api.Answer post(Api api, List<Line> sent) throws Failure {
      var body = new ByteArrayOutputStream();
      for (Line line : sent) {
        body.writeBytes(line.json().getBytes(StandardCharsets.UTF_8));
        body.write('\n');
      }
      return api.send("POST", "/audit/batch", "application/x-ndjson", body.toByteArray());
    }

    /// What became of each line; the result is those that must be sent again.
    private List<Line> counted(List<Line> sent, List<Reply> results) throws Failure {
      if (results.size() != sent.size()) {
        throw new Failure(
            Exit.CANNOT_TELL,
            "sent " + sent.size() + " events, and the server answered for " + results.size());
      }
      List<Line> again = new ArrayList<>();
      for (int i = 0; i < sent.size(); i++) {
        Reply result = results.get(i);
        switch ((int) result.at("status").number()) {
          case 201 -> taken++;
          case 200 -> known++;
          case 503, 429 -> again.add(sent.get(i));
          default ->
              refuse(
                  file,
                  sent.get(i).number(),
                  result.at("field").text() + ": " + result.at("message").text());
        }
      }
      return again;
    }
  }
}
