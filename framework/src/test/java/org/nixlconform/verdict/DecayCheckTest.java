package org.nixlconform.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.nixlconform.verdict.JudgeAssertions.fact;
import static org.nixlconform.verdict.JudgeAssertions.findings;
import static org.nixlconform.verdict.JudgeAssertions.onlyFinding;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.TransferPlan;

/** The share is not what finds anything here: it is met by whatever takes less than a day. */
class DecayCheckTest {
    private static final TransferPlan NINE = plan(9);

    private static TransferPlan plan(int iterations) {
        return Observations.plan(draft -> draft.iterations(iterations).expectThroughput(1e-6));
    }

    private static Observations taking(TransferPlan plan, long... milliseconds) {
        Observations observations = Observations.clean(plan);
        for (int iteration = 0; iteration < milliseconds.length; iteration++) {
            Duration total = Duration.ofMillis(milliseconds[iteration]);
            observations.transfers(iteration, transfer -> Observations.withTotal(transfer, total));
        }
        return observations;
    }

    @Test
    void aRateThatDecaysIsSaidWithBothFigures() {
        Finding finding =
                onlyFinding(NINE, taking(NINE, 10, 20, 100, 200, 300, 300, 350, 351, 900), FindingKind.THROUGHPUT);
        long bytes = PlannedTransfers.of(NINE).bytes().values().stream()
                .mapToLong(Long::longValue)
                .sum();

        assertThat(finding.headline()).isEqualTo("the rate decays: 100 ms an iteration, in the end 351 ms");
        assertThat(fact(finding, "expected"))
                .isEqualTo("in the end at most 3 times as long as in the beginning, or 250 ms longer");
        assertThat(fact(finding, "beginning"))
                .isEqualTo("100 ms, " + Quantities.gbPerSecond(bytes / 100e6) + ", the median of iterations 1 to 3");
        assertThat(fact(finding, "end"))
                .isEqualTo("351 ms, " + Quantities.gbPerSecond(bytes / 351e6) + ", the median of iterations 6 to 8");
    }

    @Test
    void notLongerByMoreThanNoiseIsNone() {
        assertThat(findings(NINE, taking(NINE, 10, 20, 100, 200, 300, 300, 350, 350, 900)))
                .isEmpty();
    }

    @Test
    void threeTimesIsNone() {
        assertThat(findings(NINE, taking(NINE, 200, 200, 200, 200, 400, 400, 600, 600, 600)))
                .isEmpty();
        onlyFinding(NINE, taking(NINE, 200, 200, 200, 200, 400, 400, 601, 601, 601), FindingKind.THROUGHPUT);
    }

    @Test
    void ranksThatShareACoreAreGrantedTheirTurns() {
        assertThat(findings(
                        NINE,
                        taking(NINE, 10, 10, 10, 10, 10, 10, 810, 810, 810).host(2, 16)))
                .isEmpty();
        onlyFinding(NINE, taking(NINE, 10, 10, 10, 10, 10, 10, 811, 811, 811).host(2, 16), FindingKind.THROUGHPUT);
    }

    @Test
    void theFirstIterationDoesNotCount() {
        onlyFinding(NINE, taking(NINE, 9000, 10, 10, 9000, 900, 900, 900, 900, 900), FindingKind.THROUGHPUT);
        assertThat(findings(NINE, taking(NINE, 10, 10, 900, 900, 900, 900, 900, 900, 900)))
                .isEmpty();
    }

    @Test
    void oneSlowIterationInTheEndIsNone() {
        assertThat(findings(NINE, taking(NINE, 10, 10, 10, 10, 10, 10, 10, 10, 9000)))
                .isEmpty();
    }

    @Test
    void eightIterationsAreTooFew() {
        TransferPlan eight = plan(8);

        assertThat(findings(eight, taking(eight, 10, 10, 10, 10, 10, 900, 900, 900)))
                .isEmpty();
    }

    @Test
    void notWhereNoThroughputIsExpected() {
        TransferPlan silent = Observations.plan(draft -> draft.iterations(9));

        assertThat(findings(silent, taking(silent, 10, 10, 10, 10, 900, 900, 900, 900, 900)))
                .isEmpty();
    }
}
