package qerberos.http;

import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The beginning of a stream of server-sent events, which has no end of its own: it is read until
/// something has come, and the connection is given up then. Used by one thread at a time.
final class StreamStart implements BodySubscriber<byte[]> {
  static final Pattern TO_AN_EMPTY_LINE = Pattern.compile("\n\n");

  private final Pattern end;
  private final ByteArrayOutputStream read = new ByteArrayOutputStream();
  private final CompletableFuture<byte[]> body = new CompletableFuture<>();
  private Flow.@Nullable Subscription subscription;

  private StreamStart(Pattern end) {
    this.end = end;
  }

  /// Reads every other kind of answer whole.
  static HttpResponse.BodyHandler<byte[]> orAll(Pattern end) {
    return answer ->
        answer.headers().firstValue("Content-Type").orElse("").startsWith("text/event-stream")
            ? new StreamStart(end)
            : BodySubscribers.ofByteArray();
  }

  @Override
  public CompletionStage<byte[]> getBody() {
    return body;
  }

  @Override
  public void onSubscribe(Flow.Subscription all) {
    subscription = all;
    all.request(Long.MAX_VALUE);
  }

  @Override
  public void onNext(List<ByteBuffer> pieces) {
    for (ByteBuffer piece : pieces) {
      byte[] bytes = new byte[piece.remaining()];
      piece.get(bytes);
      read.writeBytes(bytes);
    }
    String text = read.toString(StandardCharsets.UTF_8);
    Matcher match = end.matcher(text);
    if (match.find()) {
      // Behind it half a message may stand.
      body.complete(text.substring(0, match.end()).getBytes(StandardCharsets.UTF_8));
      if (subscription != null) {
        subscription.cancel();
      }
    }
  }

  @Override
  public void onError(Throwable fault) {
    body.completeExceptionally(fault);
  }

  @Override
  public void onComplete() {
    body.complete(read.toByteArray());
  }
}
