package qerberos.http;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import qerberos.bus.Topic;
import qerberos.event.JsonBytes;
import qerberos.settings.Yaml;

/// `/openapi.yaml`, the same as JSON, and `/docs`, a page that shows it: what this service can be
/// asked, for programs and for people. Public, and the page needs nothing from elsewhere. Beside
/// them `/schemas`: what the messages of the bus look like.
///
/// The document is `modules/qerberos/openapi.yaml`, written by hand and held to the server by a
/// test. It becomes JSON when somebody asks for that, not at the start.
///
/// Safe for concurrent use.
final class DescriptionRoutes {
  private static final String KEPT = "public, max-age=300";

  /// Everything the page uses comes from here; nothing of it stands inside the page.
  private static final String PAGE_POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
          + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  /// What is sent, and the tag by which one knows that it is still the same.
  private static final class Text {
    final String contentType;
    final byte[] bytes;
    final String tag;

    Text(String contentType, byte[] bytes) {
      this.contentType = contentType;
      this.bytes = bytes;
      this.tag = '"' + digest(bytes) + '"';
    }
  }

  private final Map<String, Text> files =
      Map.of(
          "openapi.yaml", new Text("application/yaml", resource("openapi.yaml")),
          "docs.html", new Text("text/html; charset=utf-8", resource("docs.html")),
          "docs.css", new Text("text/css; charset=utf-8", resource("docs.css")),
          "docs.js", new Text("text/javascript; charset=utf-8", resource("docs.js")));
  private final Map<String, Text> schemas =
      Arrays.stream(Topic.values())
          .collect(
              Collectors.toUnmodifiableMap(
                  Topic::schemaName, topic -> new Text("application/schema+json", topic.schema())));
  private volatile @Nullable Text json;

  List<Route> routes() {
    return Stream.of(
            Route.open("GET", "/openapi.yaml", exchange -> answer(exchange, file("openapi.yaml"))),
            Route.open("GET", "/openapi.json", exchange -> answer(exchange, json())),
            Route.open("GET", "/docs", exchange -> answer(exchange, file("docs.html"))),
            Route.open("GET", "/docs/{file}", this::part),
            Route.open("GET", "/schemas", _ -> schemaNames()),
            Route.open("GET", "/schemas/{name}", this::schema))
        .map(route -> route.with(Route.Trait.IN_MAINTENANCE))
        .toList();
  }

  private Answer schemaNames() {
    return Answer.json(
        200,
        json -> {
          json.name("schemas").array();
          for (Topic topic : Topic.values()) {
            json.value(topic.schemaName());
          }
          json.end();
        });
  }

  private Answer schema(Exchange exchange) {
    Text schema = schemas.get(exchange.variable(0));
    if (schema == null) {
      throw Refused.notFound("no schema has this name; /schemas names them");
    }
    return answer(exchange, schema);
  }

  private Answer part(Exchange exchange) {
    String name = exchange.variable(0);
    if (!name.equals("docs.css") && !name.equals("docs.js")) {
      throw Refused.notFound("the page has no such part");
    }
    return answer(exchange, file(name));
  }

  private Text file(String name) {
    Text file = files.get(name);
    if (file == null) {
      throw new IllegalStateException(name);
    }
    return file;
  }

  private Text json() {
    Text known = json;
    if (known == null) {
      byte[] yaml = file("openapi.yaml").bytes;
      var out = new JsonBytes(yaml.length * 2);
      write(out, Yaml.values("openapi.yaml", new String(yaml, StandardCharsets.UTF_8)));
      known = new Text(Answer.JSON, out.bytes());
      json = known;
    }
    return known;
  }

  private static Answer answer(Exchange exchange, Text text) {
    boolean had = exchange.header("If-None-Match").orElse("").contains(text.tag);
    return Answer.of(had ? 304 : 200, text.contentType, had ? new byte[0] : text.bytes)
        .with(
            Map.of(
                "Cache-Control",
                KEPT,
                "ETag",
                text.tag,
                "Access-Control-Allow-Origin",
                "*",
                "Content-Security-Policy",
                PAGE_POLICY));
  }

  private static void write(JsonBytes out, @Nullable Object value) {
    switch (value) {
      case null -> out.value((String) null);
      case Map<?, ?> members -> {
        out.object();
        members.forEach((name, member) -> write(out.name(String.valueOf(name)), member));
        out.end();
      }
      case List<?> items -> {
        out.array();
        items.forEach(item -> write(out, item));
        out.end();
      }
      case Boolean flag -> out.value((boolean) flag);
      case Integer number -> out.value((long) number);
      case Double number -> out.value((double) number);
      default -> out.value(String.valueOf(value));
    }
  }

  private static byte[] resource(String name) {
    try (InputStream in = DescriptionRoutes.class.getResourceAsStream("description/" + name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is missing from the jar");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new IllegalStateException(name + " cannot be read from the jar", e);
    }
  }

  private static String digest(byte[] bytes) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
      return HexFormat.of().formatHex(hash, 0, 12);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
