package org.nixlconform.engine.process;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nixlconform.binding.Arena;
import org.nixlconform.binding.Device;
import org.nixlconform.binding.DeviceGraph;
import org.nixlconform.binding.Payload;
import org.nixlconform.binding.PlacedRuns;
import org.nixlconform.binding.RunList;
import org.nixlconform.engine.process.CacheOracle.Generations;
import org.nixlconform.engine.protocol.FromRank;
import org.nixlconform.engine.protocol.ToRank;

/**
 * A graph as that of a decoding engine replays while blocks arrive. It reads blocks of the cache that no request uses and
 * appends to one of them; what came is handed over to it, where the case says so, by its block table alone.
 */
final class GraphWork implements StreamWork {
    /** As a decoding engine has other requests beside the one that arrives. */
    private static final int MOST_BLOCKS = 5;

    private static final String HAND_OVER = "GRAPH_HANDOVER";
    private static final String NO_FENCE = "NONE";

    private final boolean handsOver;
    private final boolean tooEarly;
    private final Device device;
    private final Arena arena;
    private final Payload payload;
    private @Nullable DeviceGraph graph;
    private @Nullable RunList own;
    private long replaysBefore;
    private long replaysAtEnd;

    GraphWork(ToRank.StreamOrder order, Device device, Arena arena, Payload payload) {
        this.handsOver = order.work().equals(HAND_OVER);
        this.tooEarly = order.fence().equals(NO_FENCE);
        this.device = device;
        this.arena = arena;
        this.payload = payload;
    }

    @Override
    public void beforeTransfer(CacheOracle oracle, Generations generations, RunList expected) {
        List<Integer> idle = oracle.idleBlocks(MOST_BLOCKS);
        RunList appended = oracle.untouched(idle.subList(0, 1));
        own = appended;
        try (RunList listed = oracle.untouched(idle.subList(1, idle.size()))) {
            DeviceGraph replaying = DeviceGraph.start(
                    device, arena, payload, appended, oracle.slots(), listed.size() + expected.size());
            graph = replaying;
            replaying.prepare(listed);
            replaying.handOver();
            if (handsOver) {
                for (int i = 0; i < expected.size(); i++) {
                    if (expected.get(i).selected()) {
                        listed.add(expected.get(i));
                    }
                }
                replaying.prepare(listed);
            }
            if (handsOver && tooEarly) {
                replaying.handOver();
            }
            replaysBefore = replaying.await(2).replays();
        }
    }

    @Override
    public void atEnd(PlacedRuns expected) {
        DeviceGraph replaying = graph;
        if (replaying != null) {
            if (handsOver && !tooEarly) {
                replaying.handOver();
            }
            replaysAtEnd = replaying.look().replays();
        }
    }

    @Override
    public FromRank.StreamWork settle(PlacedRuns expected) {
        DeviceGraph replaying = graph;
        RunList appended = own;
        if (replaying == null || appended == null) {
            throw new IllegalStateException("no graph replays");
        }
        DeviceGraph.Report report = replaying.await(2);
        replaying.close();
        graph = null;
        // Its blocks go back as they were: who else wrote there was seen by a replay.
        try (PlacedRuns placed = arena.place(payload, appended)) {
            placed.fill();
        }
        appended.close();
        return new FromRank.StreamWork(
                0,
                0,
                false,
                -1,
                new FromRank.Replays(
                        report.replays(),
                        replaysAtEnd - replaysBefore,
                        report.mismatches(),
                        report.firstMismatch(),
                        report.ownMismatches(),
                        report.longestGapNanos()));
    }

    @Override
    public void close() {
        if (graph != null) {
            graph.close();
        }
    }
}
