package org.nixlconform.conformance;

import static org.nixlconform.message.FindingKind.MISPLACED;
import static org.nixlconform.message.FindingKind.REFUSED;
import static org.nixlconform.plan.Backend.LIBFABRIC;
import static org.nixlconform.plan.Backend.UCX;
import static org.nixlconform.plan.KeyValue.SEPARATE;
import static org.nixlconform.plan.Mutation.WRONG_OWNER_BLOCK_COUNT;
import static org.nixlconform.plan.Operation.READ;
import static org.nixlconform.plan.Role.DECODE;

import org.nixlconform.jupiter.AllowEngineLog;
import org.nixlconform.jupiter.Backends;
import org.nixlconform.jupiter.Blocks;
import org.nixlconform.jupiter.Direction;
import org.nixlconform.jupiter.ExpectCaught;
import org.nixlconform.jupiter.ExpectCompletion;
import org.nixlconform.jupiter.ExpectIntegrity;
import org.nixlconform.jupiter.InvalidRequests;
import org.nixlconform.jupiter.Mutated;
import org.nixlconform.jupiter.PrefixHit;
import org.nixlconform.jupiter.Requirement;
import org.nixlconform.jupiter.Topology;
import org.nixlconform.jupiter.TransferTest;
import org.nixlconform.jupiter.UnequalCaches;

/** Regions, block ids and indices of one pair of ranks: which bytes a request means, and which it must not touch. */
@Topology
@Backends(UCX)
@Direction(operation = READ, initiator = DECODE)
@ExpectIntegrity
@ExpectCompletion(withinSeconds = 60, stallSeconds = 10)
public class GeometryConformance {

    @TransferTest
    @Backends({UCX, LIBFABRIC})
    @Requirement("A1")
    @Blocks(layers = 1, keyValue = SEPARATE)
    @UnequalCaches(prefillBlocks = 97, decodeBlocks = 101)
    void shuffledBlocksArriveIn2Regions() {}

    @TransferTest
    @Backends({UCX, LIBFABRIC})
    @Requirement("A1")
    @Blocks(layers = 16, keyValue = SEPARATE)
    @UnequalCaches(prefillBlocks = 97, decodeBlocks = 101)
    void shuffledBlocksArriveIn32Regions() {}

    @TransferTest
    @Requirement("A1")
    @Blocks(layers = 40, keyValue = SEPARATE)
    @UnequalCaches(prefillBlocks = 97, decodeBlocks = 101)
    void shuffledBlocksArriveIn80Regions() {}

    @TransferTest
    @Backends({UCX, LIBFABRIC})
    @Requirement("A6")
    @Blocks(transferred = 5)
    @UnequalCaches(prefillBlocks = 7, decodeBlocks = 1009)
    void aMuchSmallerPrefillCacheIsAddressedByItsOwnSize() {}

    @TransferTest
    @Backends({UCX, LIBFABRIC})
    @Requirement("A6")
    @Blocks(transferred = 5)
    @UnequalCaches(prefillBlocks = 1009, decodeBlocks = 7)
    void aMuchLargerPrefillCacheIsAddressedByItsOwnSize() {}

    /** Indices of the second layer lie past the end of the smaller cache: NIXL must see it. */
    @TransferTest
    @Requirement("A6")
    @Blocks(transferred = 5)
    @UnequalCaches(prefillBlocks = 7, decodeBlocks = 1009)
    @Mutated(WRONG_OWNER_BLOCK_COUNT)
    @ExpectCaught(REFUSED)
    @AllowEngineLog(pattern = "makeXferReq: ", because = "NIXL says why it refuses the index that is planted")
    void anIndexBySizeOfTheLargerDecodeCacheIsCaught() {}

    /** Indices of the second layer lie within the larger cache, in its first layer: NIXL cannot see it, the judge must. */
    @TransferTest
    @Requirement("A6")
    @Blocks(transferred = 5)
    @UnequalCaches(prefillBlocks = 1009, decodeBlocks = 7)
    @Mutated(WRONG_OWNER_BLOCK_COUNT)
    @ExpectCaught(MISPLACED)
    void anIndexBySizeOfTheSmallerDecodeCacheIsCaught() {}

    @TransferTest
    @Backends({UCX, LIBFABRIC})
    @Requirement("A9")
    @PrefixHit({0, 1, 9})
    void blocksThatDecodeAlreadyHoldsStayUntouched() {}

    @TransferTest
    @Requirement("A11")
    @InvalidRequests
    @AllowEngineLog(
            pattern = "makeXferReq: ",
            because = "NIXL says why it refuses a request, which is what is asked for")
    void invalidRequestsAreRefusedAndTheAgentStaysUsable() {}
}
