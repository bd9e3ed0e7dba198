package org.nixlconform.conformance;

import static org.nixlconform.message.FindingKind.MISPLACED;
import static org.nixlconform.message.FindingKind.REFUSED;
import static org.nixlconform.message.FindingKind.TORN;
import static org.nixlconform.plan.Attention.MLA;
import static org.nixlconform.plan.Backend.LIBFABRIC;
import static org.nixlconform.plan.Backend.UCX;
import static org.nixlconform.plan.DataType.FP8;
import static org.nixlconform.plan.KeyValue.CROSS_LAYER;
import static org.nixlconform.plan.KeyValue.SEPARATE;
import static org.nixlconform.plan.Mutation.WRONG_BLOCK_LENGTH;
import static org.nixlconform.plan.Mutation.WRONG_OWNER_BLOCK_COUNT;
import static org.nixlconform.plan.Mutation.WRONG_STATE_OFFSET;
import static org.nixlconform.plan.Operation.READ;
import static org.nixlconform.plan.Operation.WRITE;
import static org.nixlconform.plan.Role.DECODE;
import static org.nixlconform.plan.Role.PREFILL;
import static org.nixlconform.plan.Selection.ALTERNATING;
import static org.nixlconform.plan.Selection.ASCENDING_IN_DECODE;
import static org.nixlconform.plan.Selection.ASCENDING_IN_PREFILL;
import static org.nixlconform.plan.Selection.CONTIGUOUS;
import static org.nixlconform.plan.Selection.DESCENDING;
import static org.nixlconform.plan.Selection.EDGES;
import static org.nixlconform.plan.Spacing.BACK_TO_BACK;

import org.nixlconform.jupiter.AllowEngineLog;
import org.nixlconform.jupiter.Backends;
import org.nixlconform.jupiter.Blocks;
import org.nixlconform.jupiter.Direction;
import org.nixlconform.jupiter.ExpectCaught;
import org.nixlconform.jupiter.ExpectCompletion;
import org.nixlconform.jupiter.ExpectIntegrity;
import org.nixlconform.jupiter.InvalidRequests;
import org.nixlconform.jupiter.Mutated;
import org.nixlconform.jupiter.PagedServing;
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
    @Requirement("A2")
    @Blocks(transferred = 64, cached = 101, selection = CONTIGUOUS)
    void blocksAscendingOnBothSidesArrive() {}

    @TransferTest
    @Requirement("A2")
    @Blocks(transferred = 64, cached = 101, selection = ASCENDING_IN_DECODE)
    void blocksAscendingInDecodeAloneArrive() {}

    @TransferTest
    @Requirement("A2")
    @Blocks(transferred = 64, cached = 101, selection = ASCENDING_IN_PREFILL)
    void blocksAscendingInPrefillAloneArrive() {}

    @TransferTest
    @Requirement("A2")
    @Blocks(transferred = 64, cached = 101, selection = DESCENDING)
    void blocksDescendingArrive() {}

    @TransferTest
    @Requirement("A2")
    @Blocks(transferred = 64, cached = 101, selection = ALTERNATING)
    void blocksInTurnsFromBothEndsArrive() {}

    /** Nothing lies between the regions, each of which is registered by itself: NIXL must not merge across their edge. */
    @TransferTest
    @Requirement("A3")
    @Direction(operation = READ, initiator = DECODE)
    @Direction(operation = WRITE, initiator = PREFILL)
    @Blocks(transferred = 2, cached = 9, layers = 8, spacing = BACK_TO_BACK, selection = EDGES)
    void blocksAtTheEdgeOfTwoRegionsArrive() {}

    /** The whole cache: all descriptors follow each other, from the first byte of the first region to the last of the last. */
    @TransferTest
    @Requirement("A3")
    @Direction(operation = READ, initiator = DECODE)
    @Direction(operation = WRITE, initiator = PREFILL)
    @Blocks(
            transferred = 9,
            cached = 9,
            layers = 8,
            headDim = 82,
            dtype = FP8,
            spacing = BACK_TO_BACK,
            selection = CONTIGUOUS)
    void allBlocksOfRegionsBackToBackArrive() {}

    @TransferTest
    @Requirement("A8")
    @Topology(prefillTp = 1, decodeTp = 1)
    @Topology(prefillTp = 1, decodeTp = 2)
    @Direction(operation = READ, initiator = DECODE)
    @Direction(operation = WRITE, initiator = PREFILL)
    @Blocks(layers = 12, keyValue = CROSS_LAYER)
    void everyLayerOfBlocksThatHoldAllLayersArrives() {}

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

    /** Elements are bytes: 656 of a token in the latent and 132 in the indexer, as DeepSeek V3.2 has them. */
    @TransferTest
    @Backends({UCX, LIBFABRIC})
    @Requirement("A7")
    @Blocks(kvHeads = 1, headDim = 656, indexerDim = 132, tokensPerBlock = 64, dtype = FP8, attention = MLA)
    @UnequalCaches(prefillBlocks = 97, decodeBlocks = 101)
    void blocksOfLatentAndIndexerArrive() {}

    /** Nothing lies between a region and the next, whose blocks are shorter or longer. */
    @TransferTest
    @Requirement("A7")
    @Topology(prefillTp = 2, decodeTp = 1)
    @Blocks(layers = 4, kvHeads = 1, headDim = 576, indexerDim = 128, attention = MLA, spacing = BACK_TO_BACK)
    void blocksOfLatentAndIndexerComeFromOneOfTwoRanks() {}

    /** The last blocks of the indexer are looked for behind the end of its region: NIXL must see it. */
    @TransferTest
    @Requirement("A7")
    @Blocks(kvHeads = 1, headDim = 656, indexerDim = 132, tokensPerBlock = 64, dtype = FP8, attention = MLA)
    @Mutated(WRONG_BLOCK_LENGTH)
    @ExpectCaught(REFUSED)
    void anIndexerWithBlocksAsLongAsTheLatentIsCaught() {}

    /**
     * The other way around they are all looked for within it: NIXL cannot see it, the judge must. The last blocks are asked for, so
     * that what comes is of blocks that nobody asked for.
     */
    @TransferTest
    @Requirement("A7")
    @Blocks(
            kvHeads = 1,
            headDim = 132,
            indexerDim = 656,
            tokensPerBlock = 64,
            dtype = FP8,
            attention = MLA,
            selection = DESCENDING)
    @Mutated(WRONG_BLOCK_LENGTH)
    @ExpectCaught(MISPLACED)
    void anIndexerWithBlocksAsShortAsTheLatentIsCaught() {}

    /** Parts are as long as a convolution's x, B and C and the state itself: 12, 4, 4 and 44 KiB of a block of 64 KiB. */
    @TransferTest
    @Backends({UCX, LIBFABRIC})
    @Requirement("A7")
    @Topology(prefillTp = 1, decodeTp = 1)
    @Topology(prefillTp = 2, decodeTp = 2)
    @Blocks(stateParts = {3, 1, 1, 11})
    @UnequalCaches(prefillBlocks = 97, decodeBlocks = 101)
    void statesOfMambaLayersArriveInParts() {}

    @TransferTest
    @Requirement("A7")
    @Direction(operation = WRITE, initiator = PREFILL)
    @Blocks(
            keyValue = SEPARATE,
            stateParts = {3, 1, 1, 11})
    @UnequalCaches(prefillBlocks = 97, decodeBlocks = 101)
    @PrefixHit({4, 9})
    void statesOfMambaLayersAreTheLastBlocksToMove() {}

    @TransferTest
    @Requirement("A7")
    @Blocks(
            transferred = 4,
            cached = 40,
            stateParts = {3, 1, 1, 11})
    @PagedServing(requests = 60, inFlight = 4, mostBlocks = 6, prefixHitPercent = 25, layerGroups = 2)
    void statesOfServedRequestsArriveInParts() {}

    /** Within the block of the state that was asked for: NIXL cannot see it, the judge must. */
    @TransferTest
    @Requirement("A7")
    @Blocks(stateParts = {3, 1, 1, 11})
    @UnequalCaches(prefillBlocks = 97, decodeBlocks = 101)
    @Mutated(WRONG_STATE_OFFSET)
    @ExpectCaught(TORN)
    void partsOfAStateInPlaceOfOthersAreCaught() {}

    @TransferTest
    @Backends({UCX, LIBFABRIC})
    @Requirement("A9")
    @PrefixHit({0, 1, 9})
    void blocksThatDecodeAlreadyHoldsStayUntouched() {}

    /** Decode holds them all: prefill gets a notification, and the cache stays as it is. */
    @TransferTest
    @Backends({UCX, LIBFABRIC})
    @Requirement("A10")
    @PrefixHit(10)
    void aRequestWhoseBlocksAreThereIsOnlyTold() {}

    /** By each reader that a prefill rank would have had. */
    @TransferTest
    @Requirement("A10")
    @Topology(prefillTp = 2, decodeTp = 4)
    @PrefixHit(10)
    void aRequestWhoseBlocksAreThereIsOnlyToldByEachRank() {}

    @TransferTest
    @Requirement("A11")
    @InvalidRequests
    @AllowEngineLog(
            pattern = "makeXferReq: ",
            because = "NIXL says why it refuses a request, which is what is asked for")
    void invalidRequestsAreRefusedAndTheAgentStaysUsable() {}
}
