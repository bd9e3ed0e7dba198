package org.nixlconform.jupiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.assertj.core.api.Assertions.tuple;
import static org.junit.platform.engine.TestExecutionResult.Status.ABORTED;
import static org.junit.platform.engine.TestExecutionResult.Status.FAILED;
import static org.junit.platform.engine.TestExecutionResult.Status.SUCCESSFUL;
import static org.nixlconform.plan.Backend.UCX;
import static org.nixlconform.plan.MemoryKind.VRAM;
import static org.nixlconform.plan.Operation.READ;
import static org.nixlconform.plan.Operation.WRITE;
import static org.nixlconform.plan.Role.DECODE;
import static org.nixlconform.plan.Role.PREFILL;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.nixlconform.jupiter.ConformanceKit.Ended;
import org.nixlconform.jupiter.ConformanceKit.Run;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.Mutation;
import org.nixlconform.report.RunReport.KnownIssueUse;
import org.nixlconform.report.TransferReport;
import org.nixlconform.verdict.Outcome;

/** What a record makes of a test, with real NIXL: one run for each row of the table of outcomes. */
@Timeout(180)
class LiveKnownIssueTest {
    private static final String WRONG_PLACE = "[MISPLACED, STALE, POISON]";

    @TempDir
    static Path root;

    private static Run run;

    @Backends(UCX)
    @Topology
    @Direction(operation = READ, initiator = DECODE)
    @ExpectIntegrity
    @ExpectCompletion
    static class CellsTestCase {
        @TransferTest
        @Blocks(transferred = 11)
        @UnequalCaches(prefillBlocks = 100, decodeBlocks = 40)
        @Mutated(Mutation.WRONG_OWNER_BLOCK_COUNT)
        void symptomAlone() {}

        @TransferTest
        @Blocks(transferred = 12)
        @UnequalCaches(prefillBlocks = 100, decodeBlocks = 40)
        @Mutated(Mutation.WRONG_OWNER_BLOCK_COUNT)
        void symptomThatTheBodyAssertsToo() {
            fail("planted in the body");
        }

        @TransferTest
        @Blocks(transferred = 13)
        @UnequalCaches(prefillBlocks = 100, decodeBlocks = 40)
        @Mutated(Mutation.WRONG_OWNER_BLOCK_COUNT)
        void symptomAndABodyThatIsBroken() {
            throw new IllegalStateException("planted in the body");
        }
    }

    @Backends(UCX)
    @Topology(decodeTp = 2)
    @Direction(operation = READ, initiator = DECODE)
    @ExpectIntegrity
    @ExpectCompletion
    static class ConformsTestCase {
        @TransferTest
        void alwaysDeclared() {}

        @TransferTest
        @Blocks(transferred = 11)
        @UnequalCaches(prefillBlocks = 100, decodeBlocks = 40)
        @Mutated(Mutation.WRONG_OWNER_BLOCK_COUNT)
        void alwaysDeclaredAndOtherwise() {}
    }

    @Backends(UCX)
    @Topology(prefillTp = 2)
    @Direction(operation = READ, initiator = DECODE)
    @ExpectIntegrity
    @ExpectCompletion
    static class SometimesTestCase {
        @TransferTest
        void sometimesDeclared() {}
    }

    @Backends(UCX)
    @Topology(prefillTp = 2, decodeTp = 2)
    @Direction(operation = READ, initiator = DECODE)
    @ExpectIntegrity
    @ExpectCompletion
    static class BesidesTestCase {
        /** What goes to the wrong place is missing in the right one. */
        @TransferTest
        @Topology
        @Direction(operation = WRITE, initiator = PREFILL)
        @Blocks(transferred = 11)
        @UnequalCaches(prefillBlocks = 40, decodeBlocks = 100)
        @Mutated(Mutation.WRONG_OWNER_BLOCK_COUNT)
        void symptomAndAnother() {}

        @TransferTest
        @Memory(VRAM)
        void inconclusive() {}

        @TransferTest
        @Topology(prefillTp = 3)
        void broken() {}
    }

    @BeforeAll
    static void runAll() {
        ConformanceKit kit = LiveProject.in(root)
                .write(
                        "config/known-issues.yaml",
                        "issues:\n"
                                + record(
                                        "wrong-place",
                                        "{prefillTp: 1, decodeTp: 1, operation: READ}",
                                        WRONG_PLACE,
                                        "always")
                                + record("fixed", "{prefillTp: 1, decodeTp: 2}", "TORN", "always")
                                + record("rare", "{prefillTp: 2, decodeTp: 1}", "TORN", "sometimes")
                                + record("one-of-two", "{operation: WRITE}", "OVERRUN", "always")
                                + record("the-other", "{operation: WRITE}", "POISON", "sometimes")
                                + record("not-judged", "{memory: VRAM}", "TORN", "always")
                                + record("not-begun", "{prefillTp: 3}", "TORN", "always")
                                + record("another-release", "{}", WRONG_PLACE, "always")
                                        .replace("[1.5.1]", "[1.5.0]")
                                + record("elsewhere", "{placement: SPREAD}", "TORN", "always"));
        run = kit.run(CellsTestCase.class, ConformsTestCase.class, SometimesTestCase.class, BesidesTestCase.class);
    }

    private static String record(String id, String condition, String kinds, String expectation) {
        return """
                  - id: %s
                    statement: Planted.
                    nixl: {distribution: nixl-cu12, versions: [1.5.1]}
                    backend: UCX
                    condition: %s
                    signature: {kind: %s}
                    expectation: %s
                    link: https://example.org/1
                    since: 1.5.1
                """.formatted(id, condition, kinds, expectation);
    }

    @Test
    void theSymptomAloneAbortsAndKeepsItsEvidence() {
        TransferReport report = run.report("symptomAlone");
        Ended cell = run.cell(report);

        assertThat(cell.status()).isEqualTo(ABORTED);
        assertThat(cell.message())
                .startsWith("known issue wrong-place: Planted.\nhttps://example.org/1\n\nintegrity: ");
        assertThat(report.knownIssue()).contains("wrong-place");
        assertThat(report.testResult()).isEqualTo("aborted");
        assertThat(report.verdict().outcome()).isEqualTo(Outcome.VIOLATES);
        assertThat(report.evidence())
                .isNotEmpty()
                .allSatisfy(file -> assertThat(
                                Files.exists(root.resolve("target/conformance").resolve(file)))
                        .isTrue());
    }

    @Test
    void anAssertionOfTheBodyIsTheSameOnceMore() {
        TransferReport report = run.report("symptomThatTheBodyAssertsToo");
        Ended cell = run.cell(report);

        assertThat(cell.status()).isEqualTo(ABORTED);
        assertThat(cell.message()).startsWith("known issue wrong-place: ");
        assertThat(cell.thrown().orElseThrow().getSuppressed())
                .anySatisfy(raised -> assertThat(raised).hasMessage("planted in the body"));
        assertThat(report.testResult()).isEqualTo("aborted");
        assertThat(report.knownIssue()).contains("wrong-place");
    }

    @Test
    void aBrokenBodyIsNotHidden() {
        TransferReport report = run.report("symptomAndABodyThatIsBroken");

        assertThat(run.cell(report).status()).isEqualTo(FAILED);
        assertThat(run.cell(report).message()).isEqualTo("planted in the body");
        assertThat(report.testResult()).isEqualTo("error");
    }

    @Test
    void aCaseThatConformsFailsAsTheRecordIsObsolete() {
        TransferReport report = run.report("alwaysDeclared");
        Ended cell = run.cell(report);

        assertThat(cell.status()).isEqualTo(FAILED);
        assertThat(cell.message()).startsWith("known issue: fixed is obsolete: the case conforms\n");
        assertThat(report.testResult()).isEqualTo("failed");
        assertThat(report.knownIssue()).isEmpty();
        assertThat(report.verdict().outcome()).isEqualTo(Outcome.CONFORMS);
    }

    @Test
    void anotherViolationFailsAndTheRecordIsNamed() {
        TransferReport report = run.report("alwaysDeclaredAndOtherwise");

        assertThat(run.cell(report).status()).isEqualTo(FAILED);
        assertThat(run.cell(report).message()).startsWith("integrity: ");
        assertThat(report.knownIssue()).isEmpty();
        assertThat(report.verdict().notes())
                .contains("known issue fixed is declared for this case, which violates in another way");
    }

    @Test
    void aCaseThatConformsPassesWhereTheRecordSaysSometimes() {
        TransferReport report = run.report("sometimesDeclared");

        assertThat(run.cell(report).status()).isEqualTo(SUCCESSFUL);
        assertThat(report.verdict().notes()).contains("known issue rare, which shows sometimes, did not show");
    }

    @Test
    void theSymptomAndAnotherFailAndAllOfThemAreNamed() {
        TransferReport report = run.report("symptomAndAnother");

        assertThat(run.cell(report).status()).isEqualTo(FAILED);
        assertThat(run.cell(report).message())
                .startsWith("known issue: one-of-two showed, but not alone\n")
                .contains("known issue: the-other showed, but not alone\n");
        assertThat(report.knownIssue()).isEmpty();
        assertThat(report.testResult()).isEqualTo("failed");
        assertThat(report.verdict().findings())
                .extracting(Finding::kind)
                .contains(FindingKind.OVERRUN, FindingKind.POISON);
    }

    @Test
    void whatIsInconclusiveIsAsWithoutTheRecord() {
        TransferReport report = run.report("inconclusive");

        assertThat(run.cell(report).status()).isEqualTo(ABORTED);
        assertThat(run.cell(report).message()).startsWith("cluster: ");
        assertThat(report.verdict().outcome()).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(report.knownIssue()).isEmpty();
    }

    @Test
    void whatIsBrokenIsAsWithoutTheRecord() {
        TransferReport report = run.report("broken");

        assertThat(run.cell(report).status()).isEqualTo(FAILED);
        assertThat(run.cell(report).thrown()).get().isInstanceOf(FindingException.class);
        assertThat(report.verdict().outcome()).isEqualTo(Outcome.BROKEN);
        assertThat(report.testResult()).isEqualTo("error");
        assertThat(report.knownIssue()).isEmpty();
    }

    @Test
    void aRecordOfAnotherReleaseIsNoneOfThisRun() {
        assertThat(run.reporter().finished().knownIssues())
                .filteredOn(use -> use.id().equals("another-release"))
                .singleElement()
                .satisfies(use -> assertThat(use.untried()).isTrue());
        assertThat(run.cells()).noneMatch(cell -> cell.message().contains("another-release"));
    }

    @Test
    void theRunSaysWhatCameOfEveryRecord() {
        assertThat(run.reporter().finished().knownIssues())
                .extracting(
                        KnownIssueUse::id,
                        use -> use.hit().size(),
                        use -> use.obsolete().size(),
                        use -> use.notSeen().size(),
                        use -> use.violating().size())
                .containsExactly(
                        tuple("wrong-place", 3, 0, 0, 0),
                        tuple("fixed", 0, 1, 0, 1),
                        tuple("rare", 0, 0, 1, 0),
                        tuple("one-of-two", 0, 0, 0, 1),
                        tuple("the-other", 0, 0, 0, 1),
                        tuple("not-judged", 0, 0, 0, 0),
                        tuple("not-begun", 0, 0, 0, 0),
                        tuple("another-release", 0, 0, 0, 0),
                        tuple("elsewhere", 0, 0, 0, 0));
    }

    @Test
    void theShippedRecordIsTrueOfThisReleaseHere(@TempDir Path other) throws Exception {
        Run refused = LiveProject.in(other)
                .write("config/known-issues.yaml", Files.readString(LiveProject.knownIssues()))
                .write("config/environments/nixl.yaml", """
                        install: {mode: wheel, distribution: nixl-cu12, version: 1.5.1}
                        backends: [UCX]
                        variables: {UCX_TLS: "sm,self"}
                        """)
                .run(ConformsTestCase.class);

        TransferReport report = refused.report("alwaysDeclared");
        assertThat(report.knownIssue()).as("%s", report.verdict()).contains("ucx-shared-memory-alone");
        assertThat(refused.cell(report).status()).isEqualTo(ABORTED);
        assertThat(report.testResult()).isEqualTo("aborted");
    }
}
