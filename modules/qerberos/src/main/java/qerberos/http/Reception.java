package qerberos.http;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.WARNING;

import io.helidon.http.Header;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.RequestException;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import qerberos.logs.LogField;
import qerberos.settings.HttpSettings;
import qerberos.trail.Ids;

/// The one place every request passes: finds its route, lets it in, answers, counts.
///
/// Whatever goes wrong becomes an answer in the envelope. The caller's mistakes arrive as
/// [Refused]; anything else is our bug: it is logged with the request's id, and the caller learns
/// the id and nothing more.
///
/// Safe for concurrent use.
final class Reception implements Handler {
  private static final System.Logger LOG = System.getLogger(Reception.class.getName());
  private static final Pattern REQUEST_ID = Pattern.compile("[A-Za-z0-9._:-]{1,64}");
  private static final int DISCARD_AT_MOST = 32 << 20;
  private static final int LEAVE_UNREAD = 1 << 20;

  private static final Header JSON =
      HeaderValues.createCached(HeaderNames.CONTENT_TYPE, Answer.JSON);
  private static final HeaderName REQUEST_ID_HEADER = HeaderNames.create("X-Request-ID");
  private static final Header NO_STORE = HeaderValues.createCached("Cache-Control", "no-store");

  private final Router router;
  private final Admission admission;
  private final Metrics metrics;
  private final Ids ids;
  private final InstantSource clock;
  private final long slowNanos;
  private final Transport transport;
  private final BooleanSupplier draining;

  Reception(
      Router router,
      Admission admission,
      Metrics metrics,
      Ids ids,
      InstantSource clock,
      HttpSettings settings,
      Transport transport,
      BooleanSupplier draining) {
    this.router = router;
    this.admission = admission;
    this.metrics = metrics;
    this.ids = ids;
    this.clock = clock;
    this.slowNanos = settings.slowRequest().toNanos();
    this.transport = transport;
    this.draining = draining;
  }

  @Override
  public void handle(ServerRequest request, ServerResponse response) {
    metrics.started();
    String requestId =
        request
            .headers()
            .first(REQUEST_ID_HEADER)
            .filter(id -> REQUEST_ID.matcher(id).matches())
            .orElseGet(ids::next);
    Exchange exchange = new Exchange(request, transport.peer(request), requestId, clock.instant());
    String route = "unmatched";
    int status = 499;
    try {
      Answer answer;
      try {
        Router.Match match = router.match(exchange.method(), exchange.path());
        if (match instanceof Router.Match.Found found) {
          route = found.route().pattern();
        }
        answer = answer(exchange, match);
      } catch (Refused refused) {
        answer = Envelope.refused(refused, exchange.receivedAt(), requestId);
      } catch (RequestException | CloseConnectionException e) {
        throw e;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        answer = stopping(exchange);
      } catch (Exception | StackOverflowError | OutOfMemoryError e) {
        LOG.log(ERROR, "request " + requestId + " " + exchange.method() + " " + route, e);
        answer =
            Envelope.refused(
                Refused.because(Code.INTERNAL_ERROR, "Something went wrong on our side"),
                exchange.receivedAt(),
                requestId);
      }
      status = answer.status();
      Answer.Flow flow = answer.flow();
      Answer.Upgrade upgrade = answer.upgrade();
      if (upgrade != null) {
        try (upgrade) {
          upgrade(exchange, answer, upgrade);
        }
      } else if (flow == null) {
        send(exchange, response, answer);
      } else {
        try (flow) {
          send(exchange, response, answer);
        }
      }
    } catch (RequestException e) {
      status = e.status().code();
      throw e;
    } finally {
      long took = exchange.nanos();
      metrics.finished(known(exchange.method()), route, status, took, !exchange.waited());
      if (took > slowNanos && !exchange.waited()) {
        LOG.log(
            WARNING,
            "slow request: " + exchange.method() + " " + route + ": " + exchange.waitedFor(),
            LogField.duration(took / 1_000_000),
            LogField.statusCode(status),
            new LogField("requestId", requestId));
      }
    }
  }

  private Answer answer(Exchange exchange, Router.Match match) throws Exception {
    return switch (match) {
      case Router.Match.Found(var route, var variables) -> {
        exchange.variables(variables);
        transport.require(exchange.request(), route);
        admission.admit(exchange, route);
        yield route.handler().handle(exchange);
      }
      case Router.Match.OtherMethod(var allow) -> {
        if (exchange.method().equals("OPTIONS")) {
          yield Answer.of(204, Answer.TEXT, new byte[0]).with("Allow", allow);
        }
        throw Refused.because(
            Code.METHOD_NOT_ALLOWED,
            exchange.method() + " is not possible here, only " + allow,
            Map.of("Allow", allow));
      }
      case Router.Match.None() -> throw Refused.notFound("nothing is served at this address");
    };
  }

  private static Answer stopping(Exchange exchange) {
    return Envelope.refused(
        Refused.unavailable(Code.SERVICE_UNAVAILABLE, "the service is stopping", 1),
        exchange.receivedAt(),
        exchange.requestId());
  }

  private void send(Exchange exchange, ServerResponse response, Answer answer) {
    boolean unread = discardBody(exchange.request());
    response.status(Status.create(answer.status()));
    for (Header header : SecurityHeaders.of(transport.secure(exchange.request()))) {
      response.header(header);
    }
    if (answer.contentType().equals(Answer.JSON)) {
      response.header(JSON);
    } else {
      response.header(HeaderNames.CONTENT_TYPE, answer.contentType());
    }
    response.header(HeaderValues.create(REQUEST_ID_HEADER, exchange.requestId()));
    for (Header header : exchange.headersForAnswer()) {
      response.header(header);
    }
    Map<String, String> own = answer.headers();
    if (!own.isEmpty()) {
      own.forEach(response::header);
    }
    if (!own.containsKey("Cache-Control")) {
      response.header(NO_STORE);
    }
    if (unread || draining.getAsBoolean()) {
      response.header(HeaderValues.CONNECTION_CLOSE);
    }
    if (exchange.method().equals("HEAD")) {
      if (!own.containsKey("Content-Length")) {
        response.header(HeaderNames.CONTENT_LENGTH, Integer.toString(answer.body().length));
      }
      response.send();
    } else if (answer.flow() != null) {
      flow(exchange, response, answer.flow());
    } else if (answer.body().length == 0) {
      response.send();
    } else {
      response.send(answer.body());
    }
  }

  /// Lets an answer be written piece by piece. One that breaks off has no end: the connection is
  /// closed, so that nobody takes the part for the whole.
  private static void flow(Exchange exchange, ServerResponse response, Answer.Flow flow) {
    OutputStream out = new Outgoing(response.outputStream());
    try {
      flow.to(out);
      out.close();
    } catch (CloseConnectionException e) {
      throw e;
    } catch (Outgoing.ReaderGone e) {
      throw new CloseConnectionException("the reader is gone", e);
    } catch (InterruptedException e) {
      throw new CloseConnectionException("the reader was let go", e);
    } catch (Exception | StackOverflowError | OutOfMemoryError e) {
      LOG.log(ERROR, "request " + exchange.requestId() + ": the answer broke off", e);
      throw new CloseConnectionException("the answer broke off", e);
    }
  }

  /// Answers 101 and lets the connection be used for something else, until that is over.
  private static void upgrade(Exchange exchange, Answer answer, Answer.Upgrade upgrade) {
    StringBuilder head =
        new StringBuilder(
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n");
    line(head, REQUEST_ID_HEADER.defaultCase(), exchange.requestId());
    exchange.headersForAnswer().forEach(one -> line(head, one.name(), one.get()));
    answer.headers().forEach((name, value) -> line(head, name, value));
    try {
      Wire wire = PatientContext.CURRENT.get().upgraded();
      wire.write(head.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII));
      upgrade.over(wire);
    } catch (IOException | InterruptedException e) {
      throw new CloseConnectionException("the other end is gone, or was let go", e);
    } catch (Exception e) {
      LOG.log(ERROR, "request " + exchange.requestId() + ": the connection broke off", e);
    }
    throw new CloseConnectionException("the connection was used up");
  }

  private static void line(StringBuilder head, String name, String value) {
    head.append(name).append(": ").append(value).append("\r\n");
  }

  /// Reads away a large body nobody wanted, so that the sender, who is still sending, gets to see
  /// the answer. True when something may be left, and the connection cannot serve another request.
  private static boolean discardBody(ServerRequest request) {
    if (!request.content().hasEntity() || request.content().consumed()) {
      return false;
    }
    long declared = request.headers().contentLength().orElse(Long.MAX_VALUE);
    if (declared <= LEAVE_UNREAD) {
      return false;
    }
    if (request.headers().contains(HeaderValues.EXPECT_100) && !request.continueSent()) {
      return true;
    }
    byte[] sink = new byte[1 << 16];
    try (InputStream in = request.content().inputStream()) {
      int read;
      long left = DISCARD_AT_MOST;
      while (left > 0 && (read = in.read(sink)) >= 0) {
        left -= read;
      }
    } catch (IOException e) {
      return true;
    }
    return true;
  }

  /// The method as a label: a stranger must not be able to make series at will.
  private static String known(String method) {
    return switch (method) {
      case "GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS" -> method;
      default -> "other";
    };
  }
}
