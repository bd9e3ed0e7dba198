package org.nixlconform.reports.results;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.nixlconform.configuration.KnownIssueSpec;
import org.nixlconform.configuration.KnownIssueSpec.Condition;
import org.nixlconform.configuration.KnownIssueSpec.Expectation;
import org.nixlconform.configuration.KnownIssueSpec.Signature;
import org.nixlconform.message.Fact;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.Backend;
import org.nixlconform.plan.MemoryKind;
import org.nixlconform.plan.Operation;
import org.nixlconform.plan.PlanDraft;
import org.nixlconform.plan.Planned;
import org.nixlconform.plan.Role;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.reports.Gate;
import org.nixlconform.reports.results.CellResult.FindingLine;
import org.nixlconform.reports.results.RunFolder.Cells;
import org.nixlconform.verdict.KnownIssueMatch;
import org.nixlconform.verdict.KnownIssueMatch.Library;
import org.nixlconform.verdict.Outcome;
import org.nixlconform.verdict.Verdict;

/**
 * Cells as they were written between two H200 of one host, of which docs/observed-behaviour.md tells: the sweep of block
 * sizes, a transfer staged through the host, one over LIBFABRIC that never started, and two whose order was wrong. Of their
 * phases those are left that a cold start is made of; nothing else was changed.
 */
class RecordedGpuCellsTest {
    private static final int CELLS = 22;

    private static Path folder = Path.of("");
    private static List<CellResult> cells = List.of();

    @BeforeAll
    static void read() throws IOException, URISyntaxException {
        folder = Path.of(RecordedGpuCellsTest.class
                        .getResource("/recorded/two-h200/results.jsonl")
                        .toURI())
                .getParent();
        Cells read = new RunFolder(folder).readCells();
        assertThat(read.unreadableLines()).isZero();
        cells = read.cells();
        assertThat(cells).hasSize(CELLS);
    }

    private static CellResult cell(FindingKind kind) {
        return cells.stream()
                .filter(cell -> cell.findings().stream()
                        .anyMatch(finding -> finding.kind().equals(kind.name())))
                .findFirst()
                .orElseThrow();
    }

    /** A line of another form would lose what its reader does not know. */
    @Test
    void nothingOfALineIsLostByReadingIt() throws IOException {
        assertThat(cells.stream().map(Json::line))
                .containsExactlyElementsOf(Files.readAllLines(folder.resolve("results.jsonl")));
    }

    @Test
    void thePageShowsWhatConformsAndHowFastAndWhatDoesNot() {
        String page = MatrixPage.of(new Cells(cells, 0), Optional.empty());

        assertThat(page)
                .contains("**22 cells: conforms 20, VIOLATES 2**")
                .contains("| Topology | UCX VRAM, pack READ, micro | UCX VRAM, pack WRITE, micro |")
                .contains("| 1P-TP1 -> 1D-TP1 | conforms x11, 0.593-130 GB/s | conforms x9, 0.798-117 GB/s |")
                .contains("| 1P-TP1 -> 1D-TP1 | **VIOLATES** |", "| 1P-TP1 -> 1D-TP1 | **VIOLATES**, 0.448 GB/s |")
                .contains(
                        "transfer never started, 1 of 1 request posted, none of 20 slices arrived, on decode-0-rank-0")
                .contains(
                        "prefill-0-rank-0 has its blocks staged through the host: it reaches the GPUs of its node over tcp")
                .contains("the planted fault was caught as STALE: 20 of 20 block slices differ on decode-0-rank-0")
                .contains("the planted fault was caught as ZERO: 20 of 20 block slices differ on decode-0-rank-0");
    }

    /** The figures that docs/observed-behaviour.md states of these cells. */
    @Test
    void postingDominatesAndTheFigureIsThatOfTheSweep() {
        List<CellResult> sweep = cells.stream()
                .filter(cell -> Set.of("M2", "M3").contains(String.valueOf(cell.requirement())))
                .toList();

        assertThat(sweep).hasSize(18);
        assertThat(Costs.described(sweep))
                .extracting(cost -> cost.over() + ": " + cost.described())
                .containsExactly(
                        "nixl-gpu, UCX VRAM, pack READ, 1P-TP1 -> 1D-TP1: 623 us, 5.99 us each descriptor, 298 GB/s;"
                                + " of the field's request 95 % is by its descriptors: posting dominates",
                        "nixl-gpu, UCX VRAM, pack WRITE, 1P-TP1 -> 1D-TP1: 607 us, 5.59 us each descriptor, 203 GB/s;"
                                + " of the field's request 93 % is by its descriptors: posting dominates");
        assertThat(ColdStart.of(sweep)).singleElement().satisfies(start -> {
            assertThat(start.over()).isEqualTo("nixl-gpu, UCX VRAM");
            assertThat(ColdStart.COLUMNS).startsWith("context").contains("backend");
            assertThat(start.millis().get(ColdStart.COLUMNS.indexOf("context"))).isEqualTo("468");
            assertThat(start.millis().get(ColdStart.COLUMNS.indexOf("backend"))).isEqualTo("1229");
            assertThat(start.millis().get(ColdStart.COLUMNS.indexOf("register")))
                    .isEqualTo("2.24");
            assertThat(start.millis().get(ColdStart.COLUMNS.indexOf("first transfer")))
                    .isEqualTo("11.6");
            assertThat(start.millis().get(ColdStart.COLUMNS.indexOf("second"))).isEqualTo("6.74");
        });
    }

    /** What never ended has no time that a model may use. */
    @Test
    void aTransferThatNeverStartedHasNoRequestTimes() {
        assertThat(cell(FindingKind.NEVER_STARTED).requests()).isNull();
        assertThat(cell(FindingKind.NEVER_STARTED).gbPerSecond()).isNull();
    }

    @Test
    void aRunWithThemDoesNotPass() {
        assertThat(Gate.message(folder))
                .hasValueSatisfying(message -> assertThat(message)
                        .contains("violates", "decode READ, LIBFABRIC VRAM, 10 of 100 blocks", "transfer never started")
                        .contains("decode READ, UCX VRAM, 10 of 100 blocks", "staged through the host"));
    }

    @Test
    void aRecordOfItsOwnLogIsHitAndOthersAreNot() {
        CellResult neverStarted = cell(FindingKind.NEVER_STARTED);

        assertThat(match(neverStarted, "provider does not support FI_HMEM").hit())
                .map(KnownIssueSpec::id)
                .contains("planted");
        assertThat(match(neverStarted, "provider has no memory left").otherwise())
                .extracting(KnownIssueSpec::id)
                .containsExactly("planted");
        assertThat(match(cell(FindingKind.WRONG_PATH), "provider does not support FI_HMEM"))
                .as("a path, and UCX")
                .isEqualTo(KnownIssueMatch.NONE);
    }

    private static KnownIssueMatch match(CellResult cell, String log) {
        KnownIssueSpec record = new KnownIssueSpec(
                "planted",
                "blocks in VRAM never arrive",
                Optional.of("nixl-cu12"),
                Set.of("1.5.1"),
                Optional.of("LIBFABRIC"),
                Set.of(),
                Condition.NONE,
                new Signature(Set.of(FindingKind.NEVER_STARTED), Optional.of("transfer"), Optional.of(log)),
                Expectation.ALWAYS,
                "https://example.org/1",
                "2026-11-22");
        Verdict verdict = new Verdict(
                cell.outcome(),
                cell.findings().stream().map(RecordedGpuCellsTest::finding).toList(),
                cell.notes(),
                OptionalDouble.empty(),
                OptionalDouble.empty());
        assertThat(verdict.outcome()).isEqualTo(Outcome.VIOLATES);
        return KnownIssueMatch.of(
                List.of(record), new Library("nixl-cu12", "1.5.1", Set.of()), plan(cell), Optional.empty(), verdict);
    }

    private static Finding finding(FindingLine line) {
        FindingKind kind = FindingKind.valueOf(line.kind());
        return new Finding(
                kind,
                line.subject(),
                line.headline(),
                kind == FindingKind.NEVER_STARTED ? Optional.of("transfer") : Optional.empty(),
                line.facts().entrySet().stream()
                        .map(fact -> new Fact(fact.getKey(), fact.getValue()))
                        .toList());
    }

    /** As the cell's name says. */
    private static TransferPlan plan(CellResult cell) {
        Planned planned = PlanDraft.at("a recorded cell")
                .direction(Operation.valueOf(String.valueOf(cell.operation())), Role.DECODE)
                .backend(Backend.valueOf(String.valueOf(cell.backend())))
                .memory(MemoryKind.valueOf(String.valueOf(cell.memory())))
                .expectIntegrity()
                .expectCompletion(Duration.ofSeconds(60), Duration.ofSeconds(10))
                .plan();
        return ((Planned.Possible) planned).plan();
    }
}
