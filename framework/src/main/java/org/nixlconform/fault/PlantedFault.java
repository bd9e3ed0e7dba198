package org.nixlconform.fault;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.TransferPlan;

/**
 * A fault, the transfer that it is planted in, and how it must be found: as exactly these kinds, no other.
 *
 * @param name unique, such as {@code one bit flipped}
 * @param family such as {@code data}
 * @param seed that its places were chosen by
 * @param faults for the fault library; each must leave a trace, or the proof says nothing
 * @param outside what is done beside the library
 */
public record PlantedFault(
        String name,
        String family,
        long seed,
        TransferPlan plan,
        List<LibraryFault> faults,
        Optional<Outside> outside,
        Set<FindingKind> expected) {
    public PlantedFault {
        faults = List.copyOf(faults);
        expected = Set.copyOf(expected);
    }
}
