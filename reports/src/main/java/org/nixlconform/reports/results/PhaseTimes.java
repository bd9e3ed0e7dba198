package org.nixlconform.reports.results;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nixlconform.transfer.TransferObservation.PhaseTime;

/**
 * How long one phase took, over all ranks and iterations that went through it.
 *
 * @param totalMillis sum over ranks and iterations, not elapsed time
 */
public record PhaseTimes(double medianMillis, double maxMillis, double totalMillis) {

    /** By phase, in the order in which the phases first appear. */
    public static Map<String, PhaseTimes> byPhase(List<PhaseTime> phases) {
        Map<String, List<Duration>> byPhase = new LinkedHashMap<>();
        for (PhaseTime time : phases) {
            byPhase.computeIfAbsent(time.phase(), phase -> new ArrayList<>()).add(time.took());
        }
        Map<String, PhaseTimes> times = new LinkedHashMap<>();
        byPhase.forEach((phase, durations) -> times.put(phase, over(durations)));
        return times;
    }

    private static PhaseTimes over(List<Duration> durations) {
        List<Duration> sorted = new ArrayList<>(durations);
        Collections.sort(sorted);
        int half = sorted.size() / 2;
        double upper = millis(sorted.get(half));
        double median = sorted.size() % 2 == 1 ? upper : (millis(sorted.get(half - 1)) + upper) / 2;
        double total = sorted.stream().mapToDouble(PhaseTimes::millis).sum();
        return new PhaseTimes(rounded(median), rounded(millis(sorted.get(sorted.size() - 1))), rounded(total));
    }

    private static double millis(Duration duration) {
        return duration.toNanos() / 1e6;
    }

    private static double rounded(double millis) {
        return Math.round(millis * 1e3) / 1e3;
    }
}
