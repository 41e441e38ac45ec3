package qerberos.http;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import qerberos.http.RunningService.Reply;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/// `openapi.yaml` as something one can hold answers to.
///
/// The document leaves objects open, so that clients survive a new member; here every object whose
/// members it names is closed, so that a member it does not name is a fault.
final class Description {
  /// One thing that can be asked: `GET /audit/{id}`.
  record Operation(String method, String path, JsonNode item, JsonNode node) {
    String name() {
      return method + " " + path;
    }

    /// Whether one may ask without saying who one is.
    boolean open() {
      for (JsonNode way : node.path("security")) {
        if (way.isEmpty()) {
          return true;
        }
      }
      return false;
    }

    /// The permissions that are named.
    Set<String> permissions() {
      Set<String> all = new TreeSet<>();
      node.path("security")
          .forEach(way -> way.forEach(of -> of.forEach(p -> all.add(p.asString()))));
      return all;
    }
  }

  private static final Set<String> METHODS =
      Set.of("get", "post", "put", "patch", "delete", "options");

  /// What HTTP itself says about the message.
  private static final Set<String> OF_HTTP =
      Set.of("date", "connection", "content-length", "content-type", "transfer-encoding");

  private static final JsonMapper JSON = new JsonMapper();

  private final ObjectNode document;
  private final SchemaRegistry registry =
      SchemaRegistry.withDefaultDialect(
          SpecificationVersion.DRAFT_2020_12,
          builder ->
              builder.schemaRegistryConfig(
                  SchemaRegistryConfig.builder().formatAssertionsEnabled(true).build()));
  private final IdentityHashMap<JsonNode, Schema> schemas = new IdentityHashMap<>();
  private final Map<String, Operation> operations = new LinkedHashMap<>();

  Description(byte[] json) {
    document = (ObjectNode) JSON.readTree(json);
    close();
    document
        .path("paths")
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .properties()
                    .forEach(
                        member -> {
                          if (METHODS.contains(member.getKey())) {
                            var operation =
                                new Operation(
                                    member.getKey().toUpperCase(Locale.ROOT),
                                    path.getKey(),
                                    path.getValue(),
                                    member.getValue());
                            operations.put(operation.name(), operation);
                          }
                        }));
  }

  Collection<Operation> operations() {
    return operations.values();
  }

  /// The operation of that name, such as `GET /audit/{id}`.
  Optional<Operation> operation(String name) {
    return Optional.ofNullable(operations.get(name));
  }

  JsonNode at(String pointer) {
    return document.at(JsonPointer.compile(pointer));
  }

  JsonNode resolved(JsonNode node) {
    JsonNode at = node;
    while (at.has("$ref")) {
      String to = at.path("$ref").asString();
      at = at(to.substring(1));
      if (at.isMissingNode()) {
        throw new AssertionError("openapi.yaml: " + to + " leads nowhere");
      }
    }
    return at;
  }

  /// The parameters of an operation, those of its path first.
  List<JsonNode> parameters(Operation operation) {
    List<JsonNode> all = new ArrayList<>();
    operation.item().path("parameters").forEach(one -> all.add(resolved(one)));
    operation.node().path("parameters").forEach(one -> all.add(resolved(one)));
    return all;
  }

  /// The statuses an operation names.
  Set<String> statuses(Operation operation) {
    Set<String> all = new TreeSet<>(operation.node().path("responses").propertyNames());
    all.remove("default");
    return all;
  }

  /// What an answer has that the document does not say, or the other way round.
  List<String> faults(Operation operation, Reply reply) {
    String status = Integer.toString(reply.status());
    String here = operation.name() + " answered " + status;
    JsonNode response = resolved(operation.node().path("responses").path(status));
    if (response.isMissingNode()) {
      response = resolved(operation.node().path("responses").path("default"));
      if (!texts(response.path("x-statuses")).contains(status)) {
        return List.of(
            here
                + ", which openapi.yaml does not say: under its responses add\n"
                + "        '"
                + status
                + "': {$ref: '#/components/responses/...'}\nThe body was: "
                + reply.text());
      }
    }
    List<String> faults = new ArrayList<>();
    body(response, reply, here, faults);
    headers(response, reply, here, faults);
    return faults;
  }

  private void body(JsonNode response, Reply reply, String here, List<String> faults) {
    JsonNode content = response.path("content");
    if (content.isEmpty()) {
      if (!reply.text().isEmpty()) {
        faults.add(here + " with a body, and openapi.yaml says it has none: add `content`");
      }
      return;
    }
    String type = reply.header("Content-Type").replaceFirst(";.*", "").strip();
    JsonNode media = content.path(type);
    if (media.isMissingNode()) {
      faults.add(here + " as " + type + ", and openapi.yaml names " + content.propertyNames());
      return;
    }
    JsonNode body;
    try {
      body =
          type.endsWith("/json") ? JSON.readTree(reply.text()) : StringNode.valueOf(reply.text());
    } catch (JacksonException e) {
      faults.add(here + " with a body that is not JSON: " + reply.text());
      return;
    }
    for (String fault : against(media.path("schema"), body)) {
      faults.add(here + ", and its body is not what openapi.yaml says: " + fault + "\n" + body);
    }
    if (media.has("x-itemSchema")) {
      for (String item : items(type, reply.text())) {
        for (String fault : against(media.path("x-itemSchema"), JSON.readTree(item))) {
          faults.add(here + ", and an item is not what openapi.yaml says: " + fault + "\n" + item);
        }
      }
    }
  }

  /// Each line, or the data of each message of a stream.
  static List<String> items(String type, String text) {
    if (!type.equals("text/event-stream")) {
      return text.lines().toList();
    }
    List<String> items = new ArrayList<>();
    for (String block : text.split("\n\n", -1)) {
      if (!block.contains("event: ")) {
        block
            .lines()
            .filter(one -> one.startsWith("data: "))
            .forEach(one -> items.add(one.substring(6)));
      }
    }
    return items;
  }

  private void headers(JsonNode response, Reply reply, String here, List<String> faults) {
    Map<String, JsonNode> named = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    document.path("x-every-answer").properties().forEach(h -> named.put(h.getKey(), h.getValue()));
    response.path("headers").properties().forEach(h -> named.put(h.getKey(), h.getValue()));
    named.forEach(
        (name, node) -> {
          JsonNode header = resolved(node);
          if (reply.response().headers().firstValue(name).isEmpty()) {
            if (header.path("required").asBoolean(false)) {
              faults.add(here + " without " + name + ", which openapi.yaml promises");
            }
            return;
          }
          for (String fault :
              against(header.path("schema"), StringNode.valueOf(reply.header(name)))) {
            faults.add(here + " with " + name + ": " + reply.header(name) + ": " + fault);
          }
        });
    for (String sent : reply.response().headers().map().keySet()) {
      if (!named.containsKey(sent) && !OF_HTTP.contains(sent.toLowerCase(Locale.ROOT))) {
        faults.add(
            here + " with the header " + sent + ": add it under the headers of that response");
      }
    }
  }

  /// What is wrong with a value, by a schema that stands in the document.
  List<String> against(JsonNode schema, JsonNode value) {
    return schemas.computeIfAbsent(schema, this::compiled).validate(value).stream()
        .map(Object::toString)
        .toList();
  }

  /// References lead into `components`, so those go with the schema.
  private Schema compiled(JsonNode schema) {
    ObjectNode whole = JSON.createObjectNode();
    whole.set("components", document.path("components"));
    whole.set("allOf", JSON.createArrayNode().add(schema));
    return registry.getSchema(whole);
  }

  /// What is wrong with the document by itself.
  List<String> ownFaults() {
    List<String> faults = new ArrayList<>();
    keys(
        document,
        "the document",
        faults,
        Set.of("openapi", "info", "servers", "tags", "paths", "components"));
    Schema ofSchemas =
        registry.getSchema(SchemaLocation.of("https://json-schema.org/draft/2020-12/schema"));
    walk(
        document,
        "",
        (where, node) -> {
          if (node.has("$ref") && at(node.path("$ref").asString().substring(1)).isMissingNode()) {
            faults.add(where + ": " + node.path("$ref") + " leads nowhere");
          }
          node.propertyNames().stream()
              .filter(name -> node.path(name).isNull() && !where.contains("example"))
              .forEach(name -> faults.add(where + ": \"" + name + "\" says nothing: a comma?"));
          if (isSchema(where) || where.matches("/components/schemas/[^/]+")) {
            ofSchemas.validate(node).forEach(fault -> faults.add(where + ": " + fault));
          }
          if (node.has("schema") && !where.endsWith("/properties")) {
            JsonNode example = node.path("example");
            List<JsonNode> examples = new ArrayList<>();
            if (!example.isMissingNode()) {
              examples.add(example);
            }
            node.path("examples").forEach(one -> examples.add(one.path("value")));
            for (JsonNode one : examples) {
              against(node.path("schema"), one)
                  .forEach(fault -> faults.add(where + ": its example: " + fault));
            }
          }
        });
    Set<String> ids = new HashSet<>();
    Set<String> tags = new HashSet<>();
    document.path("tags").forEach(tag -> tags.add(tag.path("name").asString()));
    operations.values().forEach(operation -> operation(operation, ids, tags, faults));
    return faults;
  }

  private void operation(
      Operation operation, Set<String> ids, Set<String> tags, List<String> faults) {
    String name = operation.name();
    JsonNode node = operation.node();
    Set<String> needed = Set.of("operationId", "tags", "summary", "security", "responses");
    Set<String> known = new HashSet<>(needed);
    known.addAll(Set.of("description", "parameters", "requestBody"));
    keys(node, name, faults, known);
    for (String one : needed) {
      if (!node.has(one)) {
        faults.add(name + ": has no " + one);
      }
    }
    if (!ids.add(node.path("operationId").asString())) {
      faults.add(name + ": its operationId is another's");
    }
    if (!tags.containsAll(texts(node.path("tags")))) {
      faults.add(name + ": its tag is not in the list of tags");
    }
    Set<String> variables = new TreeSet<>();
    for (JsonNode parameter : parameters(operation)) {
      keys(
          parameter,
          name + " " + parameter.path("name"),
          faults,
          Set.of("name", "in", "required", "description", "schema", "example"));
      if (parameter.path("in").asString().equals("path")) {
        variables.add("{" + parameter.path("name").asString() + "}");
        if (!parameter.path("required").asBoolean(false) || !parameter.has("example")) {
          faults.add(name + ": a path parameter wants `required: true` and an `example`");
        }
      }
    }
    for (String segment : operation.path().split("/", -1)) {
      if (segment.startsWith("{") && !variables.remove(segment)) {
        faults.add(name + ": has no parameter for " + segment);
      }
    }
    if (!variables.isEmpty()) {
      faults.add(name + ": its path lacks " + variables);
    }
    node.path("responses")
        .properties()
        .forEach(
            response -> {
              JsonNode one = resolved(response.getValue());
              String where = name + " " + response.getKey();
              keys(one, where, faults, Set.of("description", "headers", "content"));
              if (!one.has("description")) {
                faults.add(where + ": has no description");
              }
            });
    if (node.has("requestBody")) {
      resolved(node.path("requestBody"))
          .path("content")
          .forEach(
              media -> {
                if (media.path("examples").isEmpty()) {
                  faults.add(name + ": its body wants at least one of `examples`");
                }
              });
    }
  }

  private static void keys(JsonNode node, String where, List<String> faults, Set<String> known) {
    for (String key : node.propertyNames()) {
      if (!known.contains(key) && !key.startsWith("x-")) {
        faults.add(where + ": nothing is called `" + key + "` there, only " + new TreeSet<>(known));
      }
    }
  }

  private static boolean isSchema(String where) {
    return where.endsWith("/schema") || where.endsWith("/x-itemSchema");
  }

  private interface Visit {
    void at(String where, JsonNode node);
  }

  private static void walk(JsonNode node, String where, Visit visit) {
    if (where.endsWith("/example") || where.endsWith("/value")) {
      return;
    }
    if (node.isObject()) {
      visit.at(where, node);
      node.properties()
          .forEach(
              member ->
                  walk(
                      member.getValue(),
                      where + "/" + member.getKey().replace("~", "~0").replace("/", "~1"),
                      visit));
    } else if (node.isArray()) {
      for (int i = 0; i < node.size(); i++) {
        walk(node.get(i), where + "/" + i, visit);
      }
    }
  }

  private void close() {
    Set<String> parts = new HashSet<>();
    walk(
        document,
        "",
        (_, node) -> node.path("allOf").forEach(part -> parts.add(part.path("$ref").asString(""))));
    document
        .path("components")
        .path("schemas")
        .properties()
        .forEach(
            schema ->
                close(
                    schema.getValue(), parts.contains("#/components/schemas/" + schema.getKey())));
    List<JsonNode> roots = new ArrayList<>();
    walk(
        document,
        "",
        (where, node) -> {
          if (isSchema(where)) {
            roots.add(node);
          }
        });
    roots.forEach(root -> close(root, false));
  }

  private static void close(JsonNode schema, boolean part) {
    schema.path("properties").forEach(member -> close(member, false));
    for (String inner : List.of("items", "additionalProperties")) {
      if (schema.path(inner).isObject()) {
        close(schema.path(inner), false);
      }
    }
    schema.path("allOf").forEach(one -> close(one, true));
    schema.path("anyOf").forEach(one -> close(one, part));
    boolean names = schema.has("properties") || schema.has("allOf");
    if (names
        && !part
        && !schema.has("additionalProperties")
        && schema instanceof ObjectNode open) {
      open.put("unevaluatedProperties", false);
    }
  }

  static Set<String> texts(JsonNode list) {
    Set<String> texts = new TreeSet<>();
    if (list instanceof ArrayNode) {
      list.forEach(one -> texts.add(one.asString()));
    }
    return texts;
  }
}
