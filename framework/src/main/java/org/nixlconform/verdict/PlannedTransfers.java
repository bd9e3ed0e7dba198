package org.nixlconform.verdict;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.nixlconform.plan.Operation;
import org.nixlconform.plan.RankId;
import org.nixlconform.plan.Role;
import org.nixlconform.plan.TransferPlan;

/**
 * The plan's transfers by their ends.
 *
 * @param bytes to move between two ranks in one iteration, in the plan's order; 0 where one is only told
 */
record PlannedTransfers(Map<Pair, Long> bytes, Operation operation) {

    /** The same two ranks in an iteration, whose requests may be smaller. */
    PlannedTransfers in(TransferPlan plan, int iteration) {
        Map<Pair, Long> smaller = new LinkedHashMap<>(bytes);
        if (plan.blocks().moved() > 0) {
            smaller.replaceAll((pair, all) -> all / plan.blocks().moved() * plan.moved(iteration));
        }
        return new PlannedTransfers(smaller, operation);
    }

    /** Two ranks by their ends. */
    record Pair(RankId initiator, RankId target) {
        boolean has(RankId rank) {
            return initiator.equals(rank) || target.equals(rank);
        }

        @Override
        public String toString() {
            return initiator + " with " + target;
        }
    }

    static PlannedTransfers of(TransferPlan plan) {
        boolean decodeInitiates = plan.direction().initiator() == Role.DECODE;
        Map<Pair, Long> bytes = new LinkedHashMap<>();
        plan.rankTransfers().forEach(transfer -> {
            Pair pair = decodeInitiates
                    ? new Pair(transfer.decode(), transfer.prefill())
                    : new Pair(transfer.prefill(), transfer.decode());
            bytes.merge(pair, transfer.bytes(), Long::sum);
        });
        return new PlannedTransfers(bytes, plan.direction().operation());
    }

    /** The planned bytes of two ranks, 0 where none are planned. */
    long bytes(Pair pair) {
        return bytes.getOrDefault(pair, 0L);
    }

    /** Those between which bytes move. */
    Set<Pair> moving() {
        return bytes.keySet().stream()
                .filter(pair -> bytes(pair) > 0)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** Those of which one only tells the other. */
    Set<Pair> told() {
        return bytes.keySet().stream()
                .filter(pair -> bytes(pair) == 0)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** All that this rank has a part in, in one iteration. */
    long bytes(RankId rank) {
        return bytes.entrySet().stream()
                .filter(entry -> entry.getKey().has(rank))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    SortedSet<RankId> initiators() {
        return ends(true);
    }

    SortedSet<RankId> targets() {
        return ends(false);
    }

    SortedSet<RankId> destinations() {
        return ends(operation == Operation.READ);
    }

    SortedSet<RankId> sources() {
        return ends(operation == Operation.WRITE);
    }

    /** All that this rank exchanges data with. */
    SortedSet<RankId> peers(RankId rank) {
        SortedSet<RankId> peers = new TreeSet<>();
        for (Pair pair : bytes.keySet()) {
            if (pair.initiator().equals(rank)) {
                peers.add(pair.target());
            } else if (pair.target().equals(rank)) {
                peers.add(pair.initiator());
            }
        }
        return peers;
    }

    private SortedSet<RankId> ends(boolean initiator) {
        return bytes.keySet().stream()
                .map(pair -> initiator ? pair.initiator() : pair.target())
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
