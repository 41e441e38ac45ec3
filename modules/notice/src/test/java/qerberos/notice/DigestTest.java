package qerberos.notice;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import qerberos.notice.Digest.Posted;

class DigestTest {
  private final KeptMails kept = new KeptMails();
  private static final String A = "a@example.org";
  private static final String B = "b@example.org";
  private static final Duration LONG = Duration.ofMinutes(10);
  private static final Delivery TAKEN = new Delivery.Delivered("taken");

  private record Mail(String to, List<Message> messages) {
    List<String> ids() {
      return messages.stream().map(Message::id).sorted().toList();
    }
  }

  private final SetClock clock = new SetClock(Messages.AT);
  private final BlockingQueue<Mail> sent = new LinkedBlockingQueue<>();
  private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();
  private volatile Posted answer = new Posted(TAKEN, true);

  @AfterEach
  void stop() {
    callers.shutdownNow();
  }

  @Test
  void whatComesWhileOneWaits_goesIntoOneMail_andAllLearnHowItEnded() throws Exception {
    Digest digest = digest(LONG, 10);
    List<Future<Delivery>> waiting = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      waiting.add(call(digest, Messages.of("m" + i, A, Severity.INFO)));
    }
    until(digest, A, 5);
    assertThat(sent).isEmpty();
    waiting.add(call(digest, Messages.of("m5", A, Severity.CRITICAL)));
    for (Future<Delivery> each : waiting) {
      assertThat(each.get()).isEqualTo(TAKEN);
    }
    assertThat(taken().ids()).containsExactly("m0", "m1", "m2", "m3", "m4", "m5");
    assertThat(sent).isEmpty();
  }

  @Test
  void afterTheGatheringTime_whatIsThereGoes() throws Exception {
    Digest digest = digest(Duration.ofMillis(1), 10);
    assertThat(digest.deliver(Messages.of("m", A, Severity.INFO))).isEqualTo(TAKEN);
    assertThat(taken().ids()).containsExactly("m");
    assertThat(digest.waiting(A)).isZero();
  }

  @Test
  void whatIsCritical_doesNotWait_andRecipientsDoNotMix() throws Exception {
    Digest digest = digest(LONG, 10);
    Future<Delivery> forB = call(digest, Messages.of("b", B, Severity.WARNING));
    until(digest, B, 1);
    assertThat(digest.deliver(Messages.of("a", A, Severity.CRITICAL))).isEqualTo(TAKEN);
    assertThat(taken()).isEqualTo(new Mail(A, List.of(Messages.of("a", A, Severity.CRITICAL))));
    assertThat(forB.isDone()).isFalse();
    assertThat(digest.waiting(B)).isOne();
  }

  @Test
  void sameIdWhileItWaits_isInTheMailOnce() throws Exception {
    Digest digest = digest(LONG, 10);
    Future<Delivery> first = call(digest, Messages.of("m", A, Severity.INFO));
    until(digest, A, 1);
    Future<Delivery> again = call(digest, Messages.of("m", A, Severity.INFO));
    Future<Delivery> last = call(digest, Messages.of("n", A, Severity.CRITICAL));
    assertThat(List.of(first.get(), last.get())).containsOnly(TAKEN);
    assertThat(taken().ids()).containsExactly("m", "n");
    again.cancel(true);
  }

  @Test
  void aFullMail_goesAtOnce_andTheNextOpensAnother() throws Exception {
    Digest digest = digest(LONG, 10);
    List<Future<Delivery>> waiting = new ArrayList<>();
    for (int i = 0; i < Digest.MOST; i++) {
      waiting.add(call(digest, Messages.of("m" + i, A, Severity.INFO)));
    }
    for (Future<Delivery> each : waiting) {
      assertThat(each.get()).isEqualTo(TAKEN);
    }
    assertThat(taken().messages).hasSize(Digest.MOST);
    Future<Delivery> next = call(digest, Messages.of("next", A, Severity.INFO));
    until(digest, A, 1);
    assertThat(next.isDone()).isFalse();
  }

  @Test
  void whatTheHourHasNoRoomFor_isToldHowLongToWait_andGoesTogetherThen() throws Exception {
    Digest digest = digest(LONG, 1);
    assertThat(digest.deliver(Messages.of("first", A, Severity.CRITICAL))).isEqualTo(TAKEN);
    assertThat(taken().ids()).containsExactly("first");
    clock.move(Duration.ofMinutes(20));
    var later =
        new Delivery.Failed(
            "the mails that a@example.org may get this hour are used up",
            false,
            Duration.ofMinutes(40));
    for (String id : List.of("x", "y", "z")) {
      assertThat(digest.deliver(Messages.of(id, A, Severity.CRITICAL))).isEqualTo(later);
    }
    assertThat(digest.deliver(Messages.of("b", B, Severity.CRITICAL))).isEqualTo(TAKEN);
    assertThat(taken().to).isEqualTo(B);
    clock.move(Duration.ofMinutes(40));
    Future<Delivery> x = call(digest, Messages.of("x", A, Severity.INFO));
    Future<Delivery> y = call(digest, Messages.of("y", A, Severity.INFO));
    until(digest, A, 2);
    assertThat(digest.deliver(Messages.of("z", A, Severity.CRITICAL))).isEqualTo(TAKEN);
    assertThat(List.of(x.get(), y.get())).containsOnly(TAKEN);
    assertThat(taken().ids()).containsExactly("x", "y", "z");
  }

  @Test
  void aMailThatCertainlyDidNotGo_leavesTheHourAsItWas_oneThatMayHave_doesNot() throws Exception {
    Digest digest = digest(LONG, 1);
    Message message = Messages.of("m", A, Severity.CRITICAL);
    answer = new Posted(new Delivery.Failed("no connection", false, null), false);
    assertThat(digest.deliver(message)).isEqualTo(answer.delivery());
    assertThat(digest.deliver(message)).isEqualTo(answer.delivery());
    answer = new Posted(new Delivery.Failed("no answer", false, null), true);
    assertThat(digest.deliver(message)).isEqualTo(answer.delivery());
    assertThat(digest.deliver(message))
        .isEqualTo(
            new Delivery.Failed(
                "the mails that a@example.org may get this hour are used up",
                false,
                Duration.ofHours(1)));
  }

  @Test
  void whenTheOneThatOpenedItIsInterrupted_theOthersAreToldAndMayComeAgain() throws Exception {
    Digest digest = digest(LONG, 10);
    Future<Delivery> opener = call(digest, Messages.of("m", A, Severity.INFO));
    until(digest, A, 1);
    Future<Delivery> other = call(digest, Messages.of("n", A, Severity.INFO));
    until(digest, A, 2);
    assertThat(opener.cancel(true)).isTrue();
    assertThat(other.get())
        .isEqualTo(new Delivery.Failed("interrupted before the mail was sent", false, null));
    assertThat(digest.waiting(A)).isZero();
    assertThat(digest.deliver(Messages.of("n", A, Severity.CRITICAL))).isEqualTo(TAKEN);
  }

  @Test
  void aRestart_allowsNobodyMoreMailsWithinTheHour() throws Exception {
    Digest first = digest(Duration.ZERO, 2);
    assertThat(first.deliver(Messages.of("m1", A, Severity.CRITICAL))).isEqualTo(TAKEN);
    assertThat(first.deliver(Messages.of("m2", A, Severity.CRITICAL))).isEqualTo(TAKEN);
    Digest second = digest(Duration.ZERO, 2);
    assertThat(second.deliver(Messages.of("b1", B, Severity.CRITICAL))).isEqualTo(TAKEN);
    assertThat(second.deliver(Messages.of("m3", A, Severity.CRITICAL)))
        .isInstanceOfSatisfying(
            Delivery.Failed.class, failed -> assertThat(failed.reason()).contains("are used up"));
    assertThat(kept.kept.get(A)).hasSize(2);
  }

  @Test
  void aMailThatCannotBeCounted_doesNotGo() throws Exception {
    Digest digest = digest(Duration.ZERO, 1);
    kept.broken = true;
    assertThat(digest.deliver(Messages.of("m1", A, Severity.CRITICAL)))
        .isEqualTo(
            new Delivery.Failed(
                "no mail goes that cannot be counted: the state is gone", false, null));
    assertThat(sent).isEmpty();
    kept.broken = false;
    assertThat(digest.deliver(Messages.of("m1", A, Severity.CRITICAL))).isEqualTo(TAKEN);
  }

  private Digest digest(Duration gather, int mailsPerHour) {
    return new Digest(
        gather,
        mailsPerHour,
        kept,
        clock,
        (to, messages) -> {
          sent.add(new Mail(to, messages));
          return answer;
        });
  }

  private Future<Delivery> call(Digest digest, Message message) {
    Callable<Delivery> delivery = () -> digest.deliver(message);
    return callers.submit(delivery);
  }

  private Mail taken() throws InterruptedException {
    Mail mail = sent.poll(1, TimeUnit.MINUTES);
    return mail == null ? new Mail("nobody", List.of()) : mail;
  }

  private static void until(Digest digest, String recipient, int messages) throws Exception {
    while (digest.waiting(recipient) < messages) {
      Thread.sleep(1);
    }
  }
}
