package org.nixlconform.reports;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nixlconform.message.Finding;
import org.nixlconform.plan.Operation;
import org.nixlconform.report.RunReport;
import org.nixlconform.report.RunReport.MustJudge;
import org.nixlconform.report.TransferReport;
import org.nixlconform.reports.results.ResultsReporter;
import org.nixlconform.reports.results.RunFolder;
import org.nixlconform.verdict.Verdict;

class GateTest {
    private static final TransferReport CONFORMS = Samples.conforms(1, 1, Operation.READ);
    private static final RunReport CLEAN = Samples.run(List.of(), Map.of());

    @TempDir
    Path folder;

    @Test
    void aRunInWhichEverythingConformsPasses() {
        assertThat(gate(CLEAN, true, CONFORMS)).isEmpty();
    }

    @Test
    void aKnownIssueAndACellThatIsNotJudgedDoNotStopARun() {
        assertThat(gate(CLEAN, true, CONFORMS, Samples.knownIssue(), Samples.notJudged()))
                .isEmpty();
    }

    @Test
    void aKnownIssueCountsAsJudged() {
        RunReport run = mustJudge(new MustJudge("libfabric", "pack", "dram"));
        assertThat(gate(run, true, Samples.knownIssue())).isEmpty();
    }

    @Test
    void aFolderWithoutARunDoesNotPass() {
        assertThat(reasons(Gate.objection(new RunFolder(folder)))).containsOnlyKeys("judged", "run");
    }

    @Test
    void aRunWithoutCellsDoesNotPass() {
        assertThat(reasons(gate(mustJudge(), true)))
                .containsOnlyKeys("judged")
                .containsEntry("judged", "nothing: " + folder.resolve("results.jsonl") + " has no cell");
    }

    @Test
    void aRunThatJudgedNothingDoesNotPass() {
        assertThat(reasons(gate(mustJudge(), true, Samples.notJudged()))).containsOnlyKeys("judged");
    }

    @Test
    void aViolationDoesNotPass() {
        Map<String, String> reasons = reasons(gate(CLEAN, true, CONFORMS, Samples.violates()));
        assertThat(reasons).containsOnlyKeys("violates");
        assertThat(reasons.get("violates"))
                .contains("1P-TP2 -> 1D-TP2", "integrity: 3 of 16384 block slices differ on decode-0-rank-0");
    }

    @Test
    void aKnownIssueThatFailedNeverthelessDoesNotPass() {
        TransferReport known = Samples.knownIssue();
        TransferReport failed =
                Samples.report(known.plan().orElseThrow(), known.verdict(), "failed", known.knownIssue());
        assertThat(reasons(gate(CLEAN, true, CONFORMS, failed))).containsOnlyKeys("violates");
    }

    @Test
    void aBrokenCellDoesNotPass() {
        assertThat(reasons(gate(CLEAN, true, CONFORMS, Samples.broken()))).containsOnlyKeys("broken");
    }

    @Test
    void aTestWhoseBodyFailedDoesNotPass() {
        assertThat(reasons(gate(CLEAN, true, CONFORMS, Samples.bodyFailed()))).containsOnlyKeys("test");
    }

    @Test
    void anObsoleteKnownIssueDoesNotPassAndIsNamed() {
        Verdict conforms = CONFORMS.verdict();
        Verdict noted = new Verdict(
                conforms.outcome(),
                List.of(),
                List.of("known issue long-fixed is obsolete: the case conforms"),
                conforms.gbPerSecond(),
                conforms.shareOfReference());
        TransferReport failed = Samples.report(CONFORMS.plan().orElseThrow(), noted, "failed", Optional.empty());
        Map<String, String> reasons = reasons(gate(CLEAN, true, failed));
        assertThat(reasons).containsOnlyKeys("test");
        assertThat(reasons.get("test")).contains("known issue long-fixed is obsolete: the case conforms");
    }

    @Test
    void aCombinationThatHadToBeJudgedAndWasNotDoesNotPass() {
        RunReport run = mustJudge(new MustJudge("UCX", "PACK", "DRAM"), new MustJudge("LIBFABRIC", "SPREAD", "VRAM"));
        assertThat(reasons(gate(run, true, CONFORMS)))
                .containsOnlyKeys("must judge")
                .containsEntry(
                        "must judge", "LIBFABRIC SPREAD VRAM\nhad no judged cell; cluster local demands one of each");
    }

    /** As one is whose canaries live. */
    @Test
    void aRunThatCouldNotBeginDoesNotPassAndSaysThatAlone() {
        RunReport run = new RunReport(
                "local",
                Instant.EPOCH,
                List.of(),
                List.of(),
                Map.of(),
                List.of(),
                List.of(),
                Optional.of("canary: the run is void"));
        gate(run, true);

        assertThat(Gate.message(new RunFolder(folder))).contains("canary: the run is void");
    }

    @Test
    void aRunThatDidNotFinishDoesNotPass() {
        assertThat(reasons(gate(CLEAN, false, CONFORMS))).containsOnlyKeys("unfinished");
    }

    @Test
    void aRunThatLeftSomethingDoesNotPass() {
        RunReport run = Samples.run(List.of("engine: process 4711 was left"), Map.of());
        assertThat(reasons(gate(run, true, CONFORMS)))
                .containsOnlyKeys("left")
                .containsEntry("left", "engine: process 4711 was left");
    }

    @Test
    void aCellThatIsNotWholeDoesNotPass() throws Exception {
        gate(CLEAN, true, CONFORMS);
        Files.writeString(folder.resolve("results.jsonl"), "{\"cell\":", StandardOpenOption.APPEND);
        assertThat(reasons(Gate.objection(new RunFolder(folder)))).containsOnlyKeys("results");
    }

    @Test
    void aRunFileThatCannotBeReadDoesNotPass() throws Exception {
        gate(CLEAN, true, CONFORMS);
        Files.writeString(folder.resolve("run.json"), "{");
        assertThat(reasons(Gate.objection(new RunFolder(folder)))).containsOnlyKeys("unreadable");
    }

    @Test
    void aRunThatCouldNotBeginEndsWithWhyAndNothingElse() {
        String why = "cluster: no file says what cluster locl is";
        RunReport run = new RunReport(
                "none", Instant.EPOCH, List.of(), List.of(), Map.of(), List.of(), List.of(), Optional.of(why));
        gate(run, true);
        assertThat(Gate.message(new RunFolder(folder))).contains(why);
    }

    @Test
    void aRunThatOnlyListsCellsPasses() {
        assertThat(gate(Samples.run(List.of(), Map.of("list", "")), true)).isEmpty();
    }

    private Optional<Finding> gate(RunReport run, boolean finished, TransferReport... cells) {
        try (ResultsReporter reporter = new ResultsReporter()) {
            reporter.start(folder, run);
            List.of(cells).forEach(reporter::publish);
            if (finished) {
                reporter.finish(run);
            }
        }
        return Gate.objection(new RunFolder(folder));
    }

    private static RunReport mustJudge(MustJudge... combinations) {
        return new RunReport(
                "local",
                Instant.EPOCH,
                List.of(),
                List.of(combinations),
                Map.of(),
                List.of(),
                List.of(),
                Optional.empty());
    }

    /** The facts of an objection by name, without the pointer to evidence that each ends with. */
    private static Map<String, String> reasons(Optional<Finding> objection) {
        Map<String, String> reasons = new LinkedHashMap<>();
        objection.orElseThrow().facts().forEach(fact -> reasons.put(fact.name(), fact.value()));
        assertThat(reasons.remove("evidence")).contains("matrix.md");
        return reasons;
    }
}
