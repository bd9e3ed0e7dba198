package org.nixlconform.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.nixlconform.verdict.JudgeAssertions.fact;
import static org.nixlconform.verdict.JudgeAssertions.findings;
import static org.nixlconform.verdict.JudgeAssertions.onlyFinding;
import static org.nixlconform.verdict.Observations.DECODE_0;
import static org.nixlconform.verdict.Observations.DECODE_1;
import static org.nixlconform.verdict.Observations.PREFILL_0;
import static org.nixlconform.verdict.Observations.PREFILL_1;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.MemoryKind;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.PathObservation.Posted;
import org.nixlconform.transfer.PathObservation.RailUse;
import org.nixlconform.transfer.TransferObservation.Figure;

class ThroughputCheckTest {
    private static final TransferPlan PLAN =
            Observations.plan(draft -> draft.iterations(3).expectThroughput(0.85));

    private static final Posted NOTHING = new Posted(0, 0);

    private static final double BYTES = PLAN.rankTransfers().stream()
            .mapToLong(transfer -> transfer.bytes())
            .sum();

    @Test
    void cleanRunReachesItsReference() {
        Verdict verdict = Judge.judge(PLAN, Observations.clean(PLAN).seen());

        assertThat(verdict.outcome()).isEqualTo(Outcome.CONFORMS);
        assertThat(verdict.notes()).isEmpty();
        assertThat(verdict.gbPerSecond().orElseThrow()).isCloseTo(BYTES / 10e6, within(1e-9));
        assertThat(verdict.shareOfReference().orElseThrow()).isCloseTo(1.0, within(1e-9));
    }

    @Test
    void belowTheShareIsAFinding() {
        Observations half = Observations.clean(PLAN);
        for (int iteration = 0; iteration < 3; iteration++) {
            half.transfers(iteration, transfer -> Observations.withTotal(transfer, Duration.ofMillis(20)));
        }
        Finding finding = onlyFinding(PLAN, half, FindingKind.THROUGHPUT);

        String reached = Quantities.gbPerSecond(BYTES / 20e6);
        String reference = Quantities.gbPerSecond(BYTES / 10e6);
        assertThat(finding.headline()).isEqualTo(reached + " is 50 % of the reference, less than 85 %");
        assertThat(fact(finding, "expected"))
                .isEqualTo("at least 85 % of the reference, " + Quantities.gbPerSecond(0.85 * BYTES / 10e6));
        assertThat(fact(finding, "actual")).isEqualTo("50 %, " + reached + ", the median of 3 iterations");
        assertThat(fact(finding, "reference")).isEqualTo(reference + ", process_vm_readv");
    }

    @Test
    void onSimulatedEfaNoFloorIsHeldAgainstAnything() {
        Observations slow = Observations.clean(PLAN)
                .rails(List.of(new RailUse(DECODE_0, 0, "simulated-efa-0", NOTHING, NOTHING, NOTHING)))
                .recorded(Optional.of(new Figure(1e6, 5e5, OptionalDouble.empty(), "", "")), Optional.empty());
        for (int iteration = 0; iteration < 3; iteration++) {
            slow.transfers(iteration, transfer -> Observations.withTotal(transfer, Duration.ofSeconds(20)));
        }

        assertThat(new ThroughputCheck().check(PLAN, slow.seen())).isEmpty();
        assertThat(new RecordedCheck().check(PLAN, slow.seen())).isEmpty();
        assertThat(Judge.judge(PLAN, slow.seen()).notes())
                .contains("throughput was not judged: simulated EFA says nothing of a speed");
    }

    @Test
    void slowestInitiatorDecides() {
        Observations oneSlow = Observations.clean(PLAN);
        for (int iteration = 0; iteration < 3; iteration++) {
            oneSlow.transfers(
                    iteration,
                    transfer -> transfer.initiator().equals(DECODE_1)
                            ? Observations.withTotal(transfer, Duration.ofMillis(20))
                            : transfer);
        }

        onlyFinding(PLAN, oneSlow, FindingKind.THROUGHPUT);
    }

    @Test
    void medianForgivesOneSlowIteration() {
        assertThat(findings(
                        PLAN,
                        Observations.clean(PLAN)
                                .transfers(0, transfer -> Observations.withTotal(transfer, Duration.ofSeconds(20)))))
                .isEmpty();
    }

    @Test
    void medianOfTwoIsTheirMean() {
        TransferPlan twice = Observations.plan(draft -> draft.iterations(2).expectThroughput(0.85));
        Verdict verdict = Judge.judge(
                twice,
                Observations.clean(twice)
                        .transfers(0, transfer -> Observations.withTotal(transfer, Duration.ofMillis(20)))
                        .seen());

        assertThat(verdict.shareOfReference().orElseThrow()).isCloseTo(0.75, within(1e-9));
    }

    static Stream<Arguments> notJudged() {
        return Stream.of(
                Arguments.of(Observations.clean(PLAN).debugLogging(), "debug logging was on"),
                Arguments.of(Observations.clean(PLAN).host(2, 80), "node-1 ran 80 ranks on 2 cores"),
                Arguments.of(Observations.clean(PLAN).noReference(), "there is no reference for every initiator"),
                Arguments.of(
                        Observations.clean(PLAN).reference(Map.of(DECODE_0, 1e12)),
                        "there is no reference for every initiator"),
                Arguments.of(
                        Observations.clean(PLAN).reference(Map.of(DECODE_0, 0.0, DECODE_1, 0.0)),
                        "there is no reference for every initiator"));
    }

    @ParameterizedTest
    @MethodSource
    void notJudged(Observations observations, String because) {
        for (int iteration = 0; iteration < 3; iteration++) {
            observations.transfers(iteration, transfer -> Observations.withTotal(transfer, Duration.ofSeconds(20)));
        }
        Verdict verdict = Judge.judge(PLAN, observations.seen());

        assertThat(verdict.outcome()).isEqualTo(Outcome.CONFORMS);
        assertThat(verdict.notes()).containsExactly("throughput was not judged: " + because);
        assertThat(verdict.gbPerSecond()).isPresent();
    }

    /** What two H200 reached between each other was held against NVLink; within one the copy engine has 1.9 TB/s. */
    @Test
    void ranksThatShareAGpuAreHeldToNothing() {
        TransferPlan onGpus = Observations.plan(
                draft -> draft.iterations(3).memory(MemoryKind.VRAM).expectThroughput(0.85));
        Observations slow = Observations.clean(onGpus);
        for (int iteration = 0; iteration < 3; iteration++) {
            slow.transfers(iteration, transfer -> Observations.withTotal(transfer, Duration.ofSeconds(20)));
        }

        Verdict apart = Judge.judge(
                onGpus,
                slow.gpus(Observations.gpu(PREFILL_0, 0, false), Observations.gpu(DECODE_0, 1, false))
                        .seen());
        Verdict shared = Judge.judge(
                onGpus,
                slow.gpus(Observations.gpu(PREFILL_0, 0, false), Observations.gpu(DECODE_0, 0, false))
                        .seen());

        assertThat(apart.findings()).extracting(Finding::kind).contains(FindingKind.THROUGHPUT);
        assertThat(shared.findings()).extracting(Finding::kind).doesNotContain(FindingKind.THROUGHPUT);
        assertThat(shared.notes())
                .contains(
                        "throughput was not judged: ranks that exchange blocks share a GPU, and a copy within it crosses"
                                + " nothing");
    }

    /** An initiator in host memory has no copy engine to time it with. */
    @Test
    void ranksOnGpusTimeTheReferenceWhoeverInitiates() {
        TransferPlan mixed = Observations.plan(
                draft -> draft.iterations(3).memory(MemoryKind.VRAM_TO_DRAM).expectThroughput(0.85));
        Verdict timed = Judge.judge(
                mixed,
                Observations.clean(mixed)
                        .reference(Map.of(PREFILL_0, BYTES * 25, PREFILL_1, BYTES * 25))
                        .seen());
        assertThat(timed.shareOfReference().orElseThrow()).isCloseTo(2, within(1e-9));
        assertThat(Judge.judge(mixed, Observations.clean(mixed).seen()).notes())
                .containsExactly("throughput was not judged: there is no reference for every rank on a GPU");
    }

    @Test
    void ranksEqualToCoresAreJudged() {
        assertThat(Judge.judge(PLAN, Observations.clean(PLAN).host(4, 4).seen()).notes())
                .isEmpty();
    }

    @Test
    void withoutTheExpectationTheFigureIsStillGiven() {
        TransferPlan plan = Observations.plan();
        Verdict verdict = Judge.judge(plan, Observations.clean(plan).seen());

        assertThat(verdict.notes()).containsExactly("throughput was not judged: the case does not expect it");
        assertThat(verdict.gbPerSecond()).isPresent();
        assertThat(verdict.shareOfReference()).isPresent();
    }

    @Test
    void iterationThatDidNotEndHasNoFigure() {
        Observations unended = Observations.clean(PLAN).failure(DECODE_0, "wait", "nixl_capi_get_xfer_status", -2, "B");
        unended.transferList(0, transfers -> List.of());
        unended.transferList(1, transfers -> transfers.subList(0, 1));
        unended.transfers(2, transfer -> Observations.withStatus(transfer, 1));
        Verdict verdict = Judge.judge(PLAN, unended.seen());

        assertThat(verdict.gbPerSecond()).isEmpty();
        assertThat(verdict.shareOfReference()).isEmpty();
        assertThat(verdict.notes())
                .containsExactly("throughput was not judged: no iteration ended with all its transfers");
    }

    @Test
    void transfersWithoutTimeOrBytesHaveNoFigure() {
        TransferPlan plan = Observations.plan(draft -> draft.iterations(2).expectThroughput(0.85));
        Verdict verdict = Judge.judge(
                plan,
                Observations.clean(plan)
                        .transfers(0, transfer -> Observations.withTotal(transfer, Duration.ZERO))
                        .transfers(
                                1,
                                transfer ->
                                        Observations.with(transfer, transfer.target(), 0, 20, 0, Duration.ofMillis(1)))
                        .seen());

        assertThat(verdict.gbPerSecond()).isEmpty();
    }
}
