package org.nixlconform.conformance;

import static org.nixlconform.jupiter.Level.FULL;
import static org.nixlconform.message.FindingKind.MISPLACED;
import static org.nixlconform.plan.Attention.MLA;
import static org.nixlconform.plan.Backend.UCX;
import static org.nixlconform.plan.Mutation.WRONG_LAYOUT;
import static org.nixlconform.plan.Operation.READ;
import static org.nixlconform.plan.Role.DECODE;

import org.nixlconform.jupiter.Backends;
import org.nixlconform.jupiter.Blocks;
import org.nixlconform.jupiter.Direction;
import org.nixlconform.jupiter.ExpectCaught;
import org.nixlconform.jupiter.ExpectCompletion;
import org.nixlconform.jupiter.ExpectIntegrity;
import org.nixlconform.jupiter.FromLevel;
import org.nixlconform.jupiter.Mutated;
import org.nixlconform.jupiter.PagedServing;
import org.nixlconform.jupiter.Requirement;
import org.nixlconform.jupiter.Topology;
import org.nixlconform.jupiter.TransferTest;

/** Who reads which heads from whom where prefill and decode differ in TP by 2, 4 or 8, and who is told that it is over. */
@Backends(UCX)
@Direction(operation = READ, initiator = DECODE)
@ExpectIntegrity
@ExpectCompletion(withinSeconds = 60, stallSeconds = 10)
public class UnequalTpConformance {

    /**
     * Caches of three requests: prefill fills its blocks anew as soon as the last reader has told it, and some readers are
     * late.
     */
    @TransferTest
    @Requirement("B1")
    @Topology(prefillTp = 1, decodeTp = 2)
    @Topology(prefillTp = 1, decodeTp = 4)
    @Blocks(transferred = 4, cached = 13)
    @PagedServing(requests = 24, inFlight = 3, mostBlocks = 4, latePollPercent = 10, latePollMillis = 2)
    void prefillKeepsItsBlocksUntilTheLastReaderIsDone() {}

    @TransferTest
    @Requirement("B1")
    @FromLevel(FULL)
    @Topology(prefillTp = 1, decodeTp = 8)
    @Topology(prefillTp = 2, decodeTp = 4)
    @Topology(prefillTp = 2, decodeTp = 8)
    @Topology(prefillTp = 2, decodeTp = 16)
    @Blocks(transferred = 4, cached = 13, kvHeads = 16)
    @PagedServing(requests = 300, inFlight = 3, mostBlocks = 4, latePollPercent = 10, latePollMillis = 2)
    void prefillKeepsItsBlocksUntilTheLastOfManyReadersIsDone() {}

    @TransferTest
    @Requirement("B2")
    @Topology(prefillTp = 4, decodeTp = 1)
    @Topology(prefillTp = 8, decodeTp = 1)
    void everyHeadComesFromOneOfManyRanks() {}

    @TransferTest
    @Requirement("B2")
    @FromLevel(FULL)
    @Topology(prefillTp = 8, decodeTp = 2)
    @Topology(prefillTp = 16, decodeTp = 2)
    @Blocks(transferred = 32, cached = 256, layers = 4, kvHeads = 16)
    void everyHeadOfTwoRanksComesFromOneOfMany() {}

    /** Every prefill rank has the latent. All but one of those that a decode rank could read are only told. */
    @TransferTest
    @Requirement("B4")
    @Topology(prefillTp = 2, decodeTp = 1)
    @Topology(prefillTp = 4, decodeTp = 2)
    @Blocks(kvHeads = 1, headDim = 576, attention = MLA)
    void theLatentIsReadFromOneRankAndAllAreTold() {}

    /** A prefill rank that is not told keeps its blocks, and caches of three requests soon have none. */
    @TransferTest
    @Requirement("B4")
    @Topology(prefillTp = 4, decodeTp = 2)
    @Blocks(transferred = 4, cached = 13, kvHeads = 1, headDim = 576, attention = MLA)
    @PagedServing(requests = 40, inFlight = 4, mostBlocks = 4)
    void everyRankThatIsToldFreesItsBlocks() {}

    /** Passes by being caught: heads are contiguous in HND alone, and prefill has NHD. */
    @TransferTest
    @Requirement("B6")
    @Topology(prefillTp = 1, decodeTp = 2)
    @Mutated(WRONG_LAYOUT)
    @ExpectCaught(MISPLACED)
    void headsOutOfBlocksInAnotherLayoutAreCaught() {}

    /** Whole blocks are no safer. */
    @TransferTest
    @Requirement("B6")
    @Topology(prefillTp = 1, decodeTp = 1)
    @Mutated(WRONG_LAYOUT)
    @ExpectCaught(MISPLACED)
    void wholeBlocksInAnotherLayoutAreCaught() {}
}
