package org.nixlconform.conformance;

import static org.nixlconform.plan.Backend.UCX;
import static org.nixlconform.plan.Operation.READ;
import static org.nixlconform.plan.Role.DECODE;

import org.nixlconform.jupiter.Backends;
import org.nixlconform.jupiter.Blocks;
import org.nixlconform.jupiter.Direction;
import org.nixlconform.jupiter.ExpectCompletion;
import org.nixlconform.jupiter.ExpectIntegrity;
import org.nixlconform.jupiter.Requirement;
import org.nixlconform.jupiter.Topology;
import org.nixlconform.jupiter.TransferTest;

/** Prefill has more ranks than decode: a decode rank puts each block together from several prefill ranks. */
@Backends(UCX)
@Direction(operation = READ, initiator = DECODE)
@ExpectIntegrity
@ExpectCompletion(withinSeconds = 30, stallSeconds = 5)
public class GatherConformance {

    @TransferTest
    @Requirement("B2")
    @Topology(prefillTp = 2, decodeTp = 1)
    @Topology(prefillTp = 4, decodeTp = 2)
    @Blocks(transferred = 32, cached = 256, layers = 4, kvHeads = 8, headDim = 128, tokensPerBlock = 16)
    void everyHeadComesFromTheRankThatHoldsIt() {}
}
