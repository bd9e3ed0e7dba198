package org.nixlconform.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.nixlconform.engine.EngineStep.Sample;
import org.nixlconform.plan.Expectations;
import org.nixlconform.plan.RankId;
import org.nixlconform.plan.Role;

class ProgressWatchTest {
    private static final RankId PREFILL = new RankId(Role.PREFILL, 0, 0);
    private static final RankId DECODE = new RankId(Role.DECODE, 0, 0);
    private static final Duration WITHIN = Duration.ofSeconds(30);
    private static final Duration STALL = Duration.ofSeconds(5);

    private long nanos = 1_000;
    private final ProgressWatch watch = new ProgressWatch(new Expectations.Completion(WITHIN, STALL), () -> nanos);

    private void pass(double seconds) {
        nanos += (long) (seconds * 1e9);
    }

    private static Sample landed(long slices) {
        return new Sample("", Duration.ZERO, 1, 1, 0, 0, 0, 0, 100, slices);
    }

    @Test
    void nothingIsOverBeforeTheLimits() {
        pass(4.9);

        assertThat(watch.over()).isFalse();
        assertThat(watch.stalled()).isFalse();
    }

    @Test
    void aTransferThatStandsStillIsOverAfterTheStallLimit() {
        watch.saw(DECODE, landed(10));
        pass(5.1);

        assertThat(watch.over()).isTrue();
        assertThat(watch.stalled()).isTrue();
        assertThat(watch.deadline()).isEqualTo(STALL);
    }

    @Test
    void theSameSampleTwiceIsNoProgress() {
        watch.saw(DECODE, landed(10));
        pass(3);
        watch.saw(DECODE, landed(10));
        pass(3);

        assertThat(watch.stalled()).isTrue();
    }

    @Test
    void theSameCountsOfAnotherRankAreProgressOfThatRank() {
        watch.saw(DECODE, landed(10));
        pass(3);
        watch.saw(PREFILL, landed(10));
        pass(3);

        assertThat(watch.stalled()).isFalse();
    }

    @Test
    void aTransferThatMovesIsOverAtItsDeadlineOnly() {
        for (int slices = 0; slices < 29; slices++) {
            pass(1);
            watch.saw(DECODE, landed(slices));
        }
        assertThat(watch.over()).isFalse();

        pass(1.1);
        assertThat(watch.over()).isTrue();
        assertThat(watch.stalled()).isFalse();
        assertThat(watch.deadline()).isEqualTo(WITHIN);
    }

    @Test
    void anAnswerIsProgressToo() {
        pass(4);
        watch.moved();
        pass(4);

        assertThat(watch.stalled()).isFalse();
    }

    @Test
    void ranksAreNotLookedAtWhileATransferOfOrdinaryLengthRuns() {
        assertThat(watch.sampleDue()).isFalse();
        assertThat(watch.nextLookNanos()).isEqualTo(Duration.ofSeconds(1).toNanos());

        pass(1);
        assertThat(watch.sampleDue()).isTrue();
        assertThat(watch.sampleDue()).as("asked again at once").isFalse();
        pass(1);
        assertThat(watch.sampleDue()).isTrue();
    }

    @Test
    void ranksAreLookedAtOftenEnoughToSeeAShortStall() {
        ProgressWatch shortStall =
                new ProgressWatch(new Expectations.Completion(WITHIN, Duration.ofMillis(400)), () -> nanos);

        pass(0.2);
        assertThat(shortStall.sampleDue()).isTrue();
        assertThat(shortStall.nextLookNanos()).isEqualTo(Duration.ofMillis(100).toNanos());
    }

    @Test
    void afterALossTheOthersGetAShortWhile() {
        pass(4);
        watch.moved();
        assertThat(watch.abandoned(0)).isFalse();

        assertThat(watch.abandoned(1)).isFalse();
        pass(2.9);
        assertThat(watch.abandoned(1)).isFalse();
        pass(0.1001);
        assertThat(watch.abandoned(1)).isTrue();
        assertThat(watch.stalled()).isFalse();
        assertThat(watch.deadline())
                .as("no limit was passed")
                .isBetween(Duration.ofSeconds(7), Duration.ofMillis(7001));
    }
}
