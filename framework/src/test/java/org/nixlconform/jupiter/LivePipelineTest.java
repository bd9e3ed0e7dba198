package org.nixlconform.jupiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.platform.engine.TestExecutionResult.Status.ABORTED;
import static org.junit.platform.engine.TestExecutionResult.Status.FAILED;
import static org.junit.platform.engine.TestExecutionResult.Status.SUCCESSFUL;
import static org.nixlconform.plan.Backend.LIBFABRIC;
import static org.nixlconform.plan.Backend.UCX;
import static org.nixlconform.plan.MemoryKind.VRAM;
import static org.nixlconform.plan.Operation.READ;
import static org.nixlconform.plan.Operation.WRITE;
import static org.nixlconform.plan.Placement.SPREAD;
import static org.nixlconform.plan.Role.DECODE;
import static org.nixlconform.plan.Role.PREFILL;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nixlconform.jupiter.ConformanceKit.Ended;
import org.nixlconform.jupiter.ConformanceKit.Run;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;
import org.nixlconform.metadata.AgentMetadata;
import org.nixlconform.plan.Mutation;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.report.TransferReport;
import org.nixlconform.transfer.GivenMetadata;
import org.nixlconform.transfer.TransferObservation;
import org.nixlconform.verdict.Outcome;
import org.nixlconform.verdict.Verdict;
import org.opentest4j.AssertionFailedError;

/** The whole pipeline with real NIXL on this machine: one run of many cells, looked at from every side. */
class LivePipelineTest {
    @TempDir
    static Path root;

    /** What the fixtures' bodies were given. */
    private static final List<String> SEEN = new ArrayList<>();

    private static Run run;

    @Backends(UCX)
    @Topology
    @Direction(operation = READ, initiator = DECODE)
    @ExpectIntegrity
    @ExpectCompletion
    @Iterations(2)
    static class CellsTestCase {
        @TransferTest
        @Direction(operation = READ, initiator = DECODE)
        @Direction(operation = WRITE, initiator = PREFILL)
        @ExpectThroughput(shareOfReference = 0.0001)
        void conforms(TransferPlan plan, Verdict verdict, TransferObservation observation) {
            SEEN.add(plan.direction().label() + ", " + verdict.outcome() + ", "
                    + observation.iterations().size() + " iterations");
        }

        @TransferTest
        @Blocks(transferred = 11)
        void bodyFails() {
            fail("planted in the body");
        }

        @TransferTest
        @UnequalCaches(prefillBlocks = 100, decodeBlocks = 40)
        @Mutated(Mutation.WRONG_OWNER_BLOCK_COUNT)
        @ExpectCaught({FindingKind.MISPLACED, FindingKind.STALE, FindingKind.POISON})
        void faultIsCaught() {}

        @TransferTest
        @Blocks(transferred = 11)
        @UnequalCaches(prefillBlocks = 100, decodeBlocks = 40)
        @Mutated(Mutation.WRONG_OWNER_BLOCK_COUNT)
        void violatesAndBodyAborts(Verdict verdict) {
            assumeTrue(verdict.outcome() == Outcome.CONFORMS, "planted assumption");
        }

        @TransferTest
        @Blocks(transferred = 12)
        @UnequalCaches(prefillBlocks = 100, decodeBlocks = 40)
        @Mutated(Mutation.WRONG_OWNER_BLOCK_COUNT)
        void violatesAndBodyFails() {
            fail("planted in the body");
        }

        @TransferTest
        @Topology(placement = SPREAD)
        @Topology(prefillTp = 3)
        void spreadOrRefused() {
            SEEN.add("body of spreadOrRefused");
        }

        @TransferTest
        @Memory(VRAM)
        void inDeviceMemory() {
            SEEN.add("body of inDeviceMemory");
        }

        @TransferTest
        @Backends(LIBFABRIC)
        void withoutEnvironment() {}
    }

    /** None of them starts an engine: what fails, fails before. */
    @Backends(UCX)
    @Topology
    @Direction(operation = READ, initiator = DECODE)
    @ExpectIntegrity
    static class Inherited {}

    static class SetUpFailsTestCase extends Inherited {
        @BeforeEach
        void setUp() {
            throw new IllegalStateException("planted in the set-up");
        }

        @TransferTest
        void setUpFails() {}
    }

    static class SetUpAbortsTestCase extends Inherited {
        @BeforeEach
        void setUp() {
            assumeTrue(false, "planted assumption of the set-up");
        }

        @TransferTest
        void setUpAborts() {}
    }

    static class AsksTooEarlyTestCase extends Inherited {
        @BeforeEach
        void setUp(Verdict verdict) {}

        @TransferTest
        void asksTooEarly() {}
    }

    static class AsksForPlanTestCase extends Inherited {
        @BeforeEach
        void setUp(TransferPlan plan) {
            SEEN.add("before: " + plan.topology().label());
        }

        @TransferTest
        @Topology(placement = SPREAD)
        void asksForPlan() {}
    }

    @BeforeAll
    static void runAll() {
        ConformanceKit kit = LiveProject.in(root);
        RecordingReporter.throwing(true);
        run = kit.run(
                CellsTestCase.class,
                SetUpFailsTestCase.class,
                SetUpAbortsTestCase.class,
                AsksTooEarlyTestCase.class,
                AsksForPlanTestCase.class);
    }

    @AfterAll
    static void nothingIsLeft() {
        RecordingReporter.throwing(false);
        assertThat(LiveProject.processes(root, "rank")).isEmpty();
        assertThat(LiveProject.processes(root, "warden")).isEmpty();
    }

    private static List<FindingKind> kinds(TransferReport report) {
        return report.verdict().findings().stream().map(Finding::kind).toList();
    }

    private static String fact(Finding finding, String name) {
        return finding.facts().stream()
                .filter(fact -> fact.name().equals(name))
                .findFirst()
                .orElseThrow()
                .value();
    }

    @Test
    void aTransferConformsInBothDirections() {
        for (String direction : List.of("decode READ, UCX, 10 of 100", "prefill WRITE, UCX, 10 of 100")) {
            Ended cell = run.cells().stream()
                    .filter(each -> each.name().contains(direction + " blocks x 2 layers bf16 HND, iterations 2")
                            && each.status() == SUCCESSFUL
                            && !each.name().contains("mutation"))
                    .findFirst()
                    .orElseThrow();
            TransferReport report = run.reporter().published().stream()
                    .filter(each -> each.cell().equals(cell.name()))
                    .findFirst()
                    .orElseThrow();
            assertThat(report.verdict().outcome()).isEqualTo(Outcome.CONFORMS);
            assertThat(report.testResult()).isEqualTo("passed");
            assertThat(report.verdict().findings()).isEmpty();
            assertThat(report.verdict().notes())
                    .isEqualTo(
                            direction.contains("WRITE")
                                    ? List.of(
                                            "visibility at DONE was not observed: the case measures throughput, which a "
                                                    + "look would disturb")
                                    : List.of());
            assertThat(report.verdict().shareOfReference()).isPresent();
            assertThat(report.environment()).contains("nixl");
            assertThat(report.observation().orElseThrow().phases())
                    .extracting(TransferObservation.PhaseTime::phase)
                    .contains("load", "agent", "backend", "register", "metadata", "connect", "post", "verify", "close");
            assertThat(report.observation().orElseThrow().metadata()).hasSize(2).allSatisfy(LivePipelineTest::isWhole);
            assertThat(report.evidence()).anyMatch(file -> file.endsWith("metadata.txt"));
            assertThat(report.stages())
                    .extracting(TransferReport.Stage::name)
                    .containsExactly("cluster", "environment", "engine", "transfer", "verdict", "end");
        }
    }

    private static void isWhole(GivenMetadata given) {
        assertThat(given.content().flaw()).isEmpty();
        assertThat(given.content().agent()).isEqualTo(given.rank().label());
        assertThat(given.content().connections())
                .extracting(AgentMetadata.Connection::backend)
                .containsExactly("UCX");
        assertThat(given.nixlVersion()).contains("1.5.1");
        assertThat(given.regions()).isEqualTo(2);
        assertThat(given.regionsFound()).isEqualTo(2);
    }

    @Test
    void theBodyGetsWhatCameOfTheCase() {
        assertThat(SEEN).contains("decode READ, CONFORMS, 2 iterations", "prefill WRITE, CONFORMS, 2 iterations");
    }

    @Test
    void aBodyThatFailsFailsATransferThatConforms() {
        TransferReport report = run.report("bodyFails");

        assertThat(run.cell(report).status()).isEqualTo(FAILED);
        assertThat(run.cell(report).message()).isEqualTo("planted in the body");
        assertThat(report.testResult()).isEqualTo("failed");
        assertThat(report.verdict().outcome()).isEqualTo(Outcome.CONFORMS);
    }

    @Test
    void aFaultThatIsDeclaredAndCaughtConforms() {
        TransferReport report = run.report("faultIsCaught");

        assertThat(run.cell(report).status()).isEqualTo(SUCCESSFUL);
        assertThat(report.verdict().notes()).anyMatch(note -> note.startsWith("the planted fault was caught as "));
    }

    @Test
    void anAssumptionOfTheBodyDoesNotHideAViolation() {
        TransferReport report = run.report("violatesAndBodyAborts");

        Ended cell = run.cell(report);
        assertThat(cell.status()).isEqualTo(FAILED);
        assertThat(cell.thrown()).get().isInstanceOf(AssertionFailedError.class);
        assertThat(cell.message()).startsWith("integrity: ");
        assertThat(report.testResult()).isEqualTo("failed");
        assertThat(report.verdict().outcome()).isEqualTo(Outcome.VIOLATES);
        assertThat(kinds(report)).isNotEmpty().isSubsetOf(FindingKind.MISPLACED, FindingKind.STALE, FindingKind.POISON);
        Finding first = report.verdict().findings().get(0);
        assertThat(fact(first, "plan")).isEqualTo(report.cell());
        assertThat(root.resolve("target/conformance").resolve(fact(first, "evidence")))
                .exists();
    }

    @Test
    void aFailingBodyDoesNotHideTheVerdict() {
        Ended cell = run.cell(run.report("violatesAndBodyFails"));

        assertThat(cell.message()).isEqualTo("planted in the body");
        assertThat(cell.thrown().orElseThrow().getSuppressed())
                .singleElement()
                .satisfies(verdict -> assertThat(verdict.getMessage()).startsWith("integrity: "));
    }

    @Test
    void whatThisClusterCannotDoIsAbortedWithTheReason() {
        Ended spread = run.cells().stream()
                .filter(cell -> cell.name().contains("TP1 spread"))
                .findFirst()
                .orElseThrow();
        assertThat(spread.status()).isEqualTo(ABORTED);
        assertThat(spread.message())
                .startsWith("cluster: cluster local cannot place prefill and decode on different nodes");
        Ended vram = run.cell("UCX VRAM");
        assertThat(vram.status()).isEqualTo(ABORTED);
        assertThat(vram.message()).startsWith("cluster: node here has too few GPUs for 2 ranks");
        Ended libfabric = run.cell("LIBFABRIC");
        assertThat(libfabric.status()).isEqualTo(ABORTED);
        assertThat(libfabric.message())
                .startsWith("environment: no environment of cluster local has backend LIBFABRIC");
        assertThat(run.report("inDeviceMemory").verdict().outcome()).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(run.report("inDeviceMemory").testResult()).isEqualTo("aborted");
        assertThat(SEEN).noneMatch(seen -> seen.startsWith("body of "));
    }

    @Test
    void aRefusedCellIsAnErrorAndReportedWithoutAPlan() {
        Ended refused = run.cell("1P-TP3");
        assertThat(refused.status()).isEqualTo(FAILED);
        assertThat(refused.thrown()).get().isInstanceOf(FindingException.class);
        assertThat(run.reporter().published())
                .filteredOn(report -> report.cell().equals(refused.name()))
                .singleElement()
                .satisfies(report -> {
                    assertThat(report.plan()).isEmpty();
                    assertThat(report.testResult()).isEqualTo("error");
                    assertThat(kinds(report)).containsOnly(FindingKind.DECLARATION);
                });
    }

    @Test
    void aSetUpThatFailsIsReportedAsBroken() {
        TransferReport report = run.report("setUpFails");

        assertThat(run.cell(report).message()).isEqualTo("planted in the set-up");
        assertThat(report.verdict().outcome()).isEqualTo(Outcome.BROKEN);
        assertThat(report.testResult()).isEqualTo("error");
        assertThat(fact(report.verdict().findings().get(0), "actual")).contains("planted in the set-up");
    }

    @Test
    void aSetUpThatAbortsIsReportedAsInconclusive() {
        TransferReport report = run.report("setUpAborts");

        assertThat(run.cell(report).status()).isEqualTo(ABORTED);
        assertThat(report.verdict().outcome()).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(report.testResult()).isEqualTo("aborted");
    }

    @Test
    void onlyThePlanIsThereBeforeTheBody() {
        TransferReport early = run.report("asksTooEarly");
        assertThat(run.cell(early).message()).contains("Verdict", "is there in the test method only");
        assertThat(early.verdict().outcome()).isEqualTo(Outcome.BROKEN);
        assertThat(SEEN).contains("before: 1P-TP1 -> 1D-TP1");
    }

    @Test
    void aReporterThatFailsIsNamedAndChangesNoVerdict() {
        assertThat(run.console())
                .contains("reporter " + RecordingReporter.class.getName()
                        + " failed: java.lang.IllegalStateException: planted in the reporter");
        assertThat(run.cells()).noneMatch(cell -> cell.message().contains("planted in the reporter"));
    }

    @Test
    void everyCellIsBegunPublishedOnceAndHasEvidence() {
        assertThat(run.reporter().published())
                .extracting(TransferReport::cell)
                .doesNotHaveDuplicates()
                .containsExactlyInAnyOrderElementsOf(
                        run.cells().stream().map(Ended::name).toList());
        assertThat(run.reporter().published()).allSatisfy(report -> {
            assertThat(report.evidence()).isNotEmpty();
            assertThat(report.evidence())
                    .allSatisfy(file -> assertThat(Files.size(
                                    root.resolve("target/conformance").resolve(file)))
                            .isPositive());
        });
        assertThat(run.reporter().finished().obstacle()).isEmpty();
    }

    /** What it did not carry out is missing: said once, so that the run does not pass. */
    @Test
    void nothingButTheReporterThatFailsIsLeft() {
        assertThat(run.reporter().finished().leftovers())
                .containsExactly("report: reporter " + RecordingReporter.class.getName()
                        + " failed: java.lang.IllegalStateException: planted in the reporter");
    }
}
