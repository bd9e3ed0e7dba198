package org.nixlconform.engine;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.nixlconform.cluster.RankAssignment;
import org.nixlconform.engine.protocol.ArenaShape;
import org.nixlconform.engine.protocol.PairShape;
import org.nixlconform.engine.protocol.ServingShape;
import org.nixlconform.engine.protocol.ToRank;
import org.nixlconform.plan.ArenaLayout;
import org.nixlconform.plan.BlockRequest;
import org.nixlconform.plan.HeadShare;
import org.nixlconform.plan.Layout;
import org.nixlconform.plan.LocationSpace;
import org.nixlconform.plan.Mutation;
import org.nixlconform.plan.RankId;
import org.nixlconform.plan.RankTransfer;
import org.nixlconform.plan.Role;
import org.nixlconform.plan.TransferPlan;

/** A plan in the words of the protocol, with what the ranks said of themselves when they opened. */
final class PlanTranslation {
    private static final int[] NO_BLOCKS = {};

    private final TransferPlan plan;
    private final RankAssignment assignment;
    private final LocationSpace space;
    private final List<RankTransfer> transfers;
    private final Map<RankId, Opened> opened = new HashMap<>();
    /** Metadata of second agents. */
    private final Map<RankId, byte[]> gone = new HashMap<>();

    private record EngineIds(int prefill, int decode) {}

    private record Opened(int pid, List<Long> addresses, byte[] metadata, byte[] share) {}

    PlanTranslation(TransferPlan plan, RankAssignment assignment) {
        this.plan = plan;
        this.assignment = assignment;
        this.space = plan.locationSpace();
        this.transfers = plan.rankTransfers();
    }

    /** @param share of the arena on a GPU, else empty */
    void opened(RankId rank, int pid, List<Long> addresses, byte[] metadata, byte[] share) {
        opened.put(rank, new Opened(pid, addresses, metadata, share));
    }

    /** @param metadata of the rank's second agent */
    void goneOpened(RankId rank, byte[] metadata) {
        gone.put(rank, metadata);
    }

    /** The second agents of those that it reads from. */
    List<ToRank.Peer> gonePeers(RankId rank) {
        return peersOf(rank).stream()
                .map(peer -> new ToRank.Peer(
                        ServingShape.goneOf(peer.label()), Objects.requireNonNull(gone.get(peer), peer::label)))
                .toList();
    }

    /** Where its allocations begin, as it said last. */
    List<Long> addresses(RankId rank) {
        return of(rank).addresses();
    }

    ArenaShape arena(RankId rank) {
        ArenaLayout layout = plan.arena(rank);
        HeadShare heads = plan.headShare(rank);
        return new ArenaShape(
                space.baseOf(rank),
                layout.guardBytes(),
                IntStream.range(0, plan.geometry().partsPerLayer())
                        .mapToObj(region -> new ArenaShape.RegionShape(
                                plan.geometry().contentBytes(region), layout.regionStrideBytes(region)))
                        .toList(),
                layout.regions(),
                layout.cachedBlocks(),
                layout.totalBytes(),
                heads.first(),
                heads.count(),
                plan.geometry().slotsPerBlock(),
                plan.geometry(rank.role()).layout() == Layout.HND,
                plan.geometry().stateParts(),
                place(rank));
    }

    private ArenaShape.@Nullable DevicePlace place(RankId rank) {
        List<Integer> devices = assignment.devices(rank);
        return devices.isEmpty()
                ? null
                : new ArenaShape.DevicePlace(
                        devices, plan.deviceCache().map(Enum::name).orElse(ArenaShape.DevicePlace.PLAIN));
    }

    /** Of a rank that has work on a stream. */
    ToRank.@Nullable StreamOrder streamOrder(RankId rank) {
        return plan.streamOrder()
                .filter(order -> order.work().isAt(rank.role()))
                .map(order -> new ToRank.StreamOrder(
                        order.work().name(), order.fence().name(), order.repeats()))
                .orElse(null);
    }

    /** Of a peer on the same node: no other can open it. */
    private byte[] share(RankId rank, RankId peer) {
        return assignment.node(rank).equals(assignment.node(peer)) ? of(peer).share() : new byte[0];
    }

    /** Who must know whom: both ends of every transfer. */
    List<ToRank.Peer> peers(RankId rank) {
        return peersOf(rank).stream()
                .map(peer -> new ToRank.Peer(peer.label(), of(peer).metadata()))
                .toList();
    }

    List<RankId> peersOf(RankId rank) {
        return transfersOf(rank).stream().map(transfer -> other(rank, transfer)).toList();
    }

    /** Of an iteration, where it is another than before; else null. */
    @Nullable
    List<PairShape> movedPairs(RankId rank, int iteration) {
        return plan.requestsDiffer() && iteration > 0 ? pairs(rank, iteration) : null;
    }

    /** Of the first iteration. */
    List<PairShape> pairs(RankId rank) {
        return pairs(rank, 0);
    }

    private List<PairShape> pairs(RankId rank, int iteration) {
        Map<EngineIds, BlockRequest> requests = new HashMap<>();
        plan.requests(iteration)
                .forEach(request ->
                        requests.put(new EngineIds(request.prefillEngine(), request.decodeEngine()), request));
        List<PairShape> pairs = new ArrayList<>();
        for (RankTransfer transfer : transfersOf(rank)) {
            RankId peer = other(rank, transfer);
            BlockRequest request = Objects.requireNonNull(requests.get(
                    new EngineIds(transfer.prefill().engine(), transfer.decode().engine())));
            boolean prefill = rank.role() == Role.PREFILL;
            boolean onlyTold = transfer.heads().count() == 0;
            pairs.add(new PairShape(
                    peer.label(),
                    arena(peer),
                    of(peer).pid(),
                    addresses(rank, peer),
                    share(rank, peer),
                    transfer.heads().first(),
                    transfer.heads().count(),
                    onlyTold ? NO_BLOCKS : ids(prefill ? request.sourceBlocks() : request.destinationBlocks()),
                    onlyTold ? NO_BLOCKS : ids(prefill ? request.destinationBlocks() : request.sourceBlocks()),
                    onlyTold ? 0 : plan.blocks().prefixHit()));
        }
        return pairs;
    }

    /** Of a peer's allocations; the mutation takes one for the other. */
    private List<Long> addresses(RankId rank, RankId peer) {
        List<Long> addresses = new ArrayList<>(of(peer).addresses());
        if (plan.mutation().equals(Optional.of(Mutation.WRONG_DEVICE))
                && rank.role() == plan.direction().initiator()) {
            Collections.reverse(addresses);
        }
        return addresses;
    }

    /** The rank with a label such as {@code prefill-3-rank-1}. */
    static RankId rank(String label) {
        String[] parts = label.split("-", -1);
        return new RankId(
                parts[0].equals(Role.PREFILL.label()) ? Role.PREFILL : Role.DECODE,
                Integer.parseInt(parts[1]),
                Integer.parseInt(parts[3]));
    }

    private List<RankTransfer> transfersOf(RankId rank) {
        return transfers.stream()
                .filter(transfer ->
                        transfer.prefill().equals(rank) || transfer.decode().equals(rank))
                .toList();
    }

    private static RankId other(RankId rank, RankTransfer transfer) {
        return transfer.prefill().equals(rank) ? transfer.decode() : transfer.prefill();
    }

    private Opened of(RankId rank) {
        return Objects.requireNonNull(opened.get(rank), () -> rank + " has not opened");
    }

    private static int[] ids(List<Integer> blocks) {
        return blocks.stream().mapToInt(Integer::intValue).toArray();
    }
}
