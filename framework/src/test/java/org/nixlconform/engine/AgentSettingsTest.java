package org.nixlconform.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.nixlconform.configuration.EnvironmentSpec.AgentSpec;
import org.nixlconform.configuration.EnvironmentSpec.ProgressThread;
import org.nixlconform.configuration.EnvironmentSpec.ThreadSync;

class AgentSettingsTest {

    private static AgentSettings of(ProgressThread progressThread, int ranks, int cores) {
        return AgentSettings.of(new AgentSpec(progressThread, ThreadSync.NONE, 7), Optional.empty(), ranks, cores);
    }

    @Test
    void theProgressThreadIsOnUntilThreadsOutnumberCores() {
        assertThat(of(ProgressThread.AUTO, 4, 8).progressThread()).isTrue();
        assertThat(of(ProgressThread.AUTO, 5, 8).progressThread()).isFalse();
        assertThat(of(ProgressThread.AUTO, 5, 8).because()).isEqualTo("5 ranks with a progress thread each on 8 cores");
    }

    @Test
    void theEnvironmentFileHasTheLastWord() {
        assertThat(of(ProgressThread.ON, 80, 2).progressThread()).isTrue();
        assertThat(of(ProgressThread.OFF, 1, 64).progressThread()).isFalse();
        assertThat(of(ProgressThread.OFF, 1, 64).because()).isEqualTo("set in the environment's file");
    }

    @Test
    void ranksThatShareCoresPauseBetweenPolls() {
        assertThat(of(ProgressThread.OFF, 8, 8).idleNanos()).isZero();
        assertThat(of(ProgressThread.OFF, 9, 8).idleNanos()).isPositive();
        // A progress thread spins beside its rank.
        assertThat(of(ProgressThread.ON, 4, 8).idleNanos()).isZero();
        assertThat(of(ProgressThread.ON, 5, 8).idleNanos()).isPositive();
    }

    @Test
    void threadSyncHasTheNumbersOfNixl() {
        AgentSettings none =
                AgentSettings.of(new AgentSpec(ProgressThread.ON, ThreadSync.NONE, 0), Optional.empty(), 1, 2);
        AgentSettings strict =
                AgentSettings.of(new AgentSpec(ProgressThread.ON, ThreadSync.STRICT, 0), Optional.empty(), 1, 2);
        AgentSettings rw = AgentSettings.of(new AgentSpec(ProgressThread.ON, ThreadSync.RW, 0), Optional.empty(), 1, 2);

        assertThat(none.threadSyncNumber()).isZero();
        assertThat(strict.threadSyncNumber()).isEqualTo(1);
        assertThat(rw.threadSyncNumber()).isEqualTo(2);
        assertThat(of(ProgressThread.ON, 1, 2).progressDelayMicroseconds()).isEqualTo(7);
    }
}
