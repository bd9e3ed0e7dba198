package org.nixlconform.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.nixlconform.verdict.JudgeAssertions.fact;
import static org.nixlconform.verdict.JudgeAssertions.findings;
import static org.nixlconform.verdict.JudgeAssertions.onlyFinding;
import static org.nixlconform.verdict.Observations.DECODE_0;

import java.time.Duration;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.ResourceUse;
import org.nixlconform.transfer.ResourceUse.Look;

class GrowthCheckTest {
    private static final TransferPlan PLAN = Observations.plan();
    private static final long MIB = 1 << 20;

    @Test
    void whatIsTakenAtFirstAndKeptIsNoGrowth() {
        Observations warming = looks(100, i -> look(i, 40, 20, Math.min(i, 25) * MIB));

        Verdict verdict = Judge.judge(PLAN, warming.seen());
        assertThat(verdict.findings()).isEmpty();
        assertThat(verdict.notes())
                .contains(
                        "decode-0-rank-0: open files +0, threads +0, resident memory +0.0 MiB between the second and the"
                                + " last quarter of 9.9 s");
    }

    @Test
    void whatComesAndGoesIsNoGrowth() {
        assertThat(findings(PLAN, looks(100, i -> look(i, 40 + i % 30, 20 + i % 10, (50 + i % 20) * MIB))))
                .isEmpty();
    }

    @Test
    void memoryThatIsNeverGivenBackIsFound() {
        Finding finding = onlyFinding(PLAN, looks(100, i -> look(i, 40, 20, (50 + i) * MIB)), FindingKind.GROWTH);

        assertThat(finding.headline())
                .isEqualTo("decode-0-rank-0 holds 52 428 800 bytes of resident memory more than before");
        assertThat(fact(finding, "actual")).isEqualTo("143 654 912 after 91 226 112, in 100 looks over 9.9 s");
    }

    @Test
    void filesAndThreadsThatAreLeftAreFound() {
        assertThat(onlyFinding(PLAN, looks(100, i -> look(i, 40 + i, 20, 50 * MIB)), FindingKind.GROWTH)
                        .headline())
                .isEqualTo("decode-0-rank-0 holds 50 open files more than before");
        assertThat(onlyFinding(PLAN, looks(100, i -> look(i, 40, 20 + i / 10, 50 * MIB)), FindingKind.GROWTH)
                        .headline())
                .isEqualTo("decode-0-rank-0 holds 5 threads more than before");
    }

    @Test
    void fewLooksSayNothing() {
        Observations few = looks(11, i -> look(i, 40, 20, i * 100 * MIB));

        assertThat(findings(PLAN, few)).isEmpty();
        assertThat(Judge.judge(PLAN, few.seen()).notes())
                .contains("whether engines grew was not judged: there was too little of it");
    }

    private static Look look(int number, int files, int threads, long residentBytes) {
        return new Look(Duration.ofMillis(100L * number), files, threads, residentBytes);
    }

    private static Observations looks(int count, IntFunction<Look> look) {
        return Observations.clean(PLAN)
                .resources(new ResourceUse(
                        DECODE_0,
                        "storm",
                        IntStream.range(0, count).mapToObj(look).toList()));
    }
}
