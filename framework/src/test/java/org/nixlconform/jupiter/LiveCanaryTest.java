package org.nixlconform.jupiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.TestExecutionResult.Status.ABORTED;
import static org.junit.platform.engine.TestExecutionResult.Status.FAILED;
import static org.junit.platform.engine.TestExecutionResult.Status.SUCCESSFUL;
import static org.nixlconform.plan.Backend.UCX;
import static org.nixlconform.plan.Operation.READ;
import static org.nixlconform.plan.Role.DECODE;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.nixlconform.fault.FaultCatalogue;
import org.nixlconform.fault.LibraryFault;
import org.nixlconform.fault.PlantedFault;
import org.nixlconform.jupiter.ConformanceKit.Run;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.Backend;
import org.nixlconform.plan.BlockUse;
import org.nixlconform.plan.Expectations;
import org.nixlconform.plan.Mutation;
import org.nixlconform.plan.PlanDraft;
import org.nixlconform.plan.Planned;
import org.nixlconform.plan.Selection;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.report.RunReport;

/** What a run makes of the faults that it plants in itself, with real NIXL. */
@Timeout(120)
class LiveCanaryTest {
    private static final LibraryFault FLIP = LibraryFault.on("decode-0-rank-0", "flip")
            .with("request", 1)
            .with("byte", 1234)
            .with("bit", 5);

    @TempDir
    Path root;

    private ConformanceKit kit;

    @BeforeEach
    void makeProject() {
        kit = LiveProject.in(root).with("canaries", "on");
    }

    /** Opens the run with other faults than the catalogue's. */
    static final class OtherCanaries implements BeforeAllCallback {
        private static Canaries.Catalogue catalogue = FaultCatalogue::canaries;

        @Override
        public void beforeAll(ExtensionContext context) {
            PipelineStore.run(
                    context, () -> ConformanceRun.open(System::getProperty, List.of(), new Canaries(catalogue)));
        }
    }

    @TestMethodOrder(MethodOrderer.MethodName.class)
    @ExtendWith(OtherCanaries.class)
    @Backends(UCX)
    @Topology
    @Direction(operation = READ, initiator = DECODE)
    @Blocks(transferred = 11)
    @ExpectIntegrity
    @ExpectCompletion
    static class CellsTestCase {
        @TransferTest
        void first() {}

        @TransferTest
        void second() {}
    }

    private Run with(Canaries.Catalogue catalogue) {
        OtherCanaries.catalogue = catalogue;
        try {
            return kit.run(CellsTestCase.class);
        } finally {
            OtherCanaries.catalogue = FaultCatalogue::canaries;
        }
    }

    private static PlantedFault flip(LibraryFault fault, boolean integrity, FindingKind expected) {
        PlanDraft draft = PlanDraft.at("a test").expectCompletion(Duration.ofSeconds(10), Duration.ofSeconds(1));
        Planned planned = (integrity ? draft.expectIntegrity() : draft).plan();
        TransferPlan plan = ((Planned.Possible) planned).plan();
        return new PlantedFault("a flip", "canary", 1, plan, List.of(fault), Optional.empty(), Set.of(expected));
    }

    /** @param actual what the message says of it @param property what the list of canaries says of it */
    private void isVoid(Run run, String actual, String property) {
        assertThat(run.cells()).isEmpty();
        assertThat(run.reporter().published()).isEmpty();
        assertThat(run.method("first").status()).isEqualTo(FAILED);
        assertThat(run.method("second").status()).isEqualTo(ABORTED);
        for (String said : List.of(
                run.method("first").message(),
                run.reporter().finished().obstacle().orElseThrow())) {
            assertThat(said)
                    .startsWith("canary: the run is void: a planted fault, a flip, was not found\n")
                    .contains("actual   : " + actual, "where    : environment nixl, UCX");
        }
        assertThat(run.console()).contains("canary nixl UCX, a flip: " + property);
        assertThat(run.reporter().finished().properties())
                .filteredOn(each -> each.name().equals("canary nixl UCX, a flip"))
                .singleElement()
                .satisfies(each -> assertThat(each.value()).startsWith(property));
    }

    @Test
    void aRunWhoseFaultsAreAllFoundJudgesItsCellsAndListsThemApart() {
        Run run = with(FaultCatalogue::canaries);

        assertThat(run.cells())
                .hasSize(2)
                .allSatisfy(cell -> assertThat(cell.status()).isEqualTo(SUCCESSFUL));
        assertThat(run.reporter().published()).hasSize(2);
        assertThat(run.reporter().finished().properties())
                .filteredOn(each -> each.name().startsWith("canary "))
                .hasSameSizeAs(FaultCatalogue.canaries(1, UCX))
                .allSatisfy(each -> assertThat(each.value()).startsWith("found ["));
    }

    @Test
    void aFaultThatIsFoundAsAnotherKindVoidsTheRun() {
        isVoid(
                with((seed, backend) -> List.of(flip(FLIP.with("descriptor", 3), true, FindingKind.STALE))),
                "[FOREIGN]",
                "NOT found as it is, but [FOREIGN]");
    }

    /** The transfer stands still for longer than a canary may, as on a machine that is too busy, and then goes on. */
    @Test
    @Tag("releases")
    void aFaultForWhichTimeRanOutIsPlantedOnceMoreWithMoreTime() {
        PlantedFault flip = flip(FLIP.with("descriptor", 3), true, FindingKind.FOREIGN);
        LibraryFault late = LibraryFault.on("decode-0-rank-0", "late")
                .with("request", 0)
                .with("descriptor", 5)
                .with("milliseconds", 6_000)
                .with("hold", true);
        Run run = with((seed, backend) -> List.of(new PlantedFault(
                flip.name(),
                flip.family(),
                flip.seed(),
                flip.plan(),
                List.of(late, flip.faults().get(0)),
                flip.outside(),
                flip.expected())));

        assertThat(run.cells())
                .hasSize(2)
                .allSatisfy(cell -> assertThat(cell.status()).isEqualTo(SUCCESSFUL));
        assertThat(run.console()).contains("canary nixl UCX, a flip, with more time: found [FOREIGN]");
    }

    /** A library that puts blocks into wrong places by itself hides what is planted: its cells are judged all the same. */
    @Test
    @Tag("releases")
    void aFaultThatIsHiddenByOneOfTheLibraryVoidsNothing() {
        Planned misplacing = PlanDraft.at("a test")
                .blocks(new BlockUse(11, 100, 40, Selection.SHUFFLED, 42, 0, false))
                .mutation(Mutation.WRONG_OWNER_BLOCK_COUNT)
                .expectIntegrity()
                .plan();
        PlantedFault flip = flip(FLIP.with("descriptor", 3), true, FindingKind.OVERRUN);
        Run run = with((seed, backend) -> List.of(new PlantedFault(
                flip.name(),
                flip.family(),
                flip.seed(),
                ((Planned.Possible) misplacing).plan(),
                flip.faults(),
                flip.outside(),
                flip.expected())));

        assertThat(run.cells())
                .hasSize(2)
                .allSatisfy(cell -> assertThat(cell.status()).isEqualTo(SUCCESSFUL));
        assertThat(run.console())
                .containsPattern("canary nixl UCX, a flip: hidden by what is found without it, \\[[^]]*MISPLACED");
    }

    /** It is planted, and its case does not look. */
    @Test
    void aFaultThatNobodySeesVoidsTheRun() {
        isVoid(
                with((seed, backend) -> List.of(flip(FLIP.with("descriptor", 3), false, FindingKind.FOREIGN))),
                "[]",
                "NOT found as it is, but []");
    }

    /** No request has such a descriptor. */
    @Test
    void aFaultThatCannotBePlantedVoidsTheRun() {
        isVoid(
                with((seed, backend) -> List.of(flip(FLIP.with("descriptor", 1_000_000), true, FindingKind.FOREIGN))),
                "it could not be planted",
                "could NOT be planted, found []");
    }

    @Test
    void oneThatLivesAmongOthersThatAreFoundVoidsTheRun() {
        Run run = with((seed, backend) -> List.of(
                FaultCatalogue.canaries(seed, backend).get(0),
                flip(FLIP.with("descriptor", 3), false, FindingKind.FOREIGN)));

        isVoid(run, "[]", "NOT found as it is, but []");
    }

    private static List<PlantedFault> metadataFaults(long seed, Backend backend) {
        Set<String> some = Set.of(
                "metadata cut to 64 bytes",
                "metadata without the last byte",
                "metadata with one bit flipped, in the name",
                "metadata of another version",
                "metadata of another agent");
        return FaultCatalogue.all(seed, backend).stream()
                .filter(fault -> some.contains(fault.name()))
                .toList();
    }

    /** Side and tag are said, not only that the load failed. */
    @Test
    void spoiltMetadataAreFoundAndExplained() {
        Run run = with(LiveCanaryTest::metadataFaults);

        assertThat(run.cells())
                .hasSize(2)
                .allSatisfy(cell -> assertThat(cell.status()).isEqualTo(SUCCESSFUL));
        assertThat(run.reporter().finished().properties())
                .filteredOn(each -> each.name().startsWith("canary "))
                .hasSize(5)
                .allSatisfy(each -> assertThat(each.value()).startsWith("found ["));
    }

    /** Of one and the same fault the stricter rule makes a finding, and the notification's rule none. */
    @Test
    @Tag("releases")
    void dataThatAreLateForDoneButNotForTheNotificationBreakOnlyTheStricterRule() {
        PlantedFault late = FaultCatalogue.all(1, UCX).stream()
                .filter(fault -> fault.plan().expectations().visibleAtDone())
                .findFirst()
                .orElseThrow();
        PlanDraft draft = PlanDraft.of("a test", late.plan())
                .expectations(new Expectations(
                        true, false, late.plan().expectations().completion(), Optional.empty(), Set.of(), List.of()));
        PlantedFault notified = new PlantedFault(
                "the same, where the notification counts",
                late.family(),
                late.seed(),
                ((Planned.Possible) draft.plan()).plan(),
                late.faults(),
                late.outside(),
                Set.of());

        Run run = with((seed, backend) -> List.of(late, notified));

        assertThat(run.cells())
                .hasSize(2)
                .allSatisfy(cell -> assertThat(cell.status()).isEqualTo(SUCCESSFUL));
        assertThat(run.reporter().finished().properties())
                .filteredOn(each -> each.name().startsWith("canary "))
                .extracting(each -> each.value().replaceAll(", [0-9.]+ s$", ""))
                .containsExactly("found [EARLY_DONE]", "found []");
    }

    @Test
    void aFaultThatIsFoundAndNotExplainedVoidsTheRun() {
        PlantedFault cut = metadataFaults(1, UCX).get(0);
        PlantedFault other = new PlantedFault(
                "a flip",
                cut.family(),
                cut.seed(),
                cut.plan(),
                cut.faults(),
                cut.outside(),
                cut.floor(),
                cut.expected(),
                Set.of("tag of another kind"));

        isVoid(with((seed, backend) -> List.of(other)), "[REFUSED]", "NOT found as it is, but [REFUSED]");
    }

    @Test
    void withoutCanariesTheReportAndTheConsoleSaySo() {
        kit.with("canaries", "off");

        Run run = with((seed, backend) -> {
            throw new AssertionError("a fault was asked for");
        });

        assertThat(run.cells()).allSatisfy(cell -> assertThat(cell.status()).isEqualTo(SUCCESSFUL));
        assertThat(run.console()).contains("[nixlconform] canaries off, as -Dcanaries=off asks for");
        assertThat(run.reporter().finished().properties())
                .contains(new RunReport.Property(
                        "canaries", "off, as -Dcanaries=off asks for: nothing shows that faults are found"));
    }
}
