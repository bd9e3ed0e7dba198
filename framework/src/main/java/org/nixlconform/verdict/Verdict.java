package org.nixlconform.verdict;

import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;
import org.nixlconform.message.Finding;

/**
 * The judgement of one case.
 *
 * @param findings departures, most telling first; empty when it conforms
 * @param notes what was not judged and why, such as a throughput without a reference; they do not change the outcome
 * @param gbPerSecond median over iterations, 10^9 bytes per second, of all initiators together
 * @param shareOfReference of the same
 */
public record Verdict(
        Outcome outcome,
        List<Finding> findings,
        List<String> notes,
        OptionalDouble gbPerSecond,
        OptionalDouble shareOfReference) {
    public Verdict {
        Objects.requireNonNull(outcome);
        findings = List.copyOf(findings);
        notes = List.copyOf(notes);
    }

    /** A verdict that rests on no observation: refused, inconclusive or broken before the first NIXL call. */
    public static Verdict without(Outcome outcome, Finding finding) {
        return new Verdict(outcome, List.of(finding), List.of(), OptionalDouble.empty(), OptionalDouble.empty());
    }
}
