package org.nixlconform.engine;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.nixlconform.cluster.Node;
import org.nixlconform.cluster.RankAssignment;
import org.nixlconform.engine.EngineStep.Armed;
import org.nixlconform.engine.EngineStep.Attempt;
import org.nixlconform.engine.EngineStep.ReferenceCopy;
import org.nixlconform.engine.EngineStep.TransferEnd;
import org.nixlconform.engine.EngineStep.Verification;
import org.nixlconform.engine.protocol.ArenaShape;
import org.nixlconform.engine.protocol.FromRank;
import org.nixlconform.engine.protocol.ToRank;
import org.nixlconform.environment.Environment;
import org.nixlconform.environment.EnvironmentPair;
import org.nixlconform.message.Finding;
import org.nixlconform.metadata.AgentMetadata;
import org.nixlconform.plan.Expectations;
import org.nixlconform.plan.Generations;
import org.nixlconform.plan.InvalidRequest;
import org.nixlconform.plan.Lifecycle;
import org.nixlconform.plan.MemoryKind;
import org.nixlconform.plan.Mutation;
import org.nixlconform.plan.NotificationStorm;
import org.nixlconform.plan.Operation;
import org.nixlconform.plan.PagedServing;
import org.nixlconform.plan.PeerEnd;
import org.nixlconform.plan.RankId;
import org.nixlconform.plan.Role;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.plan.Trial;
import org.nixlconform.plan.Workload;

/**
 * The prefill and decode engines of one case, alive: a process for each rank, asked step by step. Each step goes to all
 * ranks that it concerns at once and ends when all have answered, were lost, or are overdue.
 */
public final class EnginePair implements AutoCloseable {
    /** A step of the set-up may take three times what the case gives a transfer, within these bounds. */
    private static final Duration LONGEST_STEP = Duration.ofSeconds(90);

    private static final Duration SHORTEST_STEP = Duration.ofSeconds(10);
    /** For what a WRITE leaves to come after DONE. */
    private static final Duration LONGEST_LOOK = Duration.ofSeconds(1);

    private static final Duration LONGEST_SERVING = Duration.ofHours(12);

    private static final int REFERENCE_PASSES = 4;
    private static final int LISTED_DIFFERENCES = 200;
    /** Of each pair of ranks and kind of notification. */
    private static final int TIMES_KEPT = 500;

    private static final double SLOWEST_BYTES_PER_SECOND = 50e6;

    private final TransferPlan plan;
    private final EnvironmentPair environment;
    private final AgentSettings settings;
    private final RankRoster roster;
    private final RankSteps steps;
    private final PlanTranslation translation;
    private final Duration step;
    /** Where targets listen for the reference. */
    private final Map<RankId, ToRank.Stream> streams = new HashMap<>();

    private Optional<ServingDesk> desk = Optional.empty();
    /** As many iterations have, and trials after them. */
    private int generationsUsed;

    private EnginePair(TransferPlan plan, EnvironmentPair environment, AgentSettings settings, RankRoster roster) {
        this.plan = plan;
        this.environment = environment;
        this.settings = settings;
        this.roster = roster;
        this.steps = new RankSteps(roster, plan);
        this.translation = new PlanTranslation(plan, roster.assignment());
        this.step = step(plan);
        this.generationsUsed = plan.iterations();
    }

    /**
     * Starts the processes and waits until each says hello. NIXL is not loaded yet: what fails here is ours or the
     * node's.
     *
     * @param logFolder where each rank's standard error goes, as {@code <rank>.log}
     * @throws org.nixlconform.message.FindingException when a rank does not come up
     */
    public static EnginePair start(
            TransferPlan plan, RankAssignment assignment, EnvironmentPair environment, Path logFolder) {
        int cores = assignment.nodes().stream()
                .mapToInt(node -> node.facts().cores())
                .min()
                .orElse(1);
        int ranks = assignment.nodes().stream()
                .mapToInt(node -> assignment.ranksOn(node).size())
                .max()
                .orElse(1);
        AgentSettings settings = AgentSettings.of(
                environment.prefill().spec().agent(),
                plan.storm().flatMap(NotificationStorm::progressThread),
                ranks,
                cores);
        RankRoster roster = RankRoster.start(
                assignment,
                environment,
                logFolder,
                plan.workload().filter(Workload::isLasting).isPresent());
        return new EnginePair(plan, environment, settings, roster);
    }

    /** By when who has lost a peer must have noticed. */
    private Duration within() {
        return plan.expectations()
                .completion()
                .map(Expectations.Completion::within)
                .orElse(step);
    }

    private static Duration step(TransferPlan plan) {
        Duration wanted = plan.expectations()
                .completion()
                .map(completion -> completion.within().multipliedBy(3))
                .orElse(LONGEST_STEP);
        Duration atLeast = wanted.compareTo(SHORTEST_STEP) < 0 ? SHORTEST_STEP : wanted;
        return atLeast.compareTo(LONGEST_STEP) > 0 ? LONGEST_STEP : atLeast;
    }

    public AgentSettings settings() {
        return settings;
    }

    /** Of the library that the rank's agent is of, where the environment knows it. */
    public Optional<String> nixlVersion(RankId rank) {
        return environment.of(rank.role()).version();
    }

    /** Log lines of a warning's weight or more, so far. */
    public List<RankRoster.LogLine> logLines() {
        return roster.logLines();
    }

    /** What backends said so far of the way that blocks take. */
    public List<RankRoster.LogLine> pathLines() {
        return roster.pathLines();
    }

    /** Transports or providers that the environment names for the backend; none where it leaves the choice to it. */
    public Set<String> transports() {
        return environment.transports(plan.backend());
    }

    /** Arena, agent, backend, registration, metadata. */
    public EngineStep<EngineStep.Opened> open() {
        Map<RankId, ToRank> asks = new LinkedHashMap<>();
        plan.topology().ranks().forEach(rank -> asks.put(rank, openAsk(rank)));
        return open(asks);
    }

    private EngineStep<EngineStep.Opened> open(Map<RankId, ToRank> asks) {
        return perform("open", asks, step.plus(forBytes()), (rank, answer) -> {
            FromRank.Opened opened = (FromRank.Opened) answer;
            translation.opened(
                    rank,
                    roster.pidOf(rank),
                    opened.arenaAddresses(),
                    opened.metadata(),
                    opened.devices().isEmpty()
                            ? new byte[0]
                            : opened.devices().get(0).share());
            return inspected(rank, opened);
        });
    }

    private ToRank openAsk(RankId rank) {
        Environment own = environment.of(rank.role());
        return new ToRank.Open(
                own.library(roster.assignment().node(rank)).toString(),
                plan.blocks().seed(),
                plan.locationSpace().totalBytes(),
                settings.progressThread(),
                settings.threadSyncNumber(),
                settings.progressDelayMicroseconds(),
                settings.idleNanos(),
                plan.backend().name(),
                own.spec().backendParameters().getOrDefault(plan.backend().name(), Map.of()),
                translation.arena(rank),
                rank.role() == Role.PREFILL,
                translation.streamOrder(rank));
    }

    private EngineStep.Opened inspected(RankId rank, FromRank.Opened opened) {
        AgentMetadata metadata = AgentMetadata.read(opened.metadata());
        Set<Place> given = metadata.regions().stream()
                .map(region -> new Place(region.address(), region.lengthBytes()))
                .collect(Collectors.toSet());
        ArenaShape arena = translation.arena(rank);
        int found = 0;
        for (int region = 0; region < arena.regions(); region++) {
            long address = arena.regionAddress(opened.arenaAddresses(), region);
            found += given.contains(new Place(address, arena.regionBytes(region))) ? 1 : 0;
        }
        return new EngineStep.Opened(
                opened.plugins(),
                metadata.withoutRegions(),
                arena.regions(),
                found,
                metadata.railsOfRegions(),
                opened.devices().stream().map(device -> gpu(rank, device)).toList());
    }

    private EngineStep.Gpu gpu(RankId rank, FromRank.Gpu device) {
        return new EngineStep.Gpu(
                roster.assignment().node(rank).name(),
                device.ordinal(),
                device.name(),
                device.busId(),
                device.uuid(),
                device.driver(),
                device.simulated());
    }

    private record Place(long address, long lengthBytes) {}

    /** Kills the rank that the plan ends, before its metadata is loaded. What comes after has the time of a transfer. */
    public EngineStep<Boolean> endPeer() {
        return steps.endPeer();
    }

    /** Metadata, in both directions. */
    public EngineStep<Boolean> connect() {
        return performDone("connect", rank -> new ToRank.Connect(translation.peers(rank)));
    }

    /** Descriptor lists of the whole cache, on the initiators. */
    public EngineStep<Boolean> prepare() {
        boolean write = plan.direction().operation() == Operation.WRITE;
        boolean wrongOwner = plan.mutation().equals(Optional.of(Mutation.WRONG_OWNER_BLOCK_COUNT));
        boolean wrongLength = plan.mutation().equals(Optional.of(Mutation.WRONG_BLOCK_LENGTH));
        boolean wrongState = plan.mutation().equals(Optional.of(Mutation.WRONG_STATE_OFFSET));
        return performDone(
                "prepare",
                rank -> new ToRank.Prepare(
                        translation.pairs(rank),
                        rank.role() == plan.direction().initiator(),
                        write,
                        wrongOwner,
                        wrongLength,
                        wrongState));
    }

    /** Requests that NIXL must refuse, on the initiators. */
    public EngineStep<List<Attempt>> tryInvalid(List<InvalidRequest> requests) {
        ToRank ask = new ToRank.TryInvalid(requests.stream().map(Enum::name).toList());
        return perform(
                "invalid",
                initiators(ask),
                step,
                (rank, answer) -> ((FromRank.Tried) answer)
                        .attempts().stream()
                                .map(attempt -> new Attempt(
                                        InvalidRequest.valueOf(attempt.request()),
                                        attempt.status(),
                                        attempt.statusName()))
                                .toList());
    }

    /** Targets let initiators on other nodes connect for the reference; nothing to do where all are on one. */
    public EngineStep<Boolean> listen() {
        Map<RankId, ToRank> asks = new LinkedHashMap<>();
        for (RankId rank : plan.topology().ranks()) {
            Node node = roster.assignment().node(rank);
            if (rank.role() != plan.direction().initiator()
                    && node.dataHost().isPresent()
                    && translation.peersOf(rank).stream()
                            .anyMatch(peer -> !roster.assignment().node(peer).equals(node))) {
                asks.put(rank, new ToRank.Listen(node.spec().dataAddress().orElse("")));
            }
        }
        return perform("listen", asks, step, (rank, answer) -> {
            FromRank.Listening listening = (FromRank.Listening) answer;
            roster.assignment()
                    .node(rank)
                    .dataHost()
                    .filter(host -> listening.port() > 0)
                    .ifPresent(host -> streams.put(rank, new ToRank.Stream(host, listening.port())));
            return true;
        });
    }

    /** As many bytes without NIXL, on all ranks that time it at the same time; none of one that has no way to a peer. */
    public EngineStep<ReferenceCopy> reference() {
        Map<RankId, ToRank> asks = new LinkedHashMap<>();
        for (RankId rank : plan.topology().ranks()) {
            if (rank.role() != plan.referenceRole() || translation.peersOf(rank).isEmpty()) {
                continue;
            }
            Node node = roster.assignment().node(rank);
            List<RankId> away = translation.peersOf(rank).stream()
                    .filter(peer -> !roster.assignment().node(peer).equals(node))
                    .toList();
            if (streams.keySet().containsAll(away)) {
                Map<String, ToRank.Stream> ways = new LinkedHashMap<>();
                away.forEach(peer -> ways.put(peer.label(), Objects.requireNonNull(streams.get(peer))));
                asks.put(rank, new ToRank.Reference(REFERENCE_PASSES, ways));
            }
        }
        return perform("reference", asks, step.plus(forBytes()), (rank, answer) -> {
            FromRank.Referenced copied = (FromRank.Referenced) answer;
            return new ReferenceCopy(copied.bytes(), copied.passNanos(), copied.errorNumber(), !streams.isEmpty());
        });
    }

    /** New data at the source, poison at the destination, requests made. */
    public EngineStep<Armed> arm(int iteration) {
        return arm(iteration, false);
    }

    /** The same, but that nothing is made or expected: what a storm begins with, after the last iteration. */
    public EngineStep<Armed> armForStorm() {
        return arm(plan.iterations(), true);
    }

    private EngineStep<Armed> arm(int iteration, boolean memoryAlone) {
        Map<RankId, ToRank> asks = new LinkedHashMap<>();
        for (RankId rank : plan.topology().ranks()) {
            asks.put(
                    rank,
                    new ToRank.Arm(
                            iteration,
                            Generations.generationOf(iteration),
                            Generations.olderGenerationOf(iteration),
                            Generations.poisonGenerationOf(iteration),
                            translation.movedPairs(rank, iteration),
                            memoryAlone));
        }
        return perform("arm", asks, step.plus(forBytes()), (rank, answer) -> {
            FromRank.Armed armed = (FromRank.Armed) answer;
            return new Armed(armed.slices(), armed.alreadyRight());
        });
    }

    /** Targets first, so that no initiator waits for one that does not poll yet. */
    public EngineStep<TransferEnd> transfer(int iteration, Expectations.Completion limits) {
        Map<RankId, ToRank> asks = new LinkedHashMap<>();
        ToRank ask = new ToRank.Transfer(iteration, List.of(), 0);
        plan.topology().ranks().stream()
                .filter(rank -> rank.role() != plan.direction().initiator())
                .forEach(rank -> asks.put(rank, ask));
        initiators(ask)
                .keySet()
                .forEach(rank -> asks.put(rank, new ToRank.Transfer(iteration, lookAt(rank), lookNanos(limits))));
        Optional<MidTransferEnd> end = plan.peerEnd()
                .filter(each -> each.moment() == PeerEnd.Moment.IN_FLIGHT && iteration == plan.iterations() - 1)
                .map(each -> new MidTransferEnd(roster, each.rank()));
        return steps.transfer(living(asks), limits, end);
    }

    private List<String> lookAt(RankId initiator) {
        return plan.direction().operation() == Operation.READ
                ? List.of()
                : translation.peersOf(initiator).stream()
                        .filter(target -> noLookBecause(initiator, target).isEmpty())
                        .map(RankId::label)
                        .toList();
    }

    /** Never so long that it alone makes a transfer late. */
    private static long lookNanos(Expectations.Completion limits) {
        return Math.min(
                LONGEST_LOOK.toNanos(),
                Math.min(limits.within().toNanos() / 4, limits.stall().toNanos() / 2));
    }

    /** Why the initiator of a WRITE does not look for its blocks in the target's memory at DONE; empty where it does. */
    public Optional<String> noLookBecause(RankId initiator, RankId target) {
        if (plan.expectations().throughput().isPresent()) {
            return Optional.of("the case measures throughput, which a look would disturb");
        }
        if (plan.memory() != MemoryKind.DRAM) {
            return Optional.of("blocks are in " + plan.memory().label());
        }
        Node node = roster.assignment().node(initiator);
        return roster.assignment().node(target).equals(node)
                ? Optional.empty()
                : Optional.of("initiator and target are on different nodes");
    }

    /** Every byte of every arena. */
    public EngineStep<Verification> verify(int iteration) {
        return perform(
                "verify",
                all(new ToRank.Verify(iteration, LISTED_DIFFERENCES)),
                step.plus(forBytes()),
                AnswerReading.verification());
    }

    /** Second agents of the prefill ranks, which end before requests are served: what is read from them fails. */
    public EngineStep<Boolean> openGone() {
        Map<RankId, ToRank> asks = all(new ToRank.OpenGone());
        asks.keySet().removeIf(rank -> rank.role() != Role.PREFILL);
        return perform("second agent", asks, step, (rank, answer) -> {
            translation.goneOpened(rank, ((FromRank.GoneOpened) answer).metadata());
            return true;
        });
    }

    /** Decode ranks know them as they know the others. */
    public EngineStep<Boolean> connectGone() {
        Map<RankId, ToRank> asks = new LinkedHashMap<>();
        plan.topology().ranks().stream()
                .filter(rank -> rank.role() == Role.DECODE)
                .forEach(rank -> asks.put(rank, new ToRank.Connect(translation.gonePeers(rank))));
        return perform("connect", asks, step, (rank, answer) -> answer instanceof FromRank.Done);
    }

    /**
     * Serves requests: ranks do it on their own, coordinated by a desk beside them.
     *
     * @return what each rank verified: every request, and the whole cache at the end; and what it held meanwhile
     */
    public EngineStep<EngineStep.Served> serve(PagedServing serving, Expectations.Completion limits) {
        ServingDesk opened = new ServingDesk(plan, roster);
        desk = Optional.of(opened);
        opened.open(serving);
        Map<RankId, ToRank> asks = new LinkedHashMap<>();
        plan.topology()
                .ranks()
                .forEach(rank -> asks.put(
                        rank,
                        opened.ask(rank, serving, translation.peersOf(rank).size(), LISTED_DIFFERENCES)));
        // A request has the time that the case gives a transfer; they come one after the other where none is beside.
        Duration all = limits.within()
                .multipliedBy(1 + serving.requests() / serving.inFlight())
                .plus(forBytes());
        return steps.serve(
                asks,
                new Expectations.Completion(
                        all.compareTo(LONGEST_SERVING) < 0 ? all : LONGEST_SERVING,
                        limits.stall().plus(forBytes()).plus(opened.connectedWithin())));
    }

    /** Makes one trial, with agents of its own. */
    public EngineStep.TrialEnd tryOut(Lifecycle workload, Trial trial, Expectations.Completion limits) {
        TrialSteps made = new TrialSteps(
                steps, new Engines(), workload, plan, new TrialSteps.Case(trial, generationsUsed, limits.within()));
        EngineStep.TrialEnd end = made.make();
        generationsUsed = made.generationsUsed();
        return end;
    }

    private final class Engines implements TrialSteps.Engines {
        @Override
        public void signal(RankId rank, String name) {
            roster.signal(rank, name);
        }

        /** As far as the others were when the case began its trials; they know the old one yet. */
        @Override
        public void replace(RankId rank) {
            roster.replace(rank);
            open(Map.of(rank, openAsk(rank)));
            for (ToRank ask : List.of(
                    new ToRank.Connect(translation.peers(rank)),
                    new ToRank.Prepare(translation.pairs(rank), false, false, false, false, false))) {
                perform("replace", Map.of(rank, ask), step, (other, answer) -> true);
            }
        }

        @Override
        public List<Long> addresses(RankId rank) {
            return translation.addresses(rank);
        }
    }

    /**
     * Many small transfers and notifications. Targets first, as for {@link #transfer}; what came before a target looks is kept by
     * NIXL.
     */
    public EngineStep<EngineStep.StormPart> storm(NotificationStorm storm, Expectations.Completion limits) {
        ToRank ask = new ToRank.Storm(
                new ToRank.StormShape(
                        plan.blocks().seed(),
                        storm.textBytes(),
                        storm.transfers(),
                        storm.standalone(),
                        storm.inFlight(),
                        storm.mostBlocks(),
                        Duration.ofMillis(storm.pollDelayMillis()).toNanos(),
                        storm.perSecond() == 0 ? 0 : Duration.ofSeconds(1).toNanos() / storm.perSecond(),
                        Duration.ofMillis(storm.targetPollMillis()).toNanos(),
                        Duration.ofMillis(storm.quietMillis()).toNanos(),
                        TIMES_KEPT),
                LISTED_DIFFERENCES);
        Map<RankId, ToRank> asks = new LinkedHashMap<>();
        plan.topology().ranks().stream()
                .sorted(Comparator.comparing(
                        rank -> rank.role() == plan.direction().initiator()))
                .forEach(rank -> asks.put(rank, ask));
        return steps.storm(asks, limits);
    }

    /** Whether times of both can be held against each other: they have one clock. */
    public boolean shareAClock(RankId one, RankId other) {
        return roster.assignment().node(one).equals(roster.assignment().node(other));
    }

    /** What became of the requests that {@link #serve} served, also where it did not end. */
    public EngineStep.Ledger ledger() {
        return desk.map(ServingDesk::ledger).orElse(new EngineStep.Ledger(Duration.ZERO, false, List.of(), List.of()));
    }

    /**
     * What network interfaces, on nodes whose interface for data is known, and RDMA devices carried by now; nothing from a
     * node that is silent.
     */
    public EngineStep.Counted counted() {
        return roster.counted();
    }

    /** Release, deregister, destroy, exit. */
    public EngineStep<Boolean> release() {
        return performDone("close", rank -> new ToRank.Close());
    }

    /**
     * Sends a signal to the process of one rank, from any thread, while a step goes on.
     *
     * @param name without SIG, such as {@code KILL}
     * @return whether the process was there to take it
     */
    public boolean signal(RankId rank, String name) {
        return roster.signal(rank, name);
    }

    /**
     * Ends whatever still runs. Never throws.
     *
     * @return what is left on the nodes, as findings
     */
    public List<Finding> end() {
        return roster.end();
    }

    @Override
    public void close() {
        end();
    }

    private EngineStep<Boolean> performDone(String name, Function<RankId, ToRank> ask) {
        Map<RankId, ToRank> asks = new LinkedHashMap<>();
        plan.topology().ranks().forEach(rank -> asks.put(rank, ask.apply(rank)));
        return perform(
                name, asks, steps.hasEnded() ? within() : step, (rank, answer) -> answer instanceof FromRank.Done);
    }

    private <T> EngineStep<T> perform(
            String name, Map<RankId, ToRank> asks, Duration deadline, AnswerReading<T> reading) {
        return steps.perform(name, living(asks), deadline, reading);
    }

    private Map<RankId, ToRank> living(Map<RankId, ToRank> asks) {
        Map<RankId, ToRank> living = new LinkedHashMap<>(asks);
        plan.peerEnd().filter(end -> steps.hasEnded()).ifPresent(end -> living.remove(end.rank()));
        return living;
    }

    private Map<RankId, ToRank> all(ToRank ask) {
        Map<RankId, ToRank> asks = new LinkedHashMap<>();
        plan.topology().ranks().forEach(rank -> asks.put(rank, ask));
        return asks;
    }

    private Map<RankId, ToRank> initiators(ToRank ask) {
        Map<RankId, ToRank> asks = new HashMap<>(all(ask));
        asks.keySet().removeIf(rank -> rank.role() != plan.direction().initiator());
        return asks;
    }

    /** Large caches take their time to fill and to verify, also on a busy machine. */
    private Duration forBytes() {
        List<RankId> ranks = new ArrayList<>(plan.topology().ranks());
        return Duration.ofSeconds((long) (plan.memoryNeedBytes(ranks) / SLOWEST_BYTES_PER_SECOND / 4));
    }
}
