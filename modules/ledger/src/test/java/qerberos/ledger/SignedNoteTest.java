package qerberos.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SignedNoteTest {
  private static final Instant NOW = Instant.ofEpochSecond(1_700_000_000L, 999);

  /// Published in c2sp.org/signed-note, section on verifier keys.
  private static final String C2SP_KEY =
      "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";

  private static final String C2SP_NOTE =
      """
      This is an example message.

      — example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
      """;

  /// Published in the documentation of golang.org/x/mod/sumdb/note.
  private static final String GO_SECRET =
      "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";

  private static final String GO_KEY =
      "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

  private static final String GO_NOTE =
      """
      If you think cryptography is the answer to your problem,
      then you don't know what your problem is.

      — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
      — EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=
      """;

  /// Published by the conformance log of Tessera.
  private static final String TESSERA_SECRET =
      "PRIVATE+KEY+example.com/log/testdata+33d7b496+AeymY/SZAX0jZcJ8enZ5FY1Dz+wTML2yWSkK+9DSF3eg";

  private static final String TESSERA_KEY =
      "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx";

  /// The key of Go's module checksums, published in cmd/go; the checkpoint is the one in
  /// c2sp.org/tlog-checkpoint, under the name that its log really has.
  private static final String SUMDB_KEY =
      "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";

  private static final String SUMDB_NOTE =
      """
      go.sum database tree
      20852163
      CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

      — sum.golang.org Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
      """;

  /// A checkpoint of Tessera's test log, from a proof that was published with it.
  private static final String TESSERA_NOTE =
      """
      example.com/log/testdata
      100270
      GRV1O0dCqmjjPvYi7CtOT79zb/fPwLNsMFWsynwU8Ac=

      — example.com/log/testdata M9e0lkcvy5bAe7rrC8tCyAP+my+CLzswA91zOpBNWVU7qCojkUOHnfdQzDImoYeYH8G8PJSwOqsx0RkSa261OmKVwwM=
      """;

  static Stream<List<String>> publishedNotes() {
    return Stream.of(
        List.of(C2SP_KEY, C2SP_NOTE),
        List.of(GO_KEY, GO_NOTE),
        List.of(SUMDB_KEY, SUMDB_NOTE),
        List.of(TESSERA_KEY, TESSERA_NOTE));
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static Checkpoint checkpoint(String origin) {
    return new Checkpoint(origin, 5, Hash.sha256(utf8("root")));
  }

  @ParameterizedTest
  @MethodSource("publishedNotes")
  void aPublishedNote_verifiesWithItsPublishedKey(List<String> keyAndNote) throws Exception {
    VerifierKey key = VerifierKey.parse(keyAndNote.get(0));
    SignedNote note = SignedNote.parse(utf8(keyAndNote.get(1)));
    assertThat(key).hasToString(keyAndNote.get(0));
    assertThat(note).hasToString(keyAndNote.get(1));
    assertThat(note.verify(List.of(key))).extracting(SignedNote.Signer::key).containsExactly(key);
  }

  @ParameterizedTest
  @MethodSource("publishedNotes")
  void aPublishedNoteWithOneOtherLetter_isRefused(List<String> keyAndNote) {
    VerifierKey key = VerifierKey.parse(keyAndNote.get(0));
    SignedNote note = SignedNote.parse(utf8("x" + keyAndNote.get(1)));
    assertThatExceptionOfType(SignedNote.BadSignature.class)
        .isThrownBy(() -> note.verify(List.of(key)))
        .withMessageContaining(key.shortName());
  }

  @Test
  void publishedCheckpoints_areThoseOfTheirLogsAndOfNoOther() throws Exception {
    VerifierKey sumdb = VerifierKey.parse(SUMDB_KEY);
    SignedNote note = SignedNote.parse(utf8(SUMDB_NOTE));
    Trust trust = new Trust("go.sum database tree", List.of(sumdb), List.of(), 0);
    assertThat(trust.open(note).size()).isEqualTo(20_852_163);
    assertThatExceptionOfType(Trust.Refused.class)
        .isThrownBy(() -> Trust.in(List.of(sumdb)).open(note));
    VerifierKey tessera = VerifierKey.parse(TESSERA_KEY);
    assertThat(Trust.in(List.of(tessera)).open(SignedNote.parse(utf8(TESSERA_NOTE))).size())
        .isEqualTo(100_270);
  }

  /// RFC 9881 publishes the key pair of the seed 00, 01, .. 1f.
  @Test
  void thePostQuantumKeyOfAPublishedSeed_isThePublishedOne() {
    SecureRandom counting =
        new SecureRandom() {
          private static final long serialVersionUID = 1;

          @Override
          public void nextBytes(byte[] bytes) {
            for (int i = 0; i < bytes.length; i++) {
              bytes[i] = (byte) i;
            }
          }
        };
    VerifierKey key = SigningKey.generate("k", KeyType.ML_DSA_44, counting).verifier();
    byte[] typed = Base64.getDecoder().decode(key.toString().split("\\+", 3)[2]);
    assertThat(HexFormat.of().formatHex(typed))
        .hasSize(2 * 1313)
        .startsWith("06d7b2b47254aae0db45e7930d4a98d2c97d8f1397d1789dafa17024b316e9bec9")
        .endsWith("2202766151f16a965f9f81ece76cc070b55869e4db9784cf05c830b3242c8312");
  }

  @Test
  void whatEachTypeSigns_isWhatTheTextsSay() {
    Checkpoint checkpoint = checkpoint("log");
    String text = checkpoint.text();
    assertThat(SignedMessage.of(KeyType.ED25519, "key", text, 7)).isEqualTo(utf8(text));
    assertThat(SignedMessage.of(KeyType.COSIGNATURE, "key", text, 7))
        .isEqualTo(utf8("cosignature/v1\ntime 7\n" + text));
    String start = HexFormat.of().formatHex(utf8("subtree/v1\n\0"));
    String key = "03" + HexFormat.of().formatHex(utf8("key"));
    String origin = "03" + HexFormat.of().formatHex(utf8("log"));
    assertThat(HexFormat.of().formatHex(SignedMessage.of(KeyType.ML_DSA_44, "key", text, 7)))
        .isEqualTo(
            start
                + key
                + "0000000000000007"
                + origin
                + "0000000000000000"
                + "0000000000000005"
                + checkpoint.root());
  }

  @Test
  void publishedSecrets_giveTheirPublishedKeysAndSignatures() {
    SigningKey go = SigningKey.parse(GO_SECRET + "\n");
    assertThat(go.verifier()).hasToString(GO_KEY);
    assertThat(go.secretText()).isEqualTo(GO_SECRET);
    assertThat(go).hasToString("signing key of PeterNeumann+c74f20a3");
    SignedNote published = SignedNote.parse(utf8(GO_NOTE));
    assertThat(go.sign(published.text(), NOW)).isEqualTo(published.signatures().getFirst());
    assertThat(SigningKey.parse(TESSERA_SECRET).verifier()).hasToString(TESSERA_KEY);
  }

  @ParameterizedTest
  @EnumSource
  void aNewKey_signsAndIsReadBack(KeyType type) throws Exception {
    SigningKey key = SigningKey.generate("example.org/log", type, new SecureRandom());
    SignedNote note = SignedNote.sign(checkpoint("example.org/log"), List.of(key), NOW);
    SignedNote read = SignedNote.parse(note.bytes());
    assertThat(read).isEqualTo(note);
    VerifierKey verifier = VerifierKey.parse(key.verifier().toString());
    assertThat(verifier).isEqualTo(key.verifier());
    assertThat(verifier.type()).isEqualTo(type);
    assertThat(read.verify(List.of(verifier)))
        .containsExactly(
            new SignedNote.Signer(
                verifier, Instant.ofEpochSecond(type == KeyType.ED25519 ? 0 : 1_700_000_000L)));
    SigningKey again = SigningKey.parse(key.secretText());
    assertThat(again.verifier()).isEqualTo(verifier);
    assertThat(again.secretText()).isEqualTo(key.secretText());
  }

  @ParameterizedTest
  @EnumSource
  void anyFlippedBitOfASignature_isRefused(KeyType type) throws Exception {
    SigningKey key = SigningKey.generate("k", type, new SecureRandom());
    VerifierKey verifier = key.verifier();
    String text = checkpoint("log").text();
    String[] line = key.sign(text, NOW).toString().split(" ", -1);
    byte[] bytes = Base64.getDecoder().decode(line[2]);
    int step = bytes.length > 100 ? 97 : 1;
    for (int at = 4; at < bytes.length; at += step) {
      bytes[at] ^= 1;
      NoteSignature bent = NoteSignature.parse("— k " + Base64.getEncoder().encodeToString(bytes));
      bytes[at] ^= 1;
      assertThatExceptionOfType(SignedNote.BadSignature.class)
          .as("byte %d", at)
          .isThrownBy(() -> new SignedNote(text, List.of(bent)).verify(List.of(verifier)));
    }
  }

  @Test
  void aKeyThatSignsCheckpointsOnly_signsNothingElse() {
    for (KeyType type : List.of(KeyType.COSIGNATURE, KeyType.ML_DSA_44)) {
      SigningKey key = SigningKey.generate("k", type, new SecureRandom());
      assertThatIllegalArgumentException().isThrownBy(() -> key.sign("no checkpoint\n", NOW));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> key.sign(checkpoint("log").text(), Instant.ofEpochSecond(-1)));
    }
  }

  @Test
  void theSameTreeUnderAnotherName_isNotWhatWasSigned() {
    SigningKey key = SigningKey.generate("k", KeyType.ML_DSA_44, new SecureRandom());
    NoteSignature signature = key.sign(checkpoint("log").text(), NOW);
    SignedNote moved = new SignedNote(checkpoint("other").text(), List.of(signature));
    assertThatExceptionOfType(SignedNote.BadSignature.class)
        .isThrownBy(() -> moved.verify(List.of(key.verifier())));
  }

  @Test
  void unknownKeys_arePassedOver_evenWithAKnownNameOrId() throws Exception {
    VerifierKey known = VerifierKey.parse(C2SP_KEY);
    SignedNote note = SignedNote.parse(utf8(C2SP_NOTE));
    List<NoteSignature> lines = new ArrayList<>();
    lines.add(new NoteSignature(known.name(), known.id() + 1, new byte[] {1}));
    lines.add(new NoteSignature("example.com/other", known.id(), new byte[] {1}));
    lines.addAll(note.signatures());
    lines.addAll(note.signatures());
    SignedNote more = new SignedNote(note.text(), lines);
    assertThat(more.verify(List.of(known))).hasSize(1);
    assertThat(more.verify(List.of())).isEmpty();
    lines.add(new NoteSignature(known.name(), known.id(), new byte[64]));
    assertThatExceptionOfType(SignedNote.BadSignature.class)
        .isThrownBy(() -> new SignedNote(note.text(), lines).verify(List.of(known)));
  }

  @Test
  void sixteenPostQuantumSignaturesAndAHundredLines_areRead_moreAreNot() throws Exception {
    List<SigningKey> keys = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      keys.add(SigningKey.generate("w" + i, KeyType.ML_DSA_44, new SecureRandom()));
    }
    SignedNote note = SignedNote.sign(checkpoint("log"), keys, NOW);
    assertThat(
            SignedNote.parse(note.bytes()).verify(keys.stream().map(SigningKey::verifier).toList()))
        .hasSize(16);
    String line = "— a AAAAAAE=\n";
    assertThat(SignedNote.parse(utf8("t\n\n" + line.repeat(100))).signatures()).hasSize(100);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SignedNote.parse(utf8("t\n\n" + line.repeat(101))));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SignedNote.parse(new byte[SignedNote.LONGEST + 1]));
  }

  @Test
  void theTextMayHoldEmptyLines_theLastOneSeparates() {
    SignedNote note = SignedNote.parse(utf8("a\n\n\nb\n\n— k AAAAAAE=\n"));
    assertThat(note.text()).isEqualTo("a\n\n\nb\n");
    assertThat(SignedNote.parse(utf8("\n\n— k AAAAAAE=\n")).text()).isEqualTo("\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\n",
        "text\n",
        "text\n\n",
        "text\n\n— k AAAAAAE=",
        "text\n— k AAAAAAE=\n",
        "text\n\n- k AAAAAAE=\n",
        "text\n\n–\u00a0k AAAAAAE=\n",
        "text\n\n—  AAAAAAE=\n",
        "text\n\n— k\n",
        "text\n\n— k \n",
        "text\n\n— k AAAAAA==\n",
        "text\n\n— k AAAAAAF=\n",
        "text\n\n— k AAAAAAE\n",
        "text\n\n— k AAAA AAE=\n",
        "text\n\n— k  AAAAAAE=\n",
        "text\n\n— k+l AAAAAAE=\n",
        "text\n\n— k\u2003l AAAAAAE=\n",
        "text\n\n— k AAAAAAE= \n",
        "text\n\n— k AAAAAAE=\nmore\n",
        "te\txt\n\n— k AAAAAAE=\n",
        "te\rxt\n\n— k AAAAAAE=\n",
        "te\0xt\n\n— k AAAAAAE=\n",
        "text\n\n— k AAAAAAE=\r\n",
      })
  void whatIsNoNote_isRefused(String note) {
    assertThatIllegalArgumentException().isThrownBy(() -> SignedNote.parse(utf8(note)));
  }

  @Test
  void bytesThatAreNotUtf8_areRefused() {
    byte[] note = utf8("te?t\n\n— k AAAAAAE=\n");
    note[2] = (byte) 0xff;
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SignedNote.parse(note))
        .withMessageContaining("UTF-8");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "example.com/foo",
        "example.com/foo+530d903a",
        "example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/fop+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2",
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k\n",
        "example.com/foo+530d903a+",
        "example.com/foo+530d903a+AQ==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        GO_SECRET
      })
  void whatIsNoVerifierKey_isRefused(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> VerifierKey.parse(text));
  }

  @Test
  void aDamagedSecret_isRefusedWithoutBeingQuoted() {
    String bent = TESSERA_SECRET.replace("33d7b496", "33d7b497");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SigningKey.parse(bent))
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("ymY/SZAX"));
    assertThatIllegalArgumentException().isThrownBy(() -> SigningKey.parse(TESSERA_KEY));
    assertThatIllegalArgumentException().isThrownBy(() -> SigningKey.parse(""));
  }
}
