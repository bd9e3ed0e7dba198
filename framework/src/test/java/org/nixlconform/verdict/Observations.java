package org.nixlconform.verdict;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.nixlconform.engine.ServedRequest;
import org.nixlconform.metadata.AgentMetadata;
import org.nixlconform.plan.NotificationStorm;
import org.nixlconform.plan.Operation;
import org.nixlconform.plan.PagedServing;
import org.nixlconform.plan.Pairing;
import org.nixlconform.plan.PlanDraft;
import org.nixlconform.plan.Planned;
import org.nixlconform.plan.RankId;
import org.nixlconform.plan.Role;
import org.nixlconform.plan.Topology;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.AtDone;
import org.nixlconform.transfer.GivenMetadata;
import org.nixlconform.transfer.PathObservation;
import org.nixlconform.transfer.PathObservation.Carried;
import org.nixlconform.transfer.PathObservation.Gpu;
import org.nixlconform.transfer.PathObservation.Links;
import org.nixlconform.transfer.PathObservation.RailUse;
import org.nixlconform.transfer.PathObservation.RdmaDevice;
import org.nixlconform.transfer.PathObservation.Transport;
import org.nixlconform.transfer.ResourceUse;
import org.nixlconform.transfer.StormObservation;
import org.nixlconform.transfer.TransferObservation;
import org.nixlconform.transfer.TransferObservation.AgentSettings;
import org.nixlconform.transfer.TransferObservation.CallFailure;
import org.nixlconform.transfer.TransferObservation.Difference;
import org.nixlconform.transfer.TransferObservation.DifferenceKind;
import org.nixlconform.transfer.TransferObservation.EngineLoss;
import org.nixlconform.transfer.TransferObservation.Figure;
import org.nixlconform.transfer.TransferObservation.Host;
import org.nixlconform.transfer.TransferObservation.Integrity;
import org.nixlconform.transfer.TransferObservation.InvalidRequestOutcome;
import org.nixlconform.transfer.TransferObservation.Iteration;
import org.nixlconform.transfer.TransferObservation.LogLine;
import org.nixlconform.transfer.TransferObservation.NotificationCount;
import org.nixlconform.transfer.TransferObservation.PhaseTime;
import org.nixlconform.transfer.TransferObservation.Progress;
import org.nixlconform.transfer.TransferObservation.RankTransferOutcome;
import org.nixlconform.transfer.TransferObservation.Recorded;
import org.nixlconform.transfer.TransferObservation.Reference;
import org.nixlconform.transfer.TransferObservation.Serving;
import org.nixlconform.transfer.TransferObservation.StreamWork;
import org.nixlconform.transfer.TransferObservation.Timeout;
import org.nixlconform.transfer.TrialOutcome;

/** Observations of a plan: a clean run, and one fault at a time planted into it. */
public final class Observations {
    public static final RankId PREFILL_0 = new RankId(Role.PREFILL, 0, 0);
    public static final RankId PREFILL_1 = new RankId(Role.PREFILL, 0, 1);
    public static final RankId DECODE_0 = new RankId(Role.DECODE, 0, 0);
    public static final RankId DECODE_1 = new RankId(Role.DECODE, 0, 1);

    /** Of every transfer of a clean run. */
    static final Duration TOTAL = Duration.ofMillis(10);

    static final long SLICES = 16_384;

    private AgentSettings settings = new AgentSettings(true, "as vLLM does", "NONE", false);
    private Host host = new Host("node-1", 8, 4);
    private final List<CallFailure> failures = new ArrayList<>();
    private final List<EngineLoss> losses = new ArrayList<>();
    private final List<Timeout> timeouts = new ArrayList<>();
    private List<InvalidRequestOutcome> invalidRequests = new ArrayList<>();
    private Optional<Reference> reference;
    private List<Iteration> iterations = new ArrayList<>();
    private List<TrialOutcome> trials = List.of();
    private Optional<Serving> serving = Optional.empty();
    private Optional<StormObservation> storm = Optional.empty();
    private List<ResourceUse> resources = List.of();
    private final List<GivenMetadata> metadata = new ArrayList<>();
    private final List<PhaseTime> phases = new ArrayList<>();
    private final List<LogLine> logLines = new ArrayList<>();
    private PathObservation path = PathObservation.NONE;
    private Optional<Recorded> recorded = Optional.empty();

    private Observations(TransferPlan plan) {
        PlannedTransfers planned = PlannedTransfers.of(plan);
        reference = Optional.of(new Reference(
                "process_vm_readv",
                planned.initiators().stream()
                        .collect(Collectors.toMap(rank -> rank, rank -> bytesPerSecond(planned, rank))),
                0,
                0));
        for (int index = 0; index < plan.iterations(); index++) {
            iterations.add(cleanIteration(planned.in(plan, index), index));
        }
        serving = plan.serving().map(served -> cleanServing(plan, planned, served));
        storm = plan.storm().map(each -> cleanStorm(plan, planned, each));
        plan.invalidRequests()
                .forEach(request -> planned.initiators()
                        .forEach(rank ->
                                invalidRequests.add(new InvalidRequestOutcome(rank, request, -1, "INVALID_PARAM"))));
    }

    /** {@code 1P-TP2 -> 1D-TP2}, decode READ, 2 iterations, integrity and completion expected. */
    public static TransferPlan plan() {
        return plan(draft -> draft);
    }

    /** The same, changed. */
    public static TransferPlan plan(UnaryOperator<PlanDraft> change) {
        return planWithout(draft ->
                change.apply(draft.expectIntegrity().expectCompletion(Duration.ofSeconds(30), Duration.ofSeconds(5))));
    }

    /** The same without any expectation but those that the change adds. */
    static TransferPlan planWithout(UnaryOperator<PlanDraft> change) {
        PlanDraft draft = PlanDraft.at("Observations")
                .topology(new Topology(1, 2, 1, 2, Pairing.MESH))
                .iterations(2);
        Planned planned = change.apply(draft).plan();
        if (planned instanceof Planned.Possible possible) {
            return possible.plan();
        }
        throw new IllegalArgumentException(planned.toString());
    }

    static TransferPlan writePlan() {
        return plan(draft -> draft.direction(Operation.WRITE, Role.PREFILL));
    }

    /** Everything as planned. Throughput is exactly the reference. */
    public static Observations clean(TransferPlan plan) {
        return new Observations(plan);
    }

    public TransferObservation seen() {
        return new TransferObservation(
                settings,
                host,
                metadata,
                phases,
                failures,
                losses,
                timeouts,
                invalidRequests,
                reference,
                iterations,
                serving,
                storm,
                resources,
                trials,
                logLines,
                path,
                recorded);
    }

    /** All regions are in it. */
    Observations given(RankId rank, AgentMetadata content) {
        return given(rank, content, 4);
    }

    /** Of its four regions so many are in it. */
    Observations given(RankId rank, AgentMetadata content, int regionsFound) {
        return given(rank, content, regionsFound, List.of());
    }

    /** Registered with these rails, region by region. */
    Observations given(RankId rank, AgentMetadata content, List<List<Integer>> railsOfRegions) {
        return given(rank, content, 4, railsOfRegions);
    }

    private Observations given(
            RankId rank, AgentMetadata content, int regionsFound, List<List<Integer>> railsOfRegions) {
        metadata.add(new GivenMetadata(
                rank,
                Optional.of("1.4.0"),
                List.of("/opt/nixl/plugins/libplugin_LIBFABRIC.so"),
                content,
                4,
                regionsFound,
                railsOfRegions));
        return this;
    }

    Observations tried(TrialOutcome... outcomes) {
        trials = List.of(outcomes);
        return this;
    }

    Observations phase(RankId rank, String phase) {
        phases.add(new PhaseTime(rank, phase, 0, Duration.ofMillis(1)));
        return this;
    }

    /** In GB/s. */
    Observations recorded(Optional<Figure> transfer, Optional<Figure> link) {
        recorded = Optional.of(new Recorded(transfer, link));
        return this;
    }

    Observations carried(Carried... each) {
        path = new PathObservation(
                List.of(each),
                path.rails(),
                path.devices(),
                path.transports(),
                path.gpus(),
                path.links(),
                path.asked());
        return this;
    }

    Observations rails(List<RailUse> each) {
        path = new PathObservation(
                path.interfaces(), each, path.devices(), path.transports(), path.gpus(), path.links(), path.asked());
        return this;
    }

    Observations devices(List<RdmaDevice> each) {
        path = new PathObservation(
                path.interfaces(), path.rails(), each, path.transports(), path.gpus(), path.links(), path.asked());
        return this;
    }

    /** As a rank's log has it. */
    Observations said(RankId rank, String line) {
        path = new PathObservation(
                path.interfaces(),
                path.rails(),
                path.devices(),
                Transport.in(rank, line),
                path.gpus(),
                path.links(),
                path.asked());
        return this;
    }

    static Gpu gpu(RankId rank, int ordinal, boolean simulated) {
        return new Gpu(
                rank,
                "node-1",
                ordinal,
                simulated ? "simulated GPU" : "NVIDIA H200",
                "0000:0" + ordinal + ":00.0",
                "GPU-" + ordinal,
                "13.0",
                simulated);
    }

    Observations gpus(Gpu... each) {
        path = new PathObservation(
                path.interfaces(),
                path.rails(),
                path.devices(),
                path.transports(),
                List.of(each),
                path.links(),
                path.asked());
        return this;
    }

    /** @param referenceBytes of all copies of the reference */
    Observations links(long referenceBytes, Links... each) {
        path = new PathObservation(
                path.interfaces(),
                path.rails(),
                path.devices(),
                path.transports(),
                path.gpus(),
                List.of(each),
                path.asked());
        reference = reference.map(own -> new Reference("copy engine", own.bytesPerSecond(), 0, referenceBytes));
        return this;
    }

    Observations asked(String... transports) {
        path = new PathObservation(
                path.interfaces(),
                path.rails(),
                path.devices(),
                path.transports(),
                path.gpus(),
                path.links(),
                Set.of(transports));
        return this;
    }

    Observations debugLogging() {
        settings = new AgentSettings(true, "as vLLM does", "NONE", true);
        return this;
    }

    Observations host(int cores, int ranks) {
        host = new Host("node-1", cores, ranks);
        return this;
    }

    Observations reference(Map<RankId, Double> bytesPerSecond) {
        reference = Optional.of(new Reference("process_vm_readv", bytesPerSecond, 0, 0));
        return this;
    }

    /** The same between nodes, with so many bytes on the data interfaces. */
    Observations referenceBetweenNodes(long bytes) {
        reference = reference.map(own -> new Reference("TCP streams", own.bytesPerSecond(), bytes, 0));
        return this;
    }

    Observations noReference() {
        reference = Optional.empty();
        return this;
    }

    Observations failure(RankId rank, String phase, String call, int status, String statusName, String... log) {
        failures.add(new CallFailure(rank, phase, 0, call, status, statusName, List.of(log)));
        return this;
    }

    public Observations killed(RankId rank, String phase, String signal, String... log) {
        losses.add(new EngineLoss(rank, phase, Optional.of(signal), Optional.empty(), List.of(log)));
        return this;
    }

    Observations exited(RankId rank, String phase, Optional<Integer> exitCode) {
        losses.add(new EngineLoss(rank, phase, Optional.empty(), exitCode, List.of()));
        return this;
    }

    /** In iteration 0, after the 30 s of the plan, or after its 5 s without progress. */
    Observations timeout(
            RankId rank,
            String phase,
            boolean stalled,
            Optional<String> call,
            Optional<Progress> progress,
            String... log) {
        timeouts.add(new Timeout(
                rank, phase, 0, Duration.ofSeconds(stalled ? 5 : 30), stalled, call, progress, List.of(log)));
        return this;
    }

    Observations log(RankId rank, String level, String text) {
        logLines.add(new LogLine(rank, level, text));
        return this;
    }

    Observations invalidRequests(UnaryOperator<List<InvalidRequestOutcome>> change) {
        invalidRequests = change.apply(invalidRequests);
        return this;
    }

    public Observations iterations(UnaryOperator<List<Iteration>> change) {
        iterations = change.apply(iterations);
        return this;
    }

    /** Changes one request of the ledger; where the change gives nothing it is left out. */
    Observations request(int number, Function<ServedRequest, Optional<ServedRequest>> change) {
        return serving(old -> new Serving(
                old.took(),
                old.ledgerComplete(),
                old.integrity(),
                old.requests().stream()
                        .flatMap(request ->
                                request.request() == number ? change.apply(request).stream() : Stream.of(request))
                        .toList(),
                old.strays(),
                old.again(),
                old.relayed()));
    }

    Observations serving(UnaryOperator<Serving> change) {
        serving = serving.map(change);
        return this;
    }

    Observations noServing() {
        serving = Optional.empty();
        return this;
    }

    /** Differences on one rank while it served, each kind with an example. */
    Observations differingWhileServing(RankId rank, Map<DifferenceKind, Long> countByKind) {
        return serving(old -> new Serving(
                old.took(),
                old.ledgerComplete(),
                old.integrity().stream()
                        .map(each -> each.rank().equals(rank) ? differing(each, countByKind) : each)
                        .toList(),
                old.requests(),
                old.strays(),
                old.again(),
                old.relayed()));
    }

    /** Changes the transfers of one iteration. */
    public Observations transfers(int index, UnaryOperator<RankTransferOutcome> change) {
        return iteration(
                index,
                old -> new Iteration(
                        old.index(),
                        old.generation(),
                        old.transfers().stream().map(change).toList(),
                        old.notifications(),
                        old.integrity(),
                        old.streamWork()));
    }

    /** What was visible at the targets of all transfers of one iteration at DONE. */
    Observations atDone(int index, AtDone seen) {
        return transfers(
                index,
                old -> new RankTransferOutcome(
                        old.initiator(),
                        old.target(),
                        old.bytes(),
                        old.descriptors(),
                        old.status(),
                        old.make(),
                        old.post(),
                        old.total(),
                        old.telemetryBytes(),
                        old.telemetryDescriptors(),
                        Optional.of(seen)));
    }

    /** What one iteration saw of work on streams. */
    Observations streamWork(int index, StreamWork... seen) {
        return iteration(
                index,
                old -> new Iteration(
                        old.index(),
                        old.generation(),
                        old.transfers(),
                        old.notifications(),
                        old.integrity(),
                        List.of(seen)));
    }

    /** Replaces the list of transfers of one iteration. */
    public Observations transferList(int index, UnaryOperator<List<RankTransferOutcome>> change) {
        return iteration(
                index,
                old -> new Iteration(
                        old.index(),
                        old.generation(),
                        change.apply(old.transfers()),
                        old.notifications(),
                        old.integrity(),
                        old.streamWork()));
    }

    /** Replaces the list of notification counts of iteration 0. */
    Observations notifications(UnaryOperator<List<NotificationCount>> change) {
        return iteration(
                0,
                old -> new Iteration(
                        old.index(),
                        old.generation(),
                        old.transfers(),
                        change.apply(old.notifications()),
                        old.integrity(),
                        old.streamWork()));
    }

    /** Replaces what one rank's arena held after one iteration, where the change gives nothing it is left out. */
    Observations integrity(int index, RankId rank, Function<Integrity, Optional<Integrity>> change) {
        return iteration(
                index,
                old -> new Iteration(
                        old.index(),
                        old.generation(),
                        old.transfers(),
                        old.notifications(),
                        old.integrity().stream()
                                .flatMap(integrity -> integrity.rank().equals(rank)
                                        ? change.apply(integrity).stream()
                                        : Optional.of(integrity).stream())
                                .toList(),
                        old.streamWork()));
    }

    /** Differences on one rank after one iteration, each kind with an example. */
    public Observations differing(int index, RankId rank, Map<DifferenceKind, Long> countByKind) {
        return integrity(index, rank, old -> Optional.of(differing(old, countByKind)));
    }

    private static Integrity differing(Integrity old, Map<DifferenceKind, Long> countByKind) {
        return new Integrity(
                old.rank(),
                old.destination(),
                old.bytesVerified(),
                old.slicesSelected(),
                old.bytesSelected(),
                old.alreadyRight(),
                0,
                Duration.ZERO,
                countByKind.values().stream().mapToLong(Long::longValue).sum(),
                countByKind,
                countByKind.keySet().stream().map(Observations::example).toList());
    }

    /** Slices that were not there when a rank was told that its transfer is over. */
    Observations late(int index, RankId rank, long slices, Duration by) {
        return integrity(
                index,
                rank,
                old -> Optional.of(new Integrity(
                        rank,
                        old.destination(),
                        old.bytesVerified(),
                        old.slicesSelected(),
                        old.bytesSelected(),
                        old.alreadyRight(),
                        slices,
                        by,
                        old.runsDiffering(),
                        old.countByKind(),
                        old.differences())));
    }

    static Difference example(DifferenceKind kind) {
        return new Difference(
                kind,
                "layer 7, block 42, offset 0x1f00",
                0x1f00,
                4096,
                4096,
                "prefill-0-rank-1, layer 7, block 42, generation 5",
                "prefill-0-rank-0, layer 7, block 42, generation 5",
                kind == DifferenceKind.SHIFTED ? "shifted by 16 bytes" : "");
    }

    static RankTransferOutcome with(
            RankTransferOutcome old, RankId target, long bytes, long descriptors, int status, Duration total) {
        return new RankTransferOutcome(
                old.initiator(),
                target,
                bytes,
                descriptors,
                status,
                old.make(),
                old.post(),
                total,
                OptionalLong.of(bytes),
                old.telemetryDescriptors(),
                old.atDone());
    }

    public static RankTransferOutcome withTotal(RankTransferOutcome old, Duration total) {
        return with(old, old.target(), old.bytes(), old.descriptors(), old.status(), total);
    }

    public static RankTransferOutcome withStatus(RankTransferOutcome old, int status) {
        return with(old, old.target(), old.bytes(), old.descriptors(), status, old.total());
    }

    static RankTransferOutcome withTelemetry(RankTransferOutcome old, OptionalLong telemetryBytes) {
        return new RankTransferOutcome(
                old.initiator(),
                old.target(),
                old.bytes(),
                old.descriptors(),
                old.status(),
                old.make(),
                old.post(),
                old.total(),
                telemetryBytes,
                old.telemetryDescriptors(),
                old.atDone());
    }

    private Observations iteration(int index, UnaryOperator<Iteration> change) {
        iterations.set(index, change.apply(iterations.get(index)));
        return this;
    }

    private static double bytesPerSecond(PlannedTransfers planned, RankId initiator) {
        long bytes = planned.bytes().entrySet().stream()
                .filter(entry -> entry.getKey().initiator().equals(initiator))
                .mapToLong(Map.Entry::getValue)
                .sum();
        return bytes * (double) Duration.ofSeconds(1).toNanos() / TOTAL.toNanos();
    }

    private static Iteration cleanIteration(PlannedTransfers planned, int index) {
        List<RankTransferOutcome> transfers = new ArrayList<>();
        List<NotificationCount> notifications = new ArrayList<>();
        planned.bytes().forEach((pair, bytes) -> {
            notifications.add(
                    new NotificationCount(pair.target(), pair.initiator().label(), 1, 1, 0, List.of(), List.of()));
            if (bytes == 0) {
                return;
            }
            transfers.add(new RankTransferOutcome(
                    pair.initiator(),
                    pair.target(),
                    bytes,
                    20,
                    0,
                    Duration.ofMillis(1),
                    Duration.ofMillis(2),
                    TOTAL,
                    OptionalLong.of(bytes),
                    OptionalLong.of(20),
                    Optional.empty()));
        });
        List<Integrity> integrity = new ArrayList<>();
        planned.destinations()
                .forEach(rank -> integrity.add(cleanIntegrity(rank, true, planned.bytes(rank) > 0 ? SLICES : 0)));
        planned.sources().forEach(rank -> integrity.add(cleanIntegrity(rank, false, 0)));
        return new Iteration(index, index + 1, transfers, notifications, integrity, List.of());
    }

    /** Two requests at a time, of 3 blocks each of which 2 move: each begins 1 ms after the one before and is over after 2 ms. */
    private static StormObservation cleanStorm(TransferPlan plan, PlannedTransfers planned, NotificationStorm storm) {
        long alone = storm.messages() - storm.transfers();
        StormObservation.Times times = new StormObservation.Times(
                100, Duration.ofNanos(200_000), Duration.ofMillis(2), Duration.ofMillis(5), 7, 90, 0);
        return new StormObservation(
                planned.bytes().keySet().stream()
                        .map(pair -> new StormObservation.Pair(
                                pair.initiator(),
                                pair.target(),
                                Optional.of(new StormObservation.Sent(storm.transfers(), 3, alone, 4096, 0, 0)),
                                Optional.of(new StormObservation.Received(
                                        storm.transfers(), alone, 0, 0, Optional.empty())),
                                Optional.of(times),
                                Optional.of(times),
                                Optional.empty()))
                        .toList(),
                List.of(),
                cleanIteration(planned, plan.iterations()).integrity());
    }

    Observations storm(UnaryOperator<StormObservation> change) {
        storm = storm.map(change);
        return this;
    }

    Observations noStorm() {
        storm = Optional.empty();
        return this;
    }

    Observations resources(ResourceUse... each) {
        resources = List.of(each);
        return this;
    }

    private static Serving cleanServing(TransferPlan plan, PlannedTransfers planned, PagedServing served) {
        long bytes =
                planned.bytes().values().stream().mapToLong(Long::longValue).sum()
                        / plan.blocks().moved();
        List<ServedRequest> requests = new ArrayList<>();
        for (int number = 0; number < served.requests(); number++) {
            long begun = number * 1_000_000L;
            int first = number % 2 * 3;
            requests.add(new ServedRequest(
                    number,
                    0,
                    0,
                    number + 10,
                    List.of(first, first + 1, first + 2),
                    List.of(first, first + 1),
                    false,
                    "",
                    0,
                    2 * bytes,
                    planned.bytes().size(),
                    planned.bytes().size() * served.layerGroups(),
                    planned.bytes().size() * served.layerGroups(),
                    served.lease().heartbeats() ? 1 : 0,
                    0,
                    begun,
                    begun + 200_000,
                    begun + 300_000,
                    begun + 400_000,
                    -1,
                    -1,
                    begun + 1_000_000,
                    begun + 1_000_000,
                    begun + 1_100_000,
                    begun + 1_500_000,
                    -1,
                    begun + 1_200_000,
                    begun + 2_000_000,
                    ""));
        }
        List<Integrity> integrity = cleanIteration(planned, plan.iterations()).integrity();
        return new Serving(
                Duration.ofMillis(served.requests() + 1), true, integrity, requests, List.of(), List.of(), List.of());
    }

    private static Integrity cleanIntegrity(RankId rank, boolean destination, long slices) {
        return new Integrity(
                rank, destination, 1L << 30, slices, slices * 4096, 0, 0, Duration.ZERO, 0, Map.of(), List.of());
    }
}
