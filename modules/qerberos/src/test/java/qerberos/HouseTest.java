package qerberos;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The house rules that the compiler cannot hold: who may use whom, which library is seen where.
class HouseTest {
  /// In the order in which an event travels, the service's own packages last.
  private static final List<String> FLOW =
      List.of(
          "qerberos.event",
          "qerberos.intake",
          "qerberos.ledger",
          "qerberos.notice",
          "qerberos.query",
          "qerberos.settings",
          "qerberos.logs",
          "qerberos.state",
          "qerberos.identity",
          "qerberos.redis",
          "qerberos.columns",
          "qerberos.witness",
          "qerberos.trail",
          "qerberos.bus",
          "qerberos.delivery",
          "qerberos.http",
          "qerberos.service",
          "qerberos.cli",
          "qerberos");

  private static final JavaClasses PRODUCT =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("qerberos");

  @Test
  void aPackageUsesOnlyWhatStandsBeforeIt() {
    for (int i = 0; i < FLOW.size(); i++) {
      for (String later : FLOW.subList(i + 1, FLOW.size())) {
        noClasses()
            .that()
            .resideInAPackage(FLOW.get(i))
            .should()
            .dependOnClassesThat()
            .resideInAPackage(later)
            .because(FLOW.get(i) + " stands before " + later)
            .allowEmptyShould(true)
            .check(PRODUCT);
      }
    }
  }

  @Test
  void eventAndLedgerLiveOnTheJdkAlone() {
    for (String pure : List.of("qerberos.event", "qerberos.ledger")) {
      classes()
          .that()
          .resideInAPackage(pure)
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(pure, "java..", "javax.crypto..", "org.jspecify..")
          .check(PRODUCT);
    }
  }

  @Test
  void eachLibraryIsSeenByOneModule() {
    seenOnlyBy("tools.jackson..", "qerberos.intake");
    seenOnlyBy("org.apache.lucene..", "qerberos.query");
    seenOnlyBy("org.jdbi..", "qerberos.state");
    seenOnlyBy("org.flywaydb..", "qerberos.state");
    seenOnlyBy("com.zaxxer..", "qerberos.state");
    seenOnlyBy("org.snakeyaml..", "qerberos.settings", "qerberos.identity");
    seenOnlyBy("com.github.luben..", "qerberos.columns");
    seenOnlyBy("picocli..", "qerberos.cli", "qerberos");
    seenOnlyBy("io.github.resilience4j..", "qerberos.identity");
    seenOnlyBy("redis.clients..", "qerberos.redis");
    seenOnlyBy("io.micrometer..", "qerberos.http");
    seenOnlyBy("jakarta.mail..", "qerberos.notice");
    seenOnlyBy("org.eclipse.angus..", "qerberos.notice");
    seenOnlyBy("io.helidon..", "qerberos.http", "qerberos.identity", "qerberos.service");
  }

  @Test
  void everyPackageOfTheProductIsInTheFlow() {
    List<String> unknown = new ArrayList<>();
    for (var product : PRODUCT) {
      String name = product.getPackageName();
      if (!FLOW.contains(name) && !name.equals("qerberos.benchmarks")) {
        unknown.add(product.getName());
      }
    }
    org.assertj.core.api.Assertions.assertThat(unknown).isEmpty();
  }

  private static void seenOnlyBy(String library, String... packages) {
    noClasses()
        .that()
        .resideOutsideOfPackages(packages)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(library)
        .because(library + " is seen by " + String.join(" and ", packages) + " alone")
        .check(PRODUCT);
  }
}
