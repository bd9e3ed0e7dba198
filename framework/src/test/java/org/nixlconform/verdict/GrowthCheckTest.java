package org.nixlconform.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.nixlconform.verdict.JudgeAssertions.fact;
import static org.nixlconform.verdict.JudgeAssertions.findings;
import static org.nixlconform.verdict.JudgeAssertions.onlyFinding;
import static org.nixlconform.verdict.Observations.DECODE_0;
import static org.nixlconform.verdict.Observations.PREFILL_0;

import java.time.Duration;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.PagedServing;
import org.nixlconform.plan.RankId;
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
                        "decode-0-rank-0 held 40 open files at first and 40 at the end, 20 and 20 threads, 0.0 and 25.0 MiB"
                                + " of resident memory, in 9.9 s; when it was warm +0, +0 and +0.0 MiB between the second"
                                + " and the last quarter");
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

    @Test
    void enginesThatServeAreJudgedLikeThoseOfAStorm() {
        TransferPlan lasting = serving(2_000);
        Verdict verdict = Judge.judge(lasting, leaking(lasting).seen());

        assertThat(verdict.findings())
                .singleElement()
                .matches(finding -> finding.kind() == FindingKind.GROWTH)
                .matches(finding -> finding.headline()
                        .equals("prefill-0-rank-0 holds 52 428 800 bytes of resident memory more than before"))
                .matches(finding -> fact(finding, "where").equals("prefill-0-rank-0, phase serve"));
        assertThat(verdict.notes())
                .anyMatch(note -> note.startsWith("prefill-0-rank-0 held 45 open files at first"))
                .anyMatch(note -> note.startsWith("decode-0-rank-0 held 46 open files at first"));
    }

    @Test
    void enginesThatServeAFewRequestsAreNot() {
        TransferPlan few = serving(1_999);

        assertThat(findings(few, leaking(few))).isEmpty();
        assertThat(Judge.judge(few, leaking(few).seen()).notes()).noneMatch(note -> note.contains("grew"));
    }

    /** 10.8 MiB for the first 1 100 notifications, and nothing then: what LIBFABRIC does. */
    @Test
    void whatIsTouchedUntilAnEngineIsWarmIsNoGrowth() {
        IntFunction<Look> touching = i ->
                new Look(Duration.ofMillis(100L * i), 25L * i, 40, 20, 50 * MIB + 10_000L * Math.min(25 * i, 1_100));
        IntFunction<Look> leaking =
                i -> new Look(Duration.ofMillis(100L * i), 25L * i, 40, 20, 50 * MIB + 10_000L * 25 * i);

        assertThat(findings(PLAN, looks(100, touching))).isEmpty();
        assertThat(findings(PLAN, looks(70, leaking))).isEmpty();
        Finding finding = onlyFinding(PLAN, looks(100, leaking), FindingKind.GROWTH);
        assertThat(fact(finding, "actual")).endsWith("in 40 looks over 3.9 s");
    }

    private static TransferPlan serving(int requests) {
        return Observations.plan(draft -> draft.workload(PagedServing.of(requests, 2, 3, 3)));
    }

    /** Prefill keeps a mebibyte between two looks, decode nothing. */
    private static Observations leaking(TransferPlan plan) {
        return Observations.clean(plan)
                .resources(
                        use(PREFILL_0, "serve", 100, i -> look(i, 45, 18, (142 + i) * MIB)),
                        use(DECODE_0, "serve", 100, i -> look(i, 46, 18, 121 * MIB)));
    }

    private static Look look(int number, int files, int threads, long residentBytes) {
        return new Look(Duration.ofMillis(100L * number), 10_000, files, threads, residentBytes);
    }

    private static Observations looks(int count, IntFunction<Look> look) {
        return Observations.clean(PLAN).resources(use(DECODE_0, "storm", count, look));
    }

    private static ResourceUse use(RankId rank, String during, int count, IntFunction<Look> look) {
        return new ResourceUse(
                rank, during, IntStream.range(0, count).mapToObj(look).toList());
    }
}
