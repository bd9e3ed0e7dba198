package org.nixlconform.message;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * One departure from what was expected: a headline and ordered facts.
 *
 * @param kind what kind of departure
 * @param subject stage or check that found it, such as {@code integrity} or {@code environment}; opens the headline
 * @param headline one sentence without the subject: what was expected and was not so
 * @param phase what a rank was doing, such as {@code backend}; empty where the finding is not about one
 * @param facts in the order in which they are shown
 */
public record Finding(FindingKind kind, String subject, String headline, Optional<String> phase, List<Fact> facts) {
    public Finding {
        Objects.requireNonNull(kind);
        Objects.requireNonNull(subject);
        Objects.requireNonNull(headline);
        Objects.requireNonNull(phase);
        facts = List.copyOf(facts);
    }

    public static Finding of(FindingKind kind, String subject, String headline) {
        return new Finding(kind, subject, headline, Optional.empty(), List.of());
    }

    /** The same finding, of something that happened in this phase. The message does not show it by itself. */
    public Finding during(String phase) {
        return new Finding(kind, subject, headline, Optional.of(phase), facts);
    }

    /** The same finding with one more fact at the end. */
    public Finding with(String name, Object value) {
        List<Fact> more = new ArrayList<>(facts);
        more.add(new Fact(name, String.valueOf(value)));
        return new Finding(kind, subject, headline, phase, more);
    }
}
