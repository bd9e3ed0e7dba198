package org.nixlconform.engine.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.nixlconform.binding.Arena;
import org.nixlconform.binding.Device;
import org.nixlconform.binding.Drive;
import org.nixlconform.binding.Nixl;
import org.nixlconform.binding.NixlAgent;
import org.nixlconform.binding.NixlAgent.BlockRanges;
import org.nixlconform.binding.NixlCallException;
import org.nixlconform.binding.NixlFunction;
import org.nixlconform.binding.NixlStatus;
import org.nixlconform.binding.Payload;
import org.nixlconform.binding.PlacedRuns;
import org.nixlconform.binding.ProgressPage;
import org.nixlconform.binding.RunList;
import org.nixlconform.binding.Storm;
import org.nixlconform.binding.Visibility;
import org.nixlconform.engine.process.CacheOracle.Generations;
import org.nixlconform.engine.protocol.ArenaShape;
import org.nixlconform.engine.protocol.ArenaShape.DevicePlace;
import org.nixlconform.engine.protocol.FromDesk;
import org.nixlconform.engine.protocol.FromRank;
import org.nixlconform.engine.protocol.PairShape;
import org.nixlconform.engine.protocol.ServingShape;
import org.nixlconform.engine.protocol.ToRank;

/**
 * What one rank holds between steps: agent, arena, pairs, prepared lists, requests. {@link #perform} runs on the main
 * thread only; {@link #sample}, {@link #cancel}, {@link #fromDesk} and {@link #wake} on any.
 *
 * <p>It is longer than most classes because it is the whole call flow of a serving engine in order, one method a step.
 */
final class RankSession {
    private static final long LATE_NANOS = 3_000_000_000L;
    private static final long LATE_LOOK_NANOS = 20_000_000L;
    private static final int POISON = Payload.CLASSIFICATIONS.indexOf("POISON");

    private final String label;
    private final DeskLink.Relay relay;
    private final ProgressPage page = new ProgressPage();
    private final List<Prepared> prepared = new ArrayList<>();
    /** Of agents that are gone. */
    private final Map<String, Prepared> goneLists = new HashMap<>();

    private final Map<BlockRanges, Long> localLists = new HashMap<>();
    private final List<Made> made = new ArrayList<>();
    private final Object runsLock = new Object();
    private ToRank.@Nullable Open open;
    private @Nullable Nixl library;
    private @Nullable NixlAgent agent;
    private volatile @Nullable Drive drive;
    private @Nullable Arena arena;
    private @Nullable Payload payload;
    private ToRank.@Nullable Prepare plan;
    private List<Device> devices = List.of();
    private @Nullable StreamWork streamWork;
    private @Nullable TrialWork trialWork;
    private @Nullable CacheOracle oracle;
    private @Nullable RunList expected;
    private @Nullable PlacedRuns placed;
    private List<Drive.Notice> notices = List.of();
    private Generations generations = new Generations(1, 1, 1);
    private long slices;
    private long sliceBytes;
    private long landedAtEnd;
    private long endedNanos;
    private boolean complete;
    private boolean awaitsStorm;

    /** @param toDesk takes lines to a desk that cannot be connected to */
    RankSession(String label, Consumer<String> toDesk) {
        this.label = label;
        this.relay = new DeskLink.Relay(new LinkedBlockingQueue<>(), toDesk);
    }

    private record Made(Prepared prepared, long request, long makeNanos) {}

    FromRank perform(ToRank step, PhaseClock clock) throws NixlCallException {
        if (step instanceof ToRank.Open ask) {
            return open(ask, clock);
        } else if (step instanceof ToRank.OpenGone) {
            return openGone(clock);
        } else if (step instanceof ToRank.Connect ask) {
            return connect(ask, clock);
        } else if (step instanceof ToRank.Prepare ask) {
            return prepare(ask, clock);
        } else if (step instanceof ToRank.TryInvalid ask) {
            return tryInvalid(ask, clock);
        } else if (step instanceof ToRank.Listen ask) {
            return ReferenceCopies.listen(ask, clock);
        } else if (step instanceof ToRank.Reference ask) {
            return reference(ask, clock);
        } else if (step instanceof ToRank.Arm ask) {
            return arm(ask, clock);
        } else if (step instanceof ToRank.Transfer ask) {
            return transfer(ask, clock);
        } else if (step instanceof ToRank.Verify ask) {
            return verify(ask, clock);
        } else if (step instanceof ToRank.Serve ask) {
            return serve(ask, clock);
        } else if (step instanceof ToRank.Trial ask) {
            return trials().perform(ask, clock);
        } else if (step instanceof ToRank.Storm ask) {
            return storm(ask, clock);
        } else {
            return close(clock);
        }
    }

    private FromRank open(ToRank.Open ask, PhaseClock clock) throws NixlCallException {
        open = ask;
        ArenaShape shape = ask.arena();
        DevicePlace place = shape.place();
        if (place != null) {
            // First, as in serving engines: NIXL and UCX look for the context that is current.
            clock.enter("context");
            devices = place.ordinals().stream().map(Device::open).toList();
        }
        clock.enter("allocate");
        Arena memory = Arenas.allocate(shape, devices);
        arena = memory;
        Payload content = new Payload(ask.payloadSeed());
        payload = content;
        clock.enter("fill");
        fill(new CacheOracle(shape, List.of(), ask.source()).initial());
        streamWork = StreamWork.of(ask.streamOrder(), device(), memory, content);
        clock.enter("load");
        Nixl nixl = Nixl.load(ask.library(), page);
        library = nixl;
        clock.enter("agent");
        NixlAgent created = NixlAgent.create(
                nixl,
                label,
                new NixlAgent.Configuration(ask.progressThread(), ask.threadSync(), ask.progressDelayMicroseconds()));
        agent = created;
        clock.enter("backend");
        created.createBackend(ask.backend(), ask.backendParameters());
        clock.enter("register");
        created.register(PairDescriptors.regions(shape, memory.addresses()), PairDescriptors.memory(shape));
        if (place != null && place.is(DevicePlace.REMAPPED) && !ask.source()) {
            clock.enter("remap");
            devices.get(0).remap(memory);
            fill(new CacheOracle(shape, List.of(), false).initial());
        }
        clock.enter("metadata");
        byte[] metadata = created.metadata();
        drive = new Drive(created, page, ask.idleNanos());
        return new FromRank.Opened(
                memory.addresses(),
                metadata,
                MappedLibraries.pluginOf(ask.backend()),
                devices.stream().map(device -> gpu(device, shape)).toList(),
                clock.finish());
    }

    /** The first of those that hold the arena; null with host memory. */
    private @Nullable Device device() {
        return devices.isEmpty() ? null : devices.get(0);
    }

    private FromRank.Gpu gpu(Device device, ArenaShape shape) {
        Device.Facts facts = device.facts();
        return new FromRank.Gpu(
                device.ordinal(),
                facts.name(),
                facts.busId(),
                facts.uuid(),
                facts.driverVersion(),
                facts.capability(),
                Device.simulated(),
                DeviceCopies.share(device, shape, arena().address()));
    }

    private void fill(RunList content) {
        try (RunList runs = content;
                PlacedRuns there = arena().place(payload(), runs)) {
            there.fill();
        }
    }

    private FromRank openGone(PhaseClock clock) throws NixlCallException {
        clock.enter("second agent");
        return new FromRank.GoneOpened(trials().begin(ServingShape.GONE), clock.finish());
    }

    private FromRank connect(ToRank.Connect ask, PhaseClock clock) throws NixlCallException {
        clock.enter("connect");
        for (ToRank.Peer peer : ask.peers()) {
            String loaded = call(() -> agent().loadRemote(peer.metadata()));
            if (!loaded.equals(peer.label())) {
                return new FromRank.Misread(
                        "connect",
                        NixlFunction.LOAD_REMOTE_MD.symbol(),
                        "metadata of " + peer.label() + " were loaded as those of " + printable(loaded),
                        clock.finish());
            }
        }
        return new FromRank.Done(clock.finish());
    }

    private FromRank prepare(ToRank.Prepare ask, PhaseClock clock) throws NixlCallException {
        plan = ask;
        clock.enter("prepare");
        if (ask.initiator()) {
            for (PairShape pair : ask.pairs()) {
                if (pair.headCount() == 0) {
                    continue;
                }
                PairDescriptors descriptors = descriptors(pair);
                BlockRanges local = descriptors.local();
                Long list = localLists.get(local);
                if (list == null) {
                    list = call(() -> agent().prepare("", local));
                    localLists.put(local, list);
                }
                long remote = call(
                        () -> agent().prepare(pair.peer(), descriptors.remote(ask.wrongLength(), ask.wrongState())));
                prepared.add(new Prepared(descriptors, list, remote));
            }
        }
        return new FromRank.Done(clock.finish());
    }

    private PairDescriptors descriptors(PairShape pair) {
        return new PairDescriptors(opened().arena(), arena().addresses(), pair);
    }

    private FromRank tryInvalid(ToRank.TryInvalid ask, PhaseClock clock) throws NixlCallException {
        clock.enter("invalid");
        InvalidRequests invalid = new InvalidRequests(agent());
        List<FromRank.Attempt> attempts = new ArrayList<>();
        for (Prepared pair : prepared) {
            for (String request : ask.requests()) {
                int status =
                        invalid.attempt(request, planned().write(), pair.descriptors(), pair.local(), pair.remote());
                attempts.add(new FromRank.Attempt(request, status, NixlStatus.nameOf(status)));
            }
        }
        return new FromRank.Tried(attempts, clock.finish());
    }

    private FromRank reference(ToRank.Reference ask, PhaseClock clock) {
        List<ReferenceCopies.Pair> pairs = planned().pairs().stream()
                .map(pair -> new ReferenceCopies.Pair(pair, descriptors(pair).copyRanges(Integer.MAX_VALUE)))
                .toList();
        Device device = device();
        DeviceCopies onDevices = device == null ? null : new DeviceCopies(device, opened().arena(), arena().address());
        return new ReferenceCopies(onDevices).copy(ask, pairs, opened().source(), clock);
    }

    private FromRank arm(ToRank.Arm ask, PhaseClock clock) throws NixlCallException {
        CacheOracle cache = oracle(ask.movedPairs());
        generations = new Generations(ask.dataGeneration(), ask.olderGeneration(), ask.poisonGeneration());
        clock.enter("arm");
        StreamWork work = streamWork;
        if (work != null) {
            work.beforeFill(cache);
        }
        if (work == null || !work.fills()) {
            fill(cache.arming(generations));
        }
        expect(cache.afterwards(generations));
        long alreadyRight = landed();
        awaitsStorm = ask.memoryAlone();
        if (awaitsStorm) {
            return new FromRank.Armed(slices, alreadyRight, clock.finish());
        }
        notices = expectedNotices(ask.iteration());
        drive().expect(notices);
        List<Prepared> moving =
                prepared.stream().filter(each -> each.pair().moves()).toList();
        page.reset(moving.size(), notices.size());
        clock.enter("make");
        for (Prepared pair : moving) {
            made.add(make(pair, noticeText(ask.iteration(), label, pair.pair().peer())));
        }
        if (work != null) {
            clock.enter("queue");
            work.beforeTransfer(cache, generations, present(expected, "arm"));
        }
        return new FromRank.Armed(slices, alreadyRight, clock.finish());
    }

    /** @param moved pairs with other blocks than those of the last request, null where they are the same */
    private CacheOracle oracle(@Nullable List<PairShape> moved) {
        CacheOracle before = oracle;
        CacheOracle now;
        if (moved == null || before == null) {
            now = new CacheOracle(opened().arena(), planned().pairs(), opened().source());
        } else {
            now = before.then(moved, generations);
            plan = planned().with(moved);
            List<PairShape> read =
                    moved.stream().filter(pair -> pair.headCount() > 0).toList();
            for (int i = 0; i < prepared.size(); i++) {
                prepared.set(i, prepared.get(i).with(read.get(i)));
            }
        }
        oracle = now;
        return now;
    }

    private void expect(RunList runs) {
        long count = 0;
        long bytes = 0;
        for (int i = 0; i < runs.size(); i++) {
            RunList.Run run = runs.get(i);
            count += run.selected() ? 1 : 0;
            bytes += run.selected() ? run.length() : 0;
        }
        synchronized (runsLock) {
            if (placed != null && expected != null) {
                placed.close();
                expected.close();
            }
            expected = runs;
            placed = arena().place(payload(), runs);
            slices = count;
            sliceBytes = bytes;
        }
    }

    /** @param notice bound to it, null for none */
    private Made make(Prepared pair, @Nullable String notice) throws NixlCallException {
        long begun = System.nanoTime();
        long request = call(() -> agent().make(
                        planned().write(),
                        pair.local(),
                        pair.descriptors().localIndices(),
                        pair.remote(),
                        pair.descriptors().remoteIndices(planned().wrongOwner()),
                        notice == null ? null : notice.getBytes(StandardCharsets.UTF_8)));
        return new Made(pair, request, System.nanoTime() - begun);
    }

    /** Both ends derive the text: it is unique for each request of a run. */
    private static String noticeText(int iteration, String initiator, String target) {
        return "request " + iteration + ":" + initiator + ":" + target;
    }

    private List<Drive.Notice> expectedNotices(int iteration) {
        if (planned().initiator()) {
            return List.of();
        }
        return planned().pairs().stream()
                .map(pair -> new Drive.Notice(pair.peer(), noticeText(iteration, pair.peer(), label)))
                .toList();
    }

    private <T> T call(StreamWork.Call<T> call) throws NixlCallException {
        StreamWork work = streamWork;
        return work == null ? call.make() : work.call(call);
    }

    /** Before the transfer that is judged: what it posts is what the other side waits for. */
    private void repeat(StreamWork work) throws NixlCallException {
        if (work.repeats() == 0 || !planned().initiator()) {
            return;
        }
        List<Long> requests = new ArrayList<>();
        for (Prepared pair : prepared) {
            requests.add(make(pair, null).request());
        }
        work.repeat(drive(), requests.stream().mapToLong(Long::longValue).toArray());
        for (long request : requests) {
            agent().release(request);
        }
        page.postAnew();
    }

    private FromRank transfer(ToRank.Transfer ask, PhaseClock clock) throws NixlCallException {
        RailCounters before = RailCounters.read();
        StreamWork work = streamWork;
        Drive.Result result;
        List<FromRank.RequestEnd> ends = new ArrayList<>();
        if (work != null) {
            clock.enter("repeat");
            repeat(work);
        }
        try (Visibility visible = visibility(ask)) {
            clock.enter("transfer");
            long[] requests = made.stream().mapToLong(Made::request).toArray();
            if (work != null) {
                work.atBegin();
            }
            tell(ask.iteration());
            result = call(() -> drive().run(requests, visible));
            if (work != null) {
                work.atEnd(present(placed, "arm"));
            }
            // What is there at this moment is what a serving engine would read.
            landedAtEnd = landed();
            endedNanos = System.nanoTime();
            clock.end();
            for (int i = 0; i < made.size(); i++) {
                ends.add(end(made.get(i), result.outcomes().get(i), visible.seen(i)));
            }
        }
        ProgressPage.Sample sample = page.sample();
        boolean over = sample.done() + sample.failed() == sample.requests() && sample.received() == sample.expected();
        // What a failed request did not bring is not late.
        complete = over && sample.failed() == 0;
        return new FromRank.Transferred(
                ends,
                result.status(),
                !over,
                RailCounters.read().since(before),
                work == null ? null : work.settle(present(placed, "arm")),
                clock.finish());
    }

    /** Those that nothing is read from: what a request owes them is a notification of its own. */
    private void tell(int iteration) throws NixlCallException {
        if (!planned().initiator()) {
            return;
        }
        for (PairShape pair : planned().pairs()) {
            if (!pair.moves()) {
                byte[] text = noticeText(iteration, label, pair.peer()).getBytes(StandardCharsets.UTF_8);
                call(() -> {
                    agent().notify(pair.peer(), text);
                    return text;
                });
            }
        }
    }

    private Visibility visibility(ToRank.Transfer ask) {
        return new Visibility(
                made.stream()
                        .map(each -> new Visibility.Watch(
                                each.prepared().pair().peerPid(),
                                ask.lookAt().contains(each.prepared().pair().peer())
                                        ? each.prepared().descriptors().copyRanges(Visibility.MOST_RANGES)
                                        : List.of()))
                        .toList(),
                ask.lookNanos());
    }

    private FromRank.RequestEnd end(Made request, Drive.Outcome outcome, Visibility.Seen seen) {
        PairDescriptors descriptors = request.prepared().descriptors();
        int[] indices = descriptors.localIndices();
        long telemetryBytes = -1;
        long telemetryDescriptors = -1;
        if (outcome.status() == 0) {
            try {
                NixlAgent.Telemetry telemetry = agent().telemetry(request.request());
                telemetryBytes = telemetry.bytes();
                telemetryDescriptors = telemetry.descriptors();
            } catch (NixlCallException none) {
                // Telemetry is optional: a release or a backend may have none.
            }
        }
        return new FromRank.RequestEnd(
                request.prepared().pair().peer(),
                descriptors.bytes(indices),
                indices.length,
                outcome.status(),
                NixlStatus.nameOf(outcome.status()),
                outcome.failedCall(),
                request.makeNanos(),
                outcome.postNanos(),
                outcome.totalNanos(),
                telemetryBytes,
                telemetryDescriptors,
                new FromRank.AtDone(
                        seen.looked(), seen.hidden(), seen.missing(), seen.latestNanos(), seen.errorNumber()));
    }

    private FromRank verify(ToRank.Verify ask, PhaseClock clock) throws NixlCallException {
        clock.enter("verify");
        RunList runs = present(expected, "arm");
        Payload.Verification found = compare(ask.listed());
        long late = 0;
        long lateNanos = 0;
        if (complete && landedAtEnd < slices) {
            if (found.byClassification()[POISON] > 0) {
                awaitLate();
                found = compare(ask.listed());
            }
            late = Math.max(0, landed() - landedAtEnd);
            lateNanos = late == 0 ? 0 : System.nanoTime() - endedNanos;
        }
        clock.enter("release");
        for (Made request : made) {
            agent().release(request.request());
        }
        made.clear();
        clock.end();
        int[] received = drive().received();
        List<FromRank.NoticeCount> counts = new ArrayList<>();
        for (int i = 0; i < notices.size(); i++) {
            counts.add(new FromRank.NoticeCount(
                    notices.get(i).sender(), notices.get(i).text(), received[i]));
        }
        return new FromRank.Verified(
                !opened().source(),
                found.bytesVerified(),
                slices,
                sliceBytes,
                late,
                lateNanos,
                found.runsDiffering(),
                found.byClassification(),
                found.differences().stream().map(each -> difference(runs, each)).toList(),
                counts,
                drive().strays().stream()
                        .map(stray -> new FromRank.Stray(stray.sender(), printable(stray.text())))
                        .toList(),
                clock.finish());
    }

    private Payload.Verification compare(int listed) {
        return present(placed, "arm").verify(opened().locationLimit(), generations.data(), listed);
    }

    /** Slices that were never written may still be under way: that is another failure than one that loses them. */
    private void awaitLate() {
        long deadline = System.nanoTime() + LATE_NANOS;
        while (landed() < slices && System.nanoTime() < deadline) {
            drive().rearm();
            drive().linger(LATE_LOOK_NANOS);
        }
    }

    static FromRank.Difference difference(RunList runs, Payload.Difference found) {
        RunList.Run run = runs.get(Math.toIntExact(found.run()));
        return new FromRank.Difference(
                Payload.CLASSIFICATIONS.get(found.classification()),
                run.offset(),
                run.length(),
                found.firstOffset(),
                found.differingBytes(),
                run.location() + found.firstOffset() - run.offset(),
                run.kind(),
                run.generation(),
                Long.toHexString(found.expectedWord()),
                Long.toHexString(found.foundWord()),
                found.foundKind(),
                found.foundLocation(),
                found.foundGeneration(),
                found.secondKind(),
                found.secondLocation(),
                found.secondGeneration(),
                found.shift(),
                found.boundaryOffset(),
                found.bitDistance());
    }

    static String printable(String text) {
        StringBuilder shown = new StringBuilder();
        for (char each : text.toCharArray()) {
            shown.append(each >= ' ' && each < 127 ? String.valueOf(each) : String.format("\\x%02x", (int) each));
        }
        return shown.toString();
    }

    private FromRank serve(ToRank.Serve ask, PhaseClock clock) throws NixlCallException {
        boolean source = opened().source();
        ServedCache cache = new ServedCache(opened().arena(), source);
        ServingWork.Findings found = new ServingWork.Findings(
                runs -> arena().place(payload(), runs), opened().locationLimit(), ask.listed());
        clock.enter("arm");
        found.fill(cache.initial());
        page.reset(0, 0);
        if (ask.serving().failPercent() > 0) {
            clock.enter("second agent");
            if (source) {
                trials().leave(ServingShape.GONE);
            } else {
                prepareGone();
            }
        }
        clock.enter("serve");
        List<FromRank.Stray> strays;
        List<FromRank.Stray> again;
        List<FromRank.Resources> held;
        try (DeskLink desk = new DeskLink(ask, label, relay);
                ServingWork work = new ServingWork(server(ask.serving()), desk, ask.slots(), cache, found);
                ResourceWatch resources = new ResourceWatch(work::repeats)) {
            work.run();
            resources.close();
            held = resources.samples();
            strays = work.strays();
            again = work.again();
        } catch (IOException unreachable) {
            throw new UncheckedIOException("the desk at " + ask.host() + " port " + ask.port(), unreachable);
        }
        clock.enter("verify");
        found.compare(cache.whole());
        List<FromRank.Phase> phases = clock.finish();
        return new FromRank.Served(found.answer(source, strays), again, held, phases);
    }

    private FromRank storm(ToRank.Storm ask, PhaseClock clock) throws NixlCallException {
        StormWork work = new StormWork(opened(), planned(), prepared, label);
        clock.enter("storm");
        try (ResourceWatch resources = new ResourceWatch(this::repeats);
                Storm storm = work.open(agent(), page, ask.shape())) {
            awaitsStorm = false;
            int status = planned().initiator() ? storm.send() : storm.collect();
            resources.close();
            clock.enter("verify");
            Payload.Verification found = compare(ask.listed());
            RunList runs = present(expected, "arm");
            FromRank.Verified verified = new FromRank.Verified(
                    !opened().source(),
                    found.bytesVerified(),
                    slices,
                    sliceBytes,
                    0,
                    0,
                    found.runsDiffering(),
                    found.byClassification(),
                    found.differences().stream()
                            .map(each -> difference(runs, each))
                            .toList(),
                    List.of(),
                    List.of(),
                    List.of());
            return new FromRank.Stormed(
                    verified,
                    status,
                    work.pairs(storm),
                    work.oddities(storm),
                    storm.strangers(),
                    resources.samples(),
                    clock.finish());
        }
    }

    /** Before serving begins, as for peers that are there: what is prepared says nothing of whether they are. */
    private void prepareGone() throws NixlCallException {
        for (Prepared each : prepared) {
            PairDescriptors descriptors = each.descriptors();
            long remote = agent().prepare(ServingShape.goneOf(each.pair().peer()), descriptors.remote());
            goneLists.put(each.pair().peer(), new Prepared(descriptors, each.local(), remote));
        }
    }

    private long repeats() {
        ProgressPage.Sample sample = page.sample();
        return (long) sample.done() + sample.received();
    }

    private ServingWork.Rank server(ServingShape shape) {
        Map<String, Prepared> lists = new HashMap<>();
        prepared.forEach(each -> lists.put(each.pair().peer(), each));
        return new ServingWork.Rank(
                label,
                shape,
                opened().source(),
                planned().write(),
                agent(),
                page,
                planned().pairs(),
                lists,
                goneLists,
                opened().idleNanos());
    }

    private TrialWork trials() {
        TrialWork work = trialWork;
        if (work == null) {
            work = new TrialWork(new TrialWork.Rank(
                    label,
                    opened(),
                    present(library, "open"),
                    arena(),
                    payload(),
                    planned().pairs()));
            trialWork = work;
        }
        return work;
    }

    private FromRank close(PhaseClock clock) throws NixlCallException {
        clock.enter("close");
        if (streamWork != null) {
            streamWork.close();
        }
        if (agent != null && drive != null) {
            for (Prepared pair : prepared) {
                agent().releasePrepared(pair.remote());
            }
            for (Prepared pair : goneLists.values()) {
                agent().releasePrepared(pair.remote());
            }
            for (long list : localLists.values()) {
                agent().releasePrepared(list);
            }
            for (PairShape pair : plan == null ? List.<PairShape>of() : plan.pairs()) {
                agent().invalidate(pair.peer());
            }
            agent().deregister();
            agent().destroy();
        }
        return new FromRank.Done(clock.finish());
    }

    FromRank.Sampled sample() {
        ProgressPage.Sample sample = page.sample();
        Drive loops = drive;
        ProgressPage.Sample inside = sample.call().isEmpty() && loops != null ? loops.lingering() : sample;
        long total;
        long arrived;
        synchronized (runsLock) {
            total = slices;
            arrived = landed();
        }
        return new FromRank.Sampled(
                inside.call(),
                inside.callNanos(),
                sample.sinceChangeNanos(),
                sample.requests(),
                sample.posted(),
                sample.done(),
                sample.failed(),
                sample.expected(),
                sample.received(),
                total,
                arrived);
    }

    /** From a desk that cannot be connected to; on any thread. */
    void fromDesk(FromDesk ask) {
        relay.asks().add(ask);
    }

    void cancel() {
        page.stop(true);
    }

    void wake() {
        Drive loops = drive;
        if (loops != null) {
            loops.wake();
        }
    }

    void rearm() {
        Drive loops = drive;
        if (loops != null) {
            loops.rearm();
        }
    }

    /** Polls while idle. @return false when there is nothing to poll, or polling fails */
    boolean linger() {
        Drive loops = drive;
        // What comes before a storm begins here is the storm's: it stays where NIXL has it.
        if (loops == null || awaitsStorm) {
            return false;
        }
        int status = loops.linger();
        if (status < 0) {
            System.err.println("nixlconform engine: polling while idle returned " + status + " ("
                    + NixlStatus.nameOf(status) + ")");
        }
        return status == 0;
    }

    private long landed() {
        synchronized (runsLock) {
            return placed == null ? 0 : placed.landed();
        }
    }

    private ToRank.Open opened() {
        return present(open, "open");
    }

    private ToRank.Prepare planned() {
        return present(plan, "prepare");
    }

    private NixlAgent agent() {
        return present(agent, "open");
    }

    private Drive drive() {
        return present(drive, "open");
    }

    private Arena arena() {
        return present(arena, "open");
    }

    private Payload payload() {
        return present(payload, "open");
    }

    private static <T> T present(@Nullable T value, String step) {
        if (value == null) {
            throw new IllegalStateException("the step '" + step + "' must come first");
        }
        return value;
    }
}
