package org.nixlconform.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One transfer scenario on one backend, complete and possible: what the constructor accepts can be carried out on a
 * cluster that is large enough. Usually made by {@link PlanDraft#plan()}, which says why one cannot be, and where.
 *
 * @param requirement id in the scenario catalogue, such as {@code A9}, where the case belongs to one
 * @param iterations how often it is repeated, each with a new generation and a newly poisoned destination; at least 1
 * @param requestSizes blocks of each request that move in each iteration; empty where all do in every one
 * @param invalidRequests in the order of their enum, each once
 * @param rails simulated, in place of those that the environment has
 * @param peerEnd a rank that is killed in the middle of the case, on purpose
 * @param streamOrder work of the engines on a GPU's stream beside the transfer
 * @param workload of engines on their own, after the iterations
 * @param deviceCache how caches on GPUs are held; empty for one plain allocation a rank
 */
public record TransferPlan(
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

    /** Throws an {@code IllegalArgumentException} with all reasons when the plan cannot be. */
    public TransferPlan {
        requestSizes = List.copyOf(requestSizes);
        invalidRequests = invalidRequests.stream().sorted().distinct().toList();
        PlanRules.requirePossible(PlanDraft.of(
                "new TransferPlan",
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
                invalidRequests,
                rails,
                peerEnd,
                streamOrder,
                workload,
                deviceCache,
                expectations));
    }

    /**
     * The cell's name, such as
     * {@code 4P-TP4 -> 8D-TP8 spread, decode READ, UCX, 128 of 3750 blocks x 50 layers bf16 HND}. What is not the
     * default shows, in a fixed order, but for what is expected and {@link BlockUse#scalable()}.
     */
    public String name() {
        return PlanName.of(PlanDraft.of("", this));
    }

    /** Requests that engines serve on their own, where that is the workload. */
    public Optional<PagedServing> serving() {
        return workload.filter(PagedServing.class::isInstance).map(PagedServing.class::cast);
    }

    /** Trials of the life of agents, where those are the workload. */
    public Optional<Lifecycle> lifecycle() {
        return workload.filter(Lifecycle.class::isInstance).map(Lifecycle.class::cast);
    }

    /** Small transfers and notifications without a pause, where that is the workload. */
    public Optional<NotificationStorm> storm() {
        return workload.filter(NotificationStorm.class::isInstance).map(NotificationStorm.class::cast);
    }

    /** {@link Workload#word()}, {@code single} without one: one transfer for each pair of ranks. */
    public String workloadWord() {
        return workload.map(Workload::word).orElse("single");
    }

    /** The KV heads that a rank holds. */
    public HeadShare headShare(RankId rank) {
        return HeadShare.of(geometry, topology.tp(rank.role()), rank.rank());
    }

    /** How a rank's memory is laid out. Ranks of one role have equal arenas. */
    public ArenaLayout arena(RankId rank) {
        return ArenaLayout.of(geometry, blocks.cached(rank.role()), headShare(rank));
    }

    /** The cache as it lies in the memory of a role, whatever the plan says of it. */
    public KvGeometry geometry(Role role) {
        Layout other = geometry.layout() == Layout.HND ? Layout.NHD : Layout.HND;
        return role == Role.PREFILL && mutation.equals(Optional.of(Mutation.WRONG_LAYOUT))
                ? geometry.in(other)
                : geometry;
    }

    /** The addresses that the payload writes into memory, over all ranks. */
    public LocationSpace locationSpace() {
        return new LocationSpace(this);
    }

    /** One request for each pair of engines, by prefill engine, then by decode engine. The same for the same plan. */
    public List<BlockRequest> requests() {
        return requests(0);
    }

    /** Those of an iteration; all have the same unless {@link #requestsDiffer()}. */
    public List<BlockRequest> requests(int iteration) {
        return BlockRequest.of(this, iteration);
    }

    /** Whether each iteration takes the blocks behind those of the one before it, and after the last the first again. */
    public boolean requestsMoveOn() {
        return streamOrder
                .filter(order -> order.work() == StreamOrder.Work.GRAPH_REUSE)
                .isPresent();
    }

    /** Whether iterations have other blocks than the one before them. */
    public boolean requestsDiffer() {
        return requestsMoveOn() || !requestSizes.isEmpty();
    }

    /** Blocks of each request that move in an iteration. */
    public int moved(int iteration) {
        return requestSizes.isEmpty() ? blocks.moved() : requestSizes.get(iteration);
    }

    /** What moves between which ranks, by prefill engine, decode engine, decode rank, prefill rank. */
    public List<RankTransfer> rankTransfers() {
        return RankTransfer.of(this);
    }

    /** Whose ranks time the reference: the initiator's; where one role alone has its caches on GPUs, that one's. */
    public Role referenceRole() {
        return Stream.of(Role.values())
                .filter(role -> memory.isMixed() && memory.onDevice(role))
                .findFirst()
                .orElse(direction.initiator());
    }

    /** What these ranks need of the memory that holds the cache, see {@link MemoryNeed}. */
    public long memoryNeedBytes(List<RankId> ranks) {
        return MemoryNeed.of(this).bytes(ranks);
    }

    /**
     * Makes the plan fit a node, see {@link Fit}. For several nodes, hand the plan of each answer to the next.
     *
     * @param availableBytes of the memory that holds the cache
     * @param ranks those that run on the node
     */
    public Fit fitInto(long availableBytes, List<RankId> ranks) {
        return Fit.of(this, availableBytes, ranks);
    }

    /** The same plan, in which engines may also say this. */
    public TransferPlan allowing(List<Expectations.AllowedLog> lines) {
        List<Expectations.AllowedLog> more = new ArrayList<>(expectations.allowedLog());
        more.addAll(lines);
        return with(
                blocks,
                new Expectations(
                        expectations.integrity(),
                        expectations.visibleAtDone(),
                        expectations.completion(),
                        expectations.throughput(),
                        expectations.caughtAs(),
                        more));
    }

    /** The same plan with other caches; they must hold what the requests need. */
    TransferPlan withCached(int prefillCached, int decodeCached) {
        return with(
                new BlockUse(
                        blocks.transferred(),
                        prefillCached,
                        decodeCached,
                        blocks.selection(),
                        blocks.seed(),
                        blocks.prefixHit(),
                        blocks.scalable()),
                expectations);
    }

    private TransferPlan with(BlockUse use, Expectations expected) {
        return new TransferPlan(
                requirement,
                topology,
                placement,
                direction,
                backend,
                memory,
                geometry,
                use,
                iterations,
                requestSizes,
                mutation,
                invalidRequests,
                rails,
                peerEnd,
                streamOrder,
                workload,
                deviceCache,
                expected);
    }
}
