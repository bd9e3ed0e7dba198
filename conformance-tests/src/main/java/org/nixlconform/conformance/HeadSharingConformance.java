package org.nixlconform.conformance;

import static org.nixlconform.jupiter.Level.FULL;
import static org.nixlconform.plan.Attention.MHA;
import static org.nixlconform.plan.Attention.MLA;
import static org.nixlconform.plan.Backend.LIBFABRIC;
import static org.nixlconform.plan.Backend.UCX;
import static org.nixlconform.plan.Layout.NHD;
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
import org.nixlconform.jupiter.Requirement;
import org.nixlconform.jupiter.Topology;
import org.nixlconform.jupiter.TransferTest;

/** How KV heads are shared out over ranks, and in which order they lie in a block. */
@Backends(UCX)
@Direction(operation = READ, initiator = DECODE)
@ExpectIntegrity
@ExpectCompletion(withinSeconds = 60, stallSeconds = 10)
public class HeadSharingConformance {

    /** Two heads over four ranks: each head lies on two ranks of decode. */
    @TransferTest
    @Requirement("B3")
    @Topology(prefillTp = 4, decodeTp = 4)
    @Topology(prefillTp = 2, decodeTp = 4)
    @Blocks(kvHeads = 2)
    void everyReplicaOfAHeadIsWhole() {}

    @TransferTest
    @FromLevel(FULL)
    @Requirement("B3")
    @Direction(operation = WRITE, initiator = PREFILL)
    @Topology(prefillTp = 4, decodeTp = 4)
    @Topology(prefillTp = 2, decodeTp = 4)
    @Blocks(kvHeads = 2)
    void everyReplicaOfAHeadIsWrittenWhole() {}

    @TransferTest
    @Requirement("H1")
    @Topology(prefillTp = 2, decodeTp = 2)
    @Blocks(layout = NHD)
    void blocksWithTokensOutermostArriveAtEqualTp() {}

    @TransferTest
    @Backends({UCX, LIBFABRIC})
    @Requirement("H2")
    @Topology(prefillTp = 2, decodeTp = 4)
    @Blocks(kvHeads = 32, headDim = 64, attention = MHA)
    void everyHeadArrivesWhereNoneIsShared() {}

    /** The latent of 512 + 64 elements is whole on every rank. */
    @TransferTest
    @Requirement("H3")
    @Topology(prefillTp = 2, decodeTp = 2)
    @Topology(prefillTp = 1, decodeTp = 2)
    @Blocks(kvHeads = 1, headDim = 576, attention = MLA)
    void theWholeLatentArrivesOnEveryRank() {}
}
