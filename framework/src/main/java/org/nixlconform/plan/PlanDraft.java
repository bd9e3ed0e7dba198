package org.nixlconform.plan;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;

/**
 * A plan before it is checked. Every declaration, by annotation or by program, becomes a draft, and {@link #plan()} is
 * the one place that decides whether it can be.
 *
 * <p>What is not said: {@code 1P-TP1 -> 1D-TP1}, pack, decode READ, UCX, DRAM, 10 of 100 blocks, 2 layers, 8 heads of
 * 128, 16 tokens, BF16, HND, GQA, packed, shuffled with seed 42, 3 iterations, the
 * rails of the environment. Nothing is expected until it is said.
 *
 * <pre>{@code
 * PlanDraft.at("MyConformance.plans")
 *         .topology(new Topology(1, 4, 1, 2, Pairing.MESH))
 *         .blocks(new BlockUse(128, 3750, 3750, Selection.SHUFFLED, 42, 0, true))
 *         .expectIntegrity()
 *         .plan();
 * }</pre>
 */
public final class PlanDraft {
    private final String where;
    private Optional<String> requirement = Optional.empty();
    private Topology topology = new Topology(1, 1, 1, 1, Pairing.MESH);
    private Placement placement = Placement.PACK;
    private Direction direction = new Direction(Operation.READ, Role.DECODE);
    private Backend backend = Backend.UCX;
    private MemoryKind memory = MemoryKind.DRAM;
    private KvGeometry geometry =
            new KvGeometry(2, 8, 128, 16, DataType.BF16, Layout.HND, Attention.GQA, KeyValue.PACKED);
    private BlockUse blocks = new BlockUse(10, 100, 100, Selection.SHUFFLED, 42, 0, false);
    private int iterations = 3;
    private List<Integer> requestSizes = List.of();
    private Optional<Mutation> mutation = Optional.empty();
    private Set<InvalidRequest> invalidRequests = EnumSet.noneOf(InvalidRequest.class);
    private Optional<Rails> rails = Optional.empty();
    private Optional<PeerEnd> peerEnd = Optional.empty();
    private Optional<StreamOrder> streamOrder = Optional.empty();
    private Optional<Workload> workload = Optional.empty();
    private Optional<DeviceCache> deviceCache = Optional.empty();
    private boolean integrity;
    private boolean visibleAtDone;
    private Optional<Expectations.Completion> completion = Optional.empty();
    private Optional<Expectations.Throughput> throughput = Optional.empty();
    private Set<FindingKind> caughtAs = EnumSet.noneOf(FindingKind.class);
    private List<Expectations.AllowedLog> allowedLog = new ArrayList<>();

    private PlanDraft(String where) {
        this.where = where;
    }

    /** @param where the place of the declaration, as messages name it: a class and a method, say */
    public static PlanDraft at(String where) {
        return new PlanDraft(where);
    }

    /** Checks everything. A refusal has all reasons, not the first one only. */
    public Planned plan() {
        List<Finding> refusals = PlanRules.refusals(this);
        return refusals.isEmpty()
                ? new Planned.Possible(new TransferPlan(
                        requirement,
                        topology,
                        placement,
                        direction,
                        backend,
                        memory,
                        geometry,
                        blocks,
                        iterations,
                        requestSizes,
                        mutation,
                        List.copyOf(invalidRequests),
                        rails,
                        peerEnd,
                        streamOrder,
                        workload,
                        deviceCache,
                        expectations()))
                : new Planned.Refused(name(), refusals);
    }

    /** The name that the cell would have; also of a draft that cannot be. */
    public String name() {
        return PlanName.of(this);
    }

    /** @param id in the scenario catalogue, such as {@code A9} */
    public PlanDraft requirement(String id) {
        requirement = Optional.of(id);
        return this;
    }

    public PlanDraft topology(Topology value) {
        topology = value;
        return this;
    }

    public PlanDraft placement(Placement value) {
        placement = value;
        return this;
    }

    public PlanDraft direction(Operation operation, Role initiator) {
        direction = new Direction(operation, initiator);
        return this;
    }

    public PlanDraft backend(Backend value) {
        backend = value;
        return this;
    }

    public PlanDraft memory(MemoryKind value) {
        memory = value;
        return this;
    }

    public PlanDraft geometry(KvGeometry value) {
        geometry = value;
        return this;
    }

    public PlanDraft blocks(BlockUse value) {
        blocks = value;
        return this;
    }

    public PlanDraft iterations(int count) {
        iterations = count;
        return this;
    }

    /** As many iterations, in which so many blocks of each request move. */
    public PlanDraft requestSizes(int... blocksOfIterations) {
        requestSizes = IntStream.of(blocksOfIterations).boxed().toList();
        return iterations(blocksOfIterations.length);
    }

    public PlanDraft mutation(Mutation value) {
        mutation = Optional.of(value);
        return this;
    }

    /** Asks for each of these once before the valid transfer. */
    public PlanDraft invalidRequests(InvalidRequest... requests) {
        invalidRequests = setOf(InvalidRequest.class, requests);
        return this;
    }

    /** Simulated ones, in place of those that the environment has. */
    public PlanDraft rails(int prefill, int decode) {
        rails = Optional.of(new Rails(prefill, decode));
        return this;
    }

    /** The first rank of the first engine of a role is killed then. */
    public PlanDraft peerEnd(Role role, PeerEnd.Moment moment) {
        peerEnd = Optional.of(new PeerEnd(role, moment));
        return this;
    }

    /** Engines have this on a stream of their GPU. */
    public PlanDraft streamOrder(StreamOrder.Work work, StreamOrder.Fence fence) {
        return streamOrder(work, fence, 1);
    }

    /** @param repeats how often each iteration makes its transfer, without a pause */
    public PlanDraft streamOrder(StreamOrder.Work work, StreamOrder.Fence fence, int repeats) {
        streamOrder = Optional.of(new StreamOrder(work, fence, repeats));
        return this;
    }

    /** How caches on GPUs are held. */
    public PlanDraft deviceCache(DeviceCache value) {
        deviceCache = Optional.of(value);
        return this;
    }

    /** Engines do this on their own after the iterations. */
    public PlanDraft workload(Workload value) {
        workload = Optional.of(value);
        return this;
    }

    public PlanDraft expectIntegrity() {
        integrity = true;
        return this;
    }

    /** Integrity, and of a WRITE that all is at the target when its initiator is told DONE. */
    public PlanDraft expectVisibleAtDone() {
        visibleAtDone = true;
        return expectIntegrity();
    }

    public PlanDraft expectCompletion(Duration within, Duration stall) {
        completion = Optional.of(new Expectations.Completion(within, stall));
        return this;
    }

    public PlanDraft expectThroughput(double shareOfReference) {
        throughput = Optional.of(new Expectations.Throughput(shareOfReference));
        return this;
    }

    /** The case plants a fault, which must be found as one of these kinds. */
    public PlanDraft expectCaught(FindingKind... kinds) {
        caughtAs = setOf(FindingKind.class, kinds);
        return this;
    }

    public PlanDraft allowEngineLog(String pattern, String because) {
        allowedLog.add(new Expectations.AllowedLog(pattern, because));
        return this;
    }

    /** Replaces all that is expected so far. */
    public PlanDraft expectations(Expectations value) {
        integrity = value.integrity();
        visibleAtDone = value.visibleAtDone();
        completion = value.completion();
        throughput = value.throughput();
        caughtAs = value.caughtAs();
        allowedLog = new ArrayList<>(value.allowedLog());
        return this;
    }

    /** A draft of an existing plan, to check or vary it. */
    public static PlanDraft of(String where, TransferPlan plan) {
        return of(
                where,
                plan.requirement(),
                plan.topology(),
                plan.placement(),
                plan.direction(),
                plan.backend(),
                plan.memory(),
                plan.geometry(),
                plan.blocks(),
                plan.iterations(),
                plan.requestSizes(),
                plan.mutation(),
                plan.invalidRequests(),
                plan.rails(),
                plan.peerEnd(),
                plan.streamOrder(),
                plan.workload(),
                plan.deviceCache(),
                plan.expectations());
    }

    /** A draft of the components of a plan that is being made. */
    static PlanDraft of(
            String where,
            Optional<String> requirement,
            Topology topology,
            Placement placement,
            Direction direction,
            Backend backend,
            MemoryKind memory,
            KvGeometry geometry,
            BlockUse blocks,
            int iterations,
            List<Integer> requestSizes,
            Optional<Mutation> mutation,
            List<InvalidRequest> invalidRequests,
            Optional<Rails> rails,
            Optional<PeerEnd> peerEnd,
            Optional<StreamOrder> streamOrder,
            Optional<Workload> workload,
            Optional<DeviceCache> deviceCache,
            Expectations expectations) {
        PlanDraft draft = at(where)
                .topology(topology)
                .placement(placement)
                .direction(direction.operation(), direction.initiator())
                .backend(backend)
                .memory(memory)
                .geometry(geometry)
                .blocks(blocks)
                .iterations(iterations)
                .invalidRequests(invalidRequests.toArray(InvalidRequest[]::new))
                .expectations(expectations);
        draft.requirement = requirement;
        draft.requestSizes = requestSizes;
        draft.mutation = mutation;
        draft.rails = rails;
        draft.peerEnd = peerEnd;
        draft.streamOrder = streamOrder;
        draft.workload = workload;
        draft.deviceCache = deviceCache;
        return draft;
    }

    String where() {
        return where;
    }

    Optional<String> requirement() {
        return requirement;
    }

    Topology topology() {
        return topology;
    }

    Placement placement() {
        return placement;
    }

    Direction direction() {
        return direction;
    }

    Backend backend() {
        return backend;
    }

    MemoryKind memory() {
        return memory;
    }

    KvGeometry geometry() {
        return geometry;
    }

    BlockUse blocks() {
        return blocks;
    }

    int iterations() {
        return iterations;
    }

    List<Integer> requestSizes() {
        return requestSizes;
    }

    Optional<Mutation> mutation() {
        return mutation;
    }

    Set<InvalidRequest> invalidRequests() {
        return invalidRequests;
    }

    Optional<Rails> rails() {
        return rails;
    }

    Optional<PeerEnd> peerEnd() {
        return peerEnd;
    }

    Optional<StreamOrder> streamOrder() {
        return streamOrder;
    }

    Optional<Workload> workload() {
        return workload;
    }

    Optional<DeviceCache> deviceCache() {
        return deviceCache;
    }

    Expectations expectations() {
        return new Expectations(integrity, visibleAtDone, completion, throughput, caughtAs, allowedLog);
    }

    private static <E extends Enum<E>> Set<E> setOf(Class<E> type, E[] values) {
        Set<E> set = EnumSet.noneOf(type);
        set.addAll(List.of(values));
        return set;
    }
}
