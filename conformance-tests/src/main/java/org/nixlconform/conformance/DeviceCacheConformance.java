package org.nixlconform.conformance;

import static org.nixlconform.jupiter.Level.FULL;
import static org.nixlconform.message.FindingKind.MISPLACED;
import static org.nixlconform.message.FindingKind.POISON;
import static org.nixlconform.message.FindingKind.REFUSED;
import static org.nixlconform.plan.Backend.UCX;
import static org.nixlconform.plan.DeviceCache.HOST_STAGED;
import static org.nixlconform.plan.DeviceCache.MAPPED;
import static org.nixlconform.plan.DeviceCache.MAPPED_SHAREABLE;
import static org.nixlconform.plan.DeviceCache.MAPPED_WITHOUT_RDMA;
import static org.nixlconform.plan.DeviceCache.REMAPPED;
import static org.nixlconform.plan.DeviceCache.TWO_DEVICES;
import static org.nixlconform.plan.MemoryKind.DRAM_TO_VRAM;
import static org.nixlconform.plan.MemoryKind.VRAM;
import static org.nixlconform.plan.MemoryKind.VRAM_TO_DRAM;
import static org.nixlconform.plan.Mutation.WRONG_DEVICE;
import static org.nixlconform.plan.Operation.READ;
import static org.nixlconform.plan.Operation.WRITE;
import static org.nixlconform.plan.Role.DECODE;
import static org.nixlconform.plan.Role.PREFILL;

import org.nixlconform.jupiter.Backends;
import org.nixlconform.jupiter.Blocks;
import org.nixlconform.jupiter.DeviceCaches;
import org.nixlconform.jupiter.Direction;
import org.nixlconform.jupiter.ExpectCaught;
import org.nixlconform.jupiter.ExpectCompletion;
import org.nixlconform.jupiter.ExpectIntegrity;
import org.nixlconform.jupiter.ExpectThroughput;
import org.nixlconform.jupiter.FromLevel;
import org.nixlconform.jupiter.Memory;
import org.nixlconform.jupiter.Mutated;
import org.nixlconform.jupiter.Requirement;
import org.nixlconform.jupiter.Topology;
import org.nixlconform.jupiter.TransferTest;

/** Caches of one role alone on GPUs, and caches on GPUs that are not one plain allocation a rank. */
@Topology
@Backends(UCX)
@Memory(VRAM)
@Direction(operation = READ, initiator = DECODE)
@Direction(operation = WRITE, initiator = PREFILL)
@ExpectIntegrity
@ExpectCompletion(withinSeconds = 60, stallSeconds = 10)
public class DeviceCacheConformance {

    @TransferTest
    @Requirement("T5")
    @Memory({DRAM_TO_VRAM, VRAM_TO_DRAM})
    void everyBlockArrivesBetweenHostMemoryAndGpus() {}

    @TransferTest
    @Requirement("T5")
    @FromLevel(FULL)
    @Topology(prefillTp = 1, decodeTp = 2)
    @Memory({DRAM_TO_VRAM, VRAM_TO_DRAM})
    void everyHalfBlockArrivesBetweenHostMemoryAndGpus() {}

    /** A request as the field posts it. Only a path that is far too slow is found: what is right here is not known yet. */
    @TransferTest
    @Requirement("T5")
    @FromLevel(FULL)
    @Memory({DRAM_TO_VRAM, VRAM_TO_DRAM})
    @Blocks(transferred = 128, cached = 256, layers = 50, scalable = true)
    @ExpectThroughput(shareOfReference = 0.005)
    void aLargeRequestBetweenHostMemoryAndGpusIsNotSlow() {}

    @TransferTest
    @Requirement("E10")
    @DeviceCaches(TWO_DEVICES)
    void everyBlockLandsOnTheGpuOfItsRegion() {}

    @TransferTest
    @Requirement("E10")
    @FromLevel(FULL)
    @DeviceCaches(TWO_DEVICES)
    @Mutated(WRONG_DEVICE)
    @ExpectCaught(MISPLACED)
    void blocksOfTheOtherGpuAreFound() {}

    @TransferTest
    @Requirement("E11")
    @DeviceCaches(HOST_STAGED)
    void everyBlockArrivesThroughBuffersInHostMemory() {}

    @TransferTest
    @Requirement("E12")
    @DeviceCaches(MAPPED)
    @Blocks(transferred = 32, cached = 40, layers = 16, tokensPerBlock = 64)
    void everyBlockArrivesInMappedMemory() {}

    @TransferTest
    @Requirement("E12")
    @FromLevel(FULL)
    @DeviceCaches(MAPPED_WITHOUT_RDMA)
    @Blocks(transferred = 32, cached = 40, layers = 16, tokensPerBlock = 64)
    void everyBlockArrivesInMappedMemoryWithoutRdma() {}

    /** Other processes can map it: NVLink is expected where it connects the GPUs. */
    @TransferTest
    @Requirement("E12")
    @DeviceCaches(MAPPED_SHAREABLE)
    @Blocks(transferred = 32, cached = 40, layers = 16, tokensPerBlock = 64)
    void everyBlockArrivesInMappedMemoryThatCanBeShared() {}

    /** Blocks go to what was registered, and the cache is left as it was; or NIXL refuses. Inconclusive where addresses alone count. */
    @TransferTest
    @Requirement("E12")
    @FromLevel(FULL)
    @DeviceCaches(REMAPPED)
    @ExpectCaught({POISON, REFUSED})
    void memoryThatIsRemappedAfterItWasRegisteredIsFound() {}
}
