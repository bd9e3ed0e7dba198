package org.nixlconform.plan;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.nixlconform.message.FindingKind;

/**
 * What must hold. An absent expectation is not judged.
 *
 * @param integrity every byte right and in its place, nothing else touched
 * @param visibleAtDone every slice that was looked at was at the target of a WRITE when its initiator was told DONE; only
 *     with integrity
 * @param completion ends in bounded time, with every notification
 * @param throughput a share of what the engines themselves reach on the same pair
 * @param caughtAs the case plants a fault: it conforms only if one of these kinds, and nothing else, is found
 * @param allowedLog what engines may say on standard error without a finding
 */
public record Expectations(
        boolean integrity,
        boolean visibleAtDone,
        Optional<Completion> completion,
        Optional<Throughput> throughput,
        Set<FindingKind> caughtAs,
        List<AllowedLog> allowedLog) {

    public Expectations {
        caughtAs = Set.copyOf(caughtAs);
        allowedLog = List.copyOf(allowedLog);
    }

    /**
     * @param within from the first post to the last notification, for each iteration
     * @param stall longest time without any progress
     */
    public record Completion(Duration within, Duration stall) {}

    /** @param shareOfReference 0 exclusive to 1.5; of the copy between two processes that the engines time */
    public record Throughput(double shareOfReference) {}

    /**
     * @param pattern regular expression that a log line must contain
     * @param because why this line is no fault
     */
    public record AllowedLog(String pattern, String because) {}
}
