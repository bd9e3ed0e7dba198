package org.nixlconform.reports;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import org.junit.jupiter.api.Test;

/** Each rule holds for our classes and names the class that was planted to break it. */
class ArchitectureTest {
    private static final String ROOT = "org.nixlconform.reports";
    private static final String PLANTED = ROOT + ".planted";

    private static final JavaClasses OURS = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT);
    private static final JavaClasses PLANTED_CLASSES = new ClassFileImporter().importPackages(PLANTED);

    private static ArchRule onlyAllureKnowsAllure(String root) {
        return noClasses()
                .that()
                .resideOutsideOfPackage(root + ".allure")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.qameta..");
    }

    /** What a report is made of is in its signature; how it came about is not a renderer's business. */
    private static ArchRule reportsAreReadAndNothingIsDone() {
        return noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.nixlconform.jupiter..",
                        "org.nixlconform.assertion..",
                        "org.nixlconform.engine..",
                        "org.nixlconform.environment..",
                        "org.nixlconform.cluster..",
                        "org.nixlconform.configuration..",
                        "org.nixlconform.binding..",
                        "org.junit..",
                        "org.assertj..");
    }

    @Test
    void enoughClassesAreLookedAt() {
        assertThat(OURS.size()).isGreaterThan(30);
    }

    @Test
    void onlyPackageAllureKnowsAllure() {
        onlyAllureKnowsAllure(ROOT).check(OURS);
        assertThat(violations(onlyAllureKnowsAllure(PLANTED))).contains("planted.results.KnowsAllure");
    }

    @Test
    void renderersReadReportsAndDoNothing() {
        reportsAreReadAndNothingIsDone().check(OURS);
        assertThat(violations(reportsAreReadAndNothingIsDone())).contains("planted.results.KnowsEngine");
    }

    @Test
    void noPackagesDependOnEachOther() {
        SlicesRuleDefinition.slices()
                .matching(ROOT + ".(*)..")
                .should()
                .beFreeOfCycles()
                .check(OURS);
    }

    private static String violations(ArchRule rule) {
        return rule.evaluate(PLANTED_CLASSES).getFailureReport().toString();
    }
}
