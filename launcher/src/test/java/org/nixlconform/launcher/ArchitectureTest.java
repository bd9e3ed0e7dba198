package org.nixlconform.launcher;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.api.Test;

/** Each rule holds for our classes and names the class that was planted to break it, and it alone. */
class ArchitectureTest {
    private static final String ROOT = "org.nixlconform.launcher";
    private static final JavaClasses OURS = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT);
    private static final JavaClasses PLANTED = new ClassFileImporter().importPackages(ROOT + ".planted");

    /** A run is what JUnit makes of the conformance classes; a launcher that called a stage would make another one. */
    private static final ArchRule KNOWS_NO_STAGE_OF_A_RUN = noClasses()
            .should()
            .dependOnClassesThat(resideInAPackage("org.nixlconform..")
                    .and(not(resideInAnyPackage(
                            ROOT + "..",
                            "org.nixlconform.reports",
                            "org.nixlconform.message",
                            "org.nixlconform.configuration",
                            "org.nixlconform.cluster",
                            "org.nixlconform.environment"))));

    private static final ArchRule KNOWS_JUNIT_AS_A_PLATFORM = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.junit.jupiter..", "org.opentest4j..", "org.assertj..", "io.qameta..");

    @Test
    void enoughClassesAreLookedAt() {
        assertThat(OURS.size()).isGreaterThan(6);
    }

    @Test
    void theLauncherKnowsNoStageOfARun() {
        KNOWS_NO_STAGE_OF_A_RUN.check(OURS);
        assertThat(violations(KNOWS_NO_STAGE_OF_A_RUN)).contains("KnowsVerdict").doesNotContain("KnowsJupiter");
    }

    @Test
    void ofJUnitItKnowsThePlatformAlone() {
        KNOWS_JUNIT_AS_A_PLATFORM.check(OURS);
        assertThat(violations(KNOWS_JUNIT_AS_A_PLATFORM))
                .contains("KnowsJupiter")
                .doesNotContain("KnowsVerdict");
    }

    private static String violations(ArchRule rule) {
        return rule.evaluate(PLANTED).getFailureReport().toString();
    }
}
