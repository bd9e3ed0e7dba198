package org.nixlconform.conformance;

import static org.nixlconform.plan.Backend.UCX;
import static org.nixlconform.plan.MemoryKind.VRAM;
import static org.nixlconform.plan.Operation.READ;
import static org.nixlconform.plan.Operation.WRITE;
import static org.nixlconform.plan.Placement.PACK;
import static org.nixlconform.plan.Placement.SPREAD;
import static org.nixlconform.plan.Role.DECODE;
import static org.nixlconform.plan.Role.PREFILL;

import org.nixlconform.jupiter.Backends;
import org.nixlconform.jupiter.Blocks;
import org.nixlconform.jupiter.Direction;
import org.nixlconform.jupiter.ExpectCompletion;
import org.nixlconform.jupiter.ExpectIntegrity;
import org.nixlconform.jupiter.ExpectThroughput;
import org.nixlconform.jupiter.Iterations;
import org.nixlconform.jupiter.Memory;
import org.nixlconform.jupiter.Requirement;
import org.nixlconform.jupiter.Topology;
import org.nixlconform.jupiter.TransferTest;

/**
 * Requests that are large enough for a figure: 419 MB in 6,400 pieces of 64 KiB, as the field posts them, and 537 MB in
 * pieces of 1 MiB.
 *
 * <p>Between GPUs a copy engine is so fast that pieces of 64 KiB take longer to post than to copy. Such requests are held to
 * what only a wrong path misses; a tenth of the copy engine is asked where posting leaves room for it, from 1 MiB on.
 */
@Topology
@Backends(UCX)
@Direction(operation = READ, initiator = DECODE)
@Direction(operation = WRITE, initiator = PREFILL)
@Iterations(3)
@ExpectIntegrity
@ExpectCompletion(withinSeconds = 60, stallSeconds = 10)
@ExpectThroughput(shareOfReference = 0.1)
public class ThroughputConformance {

    /** The field's cache of 12.3 GB an engine. A node with less memory caches fewer blocks; the cell's name says how many. */
    @TransferTest
    @Requirement("M2")
    @Topology(placement = {PACK, SPREAD})
    @Blocks(transferred = 128, cached = 3750, layers = 50, scalable = true)
    void aLargeRequestReachesItsShareOfTheReference() {}

    @TransferTest
    @Requirement("M2")
    @Topology(placement = {PACK, SPREAD})
    @Memory(VRAM)
    @Blocks(transferred = 128, cached = 3750, layers = 50, scalable = true)
    @ExpectThroughput(shareOfReference = 0.005)
    void aLargeRequestBetweenGpusIsNotStaged() {}

    @TransferTest
    @Requirement("M2")
    @Memory(VRAM)
    @Blocks(transferred = 32, cached = 40, layers = 16, tokensPerBlock = 256)
    void largeBlocksBetweenGpusReachTheirShareOfTheReference() {}
}
