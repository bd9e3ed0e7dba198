package org.nixlconform.cluster;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * What became of a command that was run to its end.
 *
 * @param end how it ended; empty when it was killed because it ran past its deadline
 * @param stdout what it wrote, at most {@link NodeConnection#OUTPUT_LIMIT_BYTES}; the rest is dropped
 * @param stderr the same
 */
public record CommandOutcome(Optional<ProcessEnd> end, String stdout, String stderr, Duration took) {

    public boolean succeeded() {
        return end.isPresent() && end.get().exitCode() == 0;
    }

    public boolean timedOut() {
        return end.isEmpty();
    }

    /** Such as {@code exit code 1}, {@code signal SIGSEGV}, {@code killed after 60.0 s}. */
    public String ending() {
        return end.map(ProcessEnd::description)
                .orElseGet(() -> String.format(Locale.ROOT, "killed after %.1f s", took.toMillis() / 1000.0));
    }
}
