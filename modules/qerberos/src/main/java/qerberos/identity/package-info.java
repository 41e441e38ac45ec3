/// Who is calling, what they may do, and how much of it.
///
/// Comes in: the headers, the address and the permission a route asks for ([AccessRequest],
/// [Permission]). Goes out: a [Decision], which is all the HTTP layer acts on; what must be
/// recorded about it ([Login], [Refusal]) goes out as a value too. Start reading at [Access];
/// behind it stand the ports [IdentityProvider] (sQuid) and [ConsentProvider] (Qonsent) with their
/// HTTP adapters, the service tokens ([ServiceTokens], [TokenIssuer]) and the [Limits]. [Gate]
/// wires it all, the bundled sQuid and Qonsent of a standalone installation included.
///
/// Left out on purpose: writing to the trail (that is `qerberos.trail`), routes and status lines
/// (`qerberos.http`), and any way to give oneself a role: a token carries a name, never a right.
@NullMarked
package qerberos.identity;

import org.jspecify.annotations.NullMarked;
