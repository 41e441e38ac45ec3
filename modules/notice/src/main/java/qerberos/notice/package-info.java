/// Tells people: what is to be said to whom, by which way, until it is delivered or given up.
///
/// **In**: alerts from outside ([AlertBody]: Alertmanager's bodies, or our own small form), tickets
/// from people ([Ticket]). **Out**: a [Notice] for each that somebody has to hear of, kept for its
/// recipient to read, and a [Message] through a [Channel] for each way by which it goes out.
///
/// An alert is known by its fingerprint and when it began; telling it again changes a count and
/// nothing else ([AlertChange]). A message is delivered once at least, under an id that stays the
/// same ([Notice#messageId]), so that whoever gets it twice can tell; when it is tried again, and
/// when no more, [Retries] says, with chance from outside.
///
/// Start reading at [NoticeStore], the port behind which all this is kept; the service implements
/// it, and what must hold of it is `NoticeStoreContract` in this module's tests.
///
/// [Routes] say who hears what, and when: in quiet hours ([Quiet]) what can wait is held, and what
/// nobody acknowledges ([Acknowledgement]) goes further ([Escalation]). Two channels are here:
/// [MailChannel], where many messages to one mailbox become one mail, and [WebhookChannel], which
/// calls nobody in our own network and speaks to each as it wants ([WebhookFormat]).
///
/// **Hostile text.** Summaries, subjects and messages come from strangers. They are kept as they
/// came (shortened at most) and escaped by whoever writes them out, for that kind of output.
///
/// Left out on purpose: threads, clocks and SQL (the service has them), audit events (it records
/// them), and who may do what.
@NullMarked
package qerberos.notice;

import org.jspecify.annotations.NullMarked;
