package qerberos.notice;

import java.util.Set;

/// Hears that something was kept for somebody to read; never what, so whoever hears it looks in the
/// [NoticeStore]. Safe for concurrent use.
///
/// It may be told late, twice, for nothing, or not at all: who must miss nothing also looks from
/// time to time.
@FunctionalInterface
public interface News {
  /// Notices to these stand in the store now. Returns soon and throws nothing.
  ///
  /// @param recipients principals, and [Notice#OPERATORS]
  void kept(Set<String> recipients);
}
