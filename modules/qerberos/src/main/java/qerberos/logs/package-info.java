/// What the process says about itself: JSON lines on standard output, errors also in `error.log`.
///
/// In: everything that is logged through `System.Logger` (ours, and every library's). Out: one line
/// per record, `{timestamp, level, service, requestId, squidId, message, duration, statusCode,
/// trace_id, logger, error}`, members without a value left out; times in RFC 3339 UTC, durations in
/// milliseconds. Start reading at [Logs].
///
/// A record gets its members from [LogField] parameters and, while a request is served, from
/// [RequestScope]. Text of others is hostile: what could move a cursor, hide or reorder text is
/// written as `\\uXXXX` ([Visible]).
///
/// Left out on purpose: no rotation in the process (several processes append to one file; rotate
/// with copy and truncate), no log shipping, no audit events (those are in the ledger).
@NullMarked
package qerberos.logs;

import org.jspecify.annotations.NullMarked;
