/// The HTTP door: routes, the envelope, errors, limits, health, metrics, the files of the log.
///
/// Comes in: requests. Goes out: answers, every one through [Reception], which finds the [Route],
/// has it let in ([GateAdmission]), calls its handler and counts. Start reading at [HttpApi], which
/// puts everything together, then `Reception`, then the routes: [AuditWrites], [AuditReads],
/// [AuditStream], [BusStream], [AuditExport], [VerifyRoutes], [LogRoutes], [HealthRoutes],
/// [AdminRoutes], [DescriptionRoutes]. A new route is also described in `openapi.yaml`, which the
/// last serves.
///
/// What lasts is written piece by piece ([Answer.Flow]): a few may be open at once ([Seats]), and
/// each ends when its reader no longer may read ([Guard]).
///
/// A WebSocket begins as a request too ([SocketRoutes], [Answer.Upgrade]); who asks for one is let
/// in before it is one ([SocketAdmission]). Then [NoticeSocket] has the connection.
///
/// A process of several that does not write serves [ReaderApi] instead, which passes everything on
/// ([Passing], and WebSockets [Tunnel]); both stand behind the same [Door].
///
/// A handler returns an [Answer] or throws [Refused]; anything else it throws is our bug and
/// becomes a 500 that says nothing. [PatientConnections] sees to it that nobody holds a connection
/// for longer than they send bytes. Helidon is seen here and in the bundled identity services
/// alone.
///
/// Left out on purpose: no templates, no sessions, no cookies, no reflection; nothing here decides
/// what an event is or who somebody is.
@NullMarked
package qerberos.http;

import org.jspecify.annotations.NullMarked;
