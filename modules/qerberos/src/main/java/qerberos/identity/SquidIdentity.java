package qerberos.identity;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Somebody sQuid vouches for. `squidId` has the form `did:squid:[A-Za-z0-9_-]+`, at most 256
/// characters; the forms `squid_<base58>` and a bare uuid are brought into it by [#normal].
/// Immutable.
public record SquidIdentity(String squidId, @Nullable String subId, @Nullable String daoId) {
  private static final Pattern DID = Pattern.compile("did:squid:[A-Za-z0-9_-]{1,246}");
  private static final Pattern OTHER =
      Pattern.compile(
          "squid_[1-9A-HJ-NP-Za-km-z]{1,240}"
              + "|[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}");

  public SquidIdentity {
    if (!DID.matcher(squidId).matches()) {
      throw new IllegalArgumentException(
          "squidId: \"" + squidId + "\", want did:squid:[A-Za-z0-9_-]+ of at most 256 characters");
    }
    check("subId", subId);
    check("daoId", daoId);
  }

  /// The did form of an id as sQuid installations write it; throws IllegalArgumentException for
  /// anything else.
  public static String normal(String id) {
    if (OTHER.matcher(id).matches()) {
      return "did:squid:"
          + (id.startsWith("squid_") ? id.substring(6) : id.toLowerCase(java.util.Locale.ROOT));
    }
    return new SquidIdentity(id, null, null).squidId();
  }

  private static void check(String name, @Nullable String value) {
    if (value != null && (value.isEmpty() || value.length() > 256)) {
      throw new IllegalArgumentException(name + ": length " + value.length() + ", want 1..256");
    }
  }
}
