package qerberos.identity;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import qerberos.state.SocketTickets;
import qerberos.state.StateUnavailable;

/// Gives and takes the tickets with which a browser opens a WebSocket, where it can set no header.
/// Safe for concurrent use.
///
/// A ticket stands for the credential it was asked for with, for [#HOLDS] and one use, in whatever
/// process: so whoever comes with it is let in, and let go, exactly as with that credential. It is
/// 256 random bits. The state keeps its hash, and the credential sealed with AES-256-GCM under a
/// key made of the ticket; each ticket seals one text, so its nonce may be the same. Who owns the
/// state without the ticket reads neither; who has the ticket without the state has nothing once
/// it was used.
public final class SocketTicketOffice {
  /// How long a ticket may be used.
  public static final Duration HOLDS = Duration.ofSeconds(60);

  /// An `Authorization` that nobody has: what a ticket stands for that opens nothing.
  public static final String NOTHING = "Bearer " + TokenText.PREFIX;

  private static final int TAG_BITS = 128;
  private static final byte[] NONCE = new byte[12];

  private final SocketTickets tickets;
  private final SecureRandom random;
  private final Clock clock;

  SocketTicketOffice(SocketTickets tickets, SecureRandom random, Clock clock) {
    this.tickets = tickets;
    this.random = random;
    this.clock = clock;
  }

  /// A ticket for whoever came with this.
  ///
  /// @param authorization the value of that header
  public SocketTicket give(String authorization) throws StateUnavailable {
    String text = TokenText.make(random);
    Instant expiresAt = clock.instant().plus(HOLDS).truncatedTo(ChronoUnit.MILLIS);
    byte[] sealed =
        crypt(Cipher.ENCRYPT_MODE, text, authorization.getBytes(StandardCharsets.UTF_8));
    tickets.put(hash(text), Base64.getEncoder().encodeToString(sealed), expiresAt);
    return new SocketTicket(text, expiresAt);
  }

  /// The `Authorization` it stands for; empty when it is unknown, was used, or is too old.
  public Optional<String> take(String text) throws StateUnavailable {
    return TokenText.wellFormed(text)
        ? tickets.take(hash(text)).map(kept -> opened(text, kept))
        : Optional.empty();
  }

  private static String opened(String text, String sealed) {
    byte[] bytes = crypt(Cipher.DECRYPT_MODE, text, Base64.getDecoder().decode(sealed));
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static String hash(String text) {
    return Digest.of("ws-ticket", text);
  }

  private static byte[] crypt(int mode, String text, byte[] bytes) {
    try {
      byte[] key =
          MessageDigest.getInstance("SHA-256")
              .digest(("ws-ticket key\n" + text).getBytes(StandardCharsets.UTF_8));
      Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BITS, NONCE));
      return cipher.doFinal(bytes);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a ticket's row in the state was changed", e);
    }
  }
}
