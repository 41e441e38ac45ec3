/// How bundles of leaves are stored small: what is alike once, what is random as it is.
///
/// Comes in: the bytes of up to 256 leaves, from the ledger, which calls this through its port
/// `Codec` when a segment is full. Goes out: a third to a seventh of them, and the same bytes again
/// when one of the leaves is read. Start reading at [ColumnCodec]; [Shapes] takes leaves apart,
/// [ColumnPacking] and [NumberPacking] write what was found, the three `...Reading` give it back.
///
/// Left out on purpose: nothing here knows what a member means, and nothing is trusted; the ledger
/// compares what comes back with what went in, and hashes every leaf that is read.
@NullMarked
package qerberos.columns;

import org.jspecify.annotations.NullMarked;
