package org.nixlconform.engine.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.nixlconform.engine.protocol.FromRank.Phase;

class PhaseClockTest {

    @Test
    void phasesAreTimedInTheirOrder() throws InterruptedException {
        PhaseClock clock = new PhaseClock();
        assertThat(clock.current()).isEmpty();
        clock.enter("load");
        assertThat(clock.current()).isEqualTo("load");
        Thread.sleep(400);
        clock.enter("agent");
        assertThat(clock.current()).isEqualTo("agent");
        clock.end();
        assertThat(clock.current()).isEmpty();
        Thread.sleep(400);
        clock.enter("load");
        var phases = clock.finish();
        assertThat(phases).extracting(Phase::name).containsExactly("load", "agent", "load");
        assertThat(phases.get(0).nanos())
                .isGreaterThanOrEqualTo(Duration.ofMillis(400).toNanos());
        // Time between phases belongs to none of them.
        assertThat(phases.get(1).nanos()).isLessThan(Duration.ofMillis(400).toNanos());
        assertThat(phases.get(2).nanos()).isNotNegative();
    }

    @Test
    void aClockThatWasNeverStartedHasNoPhases() {
        PhaseClock clock = new PhaseClock();
        clock.end();
        assertThat(clock.finish()).isEmpty();
    }

    @Test
    void finishingTwiceAddsNothing() {
        PhaseClock clock = new PhaseClock();
        clock.enter("verify");
        assertThat(clock.finish()).hasSize(1);
        assertThat(clock.finish()).hasSize(1);
    }
}
