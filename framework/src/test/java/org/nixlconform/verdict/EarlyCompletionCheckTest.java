package org.nixlconform.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.nixlconform.verdict.JudgeAssertions.fact;
import static org.nixlconform.verdict.JudgeAssertions.findings;
import static org.nixlconform.verdict.JudgeAssertions.onlyFinding;
import static org.nixlconform.verdict.Observations.DECODE_0;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.TransferPlan;

class EarlyCompletionCheckTest {
    private static final Duration LATE_BY = Duration.ofMillis(180);

    @Test
    void anInitiatorThatIsToldTooEarlyIsNamedOnce() {
        TransferPlan plan = Observations.plan();

        Finding finding = onlyFinding(
                plan,
                Observations.clean(plan).late(0, DECODE_0, 3, LATE_BY).late(1, DECODE_0, 1, LATE_BY),
                FindingKind.EARLY_DONE);

        assertThat(finding.headline())
                .startsWith("DONE was reported before 3 of ")
                .endsWith(", on decode-0-rank-0");
        assertThat(fact(finding, "actual")).contains("came later, within 180 ms");
        assertThat(fact(finding, "where")).isEqualTo("decode-0-rank-0, iteration 0");
    }

    @Test
    void aDestinationThatIsWrittenToIsToldByTheNotification() {
        TransferPlan plan = Observations.writePlan();

        Finding finding = onlyFinding(
                plan, Observations.clean(plan).late(0, DECODE_0, 2, LATE_BY), FindingKind.EARLY_NOTIFICATION);

        assertThat(finding.headline()).startsWith("the notification came before 2 of ");
    }

    @Test
    void whereNeitherIntegrityNorCompletionIsExpectedItIsNotJudged() {
        TransferPlan plan = Observations.planWithout(draft -> draft.expectThroughput(0.5));

        assertThat(findings(plan, Observations.clean(plan).late(0, DECODE_0, 3, LATE_BY)))
                .isEmpty();
    }
}
