package qerberos.http;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.INFO;

import io.helidon.common.tls.Tls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;
import qerberos.settings.TlsSettings;

/// TLS as our door speaks it: versions 1.2 and 1.3, forward secret and authenticated ciphers only,
/// and a certificate that is read again when its files change.
///
/// It looks every two seconds, and reads a change when it has rested from one look to the next,
/// because the two files are written one after the other. A pair that is not good is logged, each
/// time the files change, and the one before stays in force, even beyond its end: clients then say
/// what is wrong, and nobody is locked out by us. Connections that are open go on as they are; a
/// session of before may be resumed for an hour.
///
/// Safe for concurrent use; looks are taken by one thread.
final class TlsDoor implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(TlsDoor.class.getName());
  private static final Duration EVERY = Duration.ofSeconds(2);
  private static final Duration RESUMABLE = Duration.ofHours(1);

  private final TlsSettings files;
  private final InstantSource clock;
  private final RotatingKeys keys;
  private final Tls tls;
  private final Thread thread;
  private volatile Served served;
  private volatile Consumer<String> told = _ -> {};
  private String read;
  private String seen;

  /// @param fault why the files as they are now are not served; null when they are
  record Served(CertificatePair pair, Instant since, @Nullable String fault) {}

  private TlsDoor(TlsSettings files, InstantSource clock, String print, CertificatePair first) {
    this.files = files;
    this.clock = clock;
    this.keys = new RotatingKeys(first);
    this.tls = tls(keys);
    this.served = new Served(first, clock.instant(), null);
    this.read = print;
    this.seen = print;
    this.thread = Thread.ofPlatform().name("certificate").daemon(true).unstarted(this::run);
  }

  /// Reads the pair for the first time; [#start] begins to look after it.
  ///
  /// @throws IllegalArgumentException the sentence of [CertificatePair#read]
  static TlsDoor open(TlsSettings files, InstantSource clock) {
    String print = print(files);
    return new TlsDoor(files, clock, print, CertificatePair.read(files, clock.instant()));
  }

  private static Tls tls(RotatingKeys keys) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(new KeyManager[] {keys}, new TrustManager[0], null);
      context.getServerSessionContext().setSessionTimeout((int) RESUMABLE.toSeconds());
      List<String> suites =
          Arrays.stream(context.getSupportedSSLParameters().getCipherSuites())
              .filter(name -> name.matches("TLS_(AES|CHACHA20|ECDHE_).*(_GCM_|CHACHA20).*"))
              .toList();
      return Tls.builder()
          .sslContext(context)
          .enabledProtocols(List.of("TLSv1.3", "TLSv1.2"))
          .enabledCipherSuites(suites)
          .build();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  Tls tls() {
    return tls;
  }

  Served served() {
    return served;
  }

  /// Who has to know the fingerprint of each new certificate; called on our own thread.
  void tell(Consumer<String> listener) {
    told = listener;
  }

  void start() {
    thread.start();
  }

  private void run() {
    try {
      while (true) {
        Thread.sleep(EVERY);
        look();
      }
    } catch (InterruptedException e) {
      // closed
    }
  }

  /// Looks once.
  void look() {
    String now = print(files);
    boolean rested = now.equals(seen);
    seen = now;
    if (!rested || now.equals(read)) {
      return;
    }
    read = now;
    try {
      CertificatePair fresh = CertificatePair.read(files, clock.instant());
      keys.exchange(fresh);
      served = new Served(fresh, clock.instant(), null);
      told.accept(fresh.fingerprint());
      LOG.log(INFO, "a new certificate is served, valid until " + fresh.expires());
    } catch (IllegalArgumentException e) {
      served = new Served(served.pair(), served.since(), e.getMessage());
      LOG.log(ERROR, e.getMessage() + "; the former certificate stays in force");
    } catch (RuntimeException e) {
      LOG.log(ERROR, "the certificate cannot be exchanged; the former stays in force", e);
    }
  }

  /// What differs when a file does.
  private static String print(TlsSettings files) {
    return print(files.certificate()) + "\n" + print(files.key());
  }

  private static String print(Path file) {
    try {
      var is = Files.readAttributes(file, BasicFileAttributes.class);
      return is.lastModifiedTime() + " " + is.size() + " " + is.fileKey();
    } catch (IOException e) {
      return "cannot be read";
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
