package org.nixlconform.engine.process;

import java.util.List;
import java.util.Map;
import org.nixlconform.binding.Arena;
import org.nixlconform.binding.Nixl;
import org.nixlconform.binding.Payload;
import org.nixlconform.binding.PlacedRuns;
import org.nixlconform.binding.Posix;
import org.nixlconform.binding.ProgressPage;
import org.nixlconform.binding.RunList;
import org.nixlconform.engine.process.CacheOracle.Generations;
import org.nixlconform.engine.protocol.ArenaShape;
import org.nixlconform.engine.protocol.ArenaShape.RegionShape;
import org.nixlconform.engine.protocol.FromRank;
import org.nixlconform.engine.protocol.FromWarden;
import org.nixlconform.engine.protocol.PairShape;
import org.nixlconform.engine.protocol.ToNode;
import org.nixlconform.engine.protocol.ToRank;
import org.nixlconform.engine.protocol.ToWarden;
import org.nixlconform.engine.protocol.Wire;

/**
 * Touches what a rank uses before it calls NIXL, so that the archive of loaded classes holds it, and checks on the way
 * that the Java mirrors and the native library agree.
 */
final class WarmUp {
    private WarmUp() {}

    static void run() {
        Nixl.checkMirrors();
        List<RegionShape> alike = List.of(new RegionShape(64, 16384));
        ArenaShape arena = new ArenaShape(0, 4096, alike, 2, 4, 40960, 0, 2, 16, true, List.of(), null);
        PairShape pair = new PairShape(
                "prefill-0-rank-0",
                new ArenaShape(40960, 4096, alike, 2, 4, 40960, 0, 2, 16, true, List.of(), null),
                Posix.getpid(),
                List.of(0L),
                new byte[0],
                0,
                2,
                new int[] {2, 0},
                new int[] {1, 3},
                0);
        verify(arena, pair);
        roundTrip(arena, pair);
        System.out.println("nixlconform engine: warmed up, " + Payload.vector());
        errands(); // Last: it takes standard output for its channel.
    }

    /** What the program on a node does first. */
    private static void errands() {
        ToNode run = Wire.decode(
                Wire.encode(new ToNode.Run(1, List.of("true"), Map.of(), "", 10_000, 1 << 10)), ToNode.class);
        NodeProgram.tryOut(List.of(
                run,
                new ToNode.Read(2, "/proc/version", 1 << 10),
                new ToNode.ListFolder(3, "/"),
                new ToNode.Interfaces(4),
                new ToNode.Examine(5, List.of("/proc/version"), true),
                new ToNode.Ping(6)));
    }

    private static void verify(ArenaShape shape, PairShape pair) {
        CacheOracle oracle = new CacheOracle(shape, List.of(pair), false);
        try (Arena arena = Arena.onHost(shape.totalBytes());
                Payload payload = new Payload(1);
                ProgressPage page = new ProgressPage();
                RunList initial = oracle.initial();
                RunList arming = oracle.arming(new Generations(2, 1, 1));
                RunList after = oracle.afterwards(new Generations(2, 1, 1));
                PlacedRuns placed = arena.place(payload, after)) {
            arena.place(payload, initial).fill();
            arena.place(payload, arming).fill();
            page.reset(1, 1);
            Payload.Verification found = placed.verify(81920, 2, 4);
            if (found.byClassification()[Payload.CLASSIFICATIONS.indexOf("POISON")] != 4) {
                throw new IllegalStateException("an untouched destination was not found to be poison: " + found);
            }
            placed.fill();
            if (placed.verify(81920, 2, 4).runsDiffering() != 0) {
                throw new IllegalStateException("what was filled does not verify");
            }
        }
    }

    private static void roundTrip(ArenaShape arena, PairShape pair) {
        ToRank[] asks = {
            new ToRank.Open("", 1, 1, true, 0, 0, 0, "UCX", Map.of("a", "b"), arena, true, null),
            new ToRank.Connect(List.of(new ToRank.Peer("a", new byte[] {1}))),
            new ToRank.Prepare(List.of(pair), true, false, false, false, false),
            new ToRank.TryInvalid(List.of("EMPTY")),
            new ToRank.Listen(""),
            new ToRank.Reference(1, Map.of("a", new ToRank.Stream("", 1))),
            new ToRank.Arm(0, 2, 1, 1, null, false),
            new ToRank.Transfer(0, List.of("a"), 1),
            new ToRank.Verify(0, 1),
            new ToRank.Close(),
            new ToRank.Sample(),
            new ToRank.Cancel()
        };
        for (ToRank ask : asks) {
            Wire.decode(Wire.encode(ask), ToRank.class);
        }
        List<FromRank.Phase> phases = List.of(new FromRank.Phase("a", 1));
        Wire.encode(new FromRank.Hello(1, ""));
        Wire.encode(new FromRank.Opened(List.of(1L), new byte[] {1}, List.of(""), List.of(), phases));
        Wire.encode(new FromRank.Done(phases));
        Wire.encode(new FromRank.Armed(1, 0, phases));
        Wire.encode(new FromRank.Transferred(
                List.of(new FromRank.RequestEnd(
                        "", 1, 1, 0, "", "", 1, 1, 1, 1, 1, new FromRank.AtDone(1, 0, 0, 0, 0))),
                0,
                false,
                List.of(new FromRank.Rail(
                        "", new FromRank.Posted(1, 1), new FromRank.Posted(1, 1), new FromRank.Posted(1, 1))),
                null,
                phases));
        Wire.encode(new FromRank.Verified(
                true,
                1,
                1,
                1,
                0,
                0,
                0,
                new long[9],
                List.of(),
                List.of(new FromRank.NoticeCount("", "", 1)),
                List.of(),
                phases));
        Wire.encode(new FromRank.Sampled("", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
        Wire.encode(new FromWarden.Up(1));
        Wire.decode(Wire.encode(new ToWarden.Kill(List.of())), ToWarden.class);
    }
}
