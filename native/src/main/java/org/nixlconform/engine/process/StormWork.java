package org.nixlconform.engine.process;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.ToLongFunction;
import org.nixlconform.binding.Drive;
import org.nixlconform.binding.NixlAgent;
import org.nixlconform.binding.NixlCallException;
import org.nixlconform.binding.NixlStatus;
import org.nixlconform.binding.ProgressPage;
import org.nixlconform.binding.Storm;
import org.nixlconform.engine.protocol.FromRank;
import org.nixlconform.engine.protocol.PairShape;
import org.nixlconform.engine.protocol.ToRank;

/** One rank's part of a storm of notifications, in the words of the protocol. */
final class StormWork {
    private static final int TAIL_BYTES = 8;

    private final ToRank.Open open;
    private final ToRank.Prepare plan;
    private final List<Prepared> prepared;
    private final String label;

    /** @param prepared lists of an initiator */
    StormWork(ToRank.Open open, ToRank.Prepare plan, List<Prepared> prepared, String label) {
        this.open = open;
        this.plan = plan;
        this.prepared = prepared;
        this.label = label;
    }

    Storm open(NixlAgent agent, ProgressPage page, ToRank.StormShape ask) throws NixlCallException {
        Storm.Shape shape = new Storm.Shape(
                ask.seed(),
                ask.textBytes().stream().mapToInt(Integer::intValue).toArray(),
                ask.inFlight(),
                ask.transfers(),
                ask.standalone(),
                ask.mostBlocks(),
                ask.pollDelayNanos(),
                ask.periodNanos(),
                ask.targetPollNanos(),
                ask.quietNanos(),
                open.idleNanos(),
                plan.write(),
                ask.samples());
        List<Storm.Peer> peers = plan.initiator()
                ? prepared.stream().map(this::initiating).toList()
                : plan.pairs().stream().map(this::targeted).toList();
        int pairs = plan.pairs().size();
        page.reset(
                plan.initiator() ? Math.toIntExact(shape.transfers() * pairs) : 0,
                plan.initiator() ? 0 : Math.toIntExact(shape.messages() * pairs));
        return new Storm(agent, page, shape, peers);
    }

    private Storm.Peer initiating(Prepared lists) {
        PairDescriptors descriptors = lists.descriptors();
        String peer = lists.pair().peer();
        return new Storm.Peer(
                peer,
                ToRank.StormShape.key(label, peer),
                lists.local(),
                lists.remote(),
                descriptors.localIndices(),
                descriptors.remoteIndices(false),
                tails(descriptors),
                open.arena().regions());
    }

    /** Of a READ into host memory: what each transfer brings is seen at its DONE. */
    private long[] tails(PairDescriptors descriptors) {
        if (plan.write() || open.arena().place() != null) {
            return new long[0];
        }
        List<Drive.CopyRange> ranges = descriptors.copyRanges(Integer.MAX_VALUE);
        return ranges.stream().allMatch(range -> range.lengthBytes() >= TAIL_BYTES)
                ? ranges.stream().mapToLong(StormWork::tail).toArray()
                : new long[0];
    }

    private static long tail(Drive.CopyRange range) {
        return range.local() + range.lengthBytes() - TAIL_BYTES;
    }

    private Storm.Peer targeted(PairShape pair) {
        return new Storm.Peer(
                pair.peer(),
                ToRank.StormShape.key(pair.peer(), label),
                0,
                0,
                new int[0],
                new int[0],
                new long[0],
                open.arena().regions());
    }

    List<FromRank.StormPair> pairs(Storm storm) {
        List<FromRank.StormPair> pairs = new ArrayList<>();
        for (int i = 0; i < plan.pairs().size(); i++) {
            Storm.Counts counts = storm.counts(i);
            long bytes = plan.initiator() ? bytes(counts.descriptors(), prepared.get(i)) : 0;
            pairs.add(new FromRank.StormPair(
                    plan.pairs().get(i).peer(),
                    counts.done(),
                    counts.inPost(),
                    counts.sent(),
                    bytes,
                    counts.hollow(),
                    counts.firstHollow(),
                    counts.failedCall(),
                    counts.failedStatus(),
                    NixlStatus.nameOf(counts.failedStatus()),
                    counts.receivedBound(),
                    counts.receivedStandalone(),
                    counts.again(),
                    counts.altered(),
                    counts.firstMissing(),
                    times(counts.bound()),
                    times(counts.standalone())));
        }
        return pairs;
    }

    /** Each transfer moves whole blocks: as many descriptors of each region. */
    private static long bytes(long descriptors, Prepared lists) {
        int[] all = lists.descriptors().localIndices();
        return descriptors * lists.descriptors().bytes(all) / all.length;
    }

    private static FromRank.StormTimes times(List<Storm.Time> kept) {
        return new FromRank.StormTimes(
                of(kept, Storm.Time::sent),
                of(kept, Storm.Time::polled),
                of(kept, Storm.Time::done),
                of(kept, Storm.Time::seen));
    }

    private static long[] of(List<Storm.Time> kept, ToLongFunction<Storm.Time> moment) {
        return kept.stream().mapToLong(moment).toArray();
    }

    List<FromRank.StormOddity> oddities(Storm storm) {
        HexFormat hex = HexFormat.of();
        return storm.oddities().stream()
                .map(each -> new FromRank.StormOddity(
                        each.sender(),
                        each.kind(),
                        each.message(),
                        each.length(),
                        each.expectedLength(),
                        each.key(),
                        each.at(),
                        hex.formatHex(each.expected()),
                        hex.formatHex(each.found())))
                .toList();
    }
}
