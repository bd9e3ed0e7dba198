package org.nixlconform.message;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * One departure from what was expected: a headline and ordered facts.
 *
 * @param kind what kind of departure
 * @param subject stage or check that found it, such as {@code integrity} or {@code environment}; opens the headline
 * @param headline one sentence without the subject: what was expected and was not so
 * @param facts in the order in which they are shown
 */
public record Finding(FindingKind kind, String subject, String headline, List<Fact> facts) {
    public Finding {
        Objects.requireNonNull(kind);
        Objects.requireNonNull(subject);
        Objects.requireNonNull(headline);
        facts = List.copyOf(facts);
    }

    public static Finding of(FindingKind kind, String subject, String headline) {
        return new Finding(kind, subject, headline, List.of());
    }

    /** The same finding with one more fact at the end. */
    public Finding with(String name, Object value) {
        List<Fact> more = new ArrayList<>(facts);
        more.add(new Fact(name, String.valueOf(value)));
        return new Finding(kind, subject, headline, more);
    }
}
