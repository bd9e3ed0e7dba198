package org.nixlconform.transfer;

import java.util.List;
import java.util.Locale;
import org.nixlconform.plan.RankId;

/**
 * Which way blocks took, as far as somebody counts it.
 *
 * @param interfaces what the network interfaces of nodes carried meanwhile, where the cluster says which one is for data
 * @param rails what each rank posted to each rail of simulated EFA in all transfers together, by rank and rail
 */
public record PathObservation(List<Carried> interfaces, List<RailUse> rails) {
    /** Nothing was counted. */
    public static final PathObservation NONE = new PathObservation(List.of(), List.of());

    public PathObservation {
        interfaces = List.copyOf(interfaces);
        rails = List.copyOf(rails);
    }

    /** Of one rank. */
    public List<RailUse> railsOf(RankId rank) {
        return rails.stream().filter(use -> use.rank().equals(rank)).toList();
    }

    /** Those that posted blocks to rails, in their order. */
    public List<RankId> ranksWithRails() {
        return rails.stream()
                .filter(use -> use.payloadBytes() > 0)
                .map(RailUse::rank)
                .distinct()
                .sorted()
                .toList();
    }

    /**
     * What a network interface carried from the start of the case's engines to the end of its last transfer.
     *
     * @param forData whether it is the one that the cluster's file names for data
     */
    public record Carried(String node, String device, boolean forData, long receivedBytes, long sentBytes) {
        /** Such as {@code received 8192, sent 96 bytes, for data}. */
        public String described() {
            return String.format(
                    Locale.ROOT,
                    "received %,d, sent %,d bytes%s",
                    receivedBytes,
                    sentBytes,
                    forData ? ", for data" : "");
        }
    }

    /**
     * What one rank posted to one rail. Blocks are in reads and writes; a READ counts at its initiator, as all else does.
     *
     * @param rail number, from 0
     * @param name of the device
     * @param sends messages: notifications, and what the backend says to its like
     */
    public record RailUse(RankId rank, int rail, String name, Posted reads, Posted writes, Posted sends) {
        /** Bytes of blocks. */
        public long payloadBytes() {
            return reads.bytes() + writes.bytes();
        }

        RailUse plus(RailUse more) {
            return new RailUse(
                    rank, rail, name, reads.plus(more.reads), writes.plus(more.writes), sends.plus(more.sends));
        }
    }

    public record Posted(long operations, long bytes) {
        Posted plus(Posted more) {
            return new Posted(operations + more.operations, bytes + more.bytes);
        }
    }
}
