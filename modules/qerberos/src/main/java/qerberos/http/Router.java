package qerberos.http;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Finds the route for a method and a path.
///
/// A path is matched as it was sent, segment by segment: nothing is normalised, `..` and empty
/// segments are ordinary names that no route has. `{x}` takes one segment, which is then
/// percent-decoded; a trailing `**` takes the rest raw. The prefixes `/api`, `/api/v1` and
/// `/api/qerberos` are other spellings of the root.
///
/// Safe for concurrent use once built.
final class Router {
  /// What a route is asked for.
  sealed interface Match {
    /// @param variables the decoded values of `{x}`, in order
    record Found(Route route, List<String> variables) implements Match {}

    /// The path exists, for these methods.
    record OtherMethod(String allow) implements Match {}

    record None() implements Match {}
  }

  private static final List<String> PREFIXES = List.of("/api/qerberos", "/api/v1", "/api");

  private static final class Node {
    final Map<String, Node> named = new HashMap<>();
    @Nullable Node variable;
    final Map<String, Route> routes = new HashMap<>();
    boolean rest;
  }

  private final Node root = new Node();
  private final @Nullable Route otherwise;

  Router(List<Route> routes) {
    this(routes, null);
  }

  /// @param otherwise takes everything that none of the routes does
  Router(List<Route> routes, @Nullable Route otherwise) {
    this.otherwise = otherwise;
    routes.forEach(this::add);
  }

  private void add(Route route) {
    Node node = root;
    for (String segment : segments(route.pattern())) {
      if (segment.equals("**")) {
        node.rest = true;
      } else if (segment.startsWith("{")) {
        if (node.variable == null) {
          node.variable = new Node();
        }
        node = node.variable;
      } else {
        node = node.named.computeIfAbsent(segment, _ -> new Node());
      }
    }
    if (node.routes.put(route.method(), route) != null) {
      throw new IllegalArgumentException(route.method() + " " + route.pattern() + ": twice");
    }
  }

  Match match(String method, String rawPath) {
    Match found = found(method, rawPath);
    return otherwise == null || found instanceof Match.Found
        ? found
        : new Match.Found(otherwise, List.of());
  }

  private Match found(String method, String rawPath) {
    String path = rawPath;
    for (String prefix : PREFIXES) {
      if (path.startsWith(prefix)
          && (path.length() == prefix.length() || path.charAt(prefix.length()) == '/')) {
        path = path.substring(prefix.length());
        break;
      }
    }
    List<String> segments = segments(path);
    List<String> variables = new ArrayList<>(2);
    Node node = root;
    for (int i = 0; i < segments.size(); i++) {
      if (node.rest) {
        variables.add(String.join("/", segments.subList(i, segments.size())));
        return ending(node, method, variables);
      }
      Node next = node.named.get(segments.get(i));
      if (next == null && node.variable != null) {
        String value = decoded(segments.get(i));
        if (value.isEmpty()) {
          return new Match.None();
        }
        variables.add(value);
        next = node.variable;
      }
      if (next == null) {
        return new Match.None();
      }
      node = next;
    }
    return node.rest ? new Match.None() : ending(node, method, variables);
  }

  private static Match ending(Node node, String method, List<String> variables) {
    if (node.routes.isEmpty()) {
      return new Match.None();
    }
    Route route = node.routes.get(method);
    if (route == null && method.equals("HEAD")) {
      route = node.routes.get("GET");
    }
    if (route != null) {
      return new Match.Found(route, variables);
    }
    var allow = new TreeSet<>(node.routes.keySet());
    if (allow.contains("GET")) {
      allow.add("HEAD");
    }
    allow.add("OPTIONS");
    return new Match.OtherMethod(String.join(", ", allow));
  }

  private static List<String> segments(String path) {
    if (path.isEmpty() || path.equals("/")) {
      return List.of();
    }
    return List.of((path.startsWith("/") ? path.substring(1) : path).split("/", -1));
  }

  private static String decoded(String segment) {
    if (segment.indexOf('%') < 0) {
      return segment;
    }
    try {
      return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return "";
    }
  }
}
