package org.nixlconform.fault;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.MemoryKind;
import org.nixlconform.plan.PlanDraft;
import org.nixlconform.plan.Planned;
import org.nixlconform.plan.TransferPlan;

/**
 * A fault, the transfer that it is planted in, and how it must be found: as exactly these kinds, no other.
 *
 * @param name unique, such as {@code one bit flipped}
 * @param family such as {@code data}
 * @param seed that its places were chosen by
 * @param faults for the fault library; each must leave a trace, or the proof says nothing
 * @param outside what is done beside the library
 * @param floor the throughput that the case expects, as a share of what the same case reaches just before without the
 *     fault; empty where the plan says all that is expected
 * @param says words of which each must stand in a fact of a finding
 */
public record PlantedFault(
        String name,
        String family,
        long seed,
        TransferPlan plan,
        List<LibraryFault> faults,
        Optional<Outside> outside,
        OptionalDouble floor,
        Set<FindingKind> expected,
        Set<String> says) {
    private static final Duration PATIENT_WITHIN = Duration.ofSeconds(60);
    private static final Duration PATIENT_STALL = Duration.ofSeconds(15);

    public PlantedFault {
        faults = List.copyOf(faults);
        expected = Set.copyOf(expected);
        says = Set.copyOf(says);
    }

    public PlantedFault(
            String name,
            String family,
            long seed,
            TransferPlan plan,
            List<LibraryFault> faults,
            Optional<Outside> outside,
            Set<FindingKind> expected) {
        this(name, family, seed, plan, faults, outside, OptionalDouble.empty(), expected, Set.of());
    }

    /**
     * The same where the transfer may take long: many rails on a busy machine are connected within one call, for seconds in
     * which nothing moves.
     */
    public PlantedFault patient() {
        return with(
                name + ", with more time", PlanDraft.of(name, plan).expectCompletion(PATIENT_WITHIN, PATIENT_STALL));
    }

    /** The same with caches there. */
    public PlantedFault in(MemoryKind memory) {
        return with(name, PlanDraft.of(name, plan).memory(memory));
    }

    private PlantedFault with(String otherName, PlanDraft draft) {
        TransferPlan other = ((Planned.Possible) draft.plan()).plan();
        return new PlantedFault(otherName, family, seed, other, faults, outside, floor, expected, says);
    }
}
