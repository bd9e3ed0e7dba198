package org.nixlconform.assertion;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.nixlconform.assertion.ConformanceAssertions.assertThat;
import static org.nixlconform.verdict.Observations.DECODE_0;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.message.FindingRenderer;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.TransferObservation;
import org.nixlconform.transfer.TransferObservation.DifferenceKind;
import org.nixlconform.verdict.Judge;
import org.nixlconform.verdict.Observations;
import org.nixlconform.verdict.Outcome;
import org.nixlconform.verdict.Verdict;

class ConformanceAssertionsTest {
    private final TransferPlan plan = Observations.plan();
    private final Verdict conforming =
            Judge.judge(plan, Observations.clean(plan).seen());
    private final Verdict torn = Judge.judge(
            plan,
            Observations.clean(plan)
                    .differing(0, DECODE_0, Map.of(DifferenceKind.TORN, 1L))
                    .seen());
    private final long bytes = plan.rankTransfers().stream()
            .mapToLong(transfer -> transfer.bytes())
            .sum();

    @Test
    void conformsPassesOnAVerdictThatConforms() {
        assertThatCode(() -> assertThat(conforming).conforms()).doesNotThrowAnyException();
    }

    @Test
    void conformsFailsWithTheRenderedFindings() {
        assertThatThrownBy(() -> assertThat(torn).conforms())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("verdict: another outcome")
                .hasMessageContaining("expected : CONFORMS")
                .hasMessageContaining("actual   : VIOLATES")
                .hasMessageContaining(FindingRenderer.render(torn.findings()));
    }

    @Test
    void percentSignsInFindingsAreText() {
        Verdict slow = new Verdict(
                Outcome.VIOLATES,
                List.of(Finding.of(FindingKind.THROUGHPUT, "throughput", "50 % of the reference")),
                List.of("100 % sure"),
                OptionalDouble.empty(),
                OptionalDouble.empty());
        assertThatThrownBy(() -> assertThat(slow).conforms())
                .hasMessageContaining("50 % of the reference")
                .hasMessageContaining("notes:\n  100 % sure");
    }

    @Test
    void violatesAsPassesOnExactlyTheseKinds() {
        assertThatCode(() -> assertThat(torn).violatesAs(FindingKind.TORN)).doesNotThrowAnyException();
    }

    @Test
    void violatesAsFailsOnOtherKinds() {
        assertThatThrownBy(() -> assertThat(torn).violatesAs(FindingKind.TORN, FindingKind.STALE))
                .hasMessageContaining("verdict: findings of other kinds")
                .hasMessageContaining("expected : STALE, TORN")
                .hasMessageContaining("actual   : TORN");
    }

    @Test
    void violatesAsFailsOnAVerdictThatConforms() {
        assertThatThrownBy(() -> assertThat(conforming).violatesAs(FindingKind.TORN))
                .hasMessageContaining("expected : VIOLATES");
    }

    @Test
    void isInconclusivePassesAndFails() {
        Verdict inconclusive = Verdict.without(
                Outcome.INCONCLUSIVE, Finding.of(FindingKind.PREREQUISITE, "cluster", "one node, two are needed"));
        assertThatCode(() -> assertThat(inconclusive).isInconclusive()).doesNotThrowAnyException();
        assertThatThrownBy(() -> assertThat(conforming).isInconclusive())
                .hasMessageContaining("expected : INCONCLUSIVE");
    }

    @Test
    void hasGbPerSecondAbovePassesAndFails() {
        double reached = conforming.gbPerSecond().orElseThrow();
        assertThatCode(() -> assertThat(conforming).hasGbPerSecondAbove(reached / 2))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> assertThat(conforming).hasGbPerSecondAbove(reached))
                .hasMessageContaining("throughput is not above the bound");
    }

    @Test
    void hasGbPerSecondAboveFailsWhereNothingWasMeasured() {
        Verdict unmeasured =
                new Verdict(Outcome.CONFORMS, List.of(), List.of(), OptionalDouble.empty(), OptionalDouble.empty());
        assertThatThrownBy(() -> assertThat(unmeasured).hasGbPerSecondAbove(0))
                .hasMessageContaining("actual   : not measured");
    }

    @Test
    void absentVerdictOrObservationFails() {
        assertThatThrownBy(() -> assertThat((Verdict) null).conforms()).isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> assertThat((TransferObservation) null).movedBytes(1))
                .isInstanceOf(AssertionError.class);
    }

    @Test
    void movedBytesPassesAndFails() {
        TransferObservation seen = Observations.clean(plan).seen();
        assertThatCode(() -> assertThat(seen).movedBytes(bytes)).doesNotThrowAnyException();
        assertThatThrownBy(() -> assertThat(seen).movedBytes(bytes + 1))
                .hasMessageContaining("iteration 0 moved another number of bytes");
    }

    @Test
    void movedBytesCountsEndedTransfersOnly() {
        TransferObservation seen = Observations.clean(plan)
                .transfers(1, transfer -> Observations.withStatus(transfer, -2))
                .seen();
        assertThatThrownBy(() -> assertThat(seen).movedBytes(bytes))
                .hasMessageContaining("iteration 1")
                .hasMessageContaining("actual   : 0 bytes");
    }

    @Test
    void tookLessThanPassesAndFails() {
        TransferObservation seen = Observations.clean(plan)
                .transfers(1, transfer -> Observations.withTotal(transfer, Duration.ofSeconds(2)))
                .seen();
        assertThatCode(() -> assertThat(seen).tookLessThan(Duration.ofSeconds(3)))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> assertThat(seen).tookLessThan(Duration.ofSeconds(2)))
                .hasMessageContaining("iteration 1 did not end in time");
    }

    @Test
    void tookLessThanFailsOnATransferThatDidNotEnd() {
        TransferObservation seen = Observations.clean(plan)
                .transfers(0, transfer -> Observations.withStatus(transfer, 1))
                .seen();
        assertThatThrownBy(() -> assertThat(seen).tookLessThan(Duration.ofHours(1)))
                .hasMessageContaining("actual   : status 1 of decode-0-rank-0");
    }

    @Test
    void nothingObservedFails() {
        TransferObservation empty =
                Observations.clean(plan).iterations(iterations -> List.of()).seen();
        assertThatThrownBy(() -> assertThat(empty).movedBytes(0)).hasMessageContaining("no iteration was observed");
        TransferObservation idle =
                Observations.clean(plan).transferList(0, transfers -> List.of()).seen();
        assertThatThrownBy(() -> assertThat(idle).tookLessThan(Duration.ofHours(1)))
                .hasMessageContaining("actual   : no transfer");
    }

    @Test
    void lostNoEnginePassesAndFails() {
        assertThatCode(() -> assertThat(Observations.clean(plan).seen()).lostNoEngine())
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> assertThat(Observations.clean(plan)
                                .killed(DECODE_0, "wait", "SIGKILL")
                                .seen())
                        .lostNoEngine())
                .hasMessageContaining("SIGKILL");
    }
}
