package qerberos.http;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Map;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/// What TLS handshakes are given: the pair in force, while it can be exchanged at any time.
///
/// A handshake asks for a name first and for the key and the chain of that name later, so each pair
/// has a name of its own, and the pair before stays known: nobody gets the chain of one pair and a
/// signature by the other. Safe for concurrent use.
final class RotatingKeys extends X509ExtendedKeyManager {
  private record Named(String name, X509ExtendedKeyManager keys) {}

  private volatile Named now;
  private volatile Map<String, X509ExtendedKeyManager> known;
  private int count;

  RotatingKeys(CertificatePair first) {
    now = named(first, 0);
    known = Map.of(now.name(), now.keys());
  }

  /// From now on handshakes get this pair; those under way finish with the one they began with.
  synchronized void exchange(CertificatePair fresh) {
    Named before = now;
    count++;
    Named next = named(fresh, count);
    known = Map.of(before.name(), before.keys(), next.name(), next.keys());
    now = next;
  }

  private static Named named(CertificatePair pair, int number) {
    try {
      String name = "pair-" + number;
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      char[] unused = "in memory only".toCharArray();
      store.setKeyEntry(name, pair.key(), unused, pair.chain().toArray(X509Certificate[]::new));
      KeyManagerFactory factory = KeyManagerFactory.getInstance("SunX509");
      factory.init(store, unused);
      for (KeyManager one : factory.getKeyManagers()) {
        if (one instanceof X509ExtendedKeyManager keys) {
          return new Named(name, keys);
        }
      }
      throw new IllegalStateException("the JDK has no key manager for X.509");
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public @Nullable String chooseEngineServerAlias(
      String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
    return now.keys().chooseEngineServerAlias(keyType, issuers, engine);
  }

  @Override
  public @Nullable String chooseServerAlias(
      String keyType, Principal @Nullable [] issuers, Socket socket) {
    return now.keys().chooseServerAlias(keyType, issuers, socket);
  }

  @Override
  public @Nullable PrivateKey getPrivateKey(String alias) {
    X509ExtendedKeyManager keys = known.get(alias);
    return keys == null ? null : keys.getPrivateKey(alias);
  }

  @Override
  public X509Certificate @Nullable [] getCertificateChain(String alias) {
    X509ExtendedKeyManager keys = known.get(alias);
    return keys == null ? null : keys.getCertificateChain(alias);
  }

  @Override
  public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
    return now.keys().getServerAliases(keyType, issuers);
  }

  @Override
  public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
    return null;
  }

  @Override
  public @Nullable String chooseClientAlias(
      String[] keyType, Principal @Nullable [] issuers, Socket socket) {
    return null;
  }
}
