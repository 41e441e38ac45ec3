package qerberos.redis;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import qerberos.identity.SharedBuckets;

/// Token buckets in Redis. Safe for concurrent use.
///
/// A bucket is one number under one key: when it will be full, in microseconds of the Redis
/// server's clock, so what the processes' clocks say does not matter. A bucket that is full has no
/// key. To take a token is to move that time on by what a token takes to flow in; it may not lie
/// further ahead than the whole bucket takes (the generic cell rate algorithm, ITU-T I.371). The
/// key expires at the very time it holds. The script below does so for all buckets of one draw, as
/// one step and in one round trip.
///
/// Bucket4j, which holds the buckets in memory, has a way to keep them in Redis too. It reads a
/// bucket, changes it here and writes it back if nobody else has meanwhile: two round trips, more
/// when many share a bucket, and one bucket at a time; and the clock is this process's.
///
/// A number of 64 bits holds today's microseconds to a quarter of one, so limits beyond a million a
/// second are not counted exactly. When the server's clock is set back, buckets from which is taken
/// are empty, not owing; one that is charged owes the difference.
///
/// Who draws stands in the key as a hash, so that no name and no address lies in Redis to be read;
/// whoever guesses one can see whether it is there, which for addresses is no great work.
public final class RedisBuckets implements SharedBuckets {
  private static final Script DRAW =
      Script.of(
          """
          local time = redis.call('TIME')
          local now = time[1] * 1000000 + time[2]
          local way = ARGV[1]
          local was, full, refused = {}, {}, 0
          for i, key in ipairs(KEYS) do
            local each = tonumber(ARGV[3 * i])
            local most = now + tonumber(ARGV[3 * i - 1]) * each
            was[i] = math.max(now, tonumber(redis.call('GET', key) or 0))
            if way ~= 'CHARGE' then was[i] = math.min(was[i], most) end
            full[i] = was[i] + tonumber(ARGV[3 * i + 1]) * each
            if refused == 0 and full[i] > most + 1 then refused = i end
          end
          local takes = way == 'CHARGE' or (way == 'TAKE' and refused == 0)
          local answer = {refused}
          for i, key in ipairs(KEYS) do
            if takes and full[i] > now then
              local millis = math.ceil((full[i] - now) / 1000)
              redis.call('SET', key, string.format('%.3f', full[i]), 'PX', millis)
            end
            answer[i + 1] = math.ceil((takes and full[i] or was[i]) - now)
          end
          return answer
          """);

  /// One that takes longer for the watch's question is not asked: every request would wait.
  private static final long SLOW_MILLIS = 250;

  private final RedisLink link;

  private RedisBuckets(RedisLink link) {
    this.link = link;
  }

  /// Those of a Redis; empty where none is configured.
  public static Optional<SharedBuckets> over(RedisLink link) {
    return link.health() instanceof RedisHealth.Off
        ? Optional.empty()
        : Optional.of(new RedisBuckets(link));
  }

  @Override
  public Optional<Drawn> draw(Way way, List<Draw> draws) {
    if (!(link.health() instanceof RedisHealth.Up(long millis)) || millis > SLOW_MILLIS) {
      return Optional.empty();
    }
    List<String> keys = new ArrayList<>(draws.size());
    List<String> arguments = new ArrayList<>(1 + 3 * draws.size());
    arguments.add(way.name());
    for (Draw draw : draws) {
      keys.add(link.key("limit:" + draw.policy() + ":" + hash(draw.who())));
      arguments.add(Long.toString(draw.capacity()));
      double microsEach = draw.window().toNanos() / 1e3 / draw.limit();
      arguments.add(Double.toString(microsEach));
      arguments.add(Long.toString(draw.tokens()));
    }
    try {
      List<Reply> answer = link.run(DRAW, keys, arguments).many();
      List<Long> nanosToFull = new ArrayList<>(draws.size());
      for (Reply micros : answer.subList(1, answer.size())) {
        nanosToFull.add(1_000 * micros.whole());
      }
      return Optional.of(new Drawn((int) answer.getFirst().whole() - 1, nanosToFull));
    } catch (RedisUnavailable e) {
      return Optional.empty();
    }
  }

  private static String hash(String who) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(who.getBytes(StandardCharsets.UTF_8));
      return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(digest, 16));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
