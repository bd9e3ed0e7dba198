package org.nixlconform.verdict;

import java.util.List;
import java.util.Optional;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.DeviceCache;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.TransferObservation;
import org.nixlconform.transfer.TransferObservation.Integrity;
import org.nixlconform.transfer.TransferObservation.Iteration;

/**
 * Memory that was remapped after it was registered is a fault only where somebody holds on to what was registered. A backend
 * that goes by addresses alone, as between processes of a node, brings every block to what is behind them now.
 */
final class RemapCheck implements Check {
    static final String SUBJECT = "remap";

    @Override
    public List<Finding> check(TransferPlan plan, TransferObservation observation) {
        boolean remapped = plan.deviceCache().equals(Optional.of(DeviceCache.REMAPPED));
        boolean whole = observation.iterations().size() == plan.iterations()
                && observation.failures().isEmpty()
                && observation.iterations().stream().allMatch(RemapCheck::isWhole);
        return remapped && whole
                ? List.of(Finding.of(
                                FindingKind.PREREQUISITE,
                                SUBJECT,
                                "nothing held on to the memory that was registered before it was remapped")
                        .with("expected", "blocks that go to what was registered, or a refusal")
                        .with("actual", "every block is in what is behind the same addresses now"))
                : List.of();
    }

    private static boolean isWhole(Iteration iteration) {
        List<Integrity> destinations =
                iteration.integrity().stream().filter(Integrity::destination).toList();
        return !destinations.isEmpty() && destinations.stream().allMatch(seen -> seen.runsDiffering() == 0);
    }
}
