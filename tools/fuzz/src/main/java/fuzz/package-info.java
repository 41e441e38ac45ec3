/// Whatever bytes arrive: what the fuzz tests of all modules share. For tests alone, never shipped.
///
/// **In**: methods of tests that take bytes and are [Fuzzed], each of which states one property.
/// **Out**: in every build, each is called with its examples and with the inputs that are kept
/// ([Inputs]); with `mvn verify -Pfuzz`, with whatever Jazzer comes to think of ([Campaigns]).
///
/// Left out on purpose: a dependency on Jazzer in the code. Only the class path of a campaign has
/// it.
@NullMarked
package fuzz;

import org.jspecify.annotations.NullMarked;
