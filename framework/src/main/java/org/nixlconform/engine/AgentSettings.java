package org.nixlconform.engine;

import java.util.Locale;
import java.util.Optional;
import org.nixlconform.configuration.EnvironmentSpec.AgentSpec;
import org.nixlconform.configuration.EnvironmentSpec.ProgressThread;

/**
 * How the agents of a case are created.
 *
 * @param because why the progress thread is on or off
 * @param idleNanos pause of a rank that polls in vain; 0 yields. It grows with the ranks that share a core: 80 ranks that
 *     poll every 50 us stop a machine of 2 cores
 */
public record AgentSettings(
        boolean progressThread, String because, String threadSync, long progressDelayMicroseconds, long idleNanos) {
    /** Its own and NIXL's progress thread. */
    private static final int THREADS_A_RANK = 2;

    private static final long SHARED_CORE_PAUSE_NANOS = 50_000;

    /**
     * vLLM runs with a progress thread. Progress threads spin: where they outnumber the cores they take the time that
     * they measure, so the default is off there.
     *
     * @param planned whether the case wants one on or off; empty where it does not say
     * @param ranks on the node that has fewest cores for each
     * @param cores of that node
     */
    static AgentSettings of(AgentSpec spec, Optional<Boolean> planned, int ranks, int cores) {
        boolean automatic = planned.isEmpty() && spec.progressThread() == ProgressThread.AUTO;
        boolean on = automatic
                ? THREADS_A_RANK * ranks <= cores
                : planned.orElse(spec.progressThread() == ProgressThread.ON);
        String because = automatic
                ? String.format(Locale.ROOT, "%d ranks with a progress thread each on %d cores", ranks, cores)
                : planned.isPresent() ? "the case says so" : "set in the environment's file";
        int threads = ranks * (on ? THREADS_A_RANK : 1);
        return new AgentSettings(
                on,
                because,
                spec.threadSync().name(),
                spec.progressDelayMicroseconds(),
                threads > cores ? SHARED_CORE_PAUSE_NANOS * ceilDivide(threads, cores) : 0);
    }

    private static int ceilDivide(int value, int by) {
        return (value + by - 1) / by;
    }

    int threadSyncNumber() {
        return switch (threadSync) {
            case "STRICT" -> 1;
            case "RW" -> 2;
            default -> 0;
        };
    }
}
