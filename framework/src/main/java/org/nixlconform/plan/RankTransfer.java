package org.nixlconform.plan;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What one decode rank takes from one prefill rank in one iteration.
 *
 * <p>Decode rank d of D looks at prefill ranks from {@code d * P / D} on and takes each of its heads from the first
 * that holds it. So with D >= P it has one source, with P > D and split heads several, and with MLA the one at
 * {@code d * P / D}, all as in vLLM. Where P > D and P exceeds the number of heads, vLLM refuses pure attention and
 * takes repeated heads once in hybrid models; here they are taken once. Prefill ranks whose heads nobody takes occur in
 * no transfer of data. Where decode asks, one decode rank sends each of those a notification by itself, as in vLLM, so that
 * it knows as well that the request is over: a transfer of no heads. Where decode holds all blocks of a request already, no
 * transfer has any bytes.
 *
 * @param heads global heads that move; none where the prefill rank is only told
 * @param descriptors one for each region and moved block; of a state one for each part in place of that of its block
 * @param bytes all that moves between the two
 */
public record RankTransfer(RankId prefill, RankId decode, HeadShare heads, long descriptors, long bytes) {

    /** By prefill engine, decode engine, decode rank, prefill rank. */
    static List<RankTransfer> of(TransferPlan plan) {
        List<RankTransfer> transfers = new ArrayList<>();
        for (Topology.EnginePair pair : plan.topology().enginePairs()) {
            List<RankTransfer> ofPair = new ArrayList<>();
            for (int rank = 0; rank < plan.topology().decodeTp(); rank++) {
                RankId decode = new RankId(Role.DECODE, pair.decodeEngine(), rank);
                addSources(plan, pair.prefillEngine(), decode, ofPair);
            }
            if (plan.direction().operation() == Operation.READ) {
                addTold(plan, pair, ofPair);
            }
            transfers.addAll(ofPair);
        }
        return List.copyOf(transfers);
    }

    /** Prefill ranks that nobody reads. */
    private static void addTold(TransferPlan plan, Topology.EnginePair pair, List<RankTransfer> transfers) {
        int prefillTp = plan.topology().prefillTp();
        Set<Integer> read =
                transfers.stream().map(transfer -> transfer.prefill().rank()).collect(Collectors.toSet());
        IntStream.range(0, prefillTp)
                .filter(rank -> !read.contains(rank))
                .mapToObj(rank -> new RankTransfer(
                        new RankId(Role.PREFILL, pair.prefillEngine(), rank),
                        new RankId(Role.DECODE, pair.decodeEngine(), (int)
                                ((long) rank * plan.topology().decodeTp() / prefillTp)),
                        new HeadShare(0, 0),
                        0,
                        0))
                .forEach(transfers::add);
        transfers.sort(Comparator.comparingInt(
                        (RankTransfer transfer) -> transfer.decode().rank())
                .thenComparingInt(transfer -> transfer.prefill().rank()));
    }

    private static void addSources(TransferPlan plan, int prefillEngine, RankId decode, List<RankTransfer> transfers) {
        int prefillTp = plan.topology().prefillTp();
        int decodeTp = plan.topology().decodeTp();
        HeadShare wanted = plan.headShare(decode);
        int first = (int) ((long) decode.rank() * prefillTp / decodeTp);
        int taken = wanted.first();
        for (int rank = first; taken < wanted.end(); rank++) {
            RankId prefill = new RankId(Role.PREFILL, prefillEngine, rank);
            HeadShare held = plan.headShare(prefill);
            if (held.contains(taken)) {
                HeadShare heads = new HeadShare(taken, Math.min(held.end(), wanted.end()) - taken);
                transfers.add(between(plan, prefill, decode, heads));
                taken = heads.end();
            }
        }
    }

    private static RankTransfer between(TransferPlan plan, RankId prefill, RankId decode, HeadShare heads) {
        int regions = plan.geometry().regions();
        long bytesOfABlock = IntStream.range(0, regions)
                .mapToLong(region -> plan.geometry().blockBytes(region, heads))
                .sum();
        long moved = plan.blocks().moved();
        int parts = plan.geometry().stateParts().size();
        long descriptorsOfARegion = parts > 0 && moved > 0 ? moved - 1 + parts : moved;
        return new RankTransfer(prefill, decode, heads, regions * descriptorsOfARegion, bytesOfABlock * moved);
    }
}
