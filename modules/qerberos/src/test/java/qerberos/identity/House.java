package qerberos.identity;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import qerberos.settings.IdentitySettings;
import qerberos.settings.LimitSettings;
import qerberos.settings.StateSettings;
import qerberos.state.SettableClock;
import qerberos.state.State;
import qerberos.state.Telling;

/// A whole gate with the bundled pair on free ports, its state in a folder, and a clock of its own.
final class House implements AutoCloseable {
  static final String IDENTITIES =
      """
      identities:
        - squidId: did:squid:admin456
        - squidId: did:squid:user123
          daoId: dao-1
          subIds: [phone]
        - squidId: did:squid:nobody
        - squidId: did:squid:gone
          status: SUSPENDED
      """;
  static final String GRANTS =
      """
      grants:
        - identity: did:squid:admin456
          permissions: ["*"]
          scope: all
        - identity: did:squid:user123
          permissions: [qerberos:audit:read, qerberos:audit:write]
        - identity: did:squid:gone
          permissions: ["*"]
      """;

  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  final SettableClock clock = new SettableClock();
  final AtomicLong nanos = new AtomicLong();
  final List<DirectoryChange> changes = Collections.synchronizedList(new ArrayList<>());
  final Path folder;
  final State state;
  final Gate gate;

  House(Path folder) throws IOException {
    this(folder, LimitSettings.defaults());
  }

  House(Path folder, LimitSettings limits) throws IOException {
    this.folder = folder;
    Path config = Files.createDirectories(folder.resolve("config"));
    Files.writeString(config.resolve("identities.yaml"), IDENTITIES);
    Files.writeString(config.resolve("grants.yaml"), GRANTS);
    state = State.open(StateSettings.in(folder), clock);
    gate =
        Gate.open(
            settings(folder),
            state,
            new Limits(limits, clock, nanos::get),
            random(),
            clock,
            change -> {
              changes.add(change);
              return Telling.NOTHING;
            });
  }

  static IdentitySettings settings(Path folder) {
    return IdentitySettings.standalone(folder.resolve("config"), folder.resolve("secrets"))
        .withPorts(0, 0);
  }

  static SecureRandom random() {
    return new SecureRandom();
  }

  Decision decide(SettableRequest request, Permission permission) throws IOException {
    return gate.access().decide(request.build(), permission);
  }

  String secret(String name) throws IOException {
    return Files.readString(folder.resolve("secrets").resolve(name)).strip();
  }

  KeyPair key(String name) throws IOException {
    return Ed25519.read(secret("identities/" + name + ".key"));
  }

  /// Logs in at the bundled sQuid.
  Message login(String name) throws Exception {
    return squid(
        "/auth/login",
        Map.of("username", name, "password", secret("identities/" + name + ".password")));
  }

  String accessToken(String name) throws Exception {
    return String.valueOf(login(name).text("access_token"));
  }

  Message squid(String path, Map<String, ?> body) throws Exception {
    return post("http://127.0.0.1:" + gate.squidPort().orElseThrow() + path, null, body);
  }

  static Message post(String url, @Nullable String bearer, Map<String, ?> body) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url))
            .POST(BodyPublishers.ofByteArray(Message.bytes(body)));
    if (bearer != null) {
      request.header("Authorization", "Bearer " + bearer);
    }
    return Message.read(CLIENT.send(request.build(), BodyHandlers.ofByteArray()).body());
  }

  @Override
  public void close() {
    gate.close();
    state.close();
  }
}
