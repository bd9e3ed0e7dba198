package org.nixlconform.jupiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.PlanDraft;
import org.nixlconform.plan.Planned;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.report.RunReport;
import org.nixlconform.verdict.Outcome;
import org.nixlconform.verdict.Verdict;

class ReplayTest {
    @TempDir
    Path folder;

    private final Planned planned = PlanDraft.at("here").expectIntegrity().plan();
    private final TransferPlan plan = ((Planned.Possible) planned).plan();

    private Cell cell(String environment) {
        return new Cell(plan.name() + ", shown", "a.Case", "moves", planned, Optional.of(environment), List.of());
    }

    private static Verdict verdict(Outcome outcome, FindingKind... kinds) {
        return new Verdict(
                outcome,
                List.of(kinds).stream().map(kind -> Finding.of(kind, "x", "y")).toList(),
                List.of(),
                java.util.OptionalDouble.empty(),
                java.util.OptionalDouble.empty());
    }

    private Optional<Replay> of(String environment, Verdict verdict) {
        return Replay.of(
                cell(environment),
                plan,
                verdict,
                "local",
                () -> List.of(new RunReport.Property("nixl version", "1.5.1")));
    }

    private Replay stale(String environment) {
        return of(environment, verdict(Outcome.VIOLATES, FindingKind.STALE, FindingKind.TORN, FindingKind.STALE))
                .orElseThrow();
    }

    @Test
    void aFailingCellLeavesAllThatItTakesToRunItAgain() throws IOException {
        Replay written = stale("nixl@1.4.0");
        Path file = Files.writeString(folder.resolve(Replay.FILE), written.json());

        Replay read = Replay.read(file);

        assertThat(read).isEqualTo(written);
        assertThat(read.kinds()).containsExactly("STALE", "TORN");
        assertThat(read.requests()).isEqualTo(plan.requests());
        assertThat(read.run()).containsEntry("nixl version", "1.5.1");
        assertThat(read.attributes()).anySatisfy(line -> assertThat(line).contains("seed=42"));
        assertThat(read.releases()).contains("1.4.0");
        assertThat(stale("nixl").releases()).isEmpty();
    }

    @Test
    void whatConformsOrCouldNotBeJudgedLeavesNone() {
        assertThat(of("nixl", verdict(Outcome.CONFORMS))).isEmpty();
        assertThat(of("nixl", verdict(Outcome.INCONCLUSIVE, FindingKind.PREREQUISITE)))
                .isEmpty();
        assertThat(of("nixl", verdict(Outcome.BROKEN, FindingKind.STAGE))).isPresent();
    }

    @Test
    void itIsOfOneCellInOneEnvironment() {
        Replay replay = stale("nixl");
        Cell same = cell("nixl");

        assertThat(replay.isOf(same)).isTrue();
        assertThat(replay.isOf(same.named("scaled to the memory of another node")))
                .isTrue();
        assertThat(replay.isOf(cell("nixl@1.4.0"))).isFalse();
        assertThat(replay.isOf(
                        new Cell(same.name(), same.testClass(), "others", planned, same.environment(), List.of())))
                .isFalse();
        Planned larger = PlanDraft.at("here").iterations(4).expectIntegrity().plan();
        assertThat(replay.isOf(new Cell(same.name(), same.testClass(), "moves", larger, same.environment(), List.of())))
                .isFalse();
    }

    @Test
    void whatBothRunsFoundIsHeldAgainstEachOther() {
        Replay replay = stale("nixl");

        assertThat(replay.compared(verdict(Outcome.VIOLATES, FindingKind.TORN, FindingKind.STALE)))
                .isEqualTo("reproduces: STALE, TORN");
        assertThat(replay.compared(verdict(Outcome.VIOLATES, FindingKind.TORN, FindingKind.ZERO)))
                .isEqualTo("reproduces in part: TORN, ZERO, and was STALE, TORN");
        assertThat(replay.compared(verdict(Outcome.VIOLATES, FindingKind.ZERO)))
                .isEqualTo("does not reproduce: ZERO, and was STALE, TORN");
        assertThat(replay.compared(verdict(Outcome.CONFORMS)))
                .isEqualTo("does not reproduce: it conforms, and was STALE, TORN");
        assertThat(replay.compared(verdict(Outcome.INCONCLUSIVE, FindingKind.NODE)))
                .isEqualTo("says nothing: it was not judged here, and was STALE, TORN");
    }

    @Test
    void whatIsNoReplayIsRefused() throws IOException {
        Path other = Files.writeString(folder.resolve("other.json"), "{\"format\": 2}");

        assertThatThrownBy(() -> Replay.read(other))
                .isInstanceOf(FindingException.class)
                .hasMessageContaining("format 2")
                .hasMessageContaining("-Dreplay=");
        assertThatThrownBy(() -> Replay.read(folder.resolve("absent.json")))
                .isInstanceOf(FindingException.class)
                .hasMessageContaining("absent.json");
        assertThatThrownBy(() -> stale("nixl").requireEnvironment(List.of(), Path.of("config/clusters/p5.yaml")))
                .isInstanceOf(FindingException.class)
                .hasMessageContaining("does not have the replay's environment");
    }
}
