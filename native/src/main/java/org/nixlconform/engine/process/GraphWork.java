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
 * appends to one of them; what came is handed over to it, where the case says so, by its block table alone. Where requests
 * move on through the cache, it reads what earlier ones left, until blocks are taken from it for the next.
 */
final class GraphWork implements StreamWork {
    /** As a decoding engine has other requests beside the one that arrives. */
    private static final int MOST_BLOCKS = 5;

    private static final String BESIDE = "GRAPH_BESIDE";
    private static final String REUSE = "GRAPH_REUSE";

    private final boolean handsOver;
    private final boolean reuses;
    private final boolean tooEarly;
    private final Device device;
    private final Arena arena;
    private final Payload payload;
    private @Nullable DeviceGraph graph;
    private @Nullable RunList own;
    private long replaysBefore;
    private long replaysAtEnd;

    GraphWork(ToRank.StreamOrder order, Device device, Arena arena, Payload payload) {
        this.handsOver = !order.work().equals(BESIDE);
        this.reuses = order.work().equals(REUSE);
        this.tooEarly = order.fence().equals(NO_FENCE);
        this.device = device;
        this.arena = arena;
        this.payload = payload;
    }

    /** Replays read what earlier requests left, until it is theirs no more: blocks that are taken leave the table first. */
    @Override
    public void beforeFill(CacheOracle oracle) {
        if (reuses) {
            try (RunList all = oracle.left(false);
                    RunList kept = oracle.left(true)) {
                DeviceGraph replaying = start(oracle);
                handOver(replaying, all);
                if (!tooEarly) {
                    handOver(replaying, kept);
                }
            }
        }
    }

    private DeviceGraph start(CacheOracle oracle) {
        RunList appended = oracle.untouched(oracle.idleBlocks(1));
        DeviceGraph started = DeviceGraph.start(device, arena, payload, appended, oracle.slots(), oracle.mostPieces());
        own = appended;
        graph = started;
        return started;
    }

    private static void handOver(DeviceGraph replaying, RunList listed) {
        replaying.prepare(listed);
        replaying.handOver();
    }

    @Override
    public void beforeTransfer(CacheOracle oracle, Generations generations, RunList expected) {
        List<Integer> idle = oracle.idleBlocks(MOST_BLOCKS);
        DeviceGraph replaying = graph == null ? start(oracle) : graph;
        try (RunList listed = reuses ? oracle.left(true) : oracle.untouched(idle.subList(1, idle.size()))) {
            if (!reuses) {
                handOver(replaying, listed);
            }
            if (handsOver) {
                for (int i = 0; i < expected.size(); i++) {
                    if (expected.get(i).selected()) {
                        listed.add(expected.get(i));
                    }
                }
                replaying.prepare(listed);
            }
            if (tooEarly && !reuses) {
                replaying.handOver();
            }
            replaysBefore = replaying.await(2).replays();
        }
    }

    @Override
    public void atEnd(PlacedRuns expected) {
        DeviceGraph replaying = graph;
        if (replaying != null) {
            if (handsOver && (reuses || !tooEarly)) {
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
                        report.longestGapNanos()),
                List.of());
    }

    @Override
    public void close() {
        if (graph != null) {
            graph.close();
        }
    }
}
