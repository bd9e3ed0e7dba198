package org.nixlconform.verdict;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;
import org.nixlconform.plan.RankId;
import org.nixlconform.plan.Role;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.PathObservation;
import org.nixlconform.transfer.TransferObservation;
import org.nixlconform.transfer.TransferObservation.Iteration;
import org.nixlconform.transfer.TransferObservation.RankTransferOutcome;
import org.nixlconform.transfer.TransferObservation.Reference;

/**
 * What was reached. An iteration's figure is the bytes of all its transfers over its longest total; iterations in
 * which a planned transfer did not end have none.
 *
 * @param gbPerSecond median over iterations, of all initiators together
 * @param referenceGbPerSecond sum over the ranks that are to time it; empty when one of them has none
 * @param iterations how many have a figure
 */
record MeasuredThroughput(OptionalDouble gbPerSecond, OptionalDouble referenceGbPerSecond, int iterations) {
    private static final double BYTES_PER_GB = 1e9;

    static final MeasuredThroughput NONE = new MeasuredThroughput(OptionalDouble.empty(), OptionalDouble.empty(), 0);

    static MeasuredThroughput of(TransferPlan plan, TransferObservation observation) {
        PlannedTransfers planned = PlannedTransfers.of(plan);
        List<Double> figures = observation.iterations().stream()
                .map(iteration -> gbPerSecond(planned, iteration))
                .flatMap(Optional::stream)
                .sorted()
                .toList();
        OptionalDouble reference = observation
                .reference()
                .map(measured -> gbPerSecond(ranksWithReference(plan), measured))
                .orElse(OptionalDouble.empty());
        return new MeasuredThroughput(median(figures), reference, figures.size());
    }

    OptionalDouble shareOfReference() {
        return gbPerSecond.isPresent() && referenceGbPerSecond.isPresent()
                ? OptionalDouble.of(gbPerSecond.getAsDouble() / referenceGbPerSecond.getAsDouble())
                : OptionalDouble.empty();
    }

    /** Why the figure cannot be held against an expectation; empty when it can. */
    Optional<String> notJudgedBecause(TransferPlan plan, TransferObservation observation) {
        return unfitBecause(plan, observation)
                .or(() -> gbPerSecond.isEmpty()
                        ? Optional.of("no iteration ended with all its transfers")
                        : referenceGbPerSecond.isEmpty()
                                ? Optional.of("there is no reference for every "
                                        + (plan.memory().isMixed() ? "rank on a GPU" : "initiator"))
                                : Optional.empty());
    }

    /** Why figures of this case say nothing; empty when they do. */
    Optional<String> unfitBecause(TransferPlan plan, TransferObservation observation) {
        TransferObservation.Host host = observation.host();
        if (!observation.path().rails().isEmpty()) {
            return Optional.of("simulated EFA says nothing of a speed");
        }
        if (plan.expectations().throughput().isEmpty()) {
            return Optional.of("the case does not expect it");
        }
        if (observation.settings().debugLogging()) {
            return Optional.of("debug logging was on");
        }
        if (host.ranks() > host.cores()) {
            return Optional.of(host.node() + " ran " + Quantities.count(host.ranks(), "rank") + " on "
                    + Quantities.count(host.cores(), "core"));
        }
        return withinAGpu(plan, observation.path().gpus())
                ? Optional.of("ranks that exchange blocks share a GPU, and a copy within it crosses nothing")
                : Optional.empty();
    }

    private static boolean withinAGpu(TransferPlan plan, List<PathObservation.Gpu> gpus) {
        Map<RankId, Set<String>> held = gpus.stream()
                .collect(Collectors.groupingBy(
                        PathObservation.Gpu::rank, Collectors.mapping(PathObservation.Gpu::uuid, Collectors.toSet())));
        return plan.rankTransfers().stream()
                .filter(transfer -> transfer.bytes() > 0)
                .anyMatch(transfer -> !Collections.disjoint(
                        held.getOrDefault(transfer.prefill(), Set.of()),
                        held.getOrDefault(transfer.decode(), Set.of())));
    }

    private static Optional<Double> gbPerSecond(PlannedTransfers planned, Iteration iteration) {
        List<RankTransferOutcome> ended = iteration.transfers().stream()
                .filter(transfer -> transfer.status() == 0)
                .toList();
        boolean all = ended.size() == iteration.transfers().size()
                && ended.stream()
                        .map(transfer -> new PlannedTransfers.Pair(transfer.initiator(), transfer.target()))
                        .collect(Collectors.toSet())
                        .containsAll(planned.moving());
        long longestNanos = ended.stream()
                .map(RankTransferOutcome::total)
                .mapToLong(Duration::toNanos)
                .max()
                .orElse(0);
        long bytes = ended.stream().mapToLong(RankTransferOutcome::bytes).sum();
        // Bytes per nanosecond are 10^9 bytes per second.
        return all && longestNanos > 0 && bytes > 0 ? Optional.of((double) bytes / longestNanos) : Optional.empty();
    }

    private static Set<RankId> ranksWithReference(TransferPlan plan) {
        return plan.rankTransfers().stream()
                .filter(transfer -> transfer.bytes() > 0)
                .map(transfer -> plan.referenceRole() == Role.PREFILL ? transfer.prefill() : transfer.decode())
                .collect(Collectors.toSet());
    }

    private static OptionalDouble gbPerSecond(Set<RankId> ranks, Reference reference) {
        Map<RankId, Double> measured = reference.bytesPerSecond();
        double sum = ranks.stream()
                .mapToDouble(rank -> measured.getOrDefault(rank, 0.0))
                .sum();
        boolean complete = ranks.stream().allMatch(rank -> measured.getOrDefault(rank, 0.0) > 0);
        return complete ? OptionalDouble.of(sum / BYTES_PER_GB) : OptionalDouble.empty();
    }

    private static OptionalDouble median(List<Double> sorted) {
        if (sorted.isEmpty()) {
            return OptionalDouble.empty();
        }
        int middle = sorted.size() / 2;
        return OptionalDouble.of(
                sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2);
    }
}
