package org.nixlconform.verdict;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.BlockRequest;
import org.nixlconform.plan.Operation;
import org.nixlconform.plan.RankId;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.GivenMetadata;
import org.nixlconform.transfer.PathObservation.RailUse;
import org.nixlconform.transfer.TransferObservation;
import org.nixlconform.transfer.TransferObservation.RankTransferOutcome;

/**
 * Blocks go over each rail that their memory was registered with, in about equal shares. Which rails these are is the
 * backend's choice, and no fault: on a topology it takes as many as the links of the memory's node carry. What a rank has
 * is judged by itself, so unequal numbers of rails on the two sides are none either.
 *
 * <p>Small descriptors take the rails in turn, one READ or a group of WRITEs to each; large ones are split over all. A rail
 * is held to its share only where the plan gives it enough turns.
 */
final class RailCheck implements Check {
    /** Descriptors from this size on are split, where there is more than one rail. */
    private static final long SPLIT_BYTES = 128L << 10;

    /** WRITEs that one rail takes before the next one's turn. */
    private static final int GROUP = 16;

    /** From so many turns on none can be left out. */
    private static final long TURNS_TO_BE_USED = 2;

    /** From so many turns on a share is not one of chance. */
    private static final long TURNS_TO_BE_EVEN = 8;

    private static final double LEAST_OF_SHARE = 0.5;
    private static final double MOST_OF_SHARE = 2;

    /** What was moved is on the rails, once; what is posted again is counted again. */
    private static final double LEAST_OF_MOVED = 0.99;

    private static final double MOST_OF_MOVED = 1.1;
    private static final int LISTED = 8;

    @Override
    public List<Finding> check(TransferPlan plan, TransferObservation observation) {
        if (observation.path().rails().isEmpty() || Disturbance.anywhere(observation)) {
            return List.of();
        }
        List<Finding> findings = new ArrayList<>();
        for (RankId rank : PlannedTransfers.of(plan).initiators()) {
            Rails rails = new Rails(plan, observation, rank);
            rails.elsewhere().or(rails::uneven).ifPresent(findings::add);
        }
        return findings;
    }

    /** Such as {@code rails: 8 of 32 carried blocks, 12.5 % to 12.5 % each}; empty where there are none. */
    static Optional<String> note(TransferObservation observation) {
        List<RankId> ranks = observation.path().ranksWithRails();
        if (ranks.isEmpty()) {
            return Optional.empty();
        }
        List<RailUse> all = ranks.stream()
                .flatMap(rank -> observation.path().railsOf(rank).stream())
                .toList();
        List<RailUse> used = all.stream().filter(use -> use.payloadBytes() > 0).toList();
        OptionalDouble least =
                used.stream().mapToDouble(use -> share(observation, use)).min();
        OptionalDouble most =
                used.stream().mapToDouble(use -> share(observation, use)).max();
        return Optional.of("rails: " + used.size() + " of " + all.size() + " carried blocks, "
                + Quantities.percent(least.orElse(0)) + " to " + Quantities.percent(most.orElse(0))
                + " of a rank's each");
    }

    /** Whether no rail that memory is registered with can be left out of a case by chance. */
    static boolean everyRailHasItsTurn(TransferPlan plan, TransferObservation observation) {
        return PlannedTransfers.of(plan).initiators().stream()
                .allMatch(rank -> new Rails(plan, observation, rank).turns() >= TURNS_TO_BE_USED);
    }

    private static double share(TransferObservation observation, RailUse use) {
        long all = observation.path().railsOf(use.rank()).stream()
                .mapToLong(RailUse::payloadBytes)
                .sum();
        return all == 0 ? 0 : (double) use.payloadBytes() / all;
    }

    /** Those of one rank. */
    private static final class Rails {
        private final TransferPlan plan;
        private final RankId rank;
        private final List<RailUse> uses;
        private final List<List<Integer>> regions;
        private final List<RankTransferOutcome> transfers;
        private final long payloadBytes;

        Rails(TransferPlan plan, TransferObservation observation, RankId rank) {
            this.plan = plan;
            this.rank = rank;
            uses = observation.path().railsOf(rank);
            regions = observation.metadata().stream()
                    .filter(given -> given.rank().equals(rank))
                    .map(GivenMetadata::railsOfRegions)
                    .findFirst()
                    .orElse(List.of());
            transfers = observation.iterations().stream()
                    .flatMap(iteration -> iteration.transfers().stream())
                    .filter(transfer -> transfer.initiator().equals(rank) && transfer.status() == 0)
                    .toList();
            payloadBytes = uses.stream().mapToLong(RailUse::payloadBytes).sum();
        }

        /** What was moved did not go over rails, or did so more than once. */
        Optional<Finding> elsewhere() {
            long moved =
                    transfers.stream().mapToLong(RankTransferOutcome::bytes).sum();
            if (payloadBytes >= moved * LEAST_OF_MOVED && payloadBytes <= moved * MOST_OF_MOVED) {
                return Optional.empty();
            }
            return Optional.of(Finding.of(
                            FindingKind.WRONG_PATH,
                            "rails",
                            "of " + Quantities.bytes(moved) + " that " + rank + " moved, "
                                    + Quantities.bytes(payloadBytes) + " went over its rails")
                    .with("expected", "all of them, once")
                    .with("actual", listed(uses, 0))
                    .with("where", rank)
                    .with(
                            "remedy",
                            "see which provider the plug-in chose, in the log of the engine at NIXL_LOG_LEVEL=INFO"));
        }

        Optional<Finding> uneven() {
            long turns = turns();
            List<RailUse> idle = turns < TURNS_TO_BE_USED
                    ? List.of()
                    : uses.stream()
                            .filter(use -> fair(use) > 0 && use.payloadBytes() == 0)
                            .toList();
            List<RailUse> off = turns < TURNS_TO_BE_EVEN
                    ? idle
                    : uses.stream().filter(this::isOff).toList();
            if (idle.isEmpty() && off.isEmpty()) {
                return Optional.empty();
            }
            long used = uses.stream().filter(use -> fair(use) > 0).count();
            List<RailUse> telling = idle.isEmpty() ? off : idle;
            String headline = idle.isEmpty()
                    ? share(off.get(0)) + " of the bytes that " + rank + " moved went over rail "
                            + off.get(0).name()
                    : idle.size() + " of " + Quantities.count(used, "rail") + " of " + rank + " carried nothing: "
                            + Wording.few(idle.stream().map(RailUse::name).toList(), ", ", 3);
            return Optional.of(Finding.of(FindingKind.RAIL_SHARE, "rails", headline)
                    .with(
                            "expected",
                            "about " + Quantities.percent(fair(telling.get(0))) + " of the bytes on each of the "
                                    + Quantities.count(used, "rail") + " that its memory is registered with")
                    .with("actual", listed(off.isEmpty() ? idle : uses, fair(telling.get(0))))
                    .with("where", rank)
                    .with("remedy", "see the link and the errors of that device; rails.csv has all of them"));
        }

        /** Without a share that it should have, a rail is off only if it carries. */
        private boolean isOff(RailUse use) {
            double fair = fair(use) * payloadBytes;
            return use.payloadBytes() < fair * LEAST_OF_SHARE || use.payloadBytes() > fair * MOST_OF_SHARE;
        }

        /** The rails that are furthest from their share first. */
        private String listed(List<RailUse> rails, double fair) {
            List<String> lines = rails.stream()
                    .filter(use -> fair == 0 || fair(use) > 0 || use.payloadBytes() > 0)
                    .sorted(Comparator.comparingDouble(
                                    (RailUse use) -> -Math.abs(use.payloadBytes() - fair * payloadBytes))
                            .thenComparingInt(RailUse::rail))
                    .map(use -> use.name() + " " + share(use))
                    .toList();
            return Wording.few(lines, ", ", LISTED);
        }

        private String share(RailUse use) {
            return Quantities.percent(payloadBytes == 0 ? 0 : (double) use.payloadBytes() / payloadBytes);
        }

        /** Of 1, what a rail is to carry: regions hold equally many of the blocks, and spread them over their rails. */
        private double fair(RailUse use) {
            return regions.stream()
                            .filter(rails -> rails.contains(use.rail()))
                            .mapToDouble(rails -> 1.0 / rails.size())
                            .sum()
                    / Math.max(1, regions.size());
        }

        /** How often in the least transfer it is a rail's turn. Regions with other rails begin to count anew. */
        private long turns() {
            int most = regions.stream().mapToInt(List::size).max().orElse(0);
            long descriptors = (long) (transfers.stream()
                            .mapToLong(RankTransferOutcome::descriptors)
                            .min()
                            .orElse(0)
                    * leftOfMerging());
            if (most == 0 || descriptors == 0) {
                return 0;
            }
            long together = new HashSet<>(regions).size() == 1 ? descriptors : descriptors / regions.size();
            boolean split =
                    most > 1 && transfers.get(0).bytes() / transfers.get(0).descriptors() >= SPLIT_BYTES;
            int group = plan.direction().operation() == Operation.WRITE ? GROUP : 1;
            return split ? together * TURNS_TO_BE_EVEN : together / group / most;
        }

        /** Of 1, the share of its descriptors that a request keeps: NIXL makes one of blocks that follow each other. */
        private double leftOfMerging() {
            return plan.requests().stream()
                    .mapToDouble(
                            request -> (double) runs(request) / plan.blocks().moved())
                    .min()
                    .orElse(1);
        }

        /** Blocks that move and do not follow the one before them on both sides. */
        private long runs(BlockRequest request) {
            List<Integer> source = request.sourceBlocks();
            List<Integer> destination = request.destinationBlocks();
            int first = plan.blocks().prefixHit();
            return IntStream.range(first, source.size())
                    .filter(at -> at == first
                            || source.get(at) != source.get(at - 1) + 1
                            || destination.get(at) != destination.get(at - 1) + 1)
                    .count();
        }
    }
}
