package qerberos.identity;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// Whose events a caller sees: its own, those of its subidentity, of its DAO, or all. Immutable.
public enum Scope {
  OWN,
  SUBIDENTITY,
  DAO,
  ALL;

  /// The name in settings, tokens and answers: `own`.
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Optional<Scope> of(String text) {
    return Arrays.stream(values()).filter(one -> one.text().equals(text)).findFirst();
  }
}
