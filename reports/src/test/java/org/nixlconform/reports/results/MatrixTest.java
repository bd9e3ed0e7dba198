package org.nixlconform.reports.results;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.nixlconform.plan.Operation;
import org.nixlconform.reports.Samples;
import org.nixlconform.reports.results.CellResult.FindingLine;
import org.nixlconform.reports.results.CellResult.ServingLine;
import org.nixlconform.reports.results.RunFolder.Cells;
import org.nixlconform.verdict.Outcome;

class MatrixTest {
    private static final List<CellResult> ALL = List.of(
            CellResult.of(Samples.conforms(4, 4, Operation.WRITE)),
            CellResult.of(Samples.conforms(1, 1, Operation.READ)),
            CellResult.of(Samples.notJudged()),
            CellResult.of(Samples.violates()),
            CellResult.of(Samples.knownIssue()),
            CellResult.of(Samples.bodyFailed()),
            CellResult.of(Samples.broken()),
            CellResult.of(Samples.refused()));

    @Test
    void pageShowsEveryOutcome() {
        RunState state = RunState.of(Samples.run(List.of(), Map.of("cells", "4P|8D")), true);

        String page = MatrixPage.of(new Cells(ALL, 0), Optional.of(state));

        assertThat(page)
                .startsWith("""
                        # Conformance of local

                        **8 cells: conforms 2, known issue 1, not judged 1, TEST FAILED 1, VIOLATES 1, BROKEN 2**

                        Started 2026-11-21T09:00:00Z, finished.

                        ## wheel-1.5.0

                        GB/s where measured; 10^9 bytes per second of all initiators together. Micro: single transfers; \
                        serving: requests that engines serve on their own, many at once, out of caches whose blocks are reused; \
                        storm: many notifications; teardown, metadata, churn: trials of the life of agents. \
                        Nothing here is device memory over EFA: it neither confirms nor refutes what is seen there.

                        | Topology | LIBFABRIC host memory, pack READ, micro | LIBFABRIC host memory, pack WRITE, micro \
                        | UCX host memory, pack READ, micro | UCX host memory, pack WRITE, micro |
                        |---|---|---|---|---|
                        | 1P-TP1 -> 1D-TP1 |  |  | not judged 1 of 2, 5.31 GB/s |  |
                        | 1P-TP2 -> 1D-TP2 | **VIOLATES**, 5.31 GB/s |  |  |  |
                        | 4P-TP1 -> 1D-TP1 |  | known issue |  |  |
                        | 2P-TP2 -> 1D-TP2 |  |  | **TEST FAILED**, 5.31 GB/s |  |
                        | 4P-TP4 -> 1D-TP4 |  |  | **BROKEN** | conforms, 5.31 GB/s |

                        ## Does not conform

                        """)
                .contains("* **VIOLATES** 1P-TP2 -> 1D-TP2 pack, decode READ, LIBFABRIC, 128 of 256 blocks bf16 HND\n"
                        + "  * integrity: 3 of 16384 block slices differ on decode-0-rank-0\n"
                        + "  * environment wheel-1.5.0, `org.nixlconform.tests.TopologyConformance."
                        + "decodeReadsEveryBlockThatPrefillWrote`, evidence in [evidence/1P-TP2")
                .contains(
                        "* **BROKEN** 1P-TP3 -> 1D-TP3, refused\n  * plan: 8 KV heads cannot be shared out over 3 ranks")
                .contains("## Known issues\n\n* **known issue** 4P-TP1")
                .contains("""
                        ## Records of known issues

                        * release-hangs: hit by 1 cell
                          * The release of a request hangs. <https://example.org/1>
                        * long-fixed: OBSOLETE for 2 cells, something else found in 1 cell
                          * It was fixed. <https://example.org/2>
                          * **obsolete**: conforms \\| now
                          * **obsolete**: conforms too
                        """, "* elsewhere: never tried here\n")
                .contains("## Not judged\n\n"
                        + "* cluster: VRAM needs a GPU on every node, and node local has none (1 cell)\n")
                .contains("## Notes\n\n* throughput was not judged: 4 ranks share 2 cores (4 cells)\n")
                .contains("| CPU | 2 x Xeon \\| AVX2 |\n| -Dcells | 4P\\|8D |\n")
                .endsWith("## Left behind\n\nNothing.\n");
    }

    @Test
    void pageOfARunThatWasKilledSaysSo() {
        RunState state = RunState.of(Samples.run(List.of(), Map.of()), false);

        assertThat(MatrixPage.of(new Cells(ALL, 1), Optional.of(state)))
                .contains("**The run did not finish**", "1 line(s) of `results.jsonl` are not whole")
                .endsWith("Not known: the run did not finish.\n");
    }

    @Test
    void textIsAsWideAsAConsoleAndShowsEveryColumn() {
        List<CellResult> cells = new ArrayList<>(ALL);
        for (String environment : List.of("wheel-1.3.1", "an-environment-with-a-name-that-is-long".repeat(4))) {
            ALL.forEach(cell -> cells.add(in(environment, cell)));
        }

        String text = MatrixText.of(cells);

        assertThat(text.lines()).allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(MatrixText.WIDTH));
        assertThat(text).contains("""
                        wheel-1.5.0, GB/s where measured
                                          LIBFABRIC host memory  LIBFABRIC host memory  UCX host memory          UCX host memory
                                          pack READ, micro       pack WRITE, micro      pack READ, micro         pack WRITE, micro
                        1P-TP1 -> 1D-TP1                                                not judged 1 of 2, 5.31
                        1P-TP2 -> 1D-TP2  VIOLATES, 5.31
                        4P-TP1 -> 1D-TP1                         known issue
                        2P-TP2 -> 1D-TP2                                                TEST FAILED, 5.31
                        4P-TP4 -> 1D-TP4                                                BROKEN                   conforms, 5.31
                        """);
    }

    @Test
    void columnsThatDoNotFitFollowBelow() {
        List<CellResult> cells = new ArrayList<>();
        for (int backend = 0; backend < 9; backend++) {
            cells.add(on("BACKEND_NUMBER_" + backend, ALL.get(0)));
        }

        String text = MatrixText.of(cells);

        assertThat(text.lines()).allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(MatrixText.WIDTH));
        assertThat(text).contains("BACKEND_NUMBER_0", "BACKEND_NUMBER_8");
        assertThat(text.lines().filter(line -> line.startsWith("4P-TP4"))).hasSize(3);
    }

    /** A cell whose engines also serve requests stands in two columns, and what it found while serving in one of them. */
    @Test
    void servingHasAColumnOfItsOwn() {
        CellResult served = serving(ALL.get(0), ALL.get(0).outcome(), List.of());
        CellResult stale = serving(
                ALL.get(1),
                Outcome.VIOLATES,
                List.of(new FindingLine(
                        "STALE", "integrity", "3 slices differ", Map.of("where", "decode-0-rank-0, while serving"))));

        assertThat(MatrixText.of(List.of(served, stale))).isEqualTo("""
                        wheel-1.5.0, GB/s where measured
                                          UCX host memory, tcp  UCX host memory, tcp  UCX host memory, tcp  UCX host memory, tcp
                                          pack READ, micro      pack READ, serving    pack WRITE, micro     pack WRITE, serving
                        1P-TP1 -> 1D-TP1  conforms, 5.31        VIOLATES, 0.420
                        4P-TP4 -> 1D-TP4                                              conforms, 5.31        conforms, 0.420
                        """);
    }

    /** What it moved before says nothing of it. */
    @Test
    void anotherWorkloadHasTheColumnOfItsWord() {
        assertThat(MatrixText.of(List.of(ALL.get(0), doing("storm", ALL.get(0)))))
                .isEqualTo("""
                        wheel-1.5.0, GB/s where measured
                                          UCX host memory    UCX host memory
                                          pack WRITE, micro  pack WRITE, storm
                        4P-TP4 -> 1D-TP4  conforms, 5.31     conforms
                        """);
    }

    private static CellResult doing(String workload, CellResult cell) {
        return copy(
                cell,
                cell.backend(),
                cell.environment(),
                workload,
                cell.outcome(),
                cell.findings(),
                cell.serving(),
                cell.fabric());
    }

    private static CellResult serving(CellResult cell, Outcome outcome, List<FindingLine> findings) {
        return copy(
                cell,
                cell.backend(),
                cell.environment(),
                cell.workload(),
                outcome,
                findings,
                new ServingLine(200, 1.5, 630_000_000, 0.42),
                "tcp");
    }

    private static CellResult in(String environment, CellResult cell) {
        return copy(
                cell,
                cell.backend(),
                environment,
                cell.workload(),
                cell.outcome(),
                cell.findings(),
                cell.serving(),
                cell.fabric());
    }

    private static CellResult on(String backend, CellResult cell) {
        return copy(
                cell,
                backend,
                cell.environment(),
                cell.workload(),
                cell.outcome(),
                cell.findings(),
                cell.serving(),
                cell.fabric());
    }

    private static CellResult copy(
            CellResult cell,
            @Nullable String backend,
            @Nullable String environment,
            @Nullable String workload,
            Outcome outcome,
            List<FindingLine> findings,
            @Nullable ServingLine serving,
            @Nullable String fabric) {
        return new CellResult(
                cell.cell(),
                cell.topology(),
                backend,
                cell.placement(),
                cell.operation(),
                cell.memory(),
                workload,
                environment,
                outcome,
                cell.testResult(),
                cell.knownIssue(),
                findings,
                cell.gbPerSecond(),
                cell.shareOfReference(),
                cell.phases(),
                cell.testClass(),
                cell.testMethod(),
                cell.requirement(),
                cell.notes(),
                cell.startedAt(),
                cell.tookSeconds(),
                cell.iterations(),
                cell.bytesPerIteration(),
                cell.requests(),
                cell.atDone(),
                serving,
                fabric,
                cell.evidence());
    }
}
