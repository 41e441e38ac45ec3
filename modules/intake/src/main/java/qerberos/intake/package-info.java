/// Turns the bytes that arrive into events, and says exactly what is wrong with those it cannot.
///
/// Comes in: the body of a request or a file, as bytes, plain or gzip: one JSON event, an array,
/// one per line (NDJSON), or a vendor's own records. Goes out: one `Parsed` per event, in order,
/// each good or bad by itself; nothing that is wrong with one line touches another.
///
/// Start reading at `EventReader`, then `EventFields` (the fields of an event as they come) and
/// `JsonTree` (`details` and `context`). For files of other systems start at `VendorMapper` and
/// `RecordReader`; a new vendor is one class like `CloudTrailMapper`, and one test.
///
/// Left out on purpose: no HTTP, no files are opened, nothing is stored; who may say what is
/// decided elsewhere. Jackson is seen by this package alone.
@NullMarked
package qerberos.intake;

import org.jspecify.annotations.NullMarked;
