package org.nixlconform.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.nixlconform.verdict.JudgeAssertions.fact;
import static org.nixlconform.verdict.Observations.DECODE_0;
import static org.nixlconform.verdict.Observations.PREFILL_0;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.BlockUse;
import org.nixlconform.plan.InvalidRequest;
import org.nixlconform.plan.Mutation;
import org.nixlconform.plan.Selection;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.TransferObservation;
import org.nixlconform.transfer.TransferObservation.DifferenceKind;

class JudgeTest {
    private static final Check SILENT = (plan, observation) -> List.of();
    private static final Check ZEROS =
            (plan, observation) -> List.of(Finding.of(FindingKind.ZERO, "integrity", "zeros"));
    private static final Check UNJUDGEABLE =
            (plan, observation) -> List.of(Finding.of(FindingKind.PREREQUISITE, "node", "not here"));

    private final TransferPlan plan = Observations.plan();

    private static final class ThrowingCheck implements Check {
        @Override
        public List<Finding> check(TransferPlan plan, TransferObservation observation) {
            throw new IllegalStateException("no such layer");
        }
    }

    /** Throws something that never was on a stack. */
    private static final class TracelessCheck implements Check {
        @Override
        public List<Finding> check(TransferPlan plan, TransferObservation observation) {
            RuntimeException traceless = new IllegalStateException();
            traceless.setStackTrace(new StackTraceElement[0]);
            throw traceless;
        }
    }

    private static Check named(String name) {
        return switch (name) {
            case "silent" -> SILENT;
            case "zeros" -> ZEROS;
            case "unjudgeable" -> UNJUDGEABLE;
            case "throwing" -> new ThrowingCheck();
            default -> throw new IllegalArgumentException(name);
        };
    }

    @ParameterizedTest
    @CsvSource({
        "silent, silent, CONFORMS",
        "silent, unjudgeable, INCONCLUSIVE",
        "silent, zeros, VIOLATES",
        "unjudgeable, zeros, VIOLATES",
        "zeros, unjudgeable, VIOLATES",
        "throwing, silent, BROKEN",
        "unjudgeable, throwing, BROKEN",
        "zeros, throwing, BROKEN",
        "throwing, zeros, BROKEN"
    })
    void worstOutcomeWins(String first, String second, Outcome expected) {
        Verdict verdict = Judge.judge(plan, Observations.clean(plan).seen(), List.of(named(first), named(second)));

        assertThat(verdict.outcome()).isEqualTo(expected);
    }

    @Test
    void checkThatThrowsIsNamedFirstAndTheOthersAreKept() {
        Verdict verdict = Judge.judge(
                plan,
                Observations.clean(plan).seen(),
                List.of(ZEROS, new ThrowingCheck(), new TracelessCheck(), ZEROS));

        assertThat(verdict.findings())
                .extracting(Finding::kind)
                .containsExactly(FindingKind.CHECK, FindingKind.CHECK, FindingKind.ZERO, FindingKind.ZERO);
        Finding broken = verdict.findings().get(0);
        assertThat(broken.headline())
                .isEqualTo("ThrowingCheck could not judge the observation and threw IllegalStateException");
        assertThat(fact(broken, "actual")).isEqualTo("no such layer");
        assertThat(fact(broken, "where")).contains("ThrowingCheck.check");
    }

    @Test
    void observationThatThroughputCannotReadIsBrokenNotThrown() {
        Observations absurd = Observations.clean(plan)
                .transfers(0, transfer -> Observations.withTotal(transfer, Duration.ofSeconds(Long.MAX_VALUE)));
        Verdict verdict = Judge.judge(plan, absurd.seen());

        assertThat(verdict.outcome()).isEqualTo(Outcome.BROKEN);
        assertThat(verdict.gbPerSecond()).isEmpty();
    }

    @Test
    void cleanRunConforms() {
        Verdict verdict = Judge.judge(plan, Observations.clean(plan).seen());

        assertThat(verdict.outcome()).isEqualTo(Outcome.CONFORMS);
        assertThat(verdict.findings()).isEmpty();
    }

    @Test
    void everythingAtOnceComesMostTellingFirst() {
        TransferPlan all = Observations.plan(draft ->
                draft.expectThroughput(0.85).invalidRequests(InvalidRequest.EMPTY, InvalidRequest.UNEQUAL_COUNTS));
        Observations worst = Observations.clean(all)
                .killed(PREFILL_0, "release", "SIGSEGV")
                .failure(DECODE_0, "release", "nixl_capi_deregister_mem", -2, "BACKEND")
                .timeout(DECODE_0, "release", true, Optional.of("nixl_capi_destroy_agent"), Optional.empty())
                .differing(1, DECODE_0, Map.of(DifferenceKind.ZERO, 1L))
                .notifications(counts -> counts.stream()
                        .map(count -> new TransferObservation.NotificationCount(
                                count.receiver(), count.sender(), 1, 1, 1, List.of(), List.of()))
                        .toList())
                .invalidRequests(outcomes -> outcomes.stream()
                        .map(outcome -> new TransferObservation.InvalidRequestOutcome(
                                outcome.rank(), outcome.request(), 0, "SUCCESS"))
                        .toList())
                .transfers(0, transfer -> Observations.withTotal(transfer, Duration.ofSeconds(1)))
                .transfers(1, transfer -> Observations.withTotal(transfer, Duration.ofSeconds(1)))
                .log(DECODE_0, "WARN", "odd")
                .transfers(1, transfer -> Observations.withTelemetry(transfer, OptionalLong.of(1)));

        assertThat(Judge.judge(all, worst.seen()).findings())
                .extracting(Finding::kind)
                .containsExactly(
                        FindingKind.ENGINE_DIED,
                        FindingKind.REFUSED,
                        FindingKind.CALL_NEVER_RETURNED,
                        FindingKind.ZERO,
                        FindingKind.NOTIFICATION_DUPLICATED,
                        FindingKind.NOTIFICATION_DUPLICATED,
                        FindingKind.ACCEPTED,
                        FindingKind.ACCEPTED,
                        FindingKind.THROUGHPUT,
                        FindingKind.LOG,
                        FindingKind.VACUOUS);
    }

    @Test
    void throughputThatCannotBeJudgedHidesNoIntegrity() {
        TransferPlan both = Observations.plan(draft -> draft.expectThroughput(0.85));

        Verdict right = Judge.judge(both, Observations.clean(both).host(2, 80).seen());
        Verdict wrong = Judge.judge(
                both,
                Observations.clean(both)
                        .host(2, 80)
                        .differing(0, DECODE_0, Map.of(DifferenceKind.ZERO, 1L))
                        .seen());

        assertThat(right.outcome()).isEqualTo(Outcome.CONFORMS);
        assertThat(right.notes()).containsExactly("throughput was not judged: node-1 ran 80 ranks on 2 cores");
        assertThat(wrong.outcome()).isEqualTo(Outcome.VIOLATES);
    }

    @Test
    void caseThatExpectsThroughputAloneIsInconclusiveWhereItCannotBeJudged() {
        TransferPlan alone = Observations.planWithout(draft -> draft.expectThroughput(0.85));

        Verdict judged = Judge.judge(alone, Observations.clean(alone).seen());
        Verdict unjudged =
                Judge.judge(alone, Observations.clean(alone).noReference().seen());

        assertThat(judged.outcome()).isEqualTo(Outcome.CONFORMS);
        assertThat(unjudged.outcome()).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(fact(unjudged.findings().get(0), "actual")).contains("no reference for every initiator");
    }

    @Test
    void unjudgedThroughputHidesNoViolation() {
        TransferPlan alone = Observations.planWithout(draft -> draft.expectThroughput(0.85));
        Verdict verdict = Judge.judge(
                alone,
                Observations.clean(alone)
                        .noReference()
                        .killed(DECODE_0, "wait", "SIGKILL")
                        .seen());

        assertThat(verdict.outcome()).isEqualTo(Outcome.VIOLATES);
        assertThat(verdict.findings()).extracting(Finding::kind).containsExactly(FindingKind.ENGINE_DIED);
    }

    @Test
    void invalidRequestsAreSomethingToJudge() {
        TransferPlan invalid =
                Observations.planWithout(draft -> draft.expectThroughput(0.85).invalidRequests(InvalidRequest.EMPTY));

        assertThat(Judge.judge(
                                invalid,
                                Observations.clean(invalid).noReference().seen())
                        .outcome())
                .isEqualTo(Outcome.CONFORMS);
    }

    @Test
    void plantedFaultThatIsCaughtConforms() {
        TransferPlan planted = planted();
        Verdict verdict = Judge.judge(
                planted,
                Observations.clean(planted)
                        .differing(0, DECODE_0, Map.of(DifferenceKind.MISPLACED, 3L))
                        .seen());

        assertThat(verdict.outcome()).isEqualTo(Outcome.CONFORMS);
        assertThat(verdict.findings()).isEmpty();
        assertThat(verdict.notes())
                .contains("the planted fault was caught as MISPLACED: 3 of 16 384 block slices differ on"
                        + " decode-0-rank-0");
    }

    @Test
    void plantedFaultIsEnoughToJudge() {
        TransferPlan dies = Observations.planWithout(draft -> draft.expectCaught(FindingKind.ENGINE_DIED));
        Verdict verdict = Judge.judge(
                dies,
                Observations.clean(dies).killed(DECODE_0, "wait", "SIGKILL").seen());

        assertThat(verdict.outcome()).isEqualTo(Outcome.CONFORMS);
        assertThat(verdict.findings()).isEmpty();
    }

    @Test
    void plantedFaultThatIsNotCaughtViolates() {
        TransferPlan planted = planted();
        Verdict verdict = Judge.judge(planted, Observations.clean(planted).seen());

        assertThat(verdict.outcome()).isEqualTo(Outcome.VIOLATES);
        Finding finding = verdict.findings().get(0);
        assertThat(verdict.findings()).hasSize(1);
        assertThat(finding.kind()).isEqualTo(FindingKind.NOT_CAUGHT);
        assertThat(fact(finding, "expected")).isEqualTo("MISPLACED, REFUSED");
        assertThat(fact(finding, "fault")).isEqualTo("WRONG_OWNER_BLOCK_COUNT");
    }

    @Test
    void caughtFaultDoesNotExcuseAnother() {
        TransferPlan planted = planted();
        Verdict verdict = Judge.judge(
                planted,
                Observations.clean(planted)
                        .differing(0, DECODE_0, Map.of(DifferenceKind.MISPLACED, 3L, DifferenceKind.OVERRUN, 1L))
                        .seen());

        assertThat(verdict.outcome()).isEqualTo(Outcome.VIOLATES);
        assertThat(verdict.findings()).extracting(Finding::kind).containsExactly(FindingKind.OVERRUN);
    }

    @Test
    void anotherFaultAloneLeavesThePlantedOneUncaught() {
        TransferPlan outside = Observations.plan(draft -> draft.expectCaught(FindingKind.MISPLACED));
        Verdict verdict = Judge.judge(
                outside,
                Observations.clean(outside)
                        .differing(0, DECODE_0, Map.of(DifferenceKind.OVERRUN, 1L))
                        .seen());

        assertThat(verdict.findings())
                .extracting(Finding::kind)
                .containsExactly(FindingKind.OVERRUN, FindingKind.NOT_CAUGHT);
        assertThat(fact(verdict.findings().get(1), "fault")).isEqualTo("planted outside the plan");
    }

    @Test
    void brokenCheckIsBrokenEvenWhereAFaultIsPlanted() {
        TransferPlan planted = planted();
        Verdict verdict = Judge.judge(planted, Observations.clean(planted).seen(), List.of(ZEROS, new ThrowingCheck()));

        assertThat(verdict.outcome()).isEqualTo(Outcome.BROKEN);
    }

    private static TransferPlan planted() {
        return Observations.plan(draft -> draft.blocks(new BlockUse(10, 100, 90, Selection.SHUFFLED, 42, 0, false))
                .mutation(Mutation.WRONG_OWNER_BLOCK_COUNT)
                .expectCaught(FindingKind.MISPLACED, FindingKind.REFUSED));
    }
}
