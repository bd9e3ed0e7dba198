package org.nixlconform.assertion;

import org.jspecify.annotations.Nullable;
import org.nixlconform.transfer.TransferObservation;
import org.nixlconform.verdict.Verdict;

/**
 * Where test bodies begin.
 *
 * <pre>{@code
 * assertThat(verdict).conforms().hasGbPerSecondAbove(1.0);
 * assertThat(observation).movedBytes(419_430_400).tookLessThan(Duration.ofSeconds(5));
 * }</pre>
 */
public final class ConformanceAssertions {
    private ConformanceAssertions() {}

    public static VerdictAssert assertThat(@Nullable Verdict actual) {
        return new VerdictAssert(actual);
    }

    public static TransferObservationAssert assertThat(@Nullable TransferObservation actual) {
        return new TransferObservationAssert(actual);
    }
}
