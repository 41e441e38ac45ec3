package qerberos.event;

/// An event ready for the ledger: the leaf that enters the tree, the sealed values that lie beside
/// it, and the event as readers will see it. Immutable, as long as nobody writes into its arrays,
/// which are not copied.
public final class SealedEvent {
  private final AuditEvent event;
  private final byte[] leaf;
  private final byte[] sealed;
  private final byte[] leafHash;
  private final byte[] name;

  SealedEvent(AuditEvent event, byte[] leaf, byte[] sealed, byte[] leafHash, byte[] name) {
    this.event = event;
    this.leaf = leaf;
    this.sealed = sealed;
    this.leafHash = leafHash;
    this.name = name;
  }

  /// What was sealed, with secrets masked: what `Sealer.open` would give. Followers read this.
  public AuditEvent event() {
    return event;
  }

  /// The bytes of the leaf, 1 to 65,535 of them.
  public byte[] leaf() {
    return leaf;
  }

  /// The sealed values, encrypted; empty when nothing had to be sealed.
  public byte[] sealed() {
    return sealed;
  }

  /// The leaf's hash by RFC 6962, 32 bytes: SHA-256 over a zero byte and the leaf.
  public byte[] leafHash() {
    return leafHash;
  }

  /// The name under which the leaf is found, 32 bytes, as `Leaf.name` gives it.
  public byte[] name() {
    return name;
  }
}
