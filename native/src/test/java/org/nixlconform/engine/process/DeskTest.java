package org.nixlconform.engine.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nixlconform.engine.protocol.FromDesk;
import org.nixlconform.engine.protocol.FromWarden.LedgerEntry;
import org.nixlconform.engine.protocol.ServingShape;
import org.nixlconform.engine.protocol.ToDesk;
import org.nixlconform.engine.protocol.ToWarden.Lane;
import org.nixlconform.engine.protocol.ToWarden.OpenDesk;

/** The desk, with ranks that do at once what they are asked to. */
class DeskTest {
    private static final List<Lane> LANES = List.of(
            new Lane(
                    0,
                    0,
                    List.of("prefill-0-rank-0", "prefill-0-rank-1"),
                    List.of("decode-0-rank-0", "decode-0-rank-1"),
                    2),
            new Lane(
                    1,
                    0,
                    List.of("prefill-1-rank-0", "prefill-1-rank-1"),
                    List.of("decode-0-rank-0", "decode-0-rank-1"),
                    2));

    private record Ask(String rank, FromDesk what) {}

    private final Deque<Ask> asked = new ArrayDeque<>();
    private int finishes;
    private int late;
    private long clock;

    private Desk desk(boolean write, ServingShape shape) {
        return new Desk(
                new OpenDesk("", "secret", shape, LANES, 9, 8, write, false, false),
                (rank, what) -> asked.add(new Ask(rank, what)),
                () -> clock++);
    }

    /** Answers everything, oldest first or newest first, until nothing is asked any more. */
    private void serve(Desk desk, boolean write, boolean newestFirst) {
        desk.begin();
        while (!asked.isEmpty()) {
            answer(desk, write, newestFirst ? asked.removeLast() : asked.removeFirst());
        }
    }

    private void answer(Desk desk, boolean write, Ask ask) {
        if (ask.what() instanceof FromDesk.Fill fill) {
            if (fill.request() >= 0) {
                desk.take(new ToDesk.Filled(fill.request()));
            }
        } else if (ask.what() instanceof FromDesk.Tell tell) {
            desk.take(new ToDesk.Moved(tell.request(), 1, 0, ""));
            desk.take(new ToDesk.Notified(tell.request()));
        } else if (ask.what() instanceof FromDesk.Move move) {
            late += move.lateMillis() > 0 ? 1 : 0;
            assertThat(move.ownBlocks()).hasSameSizeAs(move.peerBlocks());
            desk.take(new ToDesk.Moved(move.request(), 1, 10, ""));
            desk.take(new ToDesk.Notified(move.request()));
            desk.take(new ToDesk.Verified(move.request(), 0));
        } else if (ask.what() instanceof FromDesk.Finish) {
            finishes++;
        }
        assertThat(write || !(ask.what() instanceof FromDesk.Await)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"false, false", "false, true", "true, false", "true, true"})
    void everyRequestEndsAndNoBlockHasTwoOwners(boolean write, boolean newestFirst) {
        Desk desk = desk(
                write,
                Shapes.of(5, 101, 3, 1, 4)
                        .prefixHits(30)
                        .aborts(20)
                        .latePolls(10, 7)
                        .shape());
        serve(desk, write, newestFirst);

        List<LedgerEntry> entries = desk.entries();
        assertThat(entries).hasSize(101).extracting(LedgerEntry::request).doesNotHaveDuplicates();
        assertThat(entries).allMatch(entry -> entry.notifications() == 2 && entry.sourceFreedNanos() >= 0);
        assertThat(entries)
                .filteredOn(LedgerEntry::aborted)
                .hasSizeBetween(8, 40)
                .allMatch(entry -> entry.destinationBlocks().length == 0 && entry.bytes() == 0);
        assertThat(entries)
                .filteredOn(entry -> !entry.aborted())
                .allMatch(entry -> entry.bytes() == 20 && entry.destinationFreedNanos() > entry.doneNanos());
        assertThat(entries)
                .anyMatch(entry -> !entry.aborted() && entry.destinationBlocks().length < entry.sourceBlocks().length);
        assertThat(finishes).isEqualTo(6);
        assertThat(late).isPositive();
        for (LedgerEntry one : entries) {
            for (LedgerEntry other : entries) {
                if (one.request() < other.request()) {
                    assertThat(sharesBlocks(one, other)).as("%s %s", one, other).isFalse();
                }
            }
        }
    }

    private static boolean sharesBlocks(LedgerEntry one, LedgerEntry other) {
        boolean sources = one.prefillEngine() == other.prefillEngine()
                && one.begunNanos() < other.sourceFreedNanos()
                && other.begunNanos() < one.sourceFreedNanos()
                && common(one.sourceBlocks(), other.sourceBlocks());
        boolean destinations = one.movedNanos() < other.destinationFreedNanos()
                && other.movedNanos() < one.destinationFreedNanos()
                && common(one.destinationBlocks(), other.destinationBlocks());
        return sources || destinations;
    }

    private static boolean common(int[] some, int[] others) {
        return Arrays.stream(some).anyMatch(block -> Arrays.stream(others).anyMatch(other -> other == block));
    }

    /** What a request is follows from the seed, in whatever order things happen. */
    @Test
    void theSameSeedGivesTheSameRequests() {
        ServingShape shape = Shapes.of(5, 50, 3, 1, 4).prefixHits(30).aborts(20).shape();
        Desk one = desk(false, shape);
        serve(one, false, false);
        Desk other = desk(false, shape);
        serve(other, false, true);
        assertThat(sizes(one)).isEqualTo(sizes(other));
        Desk third =
                desk(false, Shapes.of(6, 50, 3, 1, 4).prefixHits(30).aborts(20).shape());
        serve(third, false, false);
        assertThat(sizes(third)).isNotEqualTo(sizes(one));
    }

    private static List<String> sizes(Desk desk) {
        return desk.entries().stream()
                .map(entry -> entry.request() + " " + entry.sourceBlocks().length + " "
                        + entry.destinationBlocks().length + " " + entry.aborted())
                .sorted()
                .toList();
    }

    /** What failed may still be under way: its blocks are given to nobody, and the others go on. */
    @Test
    void blocksOfARequestThatFailedAreNotGivenOutAgain() {
        Desk desk = desk(false, Shapes.of(5, 40, 2, 1, 2).shape());
        desk.begin();
        Set<Integer> lost = new HashSet<>();
        while (!asked.isEmpty()) {
            Ask ask = asked.removeFirst();
            if (ask.what() instanceof FromDesk.Move move && move.request() == 6) {
                Arrays.stream(move.ownBlocks()).forEach(lost::add);
                desk.take(new ToDesk.Moved(6, 0, 0, "nixl_capi_post_xfer_req returned -2"));
            } else {
                if (ask.what() instanceof FromDesk.Move move && move.request() > 8) {
                    assertThat(Arrays.stream(move.ownBlocks()).boxed()).doesNotContainAnyElementsOf(lost);
                }
                answer(desk, false, ask);
            }
        }
        assertThat(finishes).isEqualTo(6);
        assertThat(desk.entries())
                .filteredOn(entry -> entry.request() == 6)
                .singleElement()
                .matches(entry -> entry.sourceFreedNanos() < 0 && entry.destinationFreedNanos() < 0)
                .matches(entry -> entry.failure().contains("-2"));
    }

    /** Its other transfers still move: nobody gets its blocks before they have ended, and then somebody does. */
    @ParameterizedTest
    @CsvSource({"false", "true"})
    void blocksOfARequestOfWhichATransferFailedWaitUntilAllHaveEnded(boolean mutated) {
        Desk desk = desk(new ShapesMade(Shapes.of(5, 1, 1, 2, 2).fails(99).shape(), false, mutated));
        desk.begin();
        fills(desk);
        assertThat(said(FromDesk.Move.class))
                .hasSize(2)
                .allMatch(move -> move.failing().equals("prefill-0-rank-0")
                        || move.failing().equals("prefill-0-rank-1"));
        desk.take(new ToDesk.Failed(0, 1, "nixl_capi_post_xfer_req returned -2"));
        LedgerEntry failed = desk.entries().get(0);
        assertThat(failed.failedNanos()).isPositive();
        assertThat(failed.underWay()).isOne();
        assertThat(failed.endedNanos()).isNegative();
        assertThat(failed.destinationFreedNanos() >= 0).isEqualTo(mutated);
        desk.take(new ToDesk.Moved(0, 0, 0, "nixl_capi_post_xfer_req returned -2"));
        assertThat(desk.entries().get(0).destinationFreedNanos() >= 0).isEqualTo(mutated);
        desk.take(new ToDesk.Notified(0));
        desk.take(new ToDesk.Notified(0));
        assertThat(desk.entries().get(0).sourceFreedNanos()).isNegative();
        assertThat(finishes()).isZero();
        desk.take(new ToDesk.Moved(0, 1, 10, ""));
        LedgerEntry ended = desk.entries().get(0);
        assertThat(ended.doneNanos()).isNegative();
        assertThat(ended.endedNanos()).isPositive();
        assertThat(ended.sourceFreedNanos()).isPositive();
        assertThat(ended.destinationFreedNanos() > ended.endedNanos()).isEqualTo(!mutated);
        assertThat(finishes()).isEqualTo(4);
    }

    @Test
    void blocksOfARequestOfWhichAllTransfersFailedAreNotGivenOutAgain() {
        Desk desk = desk(new ShapesMade(Shapes.of(5, 1, 1, 2, 2).fails(99).shape(), false, false));
        desk.begin();
        fills(desk);
        desk.take(new ToDesk.Failed(0, 1, "nixl_capi_post_xfer_req returned -2"));
        desk.take(new ToDesk.Moved(0, 0, 0, "nixl_capi_post_xfer_req returned -2"));
        desk.take(new ToDesk.Moved(0, 0, 0, "nixl_capi_get_xfer_status returned -6"));
        assertThat(desk.entries().get(0).sourceFreedNanos()).isNegative();
        assertThat(desk.entries().get(0).destinationFreedNanos()).isNegative();
        assertThat(finishes()).isEqualTo(4);
    }

    private Desk desk(ShapesMade made) {
        return new Desk(
                new OpenDesk(
                        "", "secret", made.shape(), LANES.subList(0, 1), 9, 8, made.write(), false, made.mutated()),
                (rank, what) -> asked.add(new Ask(rank, what)),
                () -> clock++);
    }

    private record ShapesMade(ServingShape shape, boolean write, boolean mutated) {}

    private <T extends FromDesk> List<T> said(Class<T> kind) {
        return asked.stream()
                .map(Ask::what)
                .filter(kind::isInstance)
                .map(kind::cast)
                .toList();
    }

    private void fills(Desk desk) {
        List<FromDesk.Fill> fills = said(FromDesk.Fill.class);
        asked.removeIf(each -> each.what() instanceof FromDesk.Fill);
        fills.forEach(fill -> desk.take(new ToDesk.Filled(fill.request())));
    }

    /** It is prefill's again when its time is over, written over at once, and read all the same. */
    @Test
    void leaseRunsOutUnlessAHeartbeatCame() {
        Desk desk = desk(new ShapesMade(Shapes.of(5, 2, 2, 2, 2).lease(10, true).shape(), false, false));
        desk.begin();
        fills(desk);
        assertThat(said(FromDesk.Keep.class)).hasSize(4);
        ticks(desk, 9);
        desk.take(new ToDesk.Renewed(new int[] {1}));
        asked.clear();
        ticks(desk, 2);

        assertThat(said(FromDesk.Fill.class))
                .hasSize(2)
                .allMatch(fill -> fill.request() < 0 && fill.group() == FromDesk.Fill.ALL_LAYERS);
        assertThat(desk.entries())
                .extracting(LedgerEntry::expiredNanos)
                .satisfiesExactly(
                        first -> assertThat(first).isPositive(),
                        second -> assertThat(second).isNegative());
        assertThat(desk.entries()).extracting(LedgerEntry::renewals).containsExactly(0, 1);
    }

    @Test
    void leaseDoesNotRunOutWhileTheMachineStandsStill() {
        Desk desk =
                desk(new ShapesMade(Shapes.of(5, 2, 2, 2, 2).lease(100, true).shape(), false, false));
        desk.begin();
        fills(desk);
        clock += 10_000_000_000L;
        desk.tick();
        assertThat(desk.entries()).allMatch(entry -> entry.expiredNanos() < 0);
        ticks(desk, 10);
        assertThat(desk.entries()).allMatch(entry -> entry.expiredNanos() > 0);
    }

    private void ticks(Desk desk, int count) {
        for (int i = 0; i < count; i++) {
            clock += desk.tickNanos();
            desk.tick();
        }
    }

    @ParameterizedTest
    @CsvSource({"false", "true"})
    void blocksOfADroppedRequestWaitUntilItIsOver(boolean mutated) {
        Desk desk = desk(new ShapesMade(Shapes.of(5, 1, 1, 2, 2).drops(100).shape(), false, mutated));
        desk.begin();
        fills(desk);
        List<FromDesk.Move> moves = said(FromDesk.Move.class);
        assertThat(moves).hasSize(2).allMatch(FromDesk.Move::dropped);
        desk.take(new ToDesk.Posted(0));
        LedgerEntry dropped = desk.entries().get(0);
        assertThat(dropped.droppedNanos()).isPositive();
        assertThat(dropped.destinationFreedNanos() >= 0).isEqualTo(mutated);
        moves.forEach(move -> desk.take(new ToDesk.Moved(0, 1, 10, "")));
        assertThat(desk.entries().get(0).destinationFreedNanos()).isPositive();
        assertThat(finishes()).isZero();
        desk.take(new ToDesk.Notified(0));
        desk.take(new ToDesk.Notified(0));
        assertThat(finishes()).isEqualTo(4);
    }

    private long finishes() {
        return said(FromDesk.Finish.class).size();
    }

    /** The next group of layers is filled while the one before moves. */
    @Test
    void groupsOfLayersMoveAsTheyAreFilled() {
        Desk desk = desk(new ShapesMade(Shapes.of(5, 1, 1, 2, 2).groups(2).shape(), false, false));
        desk.begin();
        fills(desk);
        assertThat(said(FromDesk.Move.class)).extracting(FromDesk.Move::group).containsExactly(0, 0);
        assertThat(said(FromDesk.Fill.class)).extracting(FromDesk.Fill::group).containsExactly(1, 1);
        fills(desk);
        assertThat(said(FromDesk.Move.class)).extracting(FromDesk.Move::group).containsExactly(0, 0, 1, 1);
        LedgerEntry entry = desk.entries().get(0);
        assertThat(entry.movedNanos()).isLessThan(entry.filledNanos());
    }

    @Test
    void requestsAreRegisteredBeforeOrAfterTheyAreFilled() {
        ServingShape shape = Shapes.of(5, 60, 2, 1, 3)
                .prefixHits(20)
                .aborts(10)
                .registeredFirst(50)
                .shape();
        Desk desk = desk(true, shape);
        serve(desk, true, false);

        List<LedgerEntry> moved =
                desk.entries().stream().filter(entry -> !entry.aborted()).toList();
        assertThat(desk.entries()).hasSize(60);
        assertThat(moved).anyMatch(entry -> entry.registeredNanos() < entry.filledNanos());
        assertThat(moved).anyMatch(entry -> entry.registeredNanos() > entry.filledNanos());
        assertThat(moved).allMatch(entry -> entry.registeredNanos() <= entry.movedNanos());
    }

    @Test
    void noRequestBeginsWhenTheTimeIsOver() {
        Desk desk = desk(false, Shapes.of(5, 1000, 2, 1, 3).seconds(1).shape());
        desk.begin();
        for (int i = 0; i < 40; i++) {
            answer(desk, false, asked.removeFirst());
        }
        clock += 1_000_000_000L;
        while (!asked.isEmpty()) {
            answer(desk, false, asked.removeFirst());
        }
        assertThat(desk.entries()).hasSizeBetween(4, 100).allMatch(entry -> entry.sourceFreedNanos() > 0);
        assertThat(finishes).isEqualTo(6);
    }
}
