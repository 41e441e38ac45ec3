package qerberos.event;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The pieces of text that have a code of their own in sealed values: the table of [Abbreviation].
/// Immutable.
///
/// **This table is part of the format.** The common pieces have codes of one byte, which are given
/// out in the order they stand here: 01 to 08, 0b, 0c, 0e to 1d, 80 to c1, f5 to ff, as far as they
/// are needed. The others follow `1f` with a second byte that counts from 00. What is moved, taken
/// out or put in front of another makes every sealed value unreadable; a test holds the digest.
///
/// A piece is there because it stands in many user agents, mails, names and addresses. Which pieces
/// a text is made of is the writer's affair: a reader only looks codes up.
final class Pieces {
  /// Pieces of browsers' names for themselves.
  private static final String[] BROWSERS = {
    "Mozilla/5.0 (",
    "Windows NT 10.0; Win64; x64",
    "Macintosh; Intel Mac OS X ",
    "10_15_7",
    "X11; Linux x86_64",
    "X11; Ubuntu; Linux x86_64",
    "Linux; Android ",
    "iPhone; CPU iPhone OS ",
    " like Mac OS X",
    ") AppleWebKit/537.36 (KHTML, like Gecko) Chrome/",
    ") AppleWebKit/605.1.15 (KHTML, like Gecko) Version/",
    ") AppleWebKit/605.1.15 ",
    ".0.0.0 Safari/537.36",
    ".0.0.0 Mobile Safari/537.36",
    ".0.0.0 Safari/537.36 Edg/",
    " Mobile/15E148 Safari/604.1",
    " Safari/605.1.15",
    "; rv:",
    ".0) Gecko/20100101 Firefox/",
    "AppleWebKit/",
    "(KHTML, like Gecko)",
    "Chrome/",
    "Firefox/",
    "Version/",
    "Mobile",
    " Safari/",
    ".0.0.0",
    ".0.0",
  };

  /// Pieces of programs' names for themselves.
  private static final String[] PROGRAMS = {
    "python-requests/",
    "okhttp/",
    "curl/",
    "aws-cli/",
    "aws-sdk-",
    "Boto3/",
    "Terraform/",
    "Go-http-client/",
    "linux",
    "amd64",
    "http",
    "client/",
  };

  /// What JSON has between its values.
  private static final String[] BETWEEN = {
    "\",\"", "\":\"", "\":{\"", "\":[\"", "\"},{\"", "{\"", "\"}", "\":", ",\"",
  };

  /// Ends and beginnings of mail addresses.
  private static final String[] MAILS = {
    "@gmail.com", "@outlook.com", "@hotmail.com", "@example.com", ".com", ".org", ".net", ".de",
  };

  /// Letters that stand beside each other in names and words.
  private static final String[] LETTERS = {
    "er", "en", "in", "an", "on", "ar", "el", "ch", "st", "th", "or", "le", "ie", "al", "is", "re",
    "ra", "at", "ll", "ha", "ma", "ri", "ne", "li", "de", "la", "ro", "es", "te", "ei", "ol", "am",
    "as", "ic", "us", "ve", "tr", "ce", "sch", "ter", "ing", "man", "son", "and", "ion", ", ",
  };

  /// More browsers, and what else speaks HTTP.
  private static final String[] MORE_AGENTS = {
    "Windows NT ",
    "Windows NT 10.0; WOW64",
    "X11; CrOS x86_64 ",
    "X11; Linux aarch64",
    "iPad; CPU OS ",
    "Linux; Android 10; K",
    "Linux; U; Android ",
    "Android ",
    "; wv",
    " Build/",
    "Mozilla/4.0 (compatible; MSIE ",
    "Trident/7.0; rv:11.0) like Gecko",
    "compatible; ",
    "Googlebot/2.1; +http://www.google.com/bot.html)",
    "bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "+https://",
    "https://",
    "http://www.",
    "Gecko/20100101",
    "Gecko/",
    "AppleWebKit/537.36 (KHTML, like Gecko)",
    "AppleWebKit/605.1.15 (KHTML, like Gecko)",
    "Mobile/15E148",
    "HeadlessChrome/",
    "Chromium/",
    "CriOS/",
    "FxiOS/",
    "EdgA/",
    "EdgiOS/",
    " Edg/",
    " Edge/",
    " OPR/",
    " Vivaldi/",
    " YaBrowser/",
    " SamsungBrowser/",
    "Electron/",
    "Dalvik/2.1.0 (Linux; U; Android ",
    "CFNetwork/",
    "Darwin/",
    "Botocore/",
    "Python/3.",
    "python/3.",
    "aws-sdk-go/",
    "aws-sdk-go-v2/",
    "aws-sdk-java/",
    "aws-sdk-js/",
    "aws-sdk-nodejs/",
    "APN/1.0 HashiCorp/1.0 Terraform/",
    "HashiCorp",
    "terraform-provider-",
    "exec-env/",
    " command/",
    " lang/python#3.",
    " lang/go#1.",
    " md/awscrt#0.",
    " md/pyimpl#CPython",
    " md/GOOS#linux md/GOARCH#",
    " md/arch#x86_64",
    " os/linux#",
    " os/macos#",
    " os/windows#",
    " ua/2.",
    " api/",
    " cfg/retry-mode#",
    "standard",
    "python-urllib3/",
    "Python-urllib/3.",
    "python-httpx/",
    "aiohttp/",
    "Apache-HttpClient/",
    "Java-http-client/",
    "Java/",
    "OpenJDK",
    "axios/",
    "node-fetch/",
    "undici",
    "Node.js/",
    "PostmanRuntime/",
    "Wget/",
    "HTTPie/",
    "PowerShell/",
    "WindowsPowerShell/5.1.",
    "kubectl/v1.",
    "kube-probe/1.",
    "kubernetes/",
    "kube-controller-manager/v1.",
    "linux/amd64",
    "linux/arm64",
    "darwin/arm64",
    "windows/amd64",
    "grpc-go/1.",
    "grpc-java-netty/1.",
    "grpc-node-js/1.",
    "docker/",
    "git/2.",
    "Prometheus/",
    "Grafana/",
    "ELB-HealthChecker/2.0",
    "GoogleHC/1.0",
    "google-cloud-sdk ",
    "gcloud/",
    "Google",
    "azsdk-",
    "AZURECLI/2.",
    "Microsoft",
    "Outlook",
    "Thunderbird/",
    "Dart/3.",
    " (dart:io)",
    "Ruby",
    "PHP/8.",
    "Rust",
    "reqwest/0.1",
    "sdk/",
    "agent/",
    "x86_64",
    "aarch64",
    "arm64",
    "darwin",
    "windows",
    "macOS",
    "Linux",
    "Ubuntu",
    ".amazonaws.com",
    "internal",
  };

  /// More mail addresses.
  private static final String[] MORE_MAILS = {
    "@googlemail.com",
    "@yahoo.com",
    "@icloud.com",
    "@live.com",
    "@aol.com",
    "@protonmail.com",
    "@proton.me",
    "@gmx.de",
    "@gmx.net",
    "@web.de",
    "@t-online.de",
    "@mail.ru",
    "@example.org",
    "@example.net",
    "noreply@",
    "info@",
    "admin@",
    "support@",
    "service@",
    "office@",
    ".co.uk",
    ".edu",
    ".gov",
    ".info",
    ".example",
    ".local",
  };

  /// Names of members that values which are objects often have.
  private static final String[] MEMBERS = {
    "\"city\":\"",
    "\"country\":\"",
    "\"street\":\"",
    "\"postalCode\":\"",
    "\"state\":\"",
    "\"zip\":\"",
    "\"email\":\"",
    "\"phone\":\"",
    "\"name\":\"",
    "\"firstName\":\"",
    "\"lastName\":\"",
    "\"first_name\":\"",
    "\"last_name\":\"",
    "\"lat\":",
    "\"lon\":",
    "\"lng\":",
    "\"latitude\":",
    "\"longitude\":",
    "\"type\":\"",
    "\"value\":\"",
    "true",
    "false",
    "null",
  };

  /// Beginnings of numbers.
  private static final String[] NUMBERS = {
    "192.168.", "172.16.", "127.0.0.1", "::ffff:", "2001:db8:", "fe80::",
  };

  /// Words and parts of them, of names, streets, accounts and hosts.
  private static final String[] WORDS = {
    "user",
    "admin",
    "system",
    "service",
    "account",
    "server",
    "test",
    "mail",
    "did:",
    "device",
    "office",
    "backup",
    "deploy",
    "build",
    "monitor",
    "sync",
    "customer",
    "Street",
    "Avenue",
    "Road",
    "straße",
    "strasse",
    "platz",
    "Berlin",
    "Hamburg",
    "München",
    "London",
    "Paris",
    "New York",
    "Germany",
    "Deutschland",
    "United",
    "berg",
    "mann",
    "ström",
    "stein",
    "bauer",
    "Müller",
    "Mueller",
    "Schmidt",
    "Schneider",
    "Fischer",
    "Weber",
    "Wagner",
    "Becker",
    "Smith",
    "Johnson",
    "Williams",
    "Brown",
    "Garcia",
    "Martin",
    "Thomas",
    "Michael",
    "Alexander",
    "Christian",
    "Christ",
    "Andreas",
    "Stefan",
    "Daniel",
    "Anna",
    "Maria",
    "Elisabeth",
    "Sophie",
    "Emma",
    "James",
    "John",
    "Robert",
    "David",
    "William",
  };

  /// Stands before the second byte of a piece that is not common.
  static final int RARE = 0x1f;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /// Those with a code of one byte, in the order of their codes.
  static final byte[][] COMMON = utf8(BROWSERS, PROGRAMS, BETWEEN, MAILS, LETTERS);

  /// The others, counted from 0.
  static final byte[][] LESS_COMMON = utf8(MORE_AGENTS, MORE_MAILS, MEMBERS, NUMBERS, WORDS);

  /// By code: the common piece of this code, or null.
  private static final byte[] @Nullable [] BY_CODE = byCode();

  /// A power of two, some times the number of pieces.
  private static final int BUCKETS = 1 << 11;

  /// All pieces in the order of their buckets, and within one bucket the longest first. A piece's
  /// place here is the number by which this class talks of it.
  private static final byte[][] TEXTS = sorted();

  /// One byte, or `RARE` and above it the second byte.
  private static final short[] CODES = new short[TEXTS.length];

  /// The first eight bytes of each, as a number, and which of them there are.
  private static final long[] HEADS = new long[TEXTS.length];

  private static final long[] MASKS = new long[TEXTS.length];

  /// Where each bucket begins; one place more than there are buckets.
  private static final short[] BEGINS = new short[BUCKETS + 1];

  static {
    Map<String, Integer> codes = new HashMap<>();
    for (int code = 0; code < 256; code++) {
      byte[] common = common(code);
      if (common != null) {
        codes.put(key(common), code);
      }
      byte[] rare = rare(code);
      if (rare != null) {
        codes.put(key(rare), RARE | (code << 8));
      }
    }
    for (int i = 0; i < TEXTS.length; i++) {
      byte[] text = TEXTS[i];
      CODES[i] = codes.getOrDefault(key(text), 0).shortValue();
      MASKS[i] = text.length >= Long.BYTES ? -1 : (1L << (8 * text.length)) - 1;
      HEADS[i] = (long) LONG.get(Arrays.copyOf(text, Math.max(Long.BYTES, text.length)), 0);
      BEGINS[bucket(text, 0) + 1] = (short) (i + 1);
    }
    for (int bucket = 1; bucket <= BUCKETS; bucket++) {
      BEGINS[bucket] = (short) Math.max(BEGINS[bucket], BEGINS[bucket - 1]);
    }
  }

  private Pieces() {}

  private static byte[][] utf8(String[]... purposes) {
    return Stream.of(purposes)
        .flatMap(Stream::of)
        .map(text -> text.getBytes(StandardCharsets.UTF_8))
        .toArray(byte[][]::new);
  }

  private static byte[] @Nullable [] byCode() {
    var byCode = new byte[256] @Nullable [];
    int given = 0;
    for (int code = 1; code < 256 && given < COMMON.length; code++) {
      boolean free =
          code < 0x1e
              ? code != '\t' && code != '\n' && code != '\r'
              : code >= 0x80 && (code < 0xc2 || code > 0xf4);
      if (free) {
        byCode[code] = COMMON[given++];
      }
    }
    return byCode;
  }

  private static byte[][] sorted() {
    return Stream.of(COMMON, LESS_COMMON)
        .flatMap(Stream::of)
        .sorted(
            Comparator.comparingInt((byte[] text) -> bucket(text, 0))
                .thenComparingInt(text -> -text.length))
        .toArray(byte[][]::new);
  }

  private static String key(byte[] text) {
    return new String(text, StandardCharsets.UTF_8);
  }

  private static int bucket(byte[] text, int at) {
    return (text[at] * 31 + text[at + 1] * 7) & (BUCKETS - 1);
  }

  /// The number of the longest piece that begins here, or -1.
  ///
  /// @param text has at least eight bytes more than up to `end`, whatever they are
  static int longest(byte[] text, int at, int end) {
    int bucket = bucket(text, at);
    int stop = BEGINS[bucket + 1];
    int piece = BEGINS[bucket];
    if (piece == stop) {
      return -1;
    }
    long head = (long) LONG.get(text, at);
    for (; piece < stop; piece++) {
      if ((head & MASKS[piece]) == HEADS[piece]) {
        byte[] whole = TEXTS[piece];
        int length = whole.length;
        if (length <= end - at
            && (length <= 8 || Arrays.equals(whole, 8, length, text, at + 8, at + length))) {
          return piece;
        }
      }
    }
    return -1;
  }

  static int length(int piece) {
    return TEXTS[piece].length;
  }

  /// One byte, or `RARE` and above it the second byte.
  static int code(int piece) {
    return CODES[piece] & 0xffff;
  }

  /// The piece of this code of one byte, or null when there is none.
  static byte @Nullable [] common(int code) {
    return BY_CODE[code];
  }

  /// The piece of this byte behind `RARE`, or null when there is none.
  static byte @Nullable [] rare(int second) {
    return second < LESS_COMMON.length ? LESS_COMMON[second] : null;
  }
}
