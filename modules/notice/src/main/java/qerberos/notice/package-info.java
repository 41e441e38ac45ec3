/// Tells people: what is to be said to whom, by which way, until it is delivered or given up.
///
/// **In**: alerts from outside (Alertmanager's bodies or our own small form), tickets from people.
/// **Out**: messages through a [Channel], once at least, and how each attempt ended.
@NullMarked
package qerberos.notice;

import org.jspecify.annotations.NullMarked;
