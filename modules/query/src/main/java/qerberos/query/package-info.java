/// Finds events by what is in them: a query language, an index, pages, counts.
///
/// **In**: every leaf of the log, in order, as an [qerberos.event.AuditEvent] with its personal
/// values in clear ([EventIndex#add]); questions as text ([QueryParser]) or made by hand ([Query]).
/// **Out**: leaf indexes ([Found]) and numbers ([Aggregate.Answer]). Never an event: whoever wants
/// one reads it from the log and checks it there.
///
/// Start reading at [Query] and [QueryParser], then [EventIndex]. How an event becomes terms is in
/// `TermBuffer`, and how they wait to be written in `Unwritten`; what a question asks of terms in
/// `Wanted`; why a document's number is its leaf index in `Generation`; how a page is found
/// backwards in `Pager`; counting in `Tally`.
///
/// **Not trusted.** Whoever can write to the index's folder can hide a hit, or make a search name a
/// leaf that does not match; they can never change an event, nor make one up, since only the log is
/// believed. Where it matters that a hit really matches, as with a scope, ask [Query#matches] about
/// the event itself. Accidents are found by checksums, when the index is opened and by
/// [EventIndex#check], an index of another log by its mark ([EventIndex#mark]); both are mended by
/// building it again.
///
/// The index holds personal values in clear, words of them included. After an erasure it must be
/// rebuilt ([EventIndex#rebuild]) before the values are gone from its files.
///
/// Left out on purpose: stored events, relevance, positions (a phrase means all its words), fuzzy
/// words, wildcards inside a word, regular expressions, time relative to now (this package knows no
/// clock; callers write instants), the words of `original`, and ids, UUIDs and trace ids by their
/// beginning: those are found whole, by 48 bits of a hash. Another one with the same bits would be
/// found beside it, by accident once in 2.8 * 10^14; [Query#matches] has the same view.
@NullMarked
package qerberos.query;

import org.jspecify.annotations.NullMarked;
