package qerberos.http;

import qerberos.bus.Bus;
import qerberos.delivery.Deliverer;
import qerberos.delivery.Room;
import qerberos.identity.Gate;
import qerberos.redis.RedisLink;
import qerberos.state.State;
import qerberos.trail.SelfCheck;
import qerberos.trail.Trail;

/// What the API answers from; each is closed by whoever made it. Immutable.
///
/// @param deliverer of what the routes have to say
/// @param room where sockets wait for it
public record Parts(
    Trail trail,
    Bus bus,
    Gate gate,
    State state,
    RedisLink redis,
    Metrics metrics,
    SelfCheck selfCheck,
    Deliverer deliverer,
    Room room) {}
