package qerberos.ledger;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.time.Duration;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/// A log that is read over HTTP, as C2SP tlog-tiles lays it out under a URL prefix.
///
/// The other side is not trusted: no answer is read beyond the size it may have, packed or
/// unpacked, redirects are not followed (a token would go with them), and what keeps failing is
/// tried three times. Safe for concurrent use.
public final class HttpLog implements LogReader {
  /// What an answer says, in an exception's message, when the client knows nobody who vouches for
  /// the server's certificate: it signed it itself, or with an authority of its own.
  public static final String UNTRUSTED = "its certificate is signed by nobody known here";

  private static final int TRIES = 3;
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

  private final URI prefix;
  private final HttpClient client;
  private final @Nullable String token;
  private final Duration pause;

  /// @param prefix `http` or `https`; `checkpoint` and `tile/` lie below it
  /// @param client one that does not follow redirects, which is how the JDK builds it
  /// @param token sent as bearer token when not null
  /// @param pause before the second try; twice that before the third, unless the log says when
  public HttpLog(URI prefix, HttpClient client, @Nullable String token, Duration pause) {
    String scheme = String.valueOf(prefix.getScheme());
    if (!(scheme.equals("http") || scheme.equals("https")) || prefix.getHost() == null) {
      throw new IllegalArgumentException("url: '" + prefix + "', want http://HOST or https://HOST");
    }
    if (prefix.getRawQuery() != null || prefix.getRawFragment() != null) {
      throw new IllegalArgumentException("url: '" + prefix + "' has a query or fragment");
    }
    String text = prefix.toString();
    this.prefix = URI.create(text.endsWith("/") ? text : text + "/");
    this.client = client;
    this.token = token;
    this.pause = pause;
  }

  @Override
  public byte[] checkpoint() throws IOException {
    return get("checkpoint", SignedNote.LONGEST);
  }

  /// The same log up to its newest checkpoint with enough cosignatures, where it shows one at
  /// `checkpoint/cosigned`, as ours do; otherwise up to its newest.
  public LogReader cosigned() {
    HttpLog whole = this;
    return new LogReader() {
      @Override
      public byte[] checkpoint() throws IOException {
        try {
          return whole.get("checkpoint/cosigned", SignedNote.LONGEST);
        } catch (NotThere e) {
          return whole.checkpoint();
        }
      }

      @Override
      public byte[] tile(TilePath path) throws IOException {
        return whole.tile(path);
      }
    };
  }

  @Override
  public byte[] tile(TilePath path) throws IOException {
    int unit = path.isEntries() ? Short.BYTES + EntryBundle.LONGEST_ENTRY : Hash.BYTES;
    return get(path.toString(), path.width() * unit);
  }

  private byte[] get(String path, int longest) throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(prefix.resolve(path))
            .timeout(PATIENCE)
            .header("Accept-Encoding", "gzip, identity");
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    for (int tries = 1; ; tries++) {
      Duration wait = pause.multipliedBy(tries);
      try {
        HttpResponse<InputStream> response =
            client.send(request.build(), BodyHandlers.ofInputStream());
        try (InputStream body = response.body()) {
          if (!worthAnotherTry(response.statusCode()) || tries == TRIES) {
            return answer(path, response, body, longest);
          }
          wait = askedFor(response, wait);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException(prefix.resolve(path) + ": interrupted");
      } catch (Refused e) {
        throw e;
      } catch (IOException e) {
        if (tries == TRIES) {
          throw new IOException(prefix.resolve(path) + ": " + reason(e), e);
        }
      }
      rest(wait, path);
    }
  }

  private byte[] answer(
      String path, HttpResponse<InputStream> response, InputStream body, int longest)
      throws IOException {
    int status = response.statusCode();
    return switch (status) {
      case 200 -> read(path, response, body, longest);
      case 404, 410 -> throw new NotThere(path);
      case 401, 403 -> throw new NotAllowed(path);
      default -> throw new IOException("answered " + status);
    };
  }

  private static byte[] read(
      String path, HttpResponse<InputStream> response, InputStream body, int longest)
      throws IOException {
    String encoding = response.headers().firstValue("Content-Encoding").orElse("identity");
    try {
      InputStream plain =
          switch (encoding) {
            case "identity" -> body;
            case "gzip" -> new GZIPInputStream(body);
            default -> throw new Malformed(path, "encoded as '" + encoding + "', not asked for");
          };
      byte[] bytes = plain.readNBytes(longest + 1);
      if (bytes.length > longest) {
        throw new Malformed(path, "more than " + longest + " bytes");
      }
      return bytes;
    } catch (ZipException e) {
      throw new Malformed(path, "not gzip, though it says so");
    }
  }

  private static boolean worthAnotherTry(int status) {
    return status == 429 || status >= 500;
  }

  private static Duration askedFor(HttpResponse<?> response, Duration otherwise) {
    try {
      Duration asked =
          response
              .headers()
              .firstValue("Retry-After")
              .map(seconds -> Duration.ofSeconds(Decimal.read("Retry-After", seconds)))
              .orElse(otherwise);
      return asked.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : asked;
    } catch (IllegalArgumentException e) {
      return otherwise; // a date: not worth the code
    }
  }

  private void rest(Duration wait, String path) throws IOException {
    try {
      Thread.sleep(wait);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException(prefix.resolve(path) + ": interrupted");
    }
  }

  private static String reason(IOException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      boolean unknown = cause instanceof CertPathBuilderException;
      boolean namesake =
          cause instanceof CertPathValidatorException invalid
              && invalid.getReason() == BasicReason.INVALID_SIGNATURE;
      if (unknown || namesake) {
        return UNTRUSTED;
      }
    }
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}
