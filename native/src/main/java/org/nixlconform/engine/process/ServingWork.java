package org.nixlconform.engine.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
import org.nixlconform.engine.protocol.ToDesk;

/**
 * One rank that serves requests: fills, posts, polls, takes notifications and verifies, all on one thread and in turns, as the
 * worker of a serving engine does. What it does next, the desk says.
 */
final class ServingWork implements AutoCloseable {
    private static final int MOST_GENERATION = (1 << 21) - 1;
    private static final long SHORTEST_WAIT_NANOS = 20_000;
    /** After the last request, for what comes twice. */
    private static final long QUIET_NANOS = 20_000_000;

    private static final String TEXT = "served ";

    private final Rank rank;
    private final DeskLink desk;
    private final Turns turns;
    private final ServedCache cache;
    private final Findings found;
    private final Map<Integer, Part> parts = new LinkedHashMap<>();
    private final Map<Integer, Integer> earlyNotices = new HashMap<>();
    private final List<FromRank.Stray> strays = new ArrayList<>();
    private long lateNanos;
    private boolean finishing;

    /**
     * What a rank has, that serves.
     *
     * @param pairs with all peers
     * @param lists of an initiator, by peer; else empty
     */
    record Rank(
            String label,
            boolean source,
            boolean write,
            NixlAgent agent,
            ProgressPage page,
            List<PairShape> pairs,
            Map<String, Prepared> lists,
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
        private final List<Flight> flights = new ArrayList<>();
        private int done;
        private int notices;
        private long bytes;
        private String failure = "";

        private Part(int request, int generation, List<PairShape> pairs) {
            this.request = request;
            this.generation = generation;
            this.pairs = pairs;
        }

        private void failed(String call, int status) {
            if (failure.isEmpty()) {
                failure = call + " returned " + status + " (" + NixlStatus.nameOf(status) + ")";
            }
        }
    }

    private record Flight(int slot, long handle, long bytes) {}

    ServingWork(Rank rank, DeskLink desk, int slots, ServedCache cache, Findings found) {
        this.rank = rank;
        this.desk = desk;
        this.cache = cache;
        this.found = found;
        turns = new Turns(rank.agent(), rank.page(), slots);
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
            boolean moved = turn();
            boolean idle = finishing && parts.isEmpty();
            if (!idle || asked || moved) {
                quietSince = System.nanoTime();
            } else if (System.nanoTime() - quietSince > QUIET_NANOS) {
                return;
            }
            if (!asked && !moved && !idle) {
                FromDesk ask = desk.next(Math.max(rank.idleNanos(), SHORTEST_WAIT_NANOS));
                if (ask != null) {
                    take(ask);
                }
            }
        }
        parts.values().forEach(part -> cache.unknown(part.pairs.get(0).ownBlocks()));
    }

    private void take(FromDesk ask) throws NixlCallException, IOException {
        if (ask instanceof FromDesk.Fill fill) {
            found.fill(cache.filled(fill.blocks(), fill.generation()));
            if (fill.request() >= 0) {
                desk.say(new ToDesk.Filled(fill.request()));
            }
        } else if (ask instanceof FromDesk.Await await) {
            Part part = new Part(
                    await.request(), await.generation(), pairs(await.peers(), await.ownBlocks(), await.peerBlocks()));
            cache.unknown(await.ownBlocks());
            parts.put(await.request(), part);
            Integer early = earlyNotices.remove(await.request());
            part.notices = early == null ? 0 : early;
            verifyWhenNotified(part);
        } else if (ask instanceof FromDesk.Move move) {
            move(move);
        } else if (ask instanceof FromDesk.Tell tell) {
            tell(tell);
        } else {
            finishing = true;
        }
    }

    private List<PairShape> pairs(String peers, int[] own, int[] theirs) {
        return rank.pairs().stream()
                .filter(pair -> pair.peer().startsWith(peers))
                .map(pair -> pair.with(own, theirs))
                .toList();
    }

    private void move(FromDesk.Move ask) throws IOException {
        Part part = new Part(ask.request(), ask.generation(), pairs(ask.peers(), ask.ownBlocks(), ask.peerBlocks()));
        if (!rank.source()) {
            cache.unknown(ask.ownBlocks());
        }
        parts.put(ask.request(), part);
        for (PairShape pair : part.pairs) {
            post(part, pair);
        }
        lateNanos = Math.max(lateNanos, ask.lateMillis() * 1_000_000L);
        endWhenOver(part);
    }

    private void post(Part part, PairShape pair) {
        if (!pair.moves()) {
            notify(part, pair);
            return;
        }
        Prepared lists = lists(pair).with(pair);
        PairDescriptors descriptors = lists.descriptors();
        try {
            int[] local = descriptors.localIndices();
            long handle = rank.agent()
                    .make(
                            rank.write(),
                            lists.local(),
                            local,
                            lists.remote(),
                            descriptors.remoteIndices(false),
                            text(part.request, pair));
            part.flights.add(new Flight(turns.post(handle), handle, local.length * descriptors.lengthBytes()));
        } catch (NixlCallException refused) {
            part.failed(refused.function().symbol(), refused.status());
        }
    }

    private Prepared lists(PairShape pair) {
        Prepared lists = rank.lists().get(pair.peer());
        if (lists == null) {
            throw new IllegalStateException("no lists were prepared for " + pair.peer());
        }
        return lists;
    }

    private byte[] text(int request, PairShape pair) {
        return (TEXT + request + ":" + rank.label() + ":" + pair.peer()).getBytes(StandardCharsets.UTF_8);
    }

    private void tell(FromDesk.Tell ask) throws IOException {
        Part part = new Part(ask.request(), 0, pairs(ask.peers(), new int[0], new int[0]));
        for (PairShape pair : part.pairs) {
            notify(part, pair);
        }
        desk.say(new ToDesk.Moved(part.request, part.done, 0, part.failure));
    }

    private void notify(Part part, PairShape pair) {
        try {
            rank.agent().notify(pair.peer(), text(part.request, pair));
            part.done++;
        } catch (NixlCallException refused) {
            part.failed(refused.function().symbol(), refused.status());
        }
    }

    /** @return whether anything ended or came */
    private boolean turn() throws NixlCallException, IOException {
        long moved = turns.turn();
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
    private boolean landed(Part part) {
        boolean any = false;
        for (Iterator<Flight> flights = part.flights.iterator(); flights.hasNext(); ) {
            Flight flight = flights.next();
            Drive.Outcome outcome = turns.outcome(flight.slot());
            if (outcome.status() > 0) {
                continue;
            }
            any = true;
            flights.remove();
            turns.free(flight.slot());
            if (outcome.status() < 0) {
                part.failed(outcome.failedCall(), outcome.status());
            } else {
                part.done++;
                part.bytes += flight.bytes();
            }
            try {
                rank.agent().release(flight.handle());
            } catch (NixlCallException refused) {
                part.failed(refused.function().symbol(), refused.status());
            }
        }
        return any;
    }

    private void endWhenOver(Part part) throws IOException {
        if (!part.flights.isEmpty()) {
            return;
        }
        parts.remove(part.request);
        desk.say(new ToDesk.Moved(part.request, part.done, part.bytes, part.failure));
        if (!rank.source() && part.failure.isEmpty()) {
            verify(part);
        }
    }

    private void notified(Drive.Notice notice) throws IOException {
        String[] words = notice.text().startsWith(TEXT)
                ? notice.text().substring(TEXT.length()).split(":", -1)
                : new String[0];
        if (words.length != 3
                || !words[0].matches("\\d{1,7}")
                || !words[1].equals(notice.sender())
                || !words[2].equals(rank.label())) {
            strays.add(new FromRank.Stray(notice.sender(), RankSession.printable(notice.text())));
            return;
        }
        int request = Integer.parseInt(words[0]);
        desk.say(new ToDesk.Notified(request));
        Part part = parts.get(request);
        if (part != null) {
            part.notices++;
            verifyWhenNotified(part);
        } else if (rank.write()) {
            earlyNotices.merge(request, 1, Integer::sum);
        }
    }

    private void verifyWhenNotified(Part part) throws IOException {
        if (!rank.initiator() && part.notices == part.pairs.size()) {
            parts.remove(part.request);
            verify(part);
        }
    }

    private void verify(Part part) throws IOException {
        long differing = found.compare(
                cache.came(part.pairs.stream().filter(PairShape::moves).toList(), part.generation));
        if (differing > 0) {
            // Told once, not at the end again.
            cache.unknown(part.pairs.get(0).ownBlocks());
        }
        desk.say(new ToDesk.Verified(part.request, differing));
    }

    List<FromRank.Stray> strays() {
        return List.copyOf(strays);
    }

    @Override
    public void close() {
        turns.close();
    }

    /** What comparing found so far, all requests together. */
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

        /** @return how many runs differ */
        long compare(RunList content) {
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

        FromRank.Verified answer(boolean source, List<FromRank.Stray> strays, List<FromRank.Phase> phases) {
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
                    phases);
        }
    }
}
