package qerberos.intake;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import qerberos.event.DraftBuilder;
import qerberos.event.EventDraft;
import qerberos.event.Fault;
import qerberos.event.Json;
import qerberos.event.ObjBuilder;
import qerberos.event.Rfc3339;
import qerberos.event.Verdict;

/// Makes events of AWS CloudTrail records. Immutable.
///
/// - `id`: `eventID`; without one, the SHA-256 of the record, so that a second import adds nothing.
/// - `type`: `aws.<service>.<eventName>`, as in `aws.s3.GetBucketPolicy`; `subtype`: `eventType`.
/// - `actor`: the caller's ARN (of an assumed role that of its session), else the ARN its account
///   and user name give, else the service that called, else its principal or account id. `subId`
///   is the access key id, `daoId` the account that received the call.
/// - `ref`: the ARN of the first resource; else the most telling of the request's or the response's
///   parameters (a bucket, a user, a role, an instance, any ARN, name or id); else the service.
/// - `verdict`: `DENY` when access was refused or a login failed, `WARN` on any other error.
/// - `details`: `ip` (or `via`, when the caller is a service), `userAgent`, `region`, `account` and
///   the rest that one filters by; `context.request_id`.
public final class CloudTrailMapper implements VendorMapper {
  private static final String SERVICE_SUFFIX = ".amazonaws.com";
  private static final int REF_MAX = 500;
  private static final int PRINCIPAL_MAX = 256;
  private static final int SUB_ID_MAX = 100;
  private static final String ID_HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS";

  private static final Set<String> DENIED =
      Set.of(
          "authfailure",
          "authorizationerror",
          "expiredtoken",
          "expiredtokenexception",
          "invalidclienttokenid",
          "notauthorized",
          "optinrequired",
          "signaturedoesnotmatch",
          "unrecognizedclientexception");

  /// In this order, because a request often names several: a policy and the user it is attached to.
  private static final List<String> TELLING =
      List.of(
          "bucketName",
          "instanceProfileName",
          "userName",
          "roleName",
          "groupName",
          "policyArn",
          "policyName",
          "secretId",
          "functionName",
          "keyId",
          "instanceId",
          "groupId",
          "snapshotId",
          "volumeId",
          "imageId",
          "dBSnapshotIdentifier",
          "dBInstanceIdentifier",
          "dBSubnetGroupName",
          "networkInterfaceId",
          "routeTableId",
          "natGatewayId",
          "internetGatewayId",
          "subnetId",
          "vpcId",
          "trailName",
          "logGroupName",
          "detectorId",
          "documentName",
          "resourceId",
          "roleArn",
          "name");

  private static final int NESTED_MAX = 4;

  /// Endings of parameter names that identify nothing.
  private static final Set<String> NOT_TELLING =
      Set.of(
          "requestId",
          "clientRequestToken",
          "clientToken",
          "principalId",
          "accountId",
          "ownerId",
          "requesterId",
          "reservationId");

  @Override
  public String name() {
    return "cloudtrail";
  }

  @Override
  public EventDraft map(Json.Obj fields, String original) {
    DraftBuilder draft = EventDraft.builder();
    String service = service(fields.text("eventSource"));
    String action = fields.text("eventName");
    if (action == null) {
      draft.fault(new Fault("eventName", "missing"));
    }
    if (service.isEmpty()) {
      draft.fault(new Fault("eventSource", "missing"));
    }
    Json.Obj identity = fields.object("userIdentity");
    String id = fields.text("eventID");
    return draft
        .id(id == null || id.isEmpty() ? digest(original) : id)
        .type("aws." + service + "." + action)
        .subtype(filled(fields.text("eventType")))
        .ref(ref(fields, service))
        .actor(
            principal(fields, identity, draft),
            filled(identity.text("accessKeyId"), SUB_ID_MAX),
            account(fields, identity))
        .layer("aws")
        .verdict(verdict(fields))
        .details(details(fields, identity, service))
        .context(context(fields))
        .original(original)
        .timestamp(time(fields.text("eventTime"), draft))
        .build();
  }

  private static @Nullable String filled(@Nullable String text) {
    return text == null || text.isBlank() ? null : text;
  }

  /// Null also when it is longer than the field for it; the original holds it whole.
  private static @Nullable String filled(@Nullable String text, int max) {
    String filled = filled(text);
    return filled == null || filled.length() > max ? null : filled;
  }

  private static String service(@Nullable String eventSource) {
    String source = eventSource == null ? "" : eventSource;
    return source.endsWith(SERVICE_SUFFIX)
        ? source.substring(0, source.length() - SERVICE_SUFFIX.length())
        : source;
  }

  private static String digest(String original) {
    byte[] hash = BatchIds.sha256(original.getBytes(StandardCharsets.UTF_8));
    return "sha256-" + Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
  }

  private static @Nullable Instant time(@Nullable String eventTime, DraftBuilder draft) {
    if (eventTime == null) {
      return null;
    }
    try {
      return Rfc3339.read(eventTime);
    } catch (DateTimeException e) {
      draft.fault(new Fault("eventTime", String.valueOf(e.getMessage())));
      return null;
    }
  }

  private static @Nullable String account(Json.Obj fields, Json.Obj identity) {
    String recipient = filled(fields.text("recipientAccountId"));
    return recipient == null ? filled(identity.text("accountId")) : recipient;
  }

  private static @Nullable String principal(
      Json.Obj fields, Json.Obj identity, DraftBuilder draft) {
    String arn = filled(identity.text("arn"), PRINCIPAL_MAX);
    if (arn != null) {
      return arn;
    }
    String account = filled(identity.text("accountId"));
    String user = filled(identity.text("userName"));
    if (account != null && user != null && !user.equals(ID_HIDDEN)) {
      return "arn:aws:iam::" + account + ":user/" + user;
    }
    if ("Root".equals(identity.text("type")) && account != null) {
      return "arn:aws:iam::" + account + ":root";
    }
    for (String name : List.of("invokedBy", "principalId", "identityProvider", "accountId")) {
      String value = filled(identity.text(name));
      if (value != null) {
        return value;
      }
    }
    String onBehalfOf = filled(identity.object("onBehalfOf").text("userId"));
    if (onBehalfOf != null) {
      return onBehalfOf;
    }
    String source = filled(fields.text("eventSource"));
    if (source == null) {
      draft.fault(new Fault("userIdentity", "missing"));
    }
    return source;
  }

  private static Verdict verdict(Json.Obj fields) {
    String error = filled(fields.text("errorCode"));
    if (error != null) {
      return isDenial(error) ? Verdict.DENY : Verdict.WARN;
    }
    Json.Obj response = fields.object("responseElements");
    boolean failed =
        "Failure".equals(response.text("ConsoleLogin"))
            || "Failure".equals(response.text("CheckMfa"))
            || "Failed authentication".equals(fields.text("errorMessage"));
    if (failed) {
      return Verdict.DENY;
    }
    return filled(fields.text("errorMessage")) == null ? Verdict.ALLOW : Verdict.WARN;
  }

  private static boolean isDenial(String errorCode) {
    String code = errorCode.substring(errorCode.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    return DENIED.contains(code)
        || code.contains("accessdenied")
        || code.contains("unauthorized")
        || code.contains("forbidden")
        || code.contains("notauthorized");
  }

  private static String ref(Json.Obj fields, String service) {
    if (fields.get("resources") instanceof Json.Arr(List<Json> resources)) {
      for (Json resource : resources) {
        if (resource instanceof Json.Obj obj) {
          String arn = filled(obj.text("ARN"), REF_MAX);
          if (arn != null) {
            return arn;
          }
        }
      }
    }
    String action = fields.text("eventName");
    boolean makes =
        action != null
            && (action.startsWith("Create")
                || action.startsWith("Run")
                || action.startsWith("Allocate"));
    // What is made is named by the response, what is touched by the request.
    List<String> parts =
        makes
            ? List.of("responseElements", "requestParameters")
            : List.of("requestParameters", "responseElements");
    for (String part : parts) {
      String known = known(fields.object(part), NESTED_MAX);
      if (known != null) {
        return known;
      }
    }
    for (String part : parts.reversed()) {
      String likely = likely(fields.object(part), NESTED_MAX);
      if (likely != null) {
        return likely;
      }
    }
    return service.isEmpty() ? "aws" : service + SERVICE_SUFFIX;
  }

  /// A parameter known to tell, here or in what is nested here.
  private static @Nullable String known(Json.Obj parameters, int nested) {
    for (String name : TELLING) {
      String value = filled(parameters.text(name), REF_MAX);
      if (value != null) {
        return value;
      }
    }
    return nested == 0 ? null : firstNested(parameters, inner -> known(inner, nested - 1));
  }

  /// A parameter that looks like an ARN, a name or an id, here or in what is nested here.
  private static @Nullable String likely(Json.Obj parameters, int nested) {
    for (String ending : List.of("Arn", "ARN", "Name", "Id", "Identifier")) {
      for (Map.Entry<String, Json> member : parameters.members().entrySet()) {
        if (member.getKey().endsWith(ending)
            && !NOT_TELLING.contains(member.getKey())
            && member.getValue() instanceof Json.Str(String value)
            && filled(value, REF_MAX) != null) {
          return value;
        }
      }
    }
    return nested == 0 ? null : firstNested(parameters, inner -> likely(inner, nested - 1));
  }

  /// Looks into objects, and into the first object of each array: {"instancesSet":{"items":[...]}}.
  private static @Nullable String firstNested(
      Json.Obj parameters, Function<Json.Obj, @Nullable String> look) {
    for (Map.Entry<String, Json> member : parameters.members().entrySet()) {
      Json.Obj inner =
          switch (member.getValue()) {
            case Json.Obj obj -> obj;
            case Json.Arr(List<Json> items) ->
                !items.isEmpty() && items.getFirst() instanceof Json.Obj first ? first : Json.EMPTY;
            case Json.Str _, Json.Num _, Json.Bool _, Json.Null _ -> Json.EMPTY;
          };
      if (!inner.isEmpty() && !isChoice(member.getKey())) {
        String found = look.apply(inner);
        if (found != null) {
          return found;
        }
      }
    }
    return null;
  }

  /// What a request lists only to choose by, or hangs on what it makes.
  private static boolean isChoice(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.contains("filter") || lower.startsWith("tag");
  }

  private static Json.Obj details(Json.Obj fields, Json.Obj identity, String service) {
    var details = new ObjBuilder();
    details.add("service", service);
    text(details, "action", fields.text("eventName"));
    text(details, "category", fields.text("eventCategory"));
    text(details, "region", fields.text("awsRegion"));
    text(details, "account", account(fields, identity));
    String address = filled(fields.text("sourceIPAddress"));
    text(details, address != null && isAddress(address) ? "ip" : "via", address);
    text(details, "userAgent", fields.text("userAgent"));
    text(details, "errorCode", fields.text("errorCode"));
    text(details, "errorMessage", fields.text("errorMessage"));
    text(details, "principalType", identity.text("type"));
    text(details, "principalId", identity.text("principalId"));
    text(details, "userName", identity.text("userName"));
    text(details, "invokedBy", identity.text("invokedBy"));
    Json.Obj session = identity.object("sessionContext");
    text(details, "role", session.object("sessionIssuer").text("arn"));
    text(details, "mfa", session.object("attributes").text("mfaAuthenticated"));
    text(details, "vpcEndpoint", fields.text("vpcEndpointId"));
    Json readOnly = fields.get("readOnly");
    if (readOnly instanceof Json.Bool) {
      details.add("readOnly", readOnly);
    }
    return details.build();
  }

  private static void text(ObjBuilder to, String name, @Nullable String value) {
    String text = filled(value);
    if (text != null) {
      to.add(name, text);
    }
  }

  private static Json.Obj context(Json.Obj fields) {
    var context = new ObjBuilder();
    text(context, "request_id", fields.text("requestID"));
    text(context, "shared_event_id", fields.text("sharedEventID"));
    return context.build();
  }

  /// Whether this looks like an address; `AWS Internal` and `ec2.amazonaws.com` do not.
  private static boolean isAddress(String text) {
    boolean colon = false;
    for (int i = 0; i < text.length(); i++) {
      char unit = text.charAt(i);
      colon |= unit == ':';
      boolean digit = unit >= '0' && unit <= '9';
      boolean hex = (unit >= 'a' && unit <= 'f') || (unit >= 'A' && unit <= 'F');
      if (!digit && unit != '.' && unit != ':' && !(hex && text.indexOf(':') >= 0)) {
        return false;
      }
    }
    return colon || text.chars().filter(unit -> unit == '.').count() == 3;
  }
}
