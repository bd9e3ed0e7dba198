package org.nixlconform.plan;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Memory that ranks of a plan need where the cache lives: of the node with {@link MemoryKind#DRAM}, of its devices with
 * {@link MemoryKind#VRAM}. For each rank: its arena, and an allowance that errs on the high side:
 *
 * <ul>
 *   <li>DRAM: 80 MiB a process (JVM, NIXL, its backend; 80 of them were seen to need about 50 MiB each), and 128 bytes for each block and region of its own cache and
 *       of the caches it exchanges blocks with (prepared descriptor lists, runs to verify)
 *   <li>VRAM: 640 MiB a process (CUDA context, kernels, what the reference writes to), and for decode with {@link
 *       DeviceCache#REMAPPED} its arena twice
 * </ul>
 */
public final class MemoryNeed {
    private static final long HOST_PROCESS_BYTES = 80L << 20;
    private static final long DEVICE_PROCESS_BYTES = 640L << 20;
    private static final long DESCRIPTOR_BYTES = 128;

    private final TransferPlan plan;
    private final Map<RankId, Integer> peers = new HashMap<>();

    private MemoryNeed(TransferPlan plan) {
        this.plan = plan;
        for (RankTransfer transfer : plan.rankTransfers()) {
            peers.merge(transfer.prefill(), 1, Integer::sum);
            peers.merge(transfer.decode(), 1, Integer::sum);
        }
    }

    public static MemoryNeed of(TransferPlan plan) {
        return new MemoryNeed(plan);
    }

    /** Bytes that these ranks need together. */
    public long bytes(List<RankId> ranks) {
        return bytes(ranks, plan.blocks().prefillCached(), plan.blocks().decodeCached());
    }

    /** The same with other caches. */
    long bytes(List<RankId> ranks, int prefillCached, int decodeCached) {
        long sum = 0;
        for (RankId rank : ranks) {
            int own = rank.role() == Role.PREFILL ? prefillCached : decodeCached;
            int other = rank.role() == Role.PREFILL ? decodeCached : prefillCached;
            sum += bytesOf(rank, own, other);
        }
        return sum;
    }

    private long bytesOf(RankId rank, int ownCached, int peerCached) {
        long arenaBytes =
                ArenaLayout.of(plan.geometry(), ownCached, plan.headShare(rank)).totalBytes();
        if (plan.memory().onDevice(rank.role())) {
            boolean twice = rank.role() == Role.DECODE && plan.deviceCache().equals(Optional.of(DeviceCache.REMAPPED));
            return (twice ? 2 * arenaBytes : arenaBytes) + DEVICE_PROCESS_BYTES;
        }
        long descriptors = plan.geometry().regions() * (ownCached + (long) peers.getOrDefault(rank, 0) * peerCached);
        return arenaBytes + HOST_PROCESS_BYTES + descriptors * DESCRIPTOR_BYTES;
    }
}
