package org.nixlconform.verdict;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.RankId;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.TransferObservation;
import org.nixlconform.transfer.TransferObservation.Difference;
import org.nixlconform.transfer.TransferObservation.DifferenceKind;
import org.nixlconform.transfer.TransferObservation.Integrity;

/**
 * Every byte right and in its place, nothing else touched. Judged where integrity is expected.
 *
 * <p>One finding for each rank and kind of difference, from the first iteration that has it, so that results carry
 * every kind. Ranks in their order; of one rank the most frequent kind first, of equally frequent ones the order
 * OVERRUN, MISPLACED, SHIFTED, STALE, TORN, FOREIGN, ZERO, POISON: what was written wrongly tells more than what is
 * merely missing. A source that differs is one finding. What differed while engines served requests on their own, or in a storm of
 * notifications, counts as one more iteration, after the last.
 *
 * <p>Slices that were never or only half written by a transfer that a loss, a failed call or a timeout ended are
 * explained by that; where the plan ends a rank, only as many as that one still owed. Everything else is judged then too: whatever ended it, nothing else may be touched.
 */
final class IntegrityCheck implements Check {
    private static final List<DifferenceKind> MOST_TELLING_FIRST = List.of(
            DifferenceKind.OVERRUN,
            DifferenceKind.MISPLACED,
            DifferenceKind.SHIFTED,
            DifferenceKind.STALE,
            DifferenceKind.TORN,
            DifferenceKind.FOREIGN,
            DifferenceKind.ZERO,
            DifferenceKind.POISON);

    /** What one rank's arena held after one iteration, of one kind. */
    private record Departure(int iteration, Integrity integrity, DifferenceKind kind) {
        long count() {
            return integrity.countByKind().getOrDefault(kind, 0L);
        }

        Optional<Difference> example() {
            return integrity.differences().stream()
                    .filter(difference -> difference.kind() == kind)
                    .findFirst();
        }
    }

    @Override
    public List<Finding> check(TransferPlan plan, TransferObservation observation) {
        if (!plan.expectations().integrity()) {
            return List.of();
        }
        PlannedTransfers planned = PlannedTransfers.of(plan);
        Map<RankId, List<Departure>> departures = new TreeMap<>();
        Map<Integer, List<Integrity>> seen = new TreeMap<>();
        observation.iterations().forEach(iteration -> seen.put(iteration.index(), iteration.integrity()));
        observation.serving().ifPresent(serving -> seen.put(plan.iterations(), serving.integrity()));
        observation.storm().ifPresent(storm -> seen.put(plan.iterations(), storm.integrity()));
        seen.forEach((iteration, arenas) -> arenas.forEach(integrity -> departures
                .computeIfAbsent(integrity.rank(), rank -> new ArrayList<>())
                .addAll(departures(integrity, iteration).stream()
                        .filter(departure -> !isExplained(plan, planned, observation, departure))
                        .toList())));
        return departures.values().stream()
                .flatMap(ofRank -> findings(plan, ofRank).stream())
                .toList();
    }

    private static List<Departure> departures(Integrity integrity, int iteration) {
        List<Departure> departures = MOST_TELLING_FIRST.stream()
                .map(kind -> new Departure(iteration, integrity, kind))
                .filter(departure -> departure.count() > 0)
                .toList();
        long classified = departures.stream().mapToLong(Departure::count).sum();
        if (classified != integrity.runsDiffering()) {
            throw new IllegalStateException(integrity.rank() + " reports " + integrity.runsDiffering()
                    + " differing slices but classifies " + classified);
        }
        return departures;
    }

    private static boolean isExplained(
            TransferPlan plan, PlannedTransfers planned, TransferObservation observation, Departure departure) {
        RankId rank = departure.integrity().rank();
        boolean incomplete = departure.kind() == DifferenceKind.POISON || departure.kind() == DifferenceKind.TORN;
        Optional<PlannedEnd> end = PlannedEnd.of(plan, observation).filter(PlannedEnd::isAlone);
        if (end.isPresent()) {
            long unwritten = end.get().unwrittenSlices(departure.integrity(), departure.iteration());
            return incomplete && departure.integrity().destination() && incomplete(departure.integrity()) <= unwritten;
        }
        return incomplete
                && departure.integrity().destination()
                && (Disturbance.of(observation, rank, departure.iteration())
                        || planned.peers(rank).stream()
                                .anyMatch(peer -> Disturbance.of(observation, peer, departure.iteration())));
    }

    private static long incomplete(Integrity integrity) {
        return integrity.countByKind().getOrDefault(DifferenceKind.POISON, 0L)
                + integrity.countByKind().getOrDefault(DifferenceKind.TORN, 0L);
    }

    private static List<Finding> findings(TransferPlan plan, List<Departure> ofRank) {
        Map<String, List<Departure>> alike = new LinkedHashMap<>();
        ofRank.stream()
                .sorted(Comparator.comparingLong(Departure::count)
                        .reversed()
                        .thenComparing(departure -> MOST_TELLING_FIRST.indexOf(departure.kind())))
                .forEach(departure -> alike.computeIfAbsent(
                                departure.integrity().destination()
                                        ? departure.kind().name()
                                        : "source",
                                key -> new ArrayList<>())
                        .add(departure));
        return alike.values().stream().map(group -> finding(plan, group)).toList();
    }

    private static Finding finding(TransferPlan plan, List<Departure> alike) {
        Departure first = alike.stream()
                .min(Comparator.comparingInt(Departure::iteration))
                .orElseThrow();
        boolean destination = first.integrity().destination();
        Finding finding = Finding.of(
                destination ? FindingKind.valueOf(first.kind().name()) : FindingKind.SOURCE_CHANGED,
                "integrity",
                destination ? destinationHeadline(first) : sourceHeadline(first));
        Optional<Difference> example = first.example();
        if (example.isPresent()) {
            finding = finding.with("first", example.get().where())
                    .with("expected", example.get().expected())
                    .with("actual", example.get().actual());
        }
        finding = finding.with("kind", first.kind() + ", " + words(first.kind()));
        String detail = example.map(Difference::detail).orElse("");
        if (!detail.isBlank()) {
            finding = finding.with("detail", detail);
        }
        boolean afterwards = alike.stream().anyMatch(departure -> departure.iteration() == plan.iterations());
        List<Departure> iterated = alike.stream()
                .filter(departure -> departure.iteration() < plan.iterations())
                .toList();
        if (afterwards) {
            finding = finding.with("where", first.integrity().rank() + Wording.iteration(plan, plan.iterations()));
        }
        return plan.iterations() == 1 || iterated.isEmpty()
                ? finding
                : finding.with("iterations", iterations(plan, iterated));
    }

    private static String destinationHeadline(Departure departure) {
        Integrity integrity = departure.integrity();
        String count = Quantities.count(departure.count());
        if (departure.kind() == DifferenceKind.OVERRUN) {
            return count + (departure.count() == 1 ? " place" : " places") + " outside the selected blocks changed on "
                    + integrity.rank();
        }
        return count + " of " + Quantities.count(integrity.slicesSelected(), "block slice")
                + (departure.count() == 1 ? " differs on " : " differ on ") + integrity.rank();
    }

    private static String sourceHeadline(Departure departure) {
        long changed = departure.integrity().runsDiffering();
        return "the source cache of " + departure.integrity().rank() + " changed in "
                + Quantities.count(changed, "place");
    }

    private static String iterations(TransferPlan plan, List<Departure> alike) {
        List<String> indices = alike.stream()
                .map(Departure::iteration)
                .distinct()
                .sorted()
                .map(String::valueOf)
                .toList();
        return Wording.few(indices, ", ", 10) + " of " + Quantities.count(plan.iterations());
    }

    private static String words(DifferenceKind kind) {
        return switch (kind) {
            case ZERO -> "zeros";
            case POISON -> "never written";
            case STALE -> "the right place of an older generation";
            case MISPLACED -> "intact content of another place";
            case SHIFTED -> "the right content at a constant distance";
            case TORN -> "two generations or sources in one slice";
            case OVERRUN -> "a place that was not to be written";
            case FOREIGN -> "content that was never written by the case";
        };
    }
}
