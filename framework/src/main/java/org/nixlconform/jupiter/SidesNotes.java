package org.nixlconform.jupiter;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.nixlconform.environment.EnvironmentPair;
import org.nixlconform.plan.Role;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.GivenMetadata;
import org.nixlconform.transfer.TransferObservation;

/** What the report says of the two sides of a case that is about their rails, their releases or their variables. */
final class SidesNotes {
    private SidesNotes() {}

    /** Nothing for a case whose sides are alike, unless it gives their rails or its environment sets what nothing reads. */
    static List<String> of(TransferPlan plan, EnvironmentPair environment, Optional<TransferObservation> observation) {
        List<GivenMetadata> given =
                observation.map(TransferObservation::metadata).orElse(List.of());
        List<String> unread =
                bySide(role -> String.join(", ", environment.of(role).unread()));
        List<String> notes = new ArrayList<>();
        if (plan.rails().isPresent()
                || GivenMetadata.unequalRails(given)
                || !environment.version().equals(environment.prefill().version().orElse(""))
                || !unread.isEmpty()) {
            GivenMetadata.summary(given).ifPresent(notes::add);
            bySide(role -> GivenMetadata.plugins(given, role)).forEach(side -> notes.add("plug-in mapped by " + side));
        }
        unread.forEach(side -> notes.add("variables that nothing reads, of " + side));
        return notes;
    }

    /** {@code both sides: text}, or a line for each side that has one. */
    private static List<String> bySide(Function<Role, String> text) {
        String prefill = text.apply(Role.PREFILL);
        String decode = text.apply(Role.DECODE);
        if (prefill.equals(decode)) {
            return prefill.isEmpty() ? List.of() : List.of("both sides: " + prefill);
        }
        List<String> sides = new ArrayList<>();
        for (Role role : Role.values()) {
            String own = text.apply(role);
            if (!own.isEmpty()) {
                sides.add(role.label() + ": " + own);
            }
        }
        return sides;
    }
}
