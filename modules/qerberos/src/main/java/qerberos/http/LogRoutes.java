package qerberos.http;

import io.helidon.http.HeaderNames;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;
import qerberos.identity.Permission;
import qerberos.identity.Scope;
import qerberos.ledger.Ledger;
import qerberos.ledger.SignedNote;
import qerberos.ledger.TilePath;
import qerberos.settings.Catalog.LogPublic;
import qerberos.trail.Proofs;
import qerberos.witness.Witnesses;

/// The log as C2SP tlog-tiles serves it, under `/log/`: checkpoint, hash tiles, entry bundles; and
/// beside them the keys.
///
/// `/log/checkpoint` is the newest checkpoint, with whatever cosignatures it has so far;
/// `/log/checkpoint/cosigned` the newest that enough witnesses have cosigned, which covers a little
/// less.
///
/// Every address has one spelling, and what is not within the published size is not there. Tiles
/// never change, so they may be kept for ever; the checkpoint must not be kept at all. None of this
/// is recorded. What is public has a limit of its own, per address and generous, because a verifier
/// reads thousands of small files; what needs a token is not counted.
///
/// Safe for concurrent use.
final class LogRoutes {
  private static final String IMMUTABLE = "public, max-age=604800, immutable";

  private final Ledger ledger;
  private final Proofs proofs;
  private final Witnesses witnesses;
  private final GateAdmission admission;
  private final LogPublic open;

  LogRoutes(
      Ledger ledger, Proofs proofs, Witnesses witnesses, GateAdmission admission, LogPublic open) {
    this.ledger = ledger;
    this.proofs = proofs;
    this.witnesses = witnesses;
    this.admission = admission;
    this.open = open;
  }

  List<Route> routes() {
    List<Route> routes = new ArrayList<>();
    for (String method : List.of("GET", "OPTIONS")) {
      boolean get = method.equals("GET");
      routes.add(Route.open(method, "/log/checkpoint", get ? this::checkpoint : this::options));
      routes.add(
          Route.open(method, "/log/checkpoint/cosigned", get ? this::cosigned : this::options));
      routes.add(Route.open(method, "/log/keys", get ? this::keys : this::options));
      routes.add(Route.open(method, "/log/tile/**", get ? this::tile : this::options));
    }
    return routes.stream().map(route -> route.with(Route.Trait.IN_MAINTENANCE)).toList();
  }

  private Answer checkpoint(Exchange exchange) throws Exception {
    allowed(exchange, false);
    return shared(Answer.of(200, Answer.TEXT, proofs.signedCheckpoint()))
        .with("Cache-Control", "no-store");
  }

  private Answer cosigned(Exchange exchange) throws Exception {
    allowed(exchange, false);
    byte[] note =
        witnesses
            .cosigned()
            .map(SignedNote::bytes)
            .orElseThrow(() -> Refused.notFound("no checkpoint has been cosigned by enough"));
    return shared(Answer.of(200, Answer.TEXT, note)).with("Cache-Control", "no-store");
  }

  private Answer keys(Exchange exchange) throws Exception {
    allowed(exchange, false);
    String keys = ledger.keys().stream().map(key -> key + "\n").collect(Collectors.joining());
    return shared(Answer.text(200, keys)).with("Cache-Control", "no-store");
  }

  private Answer tile(Exchange exchange) throws Exception {
    TilePath path;
    try {
      path = TilePath.parse("tile/" + exchange.variable(0));
    } catch (IllegalArgumentException e) {
      throw Refused.notFound("not the address of a tile");
    }
    if (!exchange.rawQuery().isEmpty()) {
      throw Refused.notFound("a tile has no query");
    }
    allowed(exchange, path.isEntries());
    byte[] bytes;
    try {
      bytes = exchange.timed("tile", () -> ledger.tile(path));
    } catch (IndexOutOfBoundsException e) {
      throw Refused.notFound("not within the published size of the log");
    }
    Answer answer;
    if (path.isEntries() && gzipWanted(exchange)) {
      answer = Answer.of(200, Answer.BYTES, gzipped(bytes)).with("Content-Encoding", "gzip");
    } else {
      answer = Answer.of(200, Answer.BYTES, bytes);
    }
    if (path.isEntries()) {
      answer = answer.with("Vary", "Accept-Encoding");
      if (open != LogPublic.ALL) {
        return shared(answer).with("Cache-Control", "private, max-age=604800, immutable");
      }
    }
    return shared(answer).with("Cache-Control", IMMUTABLE);
  }

  private Answer options(Exchange exchange) {
    return Answer.of(204, Answer.TEXT, new byte[0])
        .with("Allow", "GET, HEAD, OPTIONS")
        .with("Access-Control-Allow-Origin", "*")
        .with("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS")
        .with("Access-Control-Allow-Headers", "Authorization")
        .with("Access-Control-Max-Age", "86400");
  }

  /// The entries hold what was recorded, about everybody; the hashes say nothing about anybody.
  private void allowed(Exchange exchange, boolean entries) throws Exception {
    if (open == LogPublic.ALL || (open == LogPublic.HASHES && !entries)) {
      admission.tile(exchange);
      return;
    }
    admission.enter(exchange, Permission.AUDIT_READ);
    if (exchange.caller().scope() != Scope.ALL) {
      throw Refused.because(
          Code.QONSENT_DENIED,
          Permission.AUDIT_READ + " with scope all is needed for the log itself");
    }
  }

  private static Answer shared(Answer answer) {
    return answer.with("Access-Control-Allow-Origin", "*");
  }

  private static boolean gzipWanted(Exchange exchange) {
    for (String one :
        exchange
            .header(HeaderNames.ACCEPT_ENCODING)
            .orElse("")
            .toLowerCase(java.util.Locale.ROOT)
            .split(",")) {
      String[] parts = one.strip().split(";");
      boolean refused = parts.length > 1 && parts[1].strip().matches("q=0(\\.0{0,3})?");
      if ((parts[0].strip().equals("gzip") || parts[0].strip().equals("*")) && !refused) {
        return true;
      }
    }
    return false;
  }

  private static byte[] gzipped(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length / 3 + 64);
    try (var gzip = new GZIPOutputStream(out, 1 << 14)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }
}
