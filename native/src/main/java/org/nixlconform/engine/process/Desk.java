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
import org.nixlconform.engine.protocol.RunningTime;
import org.nixlconform.engine.protocol.ServingShape;
import org.nixlconform.engine.protocol.ToDesk;
import org.nixlconform.engine.protocol.ToWarden.Lane;
import org.nixlconform.engine.protocol.ToWarden.OpenDesk;

/**
 * The schedulers of all engines that serve, and the proxy between them, in one place: gives out blocks, begins requests, follows
 * each from its first block to its last, and keeps the ledger. One clock has all the times. It knows no sockets and no NIXL.
 *
 * <p>Blocks go back as the rules of a serving engine allow it, at once: prefill's when it is told that they were read, when
 * its WRITE is done, or when their lease has run out; decode's when they were verified, or when nothing moves to them any more
 * that nobody wants, or of which one transfer failed as it was to. Blocks of a request that failed otherwise go back never.
 */
final class Desk {
    /** Of the first request; everything before is older. */
    private static final int FIRST_GENERATION = CacheOracle.INITIAL_GENERATION + 1;

    private static final long NEVER = -1;
    /** Of a lease, so that it ends soon after it has run out. */
    private static final int TICKS = 10;

    private static final int PERCENT = 100;

    private final OpenDesk ask;
    private final ServingShape shape;
    private final BiConsumer<String, FromDesk> send;
    private final LongSupplier clock;
    /** Leases count it: decode cannot keep them alive while the machine stands still, or has no time for anyone. */
    private final RunningTime leaseTime;

    private final Map<Integer, BlockPool> prefillPools = new HashMap<>();
    private final Map<Integer, BlockPool> decodePools = new HashMap<>();
    private final List<Request> requests = new ArrayList<>();
    private final Map<Integer, Request> byNumber = new HashMap<>();
    private final Set<Request> live = new LinkedHashSet<>();
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
        this.leaseTime = new RunningTime(clock, tickNanos());
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
        private final boolean latePoll;
        private final boolean latePost;
        private final boolean dropped;
        /** The prefill rank from which it cannot be read; empty where it can from all. */
        private final String failing;

        private final boolean registeredFirst;
        private int[] source = {};
        private int[] destination = {};
        private int fillsLeft;
        private int groupsFilled;
        private int groupsMoved;
        private int movesLeft;
        private int verificationsLeft;
        private int transfersDone;
        private int underWay;
        private int notifications;
        private int renewals;
        private long bytes;
        private long differing;
        private String failure = "";
        private boolean over;
        private long begunNanos = NEVER;
        private long filledNanos = NEVER;
        private long registeredNanos = NEVER;
        private long movedNanos = NEVER;
        private long droppedNanos = NEVER;
        private long failedNanos = NEVER;
        private long doneNanos = NEVER;
        private long endedNanos = NEVER;
        private long notifiedNanos = NEVER;
        private long verifiedNanos = NEVER;
        /** Of the time that counts for leases. */
        private long leasedNanos = NEVER;

        private long expiredNanos = NEVER;
        private long sourceFreedNanos = NEVER;
        private long destinationFreedNanos = NEVER;

        /** What it is follows from seed and number alone, whatever else happens. */
        private Request(int number, int lane, List<String> prefillRanks, ServingShape shape) {
            this.number = number;
            this.lane = lane;
            random = new SplittableRandom(shape.seed() * 1_000_003 + number);
            blocks = shape.fewestBlocks() + random.nextInt(shape.mostBlocks() - shape.fewestBlocks() + 1);
            boolean hit = random.nextInt(PERCENT) < shape.prefixHitPercent();
            prefix = hit && blocks > 1 ? 1 + random.nextInt(blocks - 1) : 0;
            aborted = random.nextInt(PERCENT) < shape.abortPercent();
            latePoll = random.nextInt(PERCENT) < shape.latePollPercent();
            latePost = random.nextInt(PERCENT) < shape.latePostPercent();
            dropped = random.nextInt(PERCENT) < shape.dropPercent() && !aborted;
            registeredFirst = random.nextInt(PERCENT) < shape.registeredFirstPercent() && !aborted;
            boolean fails =
                    shape.failPercent() > 0 && random.nextInt(PERCENT) < shape.failPercent() && !aborted && !dropped;
            failing = fails ? prefillRanks.get(random.nextInt(prefillRanks.size())) : "";
        }

        private int moving() {
            return blocks - prefix;
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
            filled(of(filled.request()));
        } else if (said instanceof ToDesk.Posted posted) {
            drop(of(posted.request()));
        } else if (said instanceof ToDesk.Failed failed) {
            failed(of(failed.request()), failed);
        } else if (said instanceof ToDesk.Moved moved) {
            moved(of(moved.request()), moved);
        } else if (said instanceof ToDesk.Notified notified) {
            Request request = of(notified.request());
            request.notifications++;
            if (request.notifications == notificationsOf(request)) {
                request.notifiedNanos = now();
            }
            settle(request);
        } else if (said instanceof ToDesk.Renewed renewed) {
            Arrays.stream(renewed.requests()).mapToObj(this::of).forEach(this::renew);
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

    /** Of one that is given up, there is one for each pair of ranks. */
    private int notificationsOf(Request request) {
        return lane(request).pairs() * (request.aborted ? 1 : shape.layerGroups());
    }

    private void filled(Request request) {
        request.fillsLeft--;
        if (request.fillsLeft > 0) {
            return;
        }
        request.groupsFilled++;
        if (request.groupsFilled < shape.layerGroups()) {
            fill(request);
        } else {
            request.filledNanos = now();
            request.leasedNanos = leaseTime.getAsLong();
        }
        offer(request);
    }

    private void renew(Request request) {
        if (request.sourceFreedNanos == NEVER) {
            request.leasedNanos = leaseTime.getAsLong();
            request.renewals++;
        }
    }

    /** In which {@link #tick} must be called. */
    long tickNanos() {
        return Math.max(1_000_000, shape.leaseMillis() * 1_000_000L / TICKS);
    }

    /** Leases that have run out by now: prefill takes its blocks back, and writes to them at once. */
    synchronized void tick() {
        long lease = shape.leaseMillis() * 1_000_000L;
        if (lease == 0) {
            return;
        }
        long ran = leaseTime.getAsLong();
        for (Request request : List.copyOf(live)) {
            boolean leased = request.leasedNanos != NEVER
                    && request.sourceFreedNanos == NEVER
                    && request.failure.isEmpty()
                    && !request.aborted;
            if (leased && ran - request.leasedNanos > lease) {
                request.expiredNanos = now();
                request.sourceFreedNanos = request.expiredNanos;
                spoil(request);
                prefillPool(request).giveAll(request.source);
                settle(request);
            }
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

    /** Its other transfers go on. */
    private void failed(Request request, ToDesk.Failed failed) {
        if (request.failedNanos == NEVER) {
            request.failedNanos = now();
            request.underWay = failed.underWay();
            request.failure = failed.failure();
            giveTooEarly(request);
        }
        settle(request);
    }

    private void moved(Request request, ToDesk.Moved moved) {
        request.movesLeft--;
        request.transfersDone += moved.done();
        request.bytes += moved.bytes();
        if (request.failure.isEmpty()) {
            request.failure = moved.failure();
        }
        if (request.movesLeft == 0) {
            request.endedNanos = now();
        }
        if (request.movesLeft == 0 && request.failure.isEmpty()) {
            request.doneNanos = request.endedNanos;
            if (request.dropped) {
                drop(request);
            }
        }
        settle(request);
    }

    /** Content of a group of layers is there: decode takes it, or gives the request up when it has all of them. */
    private void offer(Request request) {
        if (request.aborted) {
            if (request.filledNanos != NEVER) {
                giveUp(request);
            }
            return;
        }
        if (request.groupsFilled == 1) {
            if (shape.heartbeats()) {
                lane(request)
                        .decodeRanks()
                        .forEach(
                                rank -> send.accept(rank, new FromDesk.Keep(request.number, prefillOf(lane(request)))));
            }
            if (request.registeredNanos == NEVER) {
                wantRoom.add(request);
            }
        }
        move(request);
        giveRoom();
    }

    private void giveUp(Request request) {
        request.movedNanos = now();
        request.movesLeft = initiators(request).size();
        if (ask.write()) {
            await(request, new int[0]);
        }
        initiators(request).forEach(rank -> send.accept(rank, new FromDesk.Tell(request.number, targetsOf(request))));
    }

    private void giveRoom() {
        for (int waiting = wantRoom.size(); waiting > 0; waiting--) {
            Request request = wantRoom.remove();
            if (decodePool(request).has(request.moving())) {
                register(request);
                move(request);
            } else {
                wantRoom.add(request);
            }
        }
    }

    /** Decode says where it wants it. */
    private void register(Request request) {
        request.registeredNanos = now();
        request.destination = decodePool(request).take(request.moving(), request.random);
        request.verificationsLeft = lane(request).decodeRanks().size();
        if (ask.write()) {
            await(request, sourceThatMoves(request));
        }
    }

    private void await(Request request, int[] source) {
        Lane lane = lane(request);
        lane.decodeRanks()
                .forEach(rank -> send.accept(
                        rank,
                        new FromDesk.Await(
                                request.number, prefillOf(lane), generation(request), request.destination, source)));
    }

    private static int[] sourceThatMoves(Request request) {
        return Arrays.copyOfRange(request.source, request.prefix, request.blocks);
    }

    /** All groups of layers that are there and did not move yet, where decode has room. */
    private void move(Request request) {
        if (request.registeredNanos == NEVER) {
            return;
        }
        int[] source = sourceThatMoves(request);
        int[] own = ask.write() ? source : request.destination;
        int[] peers = ask.write() ? request.destination : source;
        for (; request.groupsMoved < request.groupsFilled; request.groupsMoved++) {
            int group = request.groupsMoved;
            if (group == 0) {
                request.movedNanos = now();
                request.movesLeft = initiators(request).size();
            }
            FromDesk.Move move = new FromDesk.Move(
                    request.number,
                    targetsOf(request),
                    generation(request),
                    own,
                    peers,
                    group,
                    request.latePost ? shape.latePostMillis() : 0,
                    request.latePoll && group == 0 ? shape.latePollMillis() : 0,
                    request.dropped,
                    request.failing);
            initiators(request).forEach(rank -> send.accept(rank, move));
            if (ask.spoiled()) {
                spoil(request);
            }
            if (request.dropped && request.latePost) {
                drop(request);
            }
        }
    }

    /** Other content, to be seen by nobody. */
    private void spoil(Request request) {
        FromDesk.Fill fill = new FromDesk.Fill(
                -1,
                targetsOf(request),
                generation(request) + ServingShape.SPOILED_GENERATIONS,
                request.source,
                FromDesk.Fill.ALL_LAYERS);
        lane(request).prefillRanks().forEach(rank -> send.accept(rank, fill));
    }

    /** Nobody wants it any more, and it is under way: its blocks wait until nothing moves to them. */
    private void drop(Request request) {
        if (request.droppedNanos != NEVER) {
            return;
        }
        request.droppedNanos = now();
        giveTooEarly(request);
    }

    /** The planted fault: others get blocks to which something still moves. */
    private void giveTooEarly(Request request) {
        if (ask.unquarantined() && request.endedNanos == NEVER && request.destinationFreedNanos == NEVER) {
            request.destinationFreedNanos = now();
            decodePool(request).giveAll(request.destination);
        }
    }

    /** The one transfer that was to fail did, the others are done, and nothing moves any more. */
    private boolean endedAsItWasToFail(Request request) {
        return !request.failing.isEmpty()
                && !request.failure.isEmpty()
                && request.endedNanos != NEVER
                && request.transfersDone == (lane(request).pairs() - 1) * shape.layerGroups();
    }

    /** Gives blocks back, and ends it, as far as that may be by now. */
    private void settle(Request request) {
        boolean failedAlone = endedAsItWasToFail(request);
        boolean done = request.doneNanos != NEVER || failedAlone;
        boolean mayFree = ask.write() ? done : request.notifiedNanos != NEVER;
        boolean failed = !request.failure.isEmpty() && !failedAlone;
        if (mayFree && !failed && request.sourceFreedNanos == NEVER) {
            request.sourceFreedNanos = now();
            prefillPool(request).giveAll(request.source);
        }
        boolean needed = request.verifiedNanos == NEVER && !request.dropped && !failedAlone;
        if (!request.aborted && !needed && done && request.destinationFreedNanos == NEVER) {
            request.destinationFreedNanos = now();
            decodePool(request).giveAll(request.destination);
        }
        boolean whole =
                done && request.notifiedNanos != NEVER && (request.aborted || request.destinationFreedNanos != NEVER);
        boolean lost = failed && request.movesLeft == 0;
        if (!request.over && (whole || lost)) {
            request.over = true;
            live.remove(request);
            ended++;
            active[request.lane]--;
            endNanos = clock.getAsLong();
        }
        giveRoom();
        beginMore();
    }

    private void beginMore() {
        boolean more = false;
        for (int lane = 0; lane < begun.length; lane++) {
            while (active[lane] < shape.inFlight() && beginOne(lane)) {
                active[lane]++;
            }
            more |= mayBegin(lane);
        }
        if (!more && ended == requests.size() && !finished) {
            finished = true;
            ranks().forEach(rank -> send.accept(rank, new FromDesk.Finish()));
        }
    }

    private int next(int lane) {
        return begun[lane] * begun.length + lane;
    }

    /** Neither is the last of them in flight, nor is the time over. */
    private boolean mayBegin(int lane) {
        return next(lane) < shape.requests() && (shape.seconds() == 0 || now() < shape.seconds() * 1_000_000_000L);
    }

    private boolean beginOne(int lane) {
        if (!mayBegin(lane)) {
            return false;
        }
        int number = next(lane);
        Request request = new Request(number, lane, ask.lanes().get(lane).prefillRanks(), shape);
        BlockPool pool = prefillPool(request);
        if (!pool.has(request.blocks)
                || (request.registeredFirst && !decodePool(request).has(request.moving()))) {
            return false;
        }
        begun[lane]++;
        request.begunNanos = now();
        request.source = pool.take(request.blocks, request.random);
        requests.add(request);
        live.add(request);
        byNumber.put(number, request);
        if (request.registeredFirst) {
            register(request);
        }
        fill(request);
        return true;
    }

    /** The next group of layers. */
    private void fill(Request request) {
        Lane lane = lane(request);
        request.fillsLeft = lane.prefillRanks().size();
        FromDesk.Fill fill = new FromDesk.Fill(
                request.number,
                "decode-" + lane.decodeEngine() + "-",
                generation(request),
                request.source,
                request.groupsFilled);
        lane.prefillRanks().forEach(rank -> send.accept(rank, fill));
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
                request.failing,
                request.underWay,
                request.bytes,
                lane.pairs(),
                request.transfersDone,
                request.notifications,
                request.renewals,
                request.differing,
                request.begunNanos,
                request.filledNanos,
                request.registeredNanos,
                request.movedNanos,
                request.droppedNanos,
                request.failedNanos,
                request.doneNanos,
                request.endedNanos,
                request.notifiedNanos,
                request.verifiedNanos,
                request.expiredNanos,
                request.sourceFreedNanos,
                request.destinationFreedNanos,
                request.failure);
    }
}
