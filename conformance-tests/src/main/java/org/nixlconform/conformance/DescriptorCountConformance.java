package org.nixlconform.conformance;

import static org.nixlconform.jupiter.Level.FULL;
import static org.nixlconform.plan.Attention.MLA;
import static org.nixlconform.plan.Backend.LIBFABRIC;
import static org.nixlconform.plan.Backend.UCX;
import static org.nixlconform.plan.DataType.FP8;
import static org.nixlconform.plan.Operation.READ;
import static org.nixlconform.plan.Operation.WRITE;
import static org.nixlconform.plan.Role.DECODE;
import static org.nixlconform.plan.Role.PREFILL;

import org.nixlconform.jupiter.Backends;
import org.nixlconform.jupiter.Blocks;
import org.nixlconform.jupiter.Direction;
import org.nixlconform.jupiter.ExpectCompletion;
import org.nixlconform.jupiter.ExpectIntegrity;
import org.nixlconform.jupiter.FromLevel;
import org.nixlconform.jupiter.RequestSizes;
import org.nixlconform.jupiter.Requirement;
import org.nixlconform.jupiter.Topology;
import org.nixlconform.jupiter.TransferTest;

/**
 * Numbers of descriptors around those at which backends batch them: 16 in a burst, 1,024 in a batch. One region, so that each
 * block is a descriptor, of 256 bytes, and in an order in which NIXL merges next to none.
 */
@Topology
@Direction(operation = READ, initiator = DECODE)
@Direction(operation = WRITE, initiator = PREFILL)
@ExpectIntegrity
@ExpectCompletion(withinSeconds = 60, stallSeconds = 10)
public class DescriptorCountConformance {

    @TransferTest
    @Requirement("A5")
    @Backends(UCX)
    @Blocks(
            transferred = 4096,
            cached = 5000,
            layers = 1,
            kvHeads = 1,
            headDim = 256,
            tokensPerBlock = 1,
            dtype = FP8,
            attention = MLA)
    @RequestSizes({1, 2, 15, 16, 17, 31, 32, 33, 96, 1023, 1024, 1025, 4096})
    void requestsOfAnyNumberOfDescriptorsArrive() {}

    /** Where a WRITE is posted in batches. */
    @TransferTest
    @Requirement("A5")
    @Backends(LIBFABRIC)
    @Direction(operation = WRITE, initiator = PREFILL)
    @Blocks(
            transferred = 4096,
            cached = 5000,
            layers = 1,
            kvHeads = 1,
            headDim = 256,
            tokensPerBlock = 1,
            dtype = FP8,
            attention = MLA)
    @RequestSizes({1, 15, 16, 17, 33, 1023, 1024, 1025, 4096})
    void requestsOfAnyNumberOfDescriptorsAreWrittenOverLibfabric() {}

    @TransferTest
    @Requirement("A5")
    @FromLevel(FULL)
    @Backends({UCX, LIBFABRIC})
    @Blocks(
            transferred = 112_000,
            cached = 120_000,
            layers = 1,
            kvHeads = 1,
            headDim = 256,
            tokensPerBlock = 1,
            dtype = FP8,
            attention = MLA)
    @RequestSizes({40_960, 112_000})
    @ExpectCompletion(withinSeconds = 300, stallSeconds = 60)
    void requestsOfAsManyDescriptorsAsTheFieldHasArrive() {}
}
