package qerberos.settings;

/// What the event bus is told. Immutable.
///
/// @param keep messages of each topic that Redis keeps for consumers, 1,000..1,000,000,000;
///     default 100,000, some 70 MB of Redis' memory
public record BusSettings(int keep) {
  public BusSettings {
    Range.check("bus.keep", keep, 1_000, 1_000_000_000);
  }
}
