package qerberos.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qerberos.http.RunningService.Reply;
import qerberos.settings.TlsSettings;

/// Signed requests as a client that knows only the contract makes them, over real HTTP and TLS.
class SignedOverHttpTest {
  @TempDir Path folder;

  @Test
  void whatWasSignedPassesOnce_andNothingElse() throws Exception {
    TlsSettings tls = OwnPair.make(folder, "-keyalg EC -groupname secp256r1").into(folder);
    for (boolean secure : List.of(false, true)) {
      try (var service =
          RunningService.in(
              folder.resolve(secure ? "tls" : "plain"),
              http -> http.withTls(secure ? tls : null),
              RunningService.WIDE,
              storage -> storage)) {
        passesOnce(service);
      }
    }
  }

  private static void passesOnce(RunningService service) throws Exception {
    PrivateKey key = key(service.data().resolve("secrets/identities/alice.key"));
    String event = RunningService.event("s 1", "t.signed", "did:squid:alice");
    String[] post = signed(key, "POST", "/audit?wait=proof", event);
    assertThat(service.post("/audit?wait=proof", "", event, post).status()).isEqualTo(201);
    Reply again = service.post("/audit?wait=proof", "", event, post);
    assertThat(again.status()).isEqualTo(401);
    assertThat(again.code()).isEqualTo("SIGNATURE_INVALID");
    // The target counts as it was sent: with its prefix, its query, and its escapes.
    for (String target :
        List.of(
            "/audit/s%201",
            "/api/v1/audit/s%201",
            "/audit?type=t.signed&limit=1",
            "/audit/search?q=ref%3Adocument%5C%3A42&limit=2")) {
      Reply reply = service.get(target, "", signed(key, "GET", target, ""));
      assertThat(reply.status()).as(target + reply.text()).isEqualTo(200);
    }
    String other = event.replace("ALLOW", "DENY");
    refused(service.post("/audit", "", other, signed(key, "POST", "/audit", event)));
    refused(service.get("/audit?limit=2", "", signed(key, "GET", "/audit?limit=1", "")));
    refused(service.get("/audit/s%201", "", signed(key, "GET", "/audit/s 1", "")));
    refused(service.get("/audit?limit=1", "", signed(key, "HEAD", "/audit?limit=1", "")));
  }

  private static void refused(Reply reply) {
    assertThat(reply.status()).as(reply.text()).isEqualTo(401);
    assertThat(reply.code()).isEqualTo("SIGNATURE_INVALID");
  }

  private static String[] signed(PrivateKey key, String method, String target, String body)
      throws Exception {
    String ts = String.valueOf(System.currentTimeMillis());
    byte[] digest =
        MessageDigest.getInstance("SHA-256").digest(body.getBytes(StandardCharsets.UTF_8));
    String text = method + "\n" + target + "\n" + ts + "\n" + HexFormat.of().formatHex(digest);
    Signature signature = Signature.getInstance("Ed25519");
    signature.initSign(key);
    signature.update(text.getBytes(StandardCharsets.UTF_8));
    String sig = Base64.getEncoder().encodeToString(signature.sign());
    return new String[] {"x-squid-id", "did:squid:alice", "x-sig", sig, "x-ts", ts};
  }

  private static PrivateKey key(Path pem) throws Exception {
    for (PemBlock block : PemBlock.in(pem)) {
      if (block.label().equals("PRIVATE KEY")) {
        return KeyFactory.getInstance("Ed25519")
            .generatePrivate(new PKCS8EncodedKeySpec(block.der()));
      }
    }
    throw new IllegalStateException(Files.readString(pem));
  }
}
