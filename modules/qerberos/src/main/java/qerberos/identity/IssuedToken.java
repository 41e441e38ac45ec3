package qerberos.identity;

import qerberos.state.StoredToken;

/// A token at the only moment at which its text is known. Immutable.
public record IssuedToken(String text, StoredToken stored) {
  @Override
  public String toString() {
    return "IssuedToken[" + stored.id() + "]";
  }
}
