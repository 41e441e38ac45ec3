package qerberos.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class CatalogTest {
  /// The names that scripts and other modules rely on.
  private static final Set<String> PROMISED =
      Set.of(
          "PORT",
          "MODE",
          "LOG_LEVEL",
          "LOG_FORMAT",
          "LOG_DIR",
          "CONFIG_DIR",
          "DATA_DIR",
          "SQUID_URL",
          "QONSENT_URL",
          "SQUID_PORT",
          "QONSENT_PORT",
          "MOCK_SQUID",
          "MOCK_QONSENT",
          "SQUID_VERIFY",
          "DB_URL",
          "DB_HOST",
          "DB_PORT",
          "DB_NAME",
          "DB_USER",
          "DB_PASSWORD",
          "REDIS_URL",
          "RATE_LIMIT_MAX",
          "RATE_LIMIT_WINDOW",
          "TIMEOUT",
          "MAX_CONNECTIONS",
          "JWT_SECRET",
          "ENCRYPTION_KEY",
          "API_KEY",
          "ALERT_TOKEN",
          "METRICS_TOKEN",
          "SIGNING_KEY",
          "SMTP_HOST",
          "SMTP_PORT",
          "SMTP_USER",
          "SMTP_PASSWORD",
          "SMTP_FROM",
          "SMTP_TLS",
          "ADMIN_EMAIL",
          "ML_ANOMALY_THRESHOLD",
          "RISK_SCORE_CACHE_TTL",
          "ALERT_RETENTION_DAYS",
          "AUDIT_RETENTION_YEARS",
          "GDPR_ENABLED",
          "SOC2_ENABLED",
          "ENFORCE_HTTPS",
          "TRUST_PROXY",
          "EVIDENCE_LOCK",
          "ADMIN_CONFIRMATION_PHRASE",
          "LOG_PUBLIC",
          "BIND",
          "IPFS_API_URL",
          "CONTACT_PRIMARY",
          "HOST_PORT");

  @Test
  void everySettingHasADefaultAUnitAndAReason() {
    for (Setting<?> setting : Catalog.all()) {
      assertThat(setting.unit()).as(setting.name()).isNotBlank();
      assertThat(setting.why()).as(setting.name()).endsWith(".").hasSizeGreaterThan(15);
      Object standard = setting.kind().read(setting.standard());
      assertThat(standard).as(setting.name()).isNotNull();
    }
  }

  @Test
  void namesKeysAndFlagsAreEachUsedOnce() {
    assertThat(Catalog.all().stream().map(Setting::name)).doesNotHaveDuplicates();
    assertThat(Catalog.all().stream().map(Setting::key).filter(key -> !key.isEmpty()))
        .doesNotHaveDuplicates();
    assertThat(Catalog.all().stream().map(Setting::flag).filter(flag -> !flag.isEmpty()))
        .doesNotHaveDuplicates();
  }

  @Test
  void everyPromisedNameIsKnown() {
    Set<String> missing = new TreeSet<>(PROMISED);
    Catalog.all().forEach(setting -> missing.remove(setting.name().substring(9)));
    assertThat(missing).isEmpty();
  }

  @Test
  void theCommittedTextsAreMadeFromTheTable() throws IOException {
    Path module = Path.of("").toAbsolutePath();
    assertThat(Files.readString(module.resolve(".env.example")))
        .as("./qerberos settings --example > modules/qerberos/.env.example")
        .isEqualTo(Manual.environment());
    assertThat(Files.readString(module.resolve("../../cerberus/docs/settings.md")))
        .as("./qerberos settings --markdown > cerberus/docs/settings.md")
        .isEqualTo(Manual.page());
  }

  @Test
  void theShippedConfigurationLoads() throws Exception {
    Path module = Path.of("").toAbsolutePath();
    Settings settings = new Loader(module, module, java.util.Map.of(), java.util.Map.of()).load();
    assertThat(settings.values().warnings()).isEmpty();
  }

  /// Every line that the shipped files comment out would be accepted as it stands.
  @Test
  void whatTheShippedFilesSuggest_isRight() throws Exception {
    Path module = Path.of("").toAbsolutePath();
    Path config = Files.createTempDirectory("config");
    for (String name : List.of("server", "ledger", "identity", "limits")) {
      String text = Files.readString(module.resolve("config/" + name + ".yaml"));
      String live =
          text.lines()
              .filter(line -> line.matches("# ( *)[a-zA-Z]+:.*"))
              .filter(line -> !line.startsWith("# All settings"))
              .map(line -> line.substring(2))
              .reduce("", (before, line) -> before + line + "\n");
      Path ignored = Files.writeString(config.resolve(name + ".yaml"), live);
    }
    Settings settings =
        new Loader(
                module, module, java.util.Map.of(), java.util.Map.of("--config", config.toString()))
            .load();
    assertThat(settings.values().get(Catalog.RATE_LIMIT_INGEST)).isEqualTo(50_000);
    assertThat(settings.values().isGiven(Catalog.PORT)).isTrue();
  }
}
