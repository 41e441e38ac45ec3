/// The link to Redis, where one is configured: what several processes share, and what may be lost.
///
/// Comes in: [qerberos.settings.RedisSettings], commands as text. Goes out: a [Reply], or
/// [RedisUnavailable], the one exception of this package, at once while Redis is gone. Start
/// reading at [RedisLink]; it finds out by itself that Redis is gone, and that it is back
/// ([RedisHealth]).
///
/// Every key begins with the name of the installation, [RedisLink#key], so several may share one
/// Redis; but [Streams], whose names are known to others. Nothing that is kept here is the only
/// copy of anything.
///
/// Left out on purpose: Redis Cluster and Sentinel (one address that leads to one Redis is
/// enough), and waiting: no command blocks in Redis, and no caller waits for one that is gone.
@NullMarked
package qerberos.redis;

import org.jspecify.annotations.NullMarked;
