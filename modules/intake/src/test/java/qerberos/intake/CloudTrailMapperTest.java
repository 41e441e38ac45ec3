package qerberos.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import qerberos.event.Actor;
import qerberos.event.EventDraft;
import qerberos.event.Fault;
import qerberos.event.Json;
import qerberos.event.Reserved;
import qerberos.event.Verdict;

final class CloudTrailMapperTest {
  private static final Path EVENTS = Path.of("../../../shared/data/cloudtrail/events.ndjson");

  private static List<Parsed> read(byte[] file) throws IOException {
    List<Parsed> all = new ArrayList<>();
    try (RecordReader reader =
        RecordReader.open(new ByteArrayInputStream(file), new CloudTrailMapper())) {
      for (Optional<Parsed> one = reader.next(); one.isPresent(); one = reader.next()) {
        all.add(one.get());
      }
    }
    return all;
  }

  private static Parsed parsed(String record) {
    try {
      return read(record.getBytes(StandardCharsets.UTF_8)).getFirst();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static EventDraft mapped(String record) {
    return switch (parsed(record)) {
      case Parsed.Good(_, EventDraft draft) -> draft;
      case Parsed.Bad bad -> throw new AssertionError(bad);
    };
  }

  private static final String RECORD =
      """
      {"eventVersion":"1.08","eventSource":"s3.amazonaws.com","eventName":"DeleteBucketPolicy",\
      "eventTime":"2026-03-01T10:00:00Z","eventID":"11111111-2222-3333-4444-555555555555",\
      "eventType":"AwsApiCall","eventCategory":"Management","awsRegion":"eu-west-1",\
      "sourceIPAddress":"198.51.100.4","userAgent":"aws-cli/2","requestID":"REQ1",\
      "readOnly":false,"recipientAccountId":"111122223333","sharedEventID":"sh1",\
      "userIdentity":{"type":"IAMUser","principalId":"AIDAX","accountId":"111122223333",\
      "arn":"arn:aws:iam::111122223333:user/ann","userName":"ann","accessKeyId":"AKIAX"},\
      "requestParameters":{"bucketName":"papers","Host":"h"},"responseElements":null,\
      "resources":[{"accountId":"1"},{"type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::papers"}]}\
      """;

  @Test
  void everyPart_isWhereAPersonWouldLook() {
    EventDraft draft = mapped(RECORD);
    assertThat(draft.id()).isEqualTo("11111111-2222-3333-4444-555555555555");
    assertThat(draft.type()).isEqualTo("aws.s3.DeleteBucketPolicy");
    assertThat(draft.subtype()).isEqualTo("AwsApiCall");
    assertThat(draft.ref()).isEqualTo("arn:aws:s3:::papers");
    assertThat(draft.actor())
        .isEqualTo(new Actor("arn:aws:iam::111122223333:user/ann", "AKIAX", "111122223333"));
    assertThat(draft.layer()).isEqualTo("aws");
    assertThat(draft.verdict()).isEqualTo(Verdict.ALLOW);
    assertThat(draft.timestamp()).isEqualTo(Instant.parse("2026-03-01T10:00:00Z"));
    assertThat(draft.original()).isEqualTo(RECORD);
    Json.Obj details = draft.details();
    assertThat(details.text("ip")).isEqualTo("198.51.100.4");
    assertThat(details.text("userAgent")).isEqualTo("aws-cli/2");
    assertThat(details.text("region")).isEqualTo("eu-west-1");
    assertThat(details.text("account")).isEqualTo("111122223333");
    assertThat(details.text("action")).isEqualTo("DeleteBucketPolicy");
    assertThat(details.text("service")).isEqualTo("s3");
    assertThat(details.get("readOnly")).isEqualTo(Json.of(false));
    assertThat(draft.context().text("request_id")).isEqualTo("REQ1");
  }

  private static EventDraft as(String identity) {
    String before = RECORD.substring(0, RECORD.indexOf("\"userIdentity\""));
    String after = RECORD.substring(RECORD.indexOf("\"requestParameters\""));
    return mapped(before + "\"userIdentity\":" + identity + "," + after);
  }

  @Test
  void identity_isTheBestThatTheRecordHas() {
    assertThat(
            as(
                "{\"type\":\"AssumedRole\",\"arn\":\"arn:aws:sts::1:assumed-role/ops/ann\","
                    + "\"accessKeyId\":\"ASIA\",\"sessionContext\":{\"sessionIssuer\":"
                    + "{\"arn\":\"arn:aws:iam::1:role/ops\"},"
                    + "\"attributes\":{\"mfaAuthenticated\":\"true\"}}}"))
        .satisfies(
            draft -> {
              assertThat(draft.actor().squidId()).isEqualTo("arn:aws:sts::1:assumed-role/ops/ann");
              assertThat(draft.actor().subId()).isEqualTo("ASIA");
              assertThat(draft.details().text("role")).isEqualTo("arn:aws:iam::1:role/ops");
              assertThat(draft.details().text("mfa")).isEqualTo("true");
            });
    Map<String, String> principals =
        Map.of(
            "{\"type\":\"Root\",\"arn\":\"arn:aws:iam::1:root\"}",
            "arn:aws:iam::1:root",
            "{\"type\":\"Root\",\"accountId\":\"1\",\"principalId\":\"1\"}",
            "arn:aws:iam::1:root",
            "{\"type\":\"IAMUser\",\"accountId\":\"1\",\"userName\":\"ann\"}",
            "arn:aws:iam::1:user/ann",
            "{\"type\":\"IAMUser\",\"accountId\":\"1\","
                + "\"userName\":\"HIDDEN_DUE_TO_SECURITY_REASONS\"}",
            "1",
            "{\"type\":\"AWSService\",\"invokedBy\":\"ec2.amazonaws.com\"}",
            "ec2.amazonaws.com",
            "{\"type\":\"WebIdentityUser\",\"principalId\":\"accounts.example.com:app:ann\"}",
            "accounts.example.com:app:ann",
            "{\"type\":\"AWSAccount\",\"accountId\":\"999\"}",
            "999",
            "{\"type\":\"IdentityCenterUser\",\"onBehalfOf\":{\"userId\":\"u-1\"}}",
            "u-1",
            "{\"arn\":\"arn:" + "x".repeat(300) + "\",\"principalId\":\"AIDA\"}",
            "AIDA",
            "null",
            "s3.amazonaws.com");
    principals.forEach(
        (identity, principal) ->
            assertThat(as(identity).actor().squidId()).as(identity).isEqualTo(principal));
  }

  private static Verdict verdict(String members) {
    return mapped(RECORD.replace("\"responseElements\":null", members)).verdict();
  }

  @Test
  void verdict_isDenyWhenAccessWasRefused_warnOnOtherErrors() {
    for (String code :
        List.of(
            "AccessDenied",
            "AccessDeniedException",
            "Client.UnauthorizedOperation",
            "UnauthorizedAccess",
            "AuthFailure",
            "Forbidden",
            "NotAuthorizedException",
            "Server.AccessDenied",
            "InvalidClientTokenId",
            "ExpiredToken")) {
      assertThat(verdict("\"errorCode\":\"" + code + "\"")).as(code).isEqualTo(Verdict.DENY);
    }
    for (String code :
        List.of("NoSuchBucket", "ThrottlingException", "Client.InvalidVpcID.NotFound")) {
      assertThat(verdict("\"errorCode\":\"" + code + "\"")).as(code).isEqualTo(Verdict.WARN);
    }
    assertThat(verdict("\"responseElements\":{\"ConsoleLogin\":\"Failure\"}"))
        .isEqualTo(Verdict.DENY);
    assertThat(verdict("\"errorMessage\":\"Failed authentication\"")).isEqualTo(Verdict.DENY);
    assertThat(verdict("\"errorMessage\":\"something else\"")).isEqualTo(Verdict.WARN);
    assertThat(verdict("\"responseElements\":{\"ConsoleLogin\":\"Success\"}"))
        .isEqualTo(Verdict.ALLOW);
  }

  private static String ref(String action, String request, String response) {
    String record = RECORD.substring(0, RECORD.indexOf("\"requestParameters\""));
    return mapped(
            record.replace("DeleteBucketPolicy", action)
                + "\"requestParameters\":"
                + request
                + ",\"responseElements\":"
                + response
                + "}")
        .ref();
  }

  @Test
  void ref_isWhatItWasDoneTo() {
    assertThat(ref("AttachUserPolicy", "{\"policyArn\":\"arn:p\",\"userName\":\"bob\"}", "null"))
        .isEqualTo("bob");
    assertThat(
            ref(
                "TerminateInstances",
                "{\"instancesSet\":{\"items\":[{\"instanceId\":\"i-1\"},{\"instanceId\":\"i-2\"}]}}",
                "null"))
        .isEqualTo("i-1");
    assertThat(
            ref(
                "CreateSubnet",
                "{\"vpcId\":\"vpc-1\"}",
                "{\"subnet\":{\"vpcId\":\"vpc-1\",\"subnetId\":\"subnet-1\",\"ownerId\":\"1\"}}"))
        .isEqualTo("subnet-1");
    assertThat(
            ref(
                "DescribeVpcs",
                "{\"filterSet\":{\"items\":[{\"name\":\"vpc-id\",\"valueSet\":{}}]}}",
                "null"))
        .isEqualTo("s3.amazonaws.com");
    assertThat(ref("Do", "{\"clientToken\":\"t\",\"widgetArn\":\"arn:w\"}", "null"))
        .isEqualTo("arn:w");
    assertThat(ref("Do", "{\"bucketName\":\"" + "b".repeat(501) + "\"}", "null"))
        .isEqualTo("s3.amazonaws.com");
    assertThat(ref("Do", "null", "null")).isEqualTo("s3.amazonaws.com");
  }

  @Test
  void callsByServices_haveNoAddress_butAWayTheyCame() {
    for (String via : List.of("AWS Internal", "ec2.amazonaws.com")) {
      Json.Obj details = mapped(RECORD.replace("198.51.100.4", via)).details();
      assertThat(details.text("via")).isEqualTo(via);
      assertThat(details.get("ip")).isNull();
    }
    for (String ip : List.of("2001:db8::1", "::ffff:198.51.100.4")) {
      assertThat(mapped(RECORD.replace("198.51.100.4", ip)).details().text("ip")).isEqualTo(ip);
    }
  }

  @Test
  void recordWithoutId_getsTheSameOneEveryTime() {
    String record = RECORD.replace("\"eventID\"", "\"otherID\"");
    assertThat(mapped(record).id())
        .startsWith("sha256-")
        .hasSize(50)
        .isEqualTo(mapped(record).id())
        .isNotEqualTo(mapped(record.replace("ann", "bob")).id());
  }

  @Test
  void recordThatIsNone_saysWhatIsMissing() {
    assertThat(parsed("{\"a\":1}"))
        .isInstanceOfSatisfying(
            Parsed.Bad.class,
            bad ->
                assertThat(bad.faults())
                    .extracting(Fault::field)
                    .contains("eventName", "eventSource", "userIdentity"));
    assertThat(parsed(RECORD.replace("2026-03-01T", "yesterday ")))
        .isInstanceOfSatisfying(
            Parsed.Bad.class,
            bad -> assertThat(bad.faults()).extracting(Fault::field).contains("eventTime"));
  }

  @Test
  void realTrail_isMappedWhole() throws IOException {
    assumeTrue(
        Files.exists(EVENTS),
        "needs the CloudTrail events: ../shared/data/cloudtrail/events.ndjson");
    byte[] file = Files.readAllBytes(EVENTS);
    List<String> lines = Files.readAllLines(EVENTS);
    List<Parsed> all = read(file);
    assertThat(all).hasSize(lines.size());
    Set<@org.jspecify.annotations.Nullable String> ids = new HashSet<>();
    Map<Verdict, Integer> verdicts = new HashMap<>();
    int services = 0;
    for (int i = 0; i < all.size(); i++) {
      EventDraft draft = ((Parsed.Good) all.get(i)).draft();
      assertThat(draft.original()).isEqualTo(lines.get(i));
      assertThat(draft.details().members()).containsKeys("action", "region", "userAgent");
      assertThat(draft.details().get("ip") == null).isEqualTo(draft.details().get("via") != null);
      assertThat(Reserved.faults(draft)).isEmpty();
      assertThat(draft.timestamp()).isNotNull();
      services += draft.actor().squidId().startsWith("arn:") ? 0 : 1;
      ids.add(draft.id());
      verdicts.merge(draft.verdict(), 1, Integer::sum);
    }
    assertThat(ids).hasSize(2_900);
    assertThat(services).isEqualTo(76);
    assertThat(verdicts)
        .isEqualTo(Map.of(Verdict.ALLOW, 2_600, Verdict.DENY, 60, Verdict.WARN, 240));
    String wrapped = "{\"Records\":[" + String.join(",", lines) + "]}";
    assertThat(read(GzipTest.gzip(wrapped.getBytes(StandardCharsets.UTF_8)))).isEqualTo(all);
  }
}
