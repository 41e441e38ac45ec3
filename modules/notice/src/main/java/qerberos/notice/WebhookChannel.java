package qerberos.notice;

import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/// Webhooks, each spoken to in its own [WebhookFormat]. Safe for concurrent use.
///
/// Any 2xx is taken as delivered; 410 ends the calls for good (Slack answers it for a channel that
/// is archived); what the format knows to stay refused is given up; everything else, a redirect
/// among it, is tried again, when the other side says so and not before. The message's recipient is
/// the webhook's name.
///
/// A host's addresses are looked up once, each must be of the public internet unless the webhook
/// may be private, and the connection goes to what was checked. So whoever owns the name cannot
/// make us talk to a neighbour of ours.
public final class WebhookChannel implements Channel {
  private static final Duration LONGEST_WAIT = Duration.ofDays(1);

  private final Map<String, Webhook> hooks;
  private final Unwanted unwanted;
  private final Lookup lookup;
  private final HttpPost post;
  private final Duration timeout;
  private final Clock clock;

  /// From a name to its addresses.
  interface Lookup {
    List<InetAddress> of(String host) throws UnknownHostException;
  }

  /// @param hooks each name once
  /// @param timeout for one call, from connecting to the end of the answer's head
  /// @param tls whose certificates are believed; the JDK's default is the host's
  public WebhookChannel(
      List<Webhook> hooks, Unwanted unwanted, Duration timeout, SSLSocketFactory tls, Clock clock) {
    this(hooks, unwanted, timeout, tls, clock, host -> List.of(InetAddress.getAllByName(host)));
  }

  WebhookChannel(
      List<Webhook> hooks,
      Unwanted unwanted,
      Duration timeout,
      SSLSocketFactory tls,
      Clock clock,
      Lookup lookup) {
    this.hooks = hooks.stream().collect(Collectors.toMap(Webhook::name, Function.identity()));
    this.unwanted = unwanted;
    this.lookup = lookup;
    this.post = new HttpPost(tls, timeout);
    this.timeout = timeout;
    this.clock = clock;
  }

  @Override
  public String name() {
    return "webhook";
  }

  /// One that hangs must not keep the others waiting.
  @Override
  public int atOnce() {
    return 64;
  }

  @Override
  public Delivery deliver(Message message) throws InterruptedException {
    Webhook hook = hooks.get(message.recipient());
    if (hook == null) {
      String name = Plain.line(message.recipient(), 100);
      return new Delivery.Failed("there is no webhook \"" + name + "\"", true, null);
    }
    if (unwanted.contains(hook.key())) {
      return gone(hook);
    }
    try {
      List<InetAddress> addresses = lookup.of(hook.host());
      for (InetAddress address : addresses) {
        if (!hook.privateAllowed() && !PublicAddress.is(address)) {
          String reason =
              hook + " is " + address.getHostAddress() + ", which is not of the public internet";
          return new Delivery.Failed(reason, true, null);
        }
      }
      byte[] body = hook.format().body(message);
      return delivery(hook, post.send(hook, addresses, headers(hook, message, body), body));
    } catch (IOException e) {
      if (Thread.interrupted()) {
        throw new InterruptedException("while calling " + hook);
      }
      return new Delivery.Failed(hook + ": " + inWords(e), false, null);
    }
  }

  private Map<String, String> headers(Webhook hook, Message message, byte[] body) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Content-Type", "application/json");
    headers.putAll(hook.format().headers(message, clock.instant(), body));
    return headers;
  }

  private Delivery delivery(Webhook hook, HttpPost.Answer answer) {
    int status = answer.status();
    if (status < 300) {
      return new Delivery.Delivered(hook + " answered " + status);
    }
    if (status == 410) {
      unwanted.add(hook.key());
      return gone(hook);
    }
    String refusal = hook.format().refusal(status);
    if (refusal != null) {
      return new Delivery.Failed(hook + ": " + refusal, true, null);
    }
    String redirect = status < 400 ? ", a redirect, which is not followed" : "";
    return new Delivery.Failed(
        hook + " answered " + status + redirect, false, wait(answer.retryAfter()));
  }

  private static Delivery gone(Webhook hook) {
    return new Delivery.Failed(
        hook + " answered 410 and is not called any more; another URL would be", true, null);
  }

  /// `Retry-After`, seconds or a date; nothing when it is neither, a day at most.
  private @Nullable Duration wait(@Nullable String retryAfter) {
    if (retryAfter == null) {
      return null;
    }
    Duration wait;
    if (retryAfter.matches("[0-9]{1,9}")) {
      wait = Duration.ofSeconds(Long.parseLong(retryAfter));
    } else {
      try {
        wait =
            Duration.between(
                clock.instant(),
                ZonedDateTime.parse(retryAfter, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
      } catch (DateTimeException e) {
        return null;
      }
    }
    return wait.isNegative()
        ? Duration.ZERO
        : wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait;
  }

  private String inWords(IOException e) {
    return switch (e) {
      case UnknownHostException _ -> "the host has no address";
      case SocketTimeoutException _ -> "no answer within " + timeout.toMillis() + " ms";
      case SSLException _ -> "no TLS: " + Plain.line(String.valueOf(e.getMessage()), 200);
      default -> Plain.line(String.valueOf(e.getMessage()), 200);
    };
  }
}
