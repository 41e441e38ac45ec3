package qerberos.settings;

import java.nio.file.Path;

/// The two PEM files that the HTTP door shows and keeps when it speaks TLS itself. Immutable.
///
/// - `certificate` (`QERBEROS_TLS_CERT_FILE`): the server's certificate first, then those that
///   signed it, without the root.
/// - `key` (`QERBEROS_TLS_KEY_FILE`): its private key, not encrypted, readable by the service
/// alone.
///
/// Both are looked at every few seconds; a new pair is served without a restart.
public record TlsSettings(Path certificate, Path key) {}
