/// What we claim about speed, as programs. Each prints its conditions, its seed and its figures;
/// none is a test, none asserts a time.
///
/// In: events from a seed ([SyntheticEvents]) and, where a whole server is measured, a real one in
/// a process of its own ([ServerUnderLoad]). Out: lines of text. Start with [Bench], which the
/// command line calls as `./qerberos bench NAME`. Other products are measured beside us as a [Peer]
/// each ([PeersBenchmark]); nothing here is compiled against them. Results are kept, with their
/// conditions, in
/// `RESULTS.md`.
///
/// Left out on purpose: wall-clock claims without the CPU seconds beside them, and comparisons that
/// were not made in the same run.
@NullMarked
package qerberos.benchmarks;

import org.jspecify.annotations.NullMarked;
