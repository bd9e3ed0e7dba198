package org.nixlconform.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.nixlconform.verdict.JudgeAssertions.fact;
import static org.nixlconform.verdict.JudgeAssertions.findings;
import static org.nixlconform.verdict.JudgeAssertions.onlyFinding;

import java.time.Duration;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.Operation;
import org.nixlconform.plan.Pairing;
import org.nixlconform.plan.PlanDraft;
import org.nixlconform.plan.RankId;
import org.nixlconform.plan.Role;
import org.nixlconform.plan.Topology;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.TransferObservation.RankTransferOutcome;

/** The share is not what finds anything here: it is met by whatever takes less than a day. */
class BalanceCheckTest {
    private static final RankId SLOW = new RankId(Role.DECODE, 0, 3);
    private static final TransferPlan EIGHT = eight(draft -> draft);

    private static TransferPlan eight(UnaryOperator<PlanDraft> change) {
        return Observations.plan(draft -> change.apply(draft.topology(new Topology(1, 8, 1, 8, Pairing.MESH))
                .iterations(4)
                .expectThroughput(1e-6)));
    }

    private static Predicate<RankTransferOutcome> of(RankId rank) {
        return transfer ->
                transfer.initiator().equals(rank) || transfer.target().equals(rank);
    }

    /** Everything else takes 10 ms. */
    private static Observations slow(TransferPlan plan, Predicate<RankTransferOutcome> which, Duration... totals) {
        Observations observations = Observations.clean(plan).host(16, 16);
        for (int iteration = 0; iteration < totals.length; iteration++) {
            Duration total = totals[iteration];
            observations.transfers(
                    iteration, transfer -> which.test(transfer) ? Observations.withTotal(transfer, total) : transfer);
        }
        return observations;
    }

    private static Duration ms(long value) {
        return Duration.ofMillis(value);
    }

    private static Observations steady(TransferPlan plan, Predicate<RankTransferOutcome> which, long milliseconds) {
        Duration total = ms(milliseconds);
        return slow(plan, which, ms(10), total, total, total);
    }

    @Test
    void aSlowRankIsNamedWithItsFigureAndTheOthers() {
        Finding finding = onlyFinding(EIGHT, steady(EIGHT, of(SLOW), 261), FindingKind.THROUGHPUT);

        assertThat(finding.headline())
                .startsWith("decode-0-rank-3 takes 261 ms for ")
                .endsWith(" bytes, others 10 ms");
        assertThat(fact(finding, "expected"))
                .isEqualTo("at most 4 times as long as others that move as much, or 250 ms longer");
        assertThat(fact(finding, "actual")).isEqualTo("261 ms, the median of 3 iterations after the first");
        assertThat(fact(finding, "others")).isEqualTo("10 ms, the median of 7 ranks");
        assertThat(fact(finding, "where")).isEqualTo("decode-0-rank-3 with prefill-0-rank-3");
    }

    @Test
    void notLongerByMoreThanNoiseIsNone() {
        assertThat(findings(EIGHT, steady(EIGHT, of(SLOW), 260))).isEmpty();
    }

    @Test
    void fourTimesIsNone() {
        Observations four = slow(EIGHT, transfer -> true, ms(1000), ms(1000), ms(1000), ms(1000));
        Observations more = slow(EIGHT, transfer -> true, ms(1000), ms(1000), ms(1000), ms(1000));
        for (int iteration = 1; iteration < 4; iteration++) {
            four.transfers(iteration, t -> of(SLOW).test(t) ? Observations.withTotal(t, ms(4000)) : t);
            more.transfers(iteration, t -> of(SLOW).test(t) ? Observations.withTotal(t, ms(4001)) : t);
        }

        assertThat(findings(EIGHT, four)).isEmpty();
        onlyFinding(EIGHT, more, FindingKind.THROUGHPUT);
    }

    @Test
    void ranksThatShareACoreAreGrantedTheirTurns() {
        assertThat(findings(EIGHT, steady(EIGHT, of(SLOW), 810).host(2, 16))).isEmpty();

        Finding finding = onlyFinding(EIGHT, steady(EIGHT, of(SLOW), 811).host(2, 16), FindingKind.THROUGHPUT);
        assertThat(fact(finding, "expected")).endsWith(" or 800 ms longer");
    }

    @Test
    void theFirstIterationDoesNotCount() {
        assertThat(findings(EIGHT, slow(EIGHT, of(SLOW), ms(9000), ms(9000)))).isEmpty();
        onlyFinding(EIGHT, slow(EIGHT, of(SLOW), ms(10), ms(9000), ms(9000)), FindingKind.THROUGHPUT);
    }

    @Test
    void ofTwoIterationsBothMustBeSlow() {
        TransferPlan three = eight(draft -> draft.iterations(3));

        assertThat(findings(three, slow(three, of(SLOW), ms(10), ms(9000)))).isEmpty();
        onlyFinding(three, slow(three, of(SLOW), ms(10), ms(9000), ms(9000)), FindingKind.THROUGHPUT);
    }

    @Test
    void oneIterationAfterTheFirstIsTooFew() {
        TransferPlan two = eight(draft -> draft.iterations(2));

        assertThat(findings(two, slow(two, of(SLOW), ms(9000), ms(9000)))).isEmpty();
    }

    @Test
    void aSlowTargetOfAllInitiatorsIsNamed() {
        TransferPlan mesh = eight(draft -> draft.topology(new Topology(3, 1, 3, 1, Pairing.MESH)));
        RankId target = new RankId(Role.PREFILL, 1, 0);

        Finding finding = onlyFinding(mesh, steady(mesh, of(target), 3000), FindingKind.THROUGHPUT);

        assertThat(finding.headline()).startsWith("prefill-1-rank-0 takes 3 s");
        assertThat(fact(finding, "where"))
                .isEqualTo("prefill-1-rank-0 with decode-0-rank-0, decode-1-rank-0, decode-2-rank-0");
    }

    @Test
    void aWriteNamesItsInitiator() {
        TransferPlan write = eight(draft -> draft.direction(Operation.WRITE, Role.PREFILL));

        assertThat(onlyFinding(write, steady(write, of(SLOW), 3000), FindingKind.THROUGHPUT)
                        .headline())
                .startsWith("prefill-0-rank-3 takes 3 s");
    }

    @Test
    void severalSlowRanksAreOneFinding() {
        RankId second = new RankId(Role.DECODE, 0, 5);
        Observations two = steady(EIGHT, of(SLOW), 3000);
        for (int iteration = 1; iteration < 4; iteration++) {
            two.transfers(iteration, t -> of(second).test(t) ? Observations.withTotal(t, ms(4000)) : t);
        }

        Finding finding = onlyFinding(EIGHT, two, FindingKind.THROUGHPUT);
        assertThat(finding.headline()).startsWith("decode-0-rank-5 takes 4 s");
        assertThat(fact(finding, "as well")).isEqualTo("decode-0-rank-3");
    }

    @Test
    void whatMovesMoreIsNotHeldAgainstWhatMovesLess() {
        TransferPlan unequal = eight(draft -> draft.topology(new Topology(2, 1, 3, 1, Pairing.ROUND_ROBIN)));
        RankId twice = new RankId(Role.PREFILL, 0, 0);

        assertThat(findings(unequal, steady(unequal, of(twice), 3000))).isEmpty();
    }

    @Test
    void oneRankHasNoOthers() {
        TransferPlan one = eight(draft -> draft.topology(new Topology(1, 1, 1, 1, Pairing.MESH)));

        assertThat(findings(one, steady(one, transfer -> true, 3000))).isEmpty();
    }

    @Test
    void notWhereNoThroughputIsExpectedNorWithDebugLogging() {
        TransferPlan silent = Observations.plan(
                draft -> draft.topology(new Topology(1, 8, 1, 8, Pairing.MESH)).iterations(4));

        assertThat(findings(silent, steady(silent, of(SLOW), 3000))).isEmpty();
        assertThat(findings(EIGHT, steady(EIGHT, of(SLOW), 3000).debugLogging()))
                .isEmpty();
    }

    @Test
    void whatEndedTheCaseIsItsOnlyFinding() {
        onlyFinding(EIGHT, steady(EIGHT, of(SLOW), 3000).killed(SLOW, "wait", "SIGSEGV"), FindingKind.ENGINE_DIED);
    }

    @Test
    void anIterationThatDidNotEndDoesNotCount() {
        Observations unended = slow(EIGHT, of(SLOW), ms(10), ms(3000), ms(3000), ms(3000));
        for (int iteration = 2; iteration < 4; iteration++) {
            unended.transferList(iteration, transfers -> transfers.subList(0, 7));
        }

        assertThat(findings(EIGHT, unended)).extracting(Finding::kind).doesNotContain(FindingKind.THROUGHPUT);
    }
}
