package qerberos.settings;

import java.time.Duration;

/// How a process behaves as one of several on a data folder. Immutable.
///
/// - `join`: whether it may begin while another one has the folder.
/// - `takeoverWait`: how long a request waits for a process that writes, 0 s to 5 min.
/// - `leaveNotice`: how long one that leaves says so before it stops listening, while others are
///   there, 0 s to 1 min.
public record MemberSettings(boolean join, Duration takeoverWait, Duration leaveNotice) {
  public MemberSettings {
    Range.check("members.takeoverWait", takeoverWait, Duration.ZERO, Duration.ofMinutes(5));
    Range.check("members.leaveNotice", leaveNotice, Duration.ZERO, Duration.ofMinutes(1));
  }
}
