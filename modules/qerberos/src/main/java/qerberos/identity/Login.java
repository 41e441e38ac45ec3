package qerberos.identity;

import java.time.Instant;

/// The first use of a token or signed session, to be recorded as `auth.login` ALLOW. Immutable.
///
/// `eventId` is made of the session, so recording it twice (after a crash between writing the event
/// and remembering it) still leaves one event. It is remembered until `forgetAt`, when the session
/// can no longer be used. Whoever records it then calls [Access#recorded], or
/// [Access#notRecorded] when that failed, and the next request brings it again.
public record Login(
    String eventId,
    String session,
    Caller caller,
    String address,
    String agent,
    Instant at,
    Instant forgetAt) {}
