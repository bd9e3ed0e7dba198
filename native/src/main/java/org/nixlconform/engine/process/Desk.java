package org.nixlconform.engine.process;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import org.nixlconform.engine.protocol.FromDesk;
import org.nixlconform.engine.protocol.FromWarden.LedgerEntry;
import org.nixlconform.engine.protocol.ToDesk;
import org.nixlconform.engine.protocol.ToWarden.Lane;
import org.nixlconform.engine.protocol.ToWarden.OpenDesk;
import org.nixlconform.engine.protocol.ToWarden.ServingShape;

/**
 * The schedulers of all engines that serve, and the proxy between them, in one place: gives out blocks, begins requests, follows
 * each from its first block to its last, and keeps the ledger. One clock has all the times. It knows no sockets and no NIXL.
 *
 * <p>Blocks go back as the rules of a serving engine allow it, at once: prefill's when it is told that they were read, or when
 * its WRITE is done; decode's when they were verified. Blocks of a request that failed go back never.
 */
final class Desk {
    /** Of the first request; everything before is older. */
    private static final int FIRST_GENERATION = CacheOracle.INITIAL_GENERATION + 1;

    /** From content that a planted fault writes to that of requests. */
    private static final int SPOILED_GENERATIONS = 1_000_000;

    private static final long NEVER = -1;
    private static final int PERCENT = 100;

    private final OpenDesk ask;
    private final ServingShape shape;
    private final BiConsumer<String, FromDesk> send;
    private final LongSupplier clock;
    private final Map<Integer, BlockPool> prefillPools = new HashMap<>();
    private final Map<Integer, BlockPool> decodePools = new HashMap<>();
    private final List<Request> requests = new ArrayList<>();
    private final Map<Integer, Request> byNumber = new HashMap<>();
    private final Deque<Request> wantRoom = new ArrayDeque<>();
    private final int[] begun;
    private final int[] active;
    private long beginNanos;
    private long endNanos;
    private int ended;
    private boolean finished;

    /** @param send to the rank with a label */
    Desk(OpenDesk ask, BiConsumer<String, FromDesk> send, LongSupplier clock) {
        this.ask = ask;
        this.shape = ask.serving();
        this.send = send;
        this.clock = clock;
        this.begun = new int[ask.lanes().size()];
        this.active = new int[ask.lanes().size()];
        for (Lane lane : ask.lanes()) {
            prefillPools.computeIfAbsent(lane.prefillEngine(), engine -> new BlockPool(ask.prefillBlocks()));
            decodePools.computeIfAbsent(lane.decodeEngine(), engine -> new BlockPool(ask.decodeBlocks()));
        }
    }

    private static final class Request {
        private final int number;
        private final int lane;
        private final SplittableRandom random;
        private final int blocks;
        private final int prefix;
        private final boolean aborted;
        private final boolean late;
        private int[] source = {};
        private int[] destination = {};
        private int fillsLeft;
        private int movesLeft;
        private int verificationsLeft;
        private int transfersDone;
        private int notifications;
        private long bytes;
        private long differing;
        private String failure = "";
        private boolean over;
        private long begunNanos = NEVER;
        private long filledNanos = NEVER;
        private long movedNanos = NEVER;
        private long doneNanos = NEVER;
        private long notifiedNanos = NEVER;
        private long verifiedNanos = NEVER;
        private long sourceFreedNanos = NEVER;
        private long destinationFreedNanos = NEVER;

        /** What it is follows from seed and number alone, whatever else happens. */
        private Request(int number, int lane, ServingShape shape) {
            this.number = number;
            this.lane = lane;
            random = new SplittableRandom(shape.seed() * 1_000_003 + number);
            blocks = shape.fewestBlocks() + random.nextInt(shape.mostBlocks() - shape.fewestBlocks() + 1);
            boolean hit = random.nextInt(PERCENT) < shape.prefixHitPercent();
            prefix = hit && blocks > 1 ? 1 + random.nextInt(blocks - 1) : 0;
            aborted = random.nextInt(PERCENT) < shape.abortPercent();
            late = random.nextInt(PERCENT) < shape.latePollPercent();
        }
    }

    /** Labels of all ranks that have a part. */
    Set<String> ranks() {
        Set<String> labels = new LinkedHashSet<>();
        ask.lanes().forEach(lane -> {
            labels.addAll(lane.prefillRanks());
            labels.addAll(lane.decodeRanks());
        });
        return labels;
    }

    /** Once all ranks are there. */
    synchronized void begin() {
        beginNanos = clock.getAsLong();
        endNanos = beginNanos;
        beginMore();
    }

    synchronized void take(ToDesk said) {
        if (said instanceof ToDesk.Filled filled) {
            Request request = of(filled.request());
            request.fillsLeft--;
            if (request.fillsLeft == 0) {
                request.filledNanos = now();
                offer(request);
            }
        } else if (said instanceof ToDesk.Moved moved) {
            moved(of(moved.request()), moved);
        } else if (said instanceof ToDesk.Notified notified) {
            Request request = of(notified.request());
            request.notifications++;
            if (request.notifications == lane(request).pairs()) {
                request.notifiedNanos = now();
            }
            settle(request);
        } else if (said instanceof ToDesk.Verified verified) {
            Request request = of(verified.request());
            request.differing += verified.differing();
            request.verificationsLeft--;
            if (request.verificationsLeft == 0) {
                request.verifiedNanos = now();
            }
            settle(request);
        }
    }

    /** Also of one that is over: a second notification may come late. */
    private Request of(int number) {
        Request request = byNumber.get(number);
        if (request == null) {
            throw new IllegalStateException("no request " + number + " has begun");
        }
        return request;
    }

    private void moved(Request request, ToDesk.Moved moved) {
        request.movesLeft--;
        request.transfersDone += moved.done();
        request.bytes += moved.bytes();
        if (request.failure.isEmpty()) {
            request.failure = moved.failure();
        }
        if (request.movesLeft == 0 && request.failure.isEmpty()) {
            request.doneNanos = now();
        }
        settle(request);
    }

    /** Its content is there: decode takes it, or gives it up. */
    private void offer(Request request) {
        if (request.aborted) {
            request.movedNanos = now();
            request.movesLeft = initiators(request).size();
            initiators(request)
                    .forEach(rank -> send.accept(rank, new FromDesk.Tell(request.number, targetsOf(request))));
        } else {
            wantRoom.add(request);
            giveRoom();
        }
    }

    private void giveRoom() {
        for (int waiting = wantRoom.size(); waiting > 0; waiting--) {
            Request request = wantRoom.remove();
            BlockPool pool = decodePool(request);
            int moving = request.blocks - request.prefix;
            if (pool.has(moving)) {
                request.destination = pool.take(moving, request.random);
                move(request);
            } else {
                wantRoom.add(request);
            }
        }
    }

    private void move(Request request) {
        Lane lane = lane(request);
        int[] source = Arrays.copyOfRange(request.source, request.prefix, request.blocks);
        int generation = generation(request);
        request.movedNanos = now();
        request.movesLeft = initiators(request).size();
        request.verificationsLeft = lane.decodeRanks().size();
        if (ask.write()) {
            lane.decodeRanks()
                    .forEach(rank -> send.accept(
                            rank,
                            new FromDesk.Await(
                                    request.number, prefillOf(lane), generation, request.destination, source)));
        }
        int[] own = ask.write() ? source : request.destination;
        int[] peers = ask.write() ? request.destination : source;
        int lateMillis = request.late ? shape.latePollMillis() : 0;
        initiators(request)
                .forEach(rank -> send.accept(
                        rank,
                        new FromDesk.Move(request.number, targetsOf(request), generation, own, peers, lateMillis)));
        if (ask.spoiled()) {
            lane.prefillRanks()
                    .forEach(rank ->
                            send.accept(rank, new FromDesk.Fill(-1, generation + SPOILED_GENERATIONS, request.source)));
        }
    }

    /** Gives blocks back, and ends it, as far as that may be by now. */
    private void settle(Request request) {
        boolean done = request.doneNanos != NEVER;
        boolean mayFree = ask.write() ? done : request.notifiedNanos != NEVER;
        boolean failed = !request.failure.isEmpty();
        if (mayFree && !failed && request.sourceFreedNanos == NEVER) {
            request.sourceFreedNanos = now();
            prefillPool(request).giveAll(request.source);
        }
        boolean needed = request.verifiedNanos == NEVER && !request.aborted;
        if (!needed && done && request.destinationFreedNanos == NEVER) {
            request.destinationFreedNanos = now();
            decodePool(request).giveAll(request.destination);
        }
        boolean whole =
                done && request.notifiedNanos != NEVER && (request.aborted || request.destinationFreedNanos != NEVER);
        boolean lost = failed && request.movesLeft == 0;
        if (!request.over && (whole || lost)) {
            request.over = true;
            ended++;
            active[request.lane]--;
            endNanos = clock.getAsLong();
        }
        giveRoom();
        beginMore();
    }

    private void beginMore() {
        for (int lane = 0; lane < begun.length; lane++) {
            while (active[lane] < shape.inFlight() && beginOne(lane)) {
                active[lane]++;
            }
        }
        if (ended == shape.requests() && !finished) {
            finished = true;
            ranks().forEach(rank -> send.accept(rank, new FromDesk.Finish()));
        }
    }

    private boolean beginOne(int lane) {
        int number = begun[lane] * begun.length + lane;
        if (number >= shape.requests()) {
            return false;
        }
        Request request = new Request(number, lane, shape);
        BlockPool pool = prefillPool(request);
        if (!pool.has(request.blocks)) {
            return false;
        }
        begun[lane]++;
        request.begunNanos = now();
        request.source = pool.take(request.blocks, request.random);
        request.fillsLeft = lane(request).prefillRanks().size();
        requests.add(request);
        byNumber.put(number, request);
        lane(request)
                .prefillRanks()
                .forEach(rank -> send.accept(rank, new FromDesk.Fill(number, generation(request), request.source)));
        return true;
    }

    private static int generation(Request request) {
        return FIRST_GENERATION + request.number;
    }

    private List<String> initiators(Request request) {
        return ask.write() ? lane(request).prefillRanks() : lane(request).decodeRanks();
    }

    private String targetsOf(Request request) {
        Lane lane = lane(request);
        return ask.write() ? "decode-" + lane.decodeEngine() + "-" : prefillOf(lane);
    }

    private static String prefillOf(Lane lane) {
        return "prefill-" + lane.prefillEngine() + "-";
    }

    private Lane lane(Request request) {
        return ask.lanes().get(request.lane);
    }

    private BlockPool prefillPool(Request request) {
        return Objects.requireNonNull(prefillPools.get(lane(request).prefillEngine()));
    }

    private BlockPool decodePool(Request request) {
        return Objects.requireNonNull(decodePools.get(lane(request).decodeEngine()));
    }

    private long now() {
        return clock.getAsLong() - beginNanos;
    }

    synchronized long tookNanos() {
        return endNanos - beginNanos;
    }

    /** Of all requests that have begun, in the order in which they did. */
    synchronized List<LedgerEntry> entries() {
        return requests.stream().map(this::entry).toList();
    }

    private LedgerEntry entry(Request request) {
        Lane lane = lane(request);
        return new LedgerEntry(
                request.number,
                lane.prefillEngine(),
                lane.decodeEngine(),
                generation(request),
                request.source,
                request.destination,
                request.aborted,
                request.bytes,
                lane.pairs(),
                request.transfersDone,
                request.notifications,
                request.differing,
                request.begunNanos,
                request.filledNanos,
                request.movedNanos,
                request.doneNanos,
                request.notifiedNanos,
                request.verifiedNanos,
                request.sourceFreedNanos,
                request.destinationFreedNanos,
                request.failure);
    }
}
