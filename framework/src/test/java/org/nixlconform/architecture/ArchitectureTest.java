package org.nixlconform.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.net.MalformedURLException;
import java.net.URL;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.nixlconform.binding.Nixl;
import org.nixlconform.plan.TransferPlan;

/**
 * The rules of {@link ArchitectureRules} hold for our classes, and each of them fails for the classes that were planted
 * to break it, and for no other of them.
 */
class ArchitectureTest {
    private static final ArchitectureRules RULES = new ArchitectureRules("org.nixlconform");
    private static final ArchitectureRules PLANTED_RULES =
            new ArchitectureRules("org.nixlconform.architecture.planted");

    private static final JavaClasses OURS = classesBeside(TransferPlan.class, Nixl.class);
    private static final JavaClasses PLANTED =
            new ClassFileImporter().importPackages("org.nixlconform.architecture.planted");

    /** Everything that lies where these lie: a folder in a build, or a jar. */
    private static JavaClasses classesBeside(Class<?>... each) {
        List<URL> places = Stream.of(each)
                .map(type -> type.getProtectionDomain().getCodeSource().getLocation())
                .map(ArchitectureTest::insideOfJar)
                .toList();
        return new ClassFileImporter().importUrls(places);
    }

    private static URL insideOfJar(URL place) {
        try {
            return place.getPath().endsWith(".jar") ? new URL("jar:" + place + "!/") : place;
        } catch (MalformedURLException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    @Test
    void enoughClassesAreLookedAt() {
        // Whoever moves classes out of sight moves these numbers; whoever adds some may raise them.
        assertThat(OURS.stream()
                        .filter(type -> type.getPackageName().matches("org\\.nixlconform\\.(binding|engine\\..*)")))
                .as("classes of module native")
                .hasSizeGreaterThan(85);
        assertThat(OURS.stream()).as("classes of native and framework").hasSizeGreaterThan(330);
    }

    @Test
    void aStageKnowsOnlyTheStagesBehindItAndTheLeaves() {
        hold(RULES.layers());

        assertThat(PLANTED_RULES.layers().stream().flatMap(rule -> violators(rule).stream()))
                .containsExactlyInAnyOrder(
                        "jupiter.KnowsAssertion",
                        "report.KnowsJupiter",
                        "verdict.KnowsReport",
                        "transfer.SpeaksProtocol",
                        "engine.KnowsTransfer",
                        "environment.KnowsEngine",
                        "cluster.KnowsEngine",
                        "plan.KnowsCluster",
                        "fault.KnowsEngine",
                        "message.KnowsPlan",
                        "configuration.KnowsPlan",
                        "metadata.KnowsPlan",
                        "assertion.KnowsEngine",
                        "binding.KnowsProtocol",
                        "engine.protocol.KnowsPlan",
                        "engine.process.KnowsPlan");
    }

    @Test
    void everyPackageHasARule() {
        hold(List.of(RULES.everyPackageIsALayer()));

        assertThat(violators(PLANTED_RULES.everyPackageIsALayer())).containsExactly("common.Anything");
    }

    @Test
    void noPackagesDependOnEachOther() {
        hold(List.of(RULES.noCycles()));

        assertThat(PLANTED_RULES.noCycles().evaluate(PLANTED).getFailureReport().toString())
                .contains("Cycle detected")
                .contains("KnowsEngine");
    }

    @Test
    void eachLibraryIsKnownInOnePlace() {
        hold(RULES.libraryFences());

        assertThat(PLANTED_RULES.libraryFences().stream().flatMap(rule -> violators(rule).stream()))
                .containsExactlyInAnyOrder(
                        "report.UsesJUnit",
                        "report.UsesOpentest4j",
                        "engine.UsesSshj",
                        "verdict.UsesAssertJ",
                        "engine.process.UsesJna");
    }

    @Test
    void planVerdictAndMetadataArePure() {
        hold(RULES.purity());

        assertThat(PLANTED_RULES.purity().stream().flatMap(rule -> violators(rule).stream()))
                .containsExactlyInAnyOrder(
                        "plan.ReadsFile",
                        "plan.TakesTime",
                        "plan.TakesDate",
                        "plan.RollsDice",
                        "plan.StartsThread",
                        "verdict.IsSeeded",
                        "verdict.TakesInstant",
                        "metadata.ReadsFile");
    }

    @Test
    void noNameIsEmptyOfMeaning() {
        hold(List.of(RULES.namesSaySomething()));

        assertThat(violators(PLANTED_RULES.namesSaySomething()))
                .containsExactly("common.Anything", "report.CellContext", "report.ReportUtils");
    }

    @Test
    void everyPackageIsNullMarked() {
        hold(List.of(RULES.everyPackageIsNullMarked()));

        assertThat(violators(PLANTED_RULES.everyPackageIsNullMarked()))
                .contains("cluster.KnowsEngine", "common.Anything")
                .noneMatch(type -> type.startsWith("plan."));
    }

    private static void hold(List<ArchRule> rules) {
        assertThat(rules).isNotEmpty().allSatisfy(rule -> rule.check(OURS));
    }

    /** The planted classes that a rule names as those at fault, each once, sorted. */
    private static TreeSet<String> violators(ArchRule rule) {
        Pattern first = Pattern.compile("^[^<]*<org\\.nixlconform\\.architecture\\.planted\\.([a-z.]+\\.[A-Z]\\w*)");
        TreeSet<String> violators = new TreeSet<>();
        for (String detail : rule.evaluate(PLANTED).getFailureReport().getDetails()) {
            Matcher at = first.matcher(detail);
            assertThat(at.find()).as(detail).isTrue();
            violators.add(at.group(1));
        }
        return violators;
    }
}
