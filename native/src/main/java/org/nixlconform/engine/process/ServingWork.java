package org.nixlconform.engine.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.nixlconform.binding.Drive;
import org.nixlconform.binding.NixlAgent;
import org.nixlconform.binding.NixlCallException;
import org.nixlconform.binding.NixlStatus;
import org.nixlconform.binding.Payload;
import org.nixlconform.binding.PlacedRuns;
import org.nixlconform.binding.ProgressPage;
import org.nixlconform.binding.RunList;
import org.nixlconform.binding.Turns;
import org.nixlconform.engine.protocol.FromDesk;
import org.nixlconform.engine.protocol.FromRank;
import org.nixlconform.engine.protocol.PairShape;
import org.nixlconform.engine.protocol.ServingShape;
import org.nixlconform.engine.protocol.ToDesk;

/**
 * One rank that serves requests: fills, posts, polls and takes notifications, all on one thread and in turns, as the worker of a
 * serving engine does. What came is compared beside that, as a model runs on it while the worker polls on. What the rank does
 * next, the desk says.
 */
final class ServingWork implements AutoCloseable {
    private static final int MOST_GENERATION = (1 << 21) - 1;
    private static final long SHORTEST_WAIT_NANOS = 100_000;
    /** How late an ask of the desk is heard at most, while transfers are under way. */
    private static final long LONGEST_TURN_NANOS = 100_000;
    /** After the last request, for what comes twice. */
    private static final long QUIET_NANOS = 20_000_000;

    private static final String TEXT = "served ";
    private static final String ALIVE = "alive ";
    /** As vLLM has it. */
    private static final int HEARTBEATS_A_LEASE = 6;
    /** So that a text is never cut. */
    private static final int REQUESTS_A_HEARTBEAT = 8;

    private final Rank rank;
    private final DeskLink desk;
    private final Turns turns;
    private final ServedCache cache;
    private final Findings found;
    private final ServingShape shape;
    private final Map<Integer, Part> parts = new LinkedHashMap<>();
    private final List<Waiting> waiting = new ArrayList<>();
    /** Whose leases are kept alive, with the beginning of the labels of those who must hear it. */
    private final Map<Integer, String> kept = new LinkedHashMap<>();
    /** What is read of a source that fills its blocks anew as soon as it was told that they were. */
    private final Map<Integer, Offered> offered = new HashMap<>();
    /** Requests that the desk spoke of. */
    private final BitSet known = new BitSet();
    /** Notifications of others: of such as the desk speaks of later, or of none. */
    private final Map<Integer, List<Drive.Notice>> early = new LinkedHashMap<>();

    /** Requests of which a peer has said that a group of its layers moved: for each peer in turn its groups. */
    private final List<BitSet> told = new ArrayList<>();

    private final ExecutorService beside = Executors.newSingleThreadExecutor(ServingWork::named);
    private final List<Comparing> comparing = new ArrayList<>();

    private final List<FromRank.Stray> strays = new ArrayList<>();
    /** What came more than once; the desk hears of the first alone, lest one that comes twice stands for one that is lost. */
    private final List<FromRank.Stray> again = new ArrayList<>();

    private final AtomicLong repeats = new AtomicLong();
    private long lateNanos;
    private long nextBeatNanos = System.nanoTime();
    private boolean finishing;

    /**
     * What a rank has, that serves.
     *
     * @param pairs with all peers
     * @param lists of an initiator, by peer; else empty
     * @param gone of its peers' other agents, likewise
     */
    record Rank(
            String label,
            ServingShape shape,
            boolean source,
            boolean write,
            NixlAgent agent,
            ProgressPage page,
            List<PairShape> pairs,
            Map<String, Prepared> lists,
            Map<String, Prepared> gone,
            long idleNanos) {
        boolean initiator() {
            return source == write;
        }
    }

    /** Puts runs where their bytes are. */
    interface Place {
        PlacedRuns place(RunList runs);
    }

    /** This rank's part of one request, from when blocks may move until they have been verified. */
    private static final class Part {
        private final int request;
        private final int generation;
        private final List<PairShape> pairs;
        private final boolean dropped;
        private final String failing;
        private final List<Flight> flights = new ArrayList<>();
        private int groupsLeft;
        private boolean saidPosted;
        private int done;
        private int failures;
        private int notices;
        private long bytes;
        private String failure = "";

        private Part(int request, int generation, List<PairShape> pairs, int groups) {
            this(request, generation, pairs, groups, false, "");
        }

        private Part(int request, int generation, List<PairShape> pairs, int groups, boolean dropped, String failing) {
            this.request = request;
            this.generation = generation;
            this.pairs = pairs;
            this.groupsLeft = groups;
            this.dropped = dropped;
            this.failing = failing;
        }

        /** @return whether it is the first that did */
        private boolean failed(String call, int status) {
            boolean first = failure.isEmpty();
            if (first) {
                failure = call + " returned " + status + " (" + NixlStatus.nameOf(status) + ")";
            }
            return first;
        }

        private boolean fails(PairShape pair) {
            return pair.peer().equals(failing);
        }
    }

    private record Flight(PairShape pair, int group, int slot, long handle, long bytes) {}

    /** What came for a request, and how many runs of it differ. */
    private record Comparing(Part part, Future<Long> differing) {}

    /** A group of layers of these pairs that is to be posted when its time has come. */
    private record Waiting(long dueNanos, Part part, List<PairShape> pairs, int group) {}

    /** Blocks of a source, and how many notifications say that they were read. */
    private static final class Offered {
        private final FromDesk.Fill fill;
        private int noticesLeft;

        private Offered(FromDesk.Fill fill, int notices) {
            this.fill = fill;
            noticesLeft = notices;
        }
    }

    ServingWork(Rank rank, DeskLink desk, int slots, ServedCache cache, Findings found) {
        this.rank = rank;
        this.shape = rank.shape();
        this.desk = desk;
        this.cache = cache;
        this.found = found;
        turns = new Turns(rank.agent(), rank.page(), slots);
        for (int i = 0; i < rank.pairs().size() * shape.layerGroups(); i++) {
            told.add(new BitSet());
        }
    }

    /** Until the desk has no more requests, or the rank is told to leave. @throws IOException when the desk is gone */
    void run() throws NixlCallException, IOException {
        long quietSince = 0;
        while (!rank.page().isStopped()) {
            boolean asked = false;
            for (FromDesk ask = desk.next(0); ask != null; ask = desk.next(0)) {
                take(ask);
                asked = true;
            }
            beat();
            boolean moved = postDue() | turn() | compared();
            boolean idle = finishing && parts.isEmpty() && comparing.isEmpty();
            if (!idle || asked || moved) {
                quietSince = System.nanoTime();
            } else if (System.nanoTime() - quietSince > QUIET_NANOS) {
                return;
            }
            if (!asked && !moved && !idle && !inFlight()) {
                FromDesk ask = desk.next(Math.max(rank.idleNanos(), SHORTEST_WAIT_NANOS));
                if (ask != null) {
                    take(ask);
                }
            }
        }
        parts.values().forEach(part -> cache.unknown(part.pairs.get(0).ownBlocks()));
        for (Comparing each : comparing) {
            tellOnce(each);
        }
    }

    private boolean inFlight() {
        return parts.values().stream().anyMatch(part -> !part.flights.isEmpty());
    }

    private void take(FromDesk ask) throws NixlCallException, IOException {
        if (ask instanceof FromDesk.Fill fill) {
            fill(fill);
        } else if (ask instanceof FromDesk.Keep keep) {
            kept.put(keep.request(), keep.peers());
        } else if (ask instanceof FromDesk.Await await) {
            await(await);
        } else if (ask instanceof FromDesk.Move move) {
            move(move);
        } else if (ask instanceof FromDesk.Tell tell) {
            tell(tell);
        } else {
            finishing = true;
        }
    }

    private void fill(FromDesk.Fill ask) throws IOException {
        int first = ask.group() == FromDesk.Fill.ALL_LAYERS ? 0 : firstRegion(ask.group());
        int end = ask.group() == FromDesk.Fill.ALL_LAYERS ? cache.regions() : firstRegion(ask.group() + 1);
        found.fill(cache.filled(ask.blocks(), ask.generation(), first, end));
        if (ask.request() < 0) {
            return;
        }
        if (shape.refillInHandler() && end == cache.regions()) {
            long peers = rank.pairs().stream()
                    .filter(pair -> pair.peer().startsWith(ask.peers()))
                    .count();
            offered.put(ask.request(), new Offered(ask, Math.toIntExact(peers * shape.layerGroups())));
        }
        desk.say(new ToDesk.Filled(ask.request()));
        know(ask.request());
    }

    /** Layers in order, as many in each group. */
    private int firstRegion(int group) {
        return cache.regions() * group / shape.layerGroups();
    }

    private void await(FromDesk.Await ask) throws IOException {
        if (ask.ownBlocks().length > 0) {
            parts.put(
                    ask.request(),
                    new Part(
                            ask.request(),
                            ask.generation(),
                            pairs(ask.peers(), ask.ownBlocks(), ask.peerBlocks()),
                            shape.layerGroups()));
            takeOver(ask.ownBlocks());
        }
        know(ask.request());
    }

    /** What nobody was to write to has not changed meanwhile; from now on somebody is. */
    private void takeOver(int[] blocks) {
        if (shape.dropPercent() + shape.failPercent() > 0) {
            found.compare(cache.held(blocks, false));
        }
        cache.unknown(blocks);
    }

    /** The desk spoke of it: notifications of it are no strays. */
    private void know(int request) throws IOException {
        known.set(request);
        List<Drive.Notice> before = early.remove(request);
        if (before != null) {
            for (Drive.Notice notice : before) {
                notified(request, notice);
            }
        }
    }

    private List<PairShape> pairs(String peers, int[] own, int[] theirs) {
        return rank.pairs().stream()
                .filter(pair -> pair.peer().startsWith(peers))
                .map(pair -> pair.with(own, theirs))
                .toList();
    }

    private void move(FromDesk.Move ask) throws NixlCallException, IOException {
        Part part = parts.get(ask.request());
        if (part == null) {
            part = new Part(
                    ask.request(),
                    ask.generation(),
                    pairs(ask.peers(), ask.ownBlocks(), ask.peerBlocks()),
                    shape.layerGroups(),
                    ask.dropped(),
                    ask.failing());
            parts.put(ask.request(), part);
            if (!rank.source()) {
                takeOver(ask.ownBlocks());
            }
        }
        lateNanos = Math.max(lateNanos, ask.lateMillis() * 1_000_000L);
        if (ask.postMillis() > 0) {
            Part late = part;
            // One that fails does so while the others wait.
            for (PairShape pair : part.pairs.stream().filter(part::fails).toList()) {
                post(part, pair, ask.group());
            }
            waiting.add(new Waiting(
                    System.nanoTime() + ask.postMillis() * 1_000_000L,
                    part,
                    part.pairs.stream().filter(pair -> !late.fails(pair)).toList(),
                    ask.group()));
        } else {
            post(part, part.pairs, ask.group());
        }
    }

    private boolean postDue() throws NixlCallException, IOException {
        long now = System.nanoTime();
        boolean any = false;
        for (Iterator<Waiting> each = waiting.iterator(); each.hasNext(); ) {
            Waiting next = each.next();
            if (next.dueNanos() - now <= 0) {
                each.remove();
                post(next.part(), next.pairs(), next.group());
                any = true;
            }
        }
        return any;
    }

    private void post(Part part, List<PairShape> pairs, int group) throws NixlCallException, IOException {
        for (PairShape pair : pairs) {
            post(part, pair, group);
        }
        part.groupsLeft--;
        endWhenOver(part);
    }

    private void post(Part part, PairShape pair, int group) throws NixlCallException, IOException {
        if (!pair.moves()) {
            notify(part, pair, group);
            return;
        }
        Prepared lists = lists(part.fails(pair) ? rank.gone() : rank.lists(), pair);
        PairDescriptors descriptors = lists.descriptors();
        try {
            int[] local = descriptors.localIndices(firstRegion(group), firstRegion(group + 1));
            long handle = rank.agent()
                    .make(
                            rank.write(),
                            lists.local(),
                            local,
                            lists.remote(),
                            descriptors.remoteIndices(firstRegion(group), firstRegion(group + 1)),
                            text(part.request, group, pair));
            part.flights.add(new Flight(pair, group, turns.post(handle), handle, descriptors.bytes(local)));
        } catch (NixlCallException refused) {
            failed(part, refused.function().symbol(), refused.status());
            tellWhereItIsNotRead(part, pair, group);
        }
    }

    /** The desk hears of it at once: nobody waits for the request any more. */
    private void failed(Part part, String call, int status) throws IOException {
        part.failures++;
        if (part.failed(call, status)) {
            int all = part.pairs.size() * shape.layerGroups();
            desk.say(new ToDesk.Failed(part.request, all - part.done - part.failures, part.failure));
        }
    }

    /** No transfer notifies a peer whose agent is gone: the rank itself does; refused where NIXL does not take one. */
    private void tellWhereItIsNotRead(Part part, PairShape pair, int group) throws NixlCallException {
        if (part.fails(pair)) {
            rank.agent().notify(pair.peer(), text(part.request, group, pair));
        }
    }

    private static Prepared lists(Map<String, Prepared> byPeer, PairShape pair) {
        Prepared lists = byPeer.get(pair.peer());
        if (lists == null) {
            throw new IllegalStateException("no lists were prepared for " + pair.peer());
        }
        return lists.with(pair);
    }

    private byte[] text(int request, int group, PairShape pair) {
        return (TEXT + request + ":" + group + ":" + rank.label() + ":" + pair.peer()).getBytes(StandardCharsets.UTF_8);
    }

    private void tell(FromDesk.Tell ask) throws IOException {
        kept.remove(ask.request());
        Part part = new Part(ask.request(), 0, pairs(ask.peers(), new int[0], new int[0]), 0);
        for (PairShape pair : part.pairs) {
            notify(part, pair, 0);
        }
        desk.say(new ToDesk.Moved(part.request, part.done, 0, part.failure));
    }

    /** Of all requests whose lease is kept, to all who gave it; refused where NIXL does not take one. */
    private void beat() throws NixlCallException {
        if (kept.isEmpty() || System.nanoTime() - nextBeatNanos < 0) {
            return;
        }
        nextBeatNanos = System.nanoTime() + shape.leaseMillis() * 1_000_000L / HEARTBEATS_A_LEASE;
        for (String peer : rank.pairs().stream().map(PairShape::peer).toList()) {
            List<String> alive = kept.entrySet().stream()
                    .filter(each -> peer.startsWith(each.getValue()))
                    .map(each -> each.getKey().toString())
                    .toList();
            for (int from = 0; from < alive.size(); from += REQUESTS_A_HEARTBEAT) {
                String numbers =
                        String.join(",", alive.subList(from, Math.min(alive.size(), from + REQUESTS_A_HEARTBEAT)));
                rank.agent()
                        .notify(
                                peer,
                                (ALIVE + numbers + ":" + rank.label() + ":" + peer).getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    private void notify(Part part, PairShape pair, int group) {
        try {
            rank.agent().notify(pair.peer(), text(part.request, group, pair));
            part.done++;
        } catch (NixlCallException refused) {
            part.failed(refused.function().symbol(), refused.status());
        }
    }

    /** @return whether anything ended or came */
    private boolean turn() throws NixlCallException, IOException {
        long moved = turns.turn(rank.idleNanos(), LONGEST_TURN_NANOS);
        repeats.addAndGet(moved);
        if (lateNanos > 0) {
            pause(lateNanos);
            lateNanos = 0;
        }
        for (Drive.Notice notice : turns.mail()) {
            notified(notice);
        }
        for (Part part : List.copyOf(parts.values())) {
            if (landed(part)) {
                endWhenOver(part);
            }
        }
        return moved > 0;
    }

    /** A long step of the model, in which nobody polls. */
    private static void pause(long nanos) {
        try {
            Thread.sleep(nanos / 1_000_000);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** @return whether one of its transfers ended */
    private boolean landed(Part part) throws NixlCallException, IOException {
        boolean any = false;
        for (Iterator<Flight> flights = part.flights.iterator(); flights.hasNext(); ) {
            Flight flight = flights.next();
            Drive.Outcome outcome = turns.outcome(flight.slot());
            if (outcome.status() > 0) {
                if (part.dropped && !part.saidPosted) {
                    part.saidPosted = true;
                    desk.say(new ToDesk.Posted(part.request));
                }
                continue;
            }
            any = true;
            flights.remove();
            turns.free(flight.slot());
            if (outcome.status() < 0) {
                failed(part, outcome.failedCall(), outcome.status());
            } else {
                part.done++;
                part.bytes += flight.bytes();
            }
            tellWhereItIsNotRead(part, flight.pair(), flight.group());
            try {
                rank.agent().release(flight.handle());
            } catch (NixlCallException refused) {
                part.failed(refused.function().symbol(), refused.status());
            }
        }
        return any;
    }

    private void endWhenOver(Part part) throws IOException {
        if (!part.flights.isEmpty() || part.groupsLeft > 0) {
            return;
        }
        parts.remove(part.request);
        kept.remove(part.request);
        desk.say(new ToDesk.Moved(part.request, part.done, part.bytes, part.failure));
        if (!rank.source() && part.failure.isEmpty() && !part.dropped) {
            verify(part);
        }
    }

    private void notified(Drive.Notice notice) throws IOException {
        String[] words = notice.text().split(":", -1);
        boolean toMe = words.length > 2
                && words[words.length - 2].equals(notice.sender())
                && words[words.length - 1].equals(rank.label());
        if (toMe && words.length == 4 && words[0].matches(TEXT + "\\d{1,7}") && words[1].matches("\\d{1,4}")) {
            int request = Integer.parseInt(words[0].substring(TEXT.length()));
            if (known.get(request)) {
                notified(request, notice);
            } else {
                early.computeIfAbsent(request, unknown -> new ArrayList<>()).add(notice);
            }
        } else if (toMe && words.length == 3 && words[0].matches(ALIVE + "\\d{1,7}(,\\d{1,7})*")) {
            int[] requests = Arrays.stream(words[0].substring(ALIVE.length()).split(",", -1))
                    .mapToInt(Integer::parseInt)
                    .toArray();
            if (Arrays.stream(requests).allMatch(known::get)) {
                desk.say(new ToDesk.Renewed(requests));
            } else {
                stray(notice);
            }
        } else {
            stray(notice);
        }
    }

    private void stray(Drive.Notice notice) {
        strays.add(said(notice));
    }

    private static FromRank.Stray said(Drive.Notice notice) {
        return new FromRank.Stray(notice.sender(), RankSession.printable(notice.text()));
    }

    /** Of a request that the desk spoke of. It comes once from each peer for each group of layers. */
    private void notified(int request, Drive.Notice notice) throws IOException {
        List<String> peers = rank.pairs().stream().map(PairShape::peer).toList();
        int peer = peers.indexOf(notice.sender());
        int group = Integer.parseInt(notice.text().split(":", -1)[1]);
        if (peer < 0 || group >= shape.layerGroups()) {
            stray(notice);
            return;
        }
        BitSet before = told.get(peer * shape.layerGroups() + group);
        if (before.get(request)) {
            again.add(said(notice));
            return;
        }
        before.set(request);
        notified(request);
    }

    private void notified(int request) throws IOException {
        Offered blocks = offered.get(request);
        if (blocks != null && --blocks.noticesLeft == 0) {
            // Before anybody else hears of it: nothing may still read what was said to have been read.
            offered.remove(request);
            found.fill(cache.filled(blocks.fill.blocks(), blocks.fill.generation() + ServingShape.SPOILED_GENERATIONS));
        }
        desk.say(new ToDesk.Notified(request));
        Part part = parts.get(request);
        if (part != null && !rank.initiator()) {
            part.notices++;
            if (part.notices == part.pairs.size() * shape.layerGroups()) {
                parts.remove(request);
                verify(part);
            }
        }
    }

    private void verify(Part part) {
        cache.came(part.pairs.stream().filter(PairShape::moves).toList(), part.generation);
        int[] blocks = part.pairs.get(0).ownBlocks();
        comparing.add(new Comparing(part, beside.submit(() -> found.compare(cache.held(blocks, true)))));
    }

    /** Says what has been compared by now; only then the desk gives the blocks to another request. @return whether any was */
    private boolean compared() throws IOException {
        boolean any = false;
        for (Iterator<Comparing> each = comparing.iterator(); each.hasNext(); ) {
            Comparing next = each.next();
            if (next.differing().isDone()) {
                each.remove();
                desk.say(new ToDesk.Verified(next.part().request, tellOnce(next)));
                any = true;
            }
        }
        return any;
    }

    /** Waits for it. What differs is not found at the end again. @return how many runs differ */
    private long tellOnce(Comparing each) {
        try {
            long differing = each.differing().get();
            if (differing > 0) {
                cache.unknown(each.part().pairs.get(0).ownBlocks());
            }
            return differing;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while comparing", interrupted);
        } catch (ExecutionException failed) {
            throw new IllegalStateException("comparing failed: " + failed.getCause(), failed.getCause());
        }
    }

    private static Thread named(Runnable work) {
        Thread thread = new Thread(work, "compare");
        thread.setDaemon(true);
        return thread;
    }

    /** Transfers that ended and notifications that came, by now. Safe on any thread. */
    long repeats() {
        return repeats.get();
    }

    /** Once it has ended. */
    List<FromRank.Stray> strays() {
        early.values().forEach(unknown -> unknown.forEach(this::stray));
        early.clear();
        return List.copyOf(strays);
    }

    /** Notifications that came more than once, each time after the first. */
    List<FromRank.Stray> again() {
        return List.copyOf(again);
    }

    @Override
    public void close() {
        beside.shutdown();
        try {
            // What it reads is freed next.
            while (!beside.awaitTermination(1, TimeUnit.MINUTES)) {
                System.err.println("nixlconform engine: still comparing");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        turns.close();
    }

    /** What comparing found so far, all requests together. It may fill while it compares, of other blocks. */
    static final class Findings {
        private final Place place;
        private final long locationLimit;
        private final int listed;
        private final long[] byClassification = new long[Payload.CLASSIFICATIONS.size()];
        private final List<FromRank.Difference> differences = new ArrayList<>();
        private long bytesVerified;
        private long runsSelected;
        private long bytesSelected;
        private long runsDiffering;

        Findings(Place place, long locationLimit, int listed) {
            this.place = place;
            this.locationLimit = locationLimit;
            this.listed = listed;
        }

        void fill(RunList content) {
            try (RunList runs = content;
                    PlacedRuns there = place.place(runs)) {
                there.fill();
            }
        }

        /** One at a time. @return how many runs differ */
        synchronized long compare(RunList content) {
            try (RunList runs = content;
                    PlacedRuns there = place.place(runs)) {
                Payload.Verification seen = there.verify(locationLimit, MOST_GENERATION, listed - differences.size());
                bytesVerified += seen.bytesVerified();
                runsDiffering += seen.runsDiffering();
                for (int i = 0; i < byClassification.length; i++) {
                    byClassification[i] += seen.byClassification()[i];
                }
                seen.differences().forEach(each -> differences.add(RankSession.difference(runs, each)));
                if (runs.size() > 0 && runs.get(0).selected()) {
                    runsSelected += runs.size();
                    bytesSelected += seen.bytesVerified();
                }
                return seen.runsDiffering();
            }
        }

        FromRank.Verified answer(boolean source, List<FromRank.Stray> strays) {
            return new FromRank.Verified(
                    !source,
                    bytesVerified,
                    runsSelected,
                    bytesSelected,
                    0,
                    0,
                    runsDiffering,
                    byClassification,
                    differences,
                    List.of(),
                    strays,
                    List.of());
        }
    }
}
