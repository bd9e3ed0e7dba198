package org.nixlconform.engine.process;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.nixlconform.binding.Arena;
import org.nixlconform.binding.Drive;
import org.nixlconform.binding.Nixl;
import org.nixlconform.binding.NixlAgent;
import org.nixlconform.binding.NixlCallException;
import org.nixlconform.binding.NixlFunction;
import org.nixlconform.binding.NixlStatus;
import org.nixlconform.binding.Payload;
import org.nixlconform.binding.PlacedRuns;
import org.nixlconform.binding.ProgressPage;
import org.nixlconform.binding.RunList;
import org.nixlconform.engine.process.CacheOracle.Generations;
import org.nixlconform.engine.protocol.FromRank;
import org.nixlconform.engine.protocol.PairShape;
import org.nixlconform.engine.protocol.ToRank;

/**
 * Trials of the life of agents and requests: each has agents of its own beside the rank's, over the rank's arena, and is a list of
 * acts that are done without a pause. What a call answers is told, whatever it is.
 */
final class TrialWork {
    private static final long POLL_NANOS = 200_000;
    private static final long WATCH_NANOS = 10_000_000;
    private static final int LISTED = 0;

    private final Rank rank;
    private final Map<String, Agent> agents = new HashMap<>();
    private @Nullable RunList expected;
    private @Nullable PlacedRuns placed;
    private @Nullable Joining joining;
    private int armed;

    TrialWork(Rank rank) {
        this.rank = rank;
    }

    /** What a trial has of the rank. @param nixl for this thread */
    record Rank(String label, ToRank.Open open, Nixl nixl, Arena arena, Payload payload, List<PairShape> pairs) {}

    private record Lists(long local, long remote, PairDescriptors descriptors) {}

    private static final class Agent {
        private final NixlAgent nixl;
        private final Drive drive;
        private final Map<String, Lists> lists = new HashMap<>();
        private final Map<String, Long> requests = new HashMap<>();
        /** Requests that NIXL has back, but whose handles are there. */
        private final Set<String> given = new HashSet<>();

        private boolean registered = true;
        private int heard;

        Agent(NixlAgent nixl, Drive drive) {
            this.nixl = nixl;
            this.drive = drive;
        }
    }

    /** What an act found out. */
    private record Found(@Nullable NixlFunction call, int status, List<Long> counts, String text, byte[] metadata) {
        static Found answer(NixlFunction call, int status) {
            return new Found(call, status, List.of(), "", new byte[0]);
        }

        static Found counted(NixlFunction call, int status, List<Long> counts) {
            return new Found(call, status, counts, "", new byte[0]);
        }
    }

    FromRank perform(ToRank.Trial ask, PhaseClock clock) {
        clock.enter("trial");
        List<FromRank.ActEnd> ends = new ArrayList<>();
        for (ToRank.Act act : ask.acts()) {
            long at = System.nanoTime();
            Found found;
            try {
                found = perform(act);
            } catch (NixlCallException refused) {
                found = Found.answer(refused.function(), refused.status());
            }
            ends.add(new FromRank.ActEnd(
                    found.call() == null ? "" : found.call().symbol(),
                    found.status(),
                    NixlStatus.nameOf(found.status()),
                    at,
                    System.nanoTime() - at,
                    found.counts(),
                    RankSession.printable(found.text()),
                    found.metadata()));
            if (act.needed() && found.status() != 0) {
                break;
            }
        }
        return new FromRank.Acted(ends, clock.finish());
    }

    private Found perform(ToRank.Act act) throws NixlCallException {
        return switch (act.what()) {
            case "open" -> open(act.agent());
            case "load" -> load(agent(act), act.metadata());
            case "prepare" -> prepare(act);
            case "make" -> make(act);
            case "post" ->
                Found.answer(NixlFunction.POST_XFER_REQ, agent(act).nixl.post(request(act)));
            case "status" ->
                Found.answer(NixlFunction.GET_XFER_STATUS, agent(act).nixl.status(request(act)));
            case "await" -> await(agent(act), request(act), act.number());
            case "repeat" -> repeat(agent(act), act.subject(), act.number());
            case "release" -> release(act);
            case "forget" -> forget(act);
            case "lists" -> releaseLists(agent(act));
            case "deregister" -> deregister(agent(act));
            case "invalidate" ->
                call(NixlFunction.INVALIDATE_REMOTE_MD, () -> agent(act).nixl.invalidate(act.subject()));
            case "destroy" -> destroy(act.agent());
            case "end" -> end();
            case "notify" ->
                call(
                        NixlFunction.GEN_NOTIF,
                        () -> agent(act).nixl.notify(act.subject(), "failed".getBytes(StandardCharsets.UTF_8)));
            case "hear" -> hear(agent(act), act.number());
            case "join" -> join(act);
            case "joined" -> joined(act);
            case "arm" -> arm(Math.toIntExact(act.number()));
            case "verify" -> verify();
            case "watch" -> watch(act.number());
            case "pause" -> {
                sleep(act.number() * 1_000_000);
                yield counted();
            }
            case "until" -> {
                sleep(act.number() - System.nanoTime());
                yield counted();
            }
            case "measure" -> counted(ProcessSize.mine().counts());
            default -> throw new IllegalArgumentException("unknown act " + act.what());
        };
    }

    /** No call of NIXL's was made. */
    private static Found counted(Long... counts) {
        return new Found(null, 0, List.of(counts), "", new byte[0]);
    }

    private interface Call {
        void make() throws NixlCallException;
    }

    private static Found call(NixlFunction function, Call call) throws NixlCallException {
        call.make();
        return Found.answer(function, 0);
    }

    private Agent agent(ToRank.Act act) {
        return Objects.requireNonNull(agents.get(act.agent()), () -> "no agent " + act.agent());
    }

    private long request(ToRank.Act act) {
        return Objects.requireNonNull(agent(act).requests.get(act.subject()), () -> "no request " + act.subject());
    }

    /** With a progress thread, as in serving engines: a peer that has nothing to do must serve all the same. */
    private Found open(String name) throws NixlCallException {
        ToRank.Open open = rank.open();
        NixlAgent created = NixlAgent.create(
                rank.nixl(),
                rank.label() + "." + name,
                new NixlAgent.Configuration(true, open.threadSync(), open.progressDelayMicroseconds()));
        created.createBackend(open.backend(), open.backendParameters());
        created.register(
                PairDescriptors.regions(open.arena(), rank.arena().addresses()), PairDescriptors.memory(open.arena()));
        agents.put(name, new Agent(created, new Drive(created, new ProgressPage(), open.idleNanos())));
        return new Found(NixlFunction.GET_LOCAL_MD, 0, List.of(), "", created.metadata());
    }

    /** An agent that has a part in no trial. @return its metadata */
    byte[] begin(String name) throws NixlCallException {
        return open(name).metadata();
    }

    /** Ends one that {@link #begin} made. */
    void leave(String name) throws NixlCallException {
        deregister(Objects.requireNonNull(agents.get(name), () -> "no agent " + name));
        destroy(name);
    }

    private static Found load(Agent agent, byte[] metadata) throws NixlCallException {
        String name = agent.nixl.loadRemote(metadata);
        return new Found(NixlFunction.LOAD_REMOTE_MD, 0, List.of(), name, new byte[0]);
    }

    /** Lists of the whole caches: its own, and that of the rank whose agent the subject is. */
    private Found prepare(ToRank.Act act) throws NixlCallException {
        Agent agent = agent(act);
        PairDescriptors descriptors = new PairDescriptors(
                rank.open().arena(), rank.arena().addresses(), pair(act.subject(), act.addresses()));
        agent.lists.put(
                act.subject(),
                new Lists(
                        agent.nixl.prepare("", descriptors.local()),
                        agent.nixl.prepare(act.subject(), descriptors.remote()),
                        descriptors));
        return Found.answer(NixlFunction.PREP_XFER_DLIST, 0);
    }

    private PairShape pair(String agent, List<Long> addresses) {
        String peer = agent.substring(0, agent.indexOf('.'));
        PairShape pair = rank.pairs().stream()
                .filter(each -> each.peer().equals(peer))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no peer " + peer));
        return new PairShape(
                pair.peer(),
                pair.peerArena(),
                pair.peerPid(),
                addresses,
                pair.peerShare(),
                pair.firstHead(),
                pair.headCount(),
                pair.ownBlocks(),
                pair.peerBlocks(),
                pair.prefixBlocks());
    }

    /** A READ of the pair's blocks; the request has its target's name. @param act number 0 for no notification */
    private Found make(ToRank.Act act) throws NixlCallException {
        Agent agent = agent(act);
        Lists lists = Objects.requireNonNull(agent.lists.get(act.subject()));
        agent.requests.put(
                act.subject(),
                agent.nixl.make(
                        false,
                        lists.local(),
                        lists.descriptors().localIndices(),
                        lists.remote(),
                        lists.descriptors().remoteIndices(false),
                        act.number() == 0 ? null : "done".getBytes(StandardCharsets.UTF_8)));
        return Found.answer(NixlFunction.MAKE_XFER_REQ, 0);
    }

    /** Until it is not in progress any more; 1 where it still is after so many milliseconds. */
    private static Found await(Agent agent, long request, long millis) throws NixlCallException {
        long deadline = System.nanoTime() + millis * 1_000_000;
        int status = agent.nixl.status(request);
        while (status == NixlStatus.IN_PROGRESS.code() && System.nanoTime() < deadline) {
            agent.drive.linger(POLL_NANOS);
            status = agent.nixl.status(request);
        }
        return Found.answer(NixlFunction.GET_XFER_STATUS, status);
    }

    /**
     * Posts all requests but one again and again, for so many milliseconds, and then until who joins has joined. Counts transfers, those that
     * failed, and the longest in nanoseconds.
     */
    private Found repeat(Agent agent, String without, long millis) throws NixlCallException {
        long begun = System.nanoTime();
        long ended = 0;
        long failed = 0;
        long longest = 0;
        int worst = 0;
        while (System.nanoTime() - begun < millis * 1_000_000 || joins()) {
            for (Map.Entry<String, Long> each : agent.requests.entrySet()) {
                if (each.getKey().equals(without)) {
                    continue;
                }
                long request = each.getValue();
                long at = System.nanoTime();
                int status = agent.nixl.post(request);
                while (status == NixlStatus.IN_PROGRESS.code()) {
                    status = agent.nixl.status(request);
                }
                longest = Math.max(longest, System.nanoTime() - at);
                ended++;
                failed += status < 0 ? 1 : 0;
                worst = Math.min(worst, status);
            }
        }
        return Found.counted(NixlFunction.POST_XFER_REQ, worst, List.of(ended, failed, longest));
    }

    private boolean joins() {
        Joining now = joining;
        return now != null && now.thread.isAlive();
    }

    private Found release(ToRank.Act act) throws NixlCallException {
        int status = agent(act).nixl.give(request(act));
        if (status == 0) {
            agent(act).given.add(act.subject());
        }
        return Found.answer(NixlFunction.RELEASE_XFER_REQ, status);
    }

    private static Found deregister(Agent agent) throws NixlCallException {
        agent.nixl.deregister();
        agent.registered = false;
        return Found.answer(NixlFunction.DEREGISTER_MEM, 0);
    }

    /** Frees the handle of a request that was given back. */
    private Found forget(ToRank.Act act) throws NixlCallException {
        long request = request(act);
        agent(act).requests.remove(act.subject());
        agent(act).given.remove(act.subject());
        return call(NixlFunction.DESTROY_XFER_REQ, () -> agent(act).nixl.forget(request));
    }

    private static Found releaseLists(Agent agent) throws NixlCallException {
        for (Lists lists : agent.lists.values()) {
            agent.nixl.releasePrepared(lists.local());
            agent.nixl.releasePrepared(lists.remote());
        }
        agent.lists.clear();
        return Found.answer(NixlFunction.RELEASE_XFER_DLIST_HANDLE, 0);
    }

    private Found destroy(String name) throws NixlCallException {
        Agent agent = Objects.requireNonNull(agents.remove(name), () -> "no agent " + name);
        agent.nixl.destroy();
        agent.drive.close();
        return Found.answer(NixlFunction.DESTROY_AGENT, 0);
    }

    /** What a trial left, in the order of a serving engine; what fails of it says nothing any more. */
    private Found end() throws NixlCallException {
        Found last = counted();
        for (String name : List.copyOf(agents.keySet())) {
            Agent agent = Objects.requireNonNull(agents.get(name));
            for (Map.Entry<String, Long> request : agent.requests.entrySet()) {
                if (agent.given.contains(request.getKey()) || agent.nixl.give(request.getValue()) == 0) {
                    agent.nixl.forget(request.getValue());
                }
            }
            releaseLists(agent);
            if (agent.registered) {
                agent.nixl.deregister();
            }
            last = destroy(name);
        }
        return last;
    }

    /** Until a notification is there that was not told yet, for so many milliseconds at most. Counts them. */
    private static Found hear(Agent agent, long millis) {
        long deadline = System.nanoTime() + millis * 1_000_000;
        int status = agent.drive.linger(POLL_NANOS);
        while (status == 0 && agent.drive.strays().size() <= agent.heard && System.nanoTime() < deadline) {
            status = agent.drive.linger(POLL_NANOS);
        }
        List<Drive.Notice> all = agent.drive.strays();
        List<Drive.Notice> fresh = all.subList(Math.min(agent.heard, all.size()), all.size());
        agent.heard = all.size();
        return new Found(
                NixlFunction.GET_NOTIFS,
                status,
                List.of((long) fresh.size()),
                String.join(", ", fresh.stream().map(Drive.Notice::text).toList()),
                new byte[0]);
    }

    /** Another thread that makes an agent known, as the one for handshakes does in vLLM. */
    private static final class Joining {
        private final Thread thread;
        private volatile int status;

        private Joining(Call work, long afterMillis) {
            thread = new Thread(
                    () -> {
                        sleep(afterMillis * 1_000_000);
                        try {
                            work.make();
                        } catch (NixlCallException refused) {
                            status = refused.status();
                        }
                    },
                    "handshake");
            thread.setDaemon(true);
            thread.start();
        }
    }

    /** Loads and prepares on another thread, after so many milliseconds. */
    private Found join(ToRank.Act act) {
        joining = new Joining(
                () -> {
                    agent(act).nixl.loadRemote(act.metadata());
                    prepare(act);
                },
                act.number());
        return counted();
    }

    private Found joined(ToRank.Act act) {
        Joining now = Objects.requireNonNull(joining);
        try {
            now.thread.join(act.number());
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
        boolean over = !now.thread.isAlive();
        joining = null;
        return Found.answer(NixlFunction.PREP_XFER_DLIST, over ? now.status : NixlStatus.IN_PROGRESS.code());
    }

    /** New data at a source, poison at a destination. */
    private Found arm(int iteration) {
        CacheOracle cache =
                new CacheOracle(rank.open().arena(), rank.pairs(), rank.open().source());
        Generations generations = generations(iteration);
        try (RunList runs = cache.arming(generations);
                PlacedRuns there = rank.arena().place(rank.payload(), runs)) {
            there.fill();
        }
        if (placed != null && expected != null) {
            placed.close();
            expected.close();
        }
        armed = generations.data();
        expected = cache.afterwards(generations);
        placed = rank.arena().place(rank.payload(), expected);
        return counted(placed.landed());
    }

    private static Generations generations(int iteration) {
        return new Generations(iteration + 2, iteration + 1, iteration + 1);
    }

    /** Of the whole arena: runs that differ, and of them those that were never written. */
    private Found verify() {
        Payload.Verification found =
                Objects.requireNonNull(placed).verify(rank.open().locationLimit(), armed, LISTED);
        long unwritten = found.byClassification()[Payload.CLASSIFICATIONS.indexOf("POISON")];
        return counted(found.runsDiffering(), unwritten, found.bytesVerified());
    }

    /**
     * Looks at every byte of the arena, for so many milliseconds. Counts looks at which bytes had changed since the one before, when
     * the last such was in nanoseconds after the first look began, and slices that had landed at the first look and at the last.
     */
    private Found watch(long millis) {
        PlacedRuns there = Objects.requireNonNull(placed);
        long begun = System.nanoTime();
        long digest = rank.arena().digest();
        long landed = there.landed();
        long changes = 0;
        long latest = 0;
        while (System.nanoTime() - begun < millis * 1_000_000) {
            sleep(WATCH_NANOS);
            long next = rank.arena().digest();
            if (next != digest) {
                changes++;
                latest = System.nanoTime() - begun;
                digest = next;
            }
        }
        return counted(changes, latest, landed, there.landed());
    }

    private static void sleep(long nanos) {
        LockSupport.parkNanos(nanos);
    }
}
