package org.nixlconform.conformance;

import static org.nixlconform.jupiter.Level.FULL;
import static org.nixlconform.plan.Backend.UCX;
import static org.nixlconform.plan.MemoryKind.DRAM;
import static org.nixlconform.plan.MemoryKind.VRAM;
import static org.nixlconform.plan.Operation.READ;
import static org.nixlconform.plan.Operation.WRITE;
import static org.nixlconform.plan.Role.DECODE;
import static org.nixlconform.plan.Role.PREFILL;

import org.nixlconform.jupiter.Backends;
import org.nixlconform.jupiter.Blocks;
import org.nixlconform.jupiter.Direction;
import org.nixlconform.jupiter.ExpectCompletion;
import org.nixlconform.jupiter.ExpectIntegrity;
import org.nixlconform.jupiter.ExpectThroughput;
import org.nixlconform.jupiter.FromLevel;
import org.nixlconform.jupiter.Iterations;
import org.nixlconform.jupiter.Memory;
import org.nixlconform.jupiter.Requirement;
import org.nixlconform.jupiter.Topology;
import org.nixlconform.jupiter.TransferTest;

/**
 * The same 268 MB in blocks of 4 KiB to 4 MiB, from 65,536 descriptors to 64. What a request costs by its descriptors and
 * by its bytes is fitted to these cells, see {@code matrix.md} of a run. Only large blocks are held to a share of the
 * reference, for the reason that {@link ThroughputConformance} gives.
 */
@Topology
@Backends(UCX)
@Memory({DRAM, VRAM})
@Direction(operation = READ, initiator = DECODE)
@Direction(operation = WRITE, initiator = PREFILL)
@Iterations(5)
@FromLevel(FULL)
@Requirement("M3")
@ExpectIntegrity
@ExpectCompletion(withinSeconds = 60, stallSeconds = 10)
public class BlockSweepConformance {
    @TransferTest
    @Blocks(transferred = 4096, cached = 5120, layers = 16, tokensPerBlock = 1)
    void blocksOf4KiB() {}

    @TransferTest
    @Blocks(transferred = 1024, cached = 1280, layers = 16, tokensPerBlock = 4)
    void blocksOf16KiB() {}

    @TransferTest
    @Blocks(transferred = 256, cached = 320, layers = 16, tokensPerBlock = 16)
    void blocksOf64KiB() {}

    @TransferTest
    @Blocks(transferred = 64, cached = 80, layers = 16, tokensPerBlock = 64)
    void blocksOf256KiB() {}

    @TransferTest
    @Blocks(transferred = 16, cached = 20, layers = 16, tokensPerBlock = 256)
    @ExpectThroughput(shareOfReference = 0.1)
    void blocksOf1MiB() {}

    @TransferTest
    @Blocks(transferred = 4, cached = 5, layers = 16, tokensPerBlock = 1024)
    @ExpectThroughput(shareOfReference = 0.1)
    void blocksOf4MiB() {}

    /** An eighth of the bytes: what any request costs is else not told from what its bytes cost. */
    @TransferTest
    @Blocks(transferred = 2, cached = 4, layers = 16, tokensPerBlock = 256)
    void fewBlocksOf1MiB() {}
}
