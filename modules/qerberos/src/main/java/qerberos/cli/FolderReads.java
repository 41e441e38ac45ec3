package qerberos.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import qerberos.event.Json;
import qerberos.http.Asked;
import qerberos.http.EventJson;
import qerberos.http.ExportFormat;
import qerberos.identity.Directory;
import qerberos.intake.AnyJson;
import qerberos.ledger.Checkpoint;
import qerberos.ledger.Hash;
import qerberos.ledger.LedgerDamaged;
import qerberos.ledger.LedgerReader;
import qerberos.ledger.VerifierKey;
import qerberos.settings.StatePlace;
import qerberos.settings.StateSettings;
import qerberos.state.SavedSearch;
import qerberos.state.SavedSearches;
import qerberos.state.State;
import qerberos.trail.Page;
import qerberos.trail.Shown;
import qerberos.trail.TrailReader;

/// Reads the data folder itself, on which no server runs; changes nothing in it.
///
/// Whoever may read the files sees everything, as the administrator does. What lies beyond the last
/// checkpoint after a crash is shown once a server has started again and signed it. Used by one
/// thread at a time.
final class FolderReads implements Reads {
  /// Under which the administrator's token sends; an id of theirs comes before that of others.
  private static final String ADMIN = "token:admin";

  private final Path folder;
  private final @Nullable String epoch;
  private final DataOption data;
  private final Surroundings around;
  private @Nullable TrailReader trail;

  /// @param epoch the origin of a log that has ended; null for the present one
  FolderReads(Path folder, @Nullable String epoch, DataOption data, Surroundings around) {
    this.folder = folder;
    this.epoch = epoch;
    this.data = data;
    this.around = around;
  }

  /// Whether there is anything to read.
  static boolean holdsLog(Path folder) {
    return Files.exists(folder.resolve("ledger").resolve("checkpoint"));
  }

  private Asked asked(String rawQuery) throws Failure {
    try {
      return Asked.of(rawQuery, this::saved);
    } catch (UncheckedIOException e) {
      throw failed(new IOException(e.getMessage(), e));
    } catch (IllegalArgumentException e) {
      throw new Failure(Exit.FAILED, String.valueOf(e.getMessage()));
    }
  }

  @Override
  public Pinned pinned(String rawQuery, @Nullable Long size, @Nullable Long since) throws Failure {
    LedgerReader ledger = trail().ledger();
    Checkpoint newest = ledger.checkpoint();
    for (Long wanted : Arrays.asList(size, since)) {
      if (wanted != null && wanted > newest.size()) {
        throw new Failure(
            Exit.FAILED, "size " + wanted + ": the log has " + newest.size() + " entries");
      }
    }
    long pinned = size == null ? newest.size() : size;
    try {
      Checkpoint log =
          pinned == newest.size()
              ? newest
              : new Checkpoint(newest.origin(), pinned, ledger.root(pinned));
      List<Hash> proof =
          since == null
              ? List.of()
              : ledger.consistency(Math.min(since, pinned), Math.max(since, pinned));
      return new Pinned(
          asked(rawQuery).query().toString(),
          "folder:" + System.getProperty("user.name", ""),
          log,
          pinned == newest.size()
              ? new String(ledger.signedCheckpoint(), StandardCharsets.UTF_8)
              : null,
          -1,
          proof);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  @Override
  public void export(
      String rawQuery,
      ExportFormat format,
      Checkpoint log,
      long after,
      OutputStream out,
      Advance advance)
      throws Failure, IOException {
    TrailReader opened = trail();
    if (after < 0) {
      out.write(format.head());
    }
    try {
      opened.extract(
          asked(rawQuery).query(),
          after,
          log.size(),
          shown -> out.write(format.row(shown, log)),
          (_, done, total) -> advance.at(done, total));
    } catch (LedgerDamaged e) {
      throw failed(e);
    }
  }

  @Override
  public Hits search(String rawQuery, int limit) throws Failure {
    TrailReader opened = trail();
    Asked asked = asked(rawQuery);
    try (var bar = bar()) {
      Page page =
          opened.search(
              asked.query(), asked.order(), limit, (_, done, total) -> bar.at(done, total));
      List<Reply> events = new ArrayList<>();
      page.events().forEach(shown -> events.add(reply(opened, shown)));
      return new Hits(events, page.total(), new Reply(Json.NULL));
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /// The administrator's search of this name, or one that is shared.
  private Optional<SavedSearch> saved(String name) {
    try {
      var found = new ArrayList<SavedSearch>();
      Reply ignored =
          withState(
              state -> {
                found.addAll(
                    state.searches().seenBy(new SavedSearches.Viewer(ADMIN, null, true), name));
                return List.of();
              });
      return found.stream().findFirst();
    } catch (Failure e) {
      throw new UncheckedIOException(new IOException(e.sentence(), e));
    }
  }

  @Override
  public Reply event(String id) throws Failure {
    return reply(trail(), found(id));
  }

  @Override
  public byte[] proof(String id, boolean witnessed) throws Failure {
    try {
      long index = found(id).index();
      return (witnessed ? trail().witnessedProof(index) : trail().proof(index)).bytes();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  @Override
  public String keys() throws Failure {
    return trail().ledger().keys().stream()
        .map(VerifierKey::toString)
        .collect(Collectors.joining("\n"));
  }

  private Shown found(String id) throws Failure {
    TrailReader opened = trail();
    try (var bar = bar()) {
      Optional<Shown> shown = opened.find(ADMIN, id, (_, done, total) -> bar.at(done, total));
      if (shown.isPresent()) {
        return shown.get();
      }
    } catch (IOException e) {
      throw failed(e);
    }
    long more = opened.ledger().unpublished();
    throw new Failure(
        Exit.FAILED,
        "no event has this id"
            + (more == 0
                ? ""
                : "; " + more + " more are signed and shown when a server has started again"));
  }

  private ProgressBar bar() {
    return new ProgressBar(around.screen(), around.clock(), "search", ProgressBar.Amount.ENTRIES);
  }

  private static Reply reply(TrailReader opened, Shown shown) {
    return new Reply(AnyJson.read(EventJson.bytes(shown, opened.ledger().checkpoint())));
  }

  /// Opened when it is first needed.
  TrailReader trail() throws Failure {
    TrailReader opened = trail;
    if (opened == null) {
      try {
        opened = epoch == null ? TrailReader.open(folder) : TrailReader.open(folder, epoch);
      } catch (IOException e) {
        throw failed(e);
      }
      trail = opened;
    }
    return opened;
  }

  private Failure failed(IOException e) {
    if (e instanceof AccessDeniedException denied) {
      return new Failure(
          Exit.CANNOT_TELL,
          denied.getFile() + ": cannot be read; run this as the user who runs the server");
    }
    if (e instanceof LedgerDamaged) {
      return new Failure(
          Exit.FAILED,
          folder.resolve("ledger")
              + ": "
              + e.getMessage()
              + "; find out more with: qerberos verify "
              + folder);
    }
    return new Failure(Exit.CANNOT_TELL, folder + ": " + Reasons.of(e));
  }

  @Override
  public Reply tokens() throws Failure {
    return withState(
        state -> {
          List<Json> all = new ArrayList<>();
          for (var token : state.tokens().all()) {
            Map<String, Json> one = new LinkedHashMap<>();
            one.put("id", Json.of(token.id()));
            one.put("name", Json.of(token.name()));
            one.put("scope", Json.of(token.scope()));
            one.put(
                "permissions",
                new Json.Arr(token.permissions().stream().sorted().<Json>map(Json::of).toList()));
            one.put("createdAt", Json.of(token.createdAt().toString()));
            one.put("createdBy", Json.of(token.createdBy()));
            put(one, "expiresAt", token.expiresAt());
            put(one, "revokedAt", token.revokedAt());
            put(one, "lastUsedAt", token.lastUsedAt());
            all.add(new Json.Obj(one));
          }
          return all;
        });
  }

  @Override
  public Reply blocks() throws Failure {
    return withState(
        state -> {
          List<Json> all = new ArrayList<>();
          for (var one : state.blocked().all()) {
            all.add(
                new Json.Obj(
                    Map.of(
                        "squidId", Json.of(one.squidId()),
                        "reason", Json.of(one.reason()),
                        "blockedBy", Json.of(one.blockedBy()),
                        "blockedAt", Json.of(one.blockedAt().toString()))));
          }
          return all;
        });
  }

  @Override
  public Reply identities() throws Failure {
    var identity = data.settings(around, null).identity();
    if (!identity.standaloneSquid()) {
      throw new Failure(
          Exit.CANNOT_TELL, "identities are kept by the sQuid at " + identity.squidUrl());
    }
    try {
      List<Json> all = new ArrayList<>();
      for (var one : Directory.read(identity.identities(), identity.grants()).identities()) {
        Map<String, Json> members = new LinkedHashMap<>();
        members.put("squidId", Json.of(one.squidId()));
        members.put("name", Json.of(one.name()));
        members.put("type", Json.of(one.type()));
        members.put("status", Json.of(one.status()));
        put(members, "daoId", one.daoId());
        all.add(new Json.Obj(members));
      }
      return new Reply(new Json.Arr(all));
    } catch (IllegalArgumentException e) {
      throw new Failure(Exit.CONFIGURATION, String.valueOf(e.getMessage()));
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private interface Asking {
    List<Json> of(State state) throws IOException;
  }

  private Reply withState(Asking asking) throws Failure {
    StateSettings settings = data.settings(around, null).state();
    return switch (settings.place()) {
      case StatePlace.SqliteFile(Path file) -> withCopy(file, asking);
      case StatePlace.Postgres _ -> {
        try (State state = State.open(settings, around.clock())) {
          yield new Reply(new Json.Arr(asking.of(state)));
        } catch (IOException e) {
          throw failed(e);
        }
      }
    };
  }

  /// Asks a copy of the file: a database that was not closed well is repaired by whoever opens it,
  /// and this folder is only looked at.
  private Reply withCopy(Path stored, Asking asking) throws Failure {
    if (!Files.exists(stored)) {
      return new Reply(new Json.Arr(List.of()));
    }
    try {
      Path copies = Files.createTempDirectory("qerberos-state");
      try {
        Path copy = copies.resolve("state.db");
        for (String ending : List.of("", "-wal")) {
          Path file = stored.resolveSibling(stored.getFileName() + ending);
          if (Files.exists(file)) {
            Path ignored = Files.copy(file, copies.resolve("state.db" + ending));
          }
        }
        try (State state = State.open(StateSettings.at(copy), around.clock())) {
          return new Reply(new Json.Arr(asking.of(state)));
        }
      } finally {
        delete(copies);
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.deleteIfExists(file);
      }
    }
    Files.deleteIfExists(folder);
  }

  private static void put(Map<String, Json> members, String name, @Nullable Object value) {
    if (value != null) {
      members.put(name, Json.of(value.toString()));
    }
  }

  @Override
  public void close() throws Failure {
    TrailReader opened = trail;
    if (opened != null) {
      try {
        opened.close();
      } catch (IOException e) {
        throw failed(e);
      }
    }
  }
}
