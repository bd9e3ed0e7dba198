package org.nixlconform.engine.process;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.nixlconform.engine.protocol.RunningTime;

class LeaseTest {
    private static final double LOOK_EVERY = 0.2;

    private double now;
    private final Lease lease = new Lease(16, new RunningTime(() -> (long) (now * 1e9)));

    /** @return whether it was over at any look */
    private boolean pass(double seconds) {
        boolean over = lease.isOver();
        for (double end = now + seconds; now < end; ) {
            now += LOOK_EVERY;
            over |= lease.isOver();
        }
        return over;
    }

    private void standStill(double seconds) {
        now += seconds;
    }

    @Test
    void aControllerThatIsHeardNowAndThenIsThere() {
        for (int word = 0; word < 20; word++) {
            assertThat(pass(3)).isFalse();
            lease.renew();
        }
    }

    @Test
    void aControllerThatIsSilentForLongIsGone() {
        assertThat(pass(15.5)).isFalse();
        assertThat(pass(1)).isTrue();
    }

    @Test
    void whileTheMachineStandsStillNobodyIsSilent() {
        assertThat(pass(3)).isFalse();
        standStill(600);
        assertThat(lease.isOver()).as("before what was sent meanwhile is read").isFalse();
        assertThat(pass(9)).isFalse();
        lease.renew();
        assertThat(pass(15)).isFalse();
    }

    @Test
    void whoIsSilentBeforeAndAfterAStandstillIsGone() {
        assertThat(pass(8)).isFalse();
        standStill(600);
        assertThat(pass(8)).isTrue();
    }
}
