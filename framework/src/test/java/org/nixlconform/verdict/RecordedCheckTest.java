package org.nixlconform.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.nixlconform.verdict.JudgeAssertions.findings;
import static org.nixlconform.verdict.JudgeAssertions.onlyFinding;

import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.TransferObservation.Figure;

class RecordedCheckTest {
    private static final TransferPlan PLAN = Observations.plan(draft -> draft.expectThroughput(0.85));

    /** Of a clean observation, whose reference is the same. */
    private static final double REACHED =
            Judge.judge(PLAN, Observations.clean(PLAN).seen()).gbPerSecond().orElseThrow();

    @Test
    void whatIsWithinItsBoundsIsAllRight() {
        assertThat(findings(PLAN, transfer(REACHED, OptionalDouble.of(REACHED))))
                .isEmpty();
    }

    @Test
    void lessThanTheLeastIsAFinding() {
        Finding finding = onlyFinding(PLAN, transfer(REACHED * 1.01, OptionalDouble.empty()), FindingKind.THROUGHPUT);

        assertThat(finding.headline()).contains("less than the least on this cluster");
        assertThat(finding.facts()).anyMatch(fact -> fact.value().equals("the notes"));
    }

    @Test
    void moreThanThePathCarriesIsAFinding() {
        Finding finding =
                onlyFinding(PLAN, transfer(REACHED / 2, OptionalDouble.of(REACHED * 0.99)), FindingKind.THROUGHPUT);

        assertThat(finding.headline()).contains("more than this path can carry");
    }

    @Test
    void aReferenceBelowHalfOfTheRecordedOneIsDegradedAndOneAboveIsNot() {
        onlyFinding(PLAN, link(REACHED * 1.01), FindingKind.REFERENCE_DEGRADED);
        assertThat(findings(PLAN, link(REACHED * 0.99))).isEmpty();
    }

    @Test
    void aDegradedLinkIsSaidWhereTheShareOfItConforms() {
        Observations slow = link(REACHED * 1.01);

        assertThat(new ThroughputCheck().check(PLAN, slow.seen())).isEmpty();
        assertThat(new RecordedCheck().check(PLAN, slow.seen())).hasSize(1);
    }

    @Test
    void figuresThatSayNothingAreHeldAgainstNothing() {
        assertThat(findings(PLAN, transfer(REACHED * 2, OptionalDouble.empty()).debugLogging()))
                .isEmpty();
        assertThat(findings(PLAN, transfer(REACHED * 2, OptionalDouble.empty()).host(2, 4)))
                .isEmpty();
        TransferPlan silent = Observations.plan(draft -> draft);
        assertThat(findings(
                        silent,
                        Observations.clean(silent)
                                .recorded(Optional.of(figure(REACHED * 2, OptionalDouble.empty())), Optional.empty())))
                .isEmpty();
    }

    @Test
    void aTransferIsHeldToItsFigureWithoutAReferenceToo() {
        onlyFinding(PLAN, transfer(REACHED * 1.01, OptionalDouble.empty()).noReference(), FindingKind.THROUGHPUT);
    }

    private static Observations transfer(double lower, OptionalDouble upper) {
        return Observations.clean(PLAN).recorded(Optional.of(figure(lower, upper)), Optional.empty());
    }

    /** @param lower half of what is recorded */
    private static Observations link(double lower) {
        return Observations.clean(PLAN).recorded(Optional.empty(), Optional.of(figure(lower, OptionalDouble.empty())));
    }

    private static Figure figure(double lower, OptionalDouble upper) {
        return new Figure(lower * 2, lower, upper, "per node, of which the initiators have 1", "the notes");
    }
}
