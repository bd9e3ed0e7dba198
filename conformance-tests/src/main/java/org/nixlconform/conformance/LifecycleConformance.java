package org.nixlconform.conformance;

import static org.nixlconform.jupiter.Level.FULL;
import static org.nixlconform.plan.Backend.UCX;
import static org.nixlconform.plan.Operation.READ;
import static org.nixlconform.plan.Role.DECODE;
import static org.nixlconform.plan.Trial.*;

import org.nixlconform.jupiter.AllowEngineLog;
import org.nixlconform.jupiter.Backends;
import org.nixlconform.jupiter.Blocks;
import org.nixlconform.jupiter.Direction;
import org.nixlconform.jupiter.Environments;
import org.nixlconform.jupiter.ExpectCompletion;
import org.nixlconform.jupiter.ExpectIntegrity;
import org.nixlconform.jupiter.FromLevel;
import org.nixlconform.jupiter.MetadataChaos;
import org.nixlconform.jupiter.PeerChurn;
import org.nixlconform.jupiter.Requirement;
import org.nixlconform.jupiter.Teardown;
import org.nixlconform.jupiter.Topology;
import org.nixlconform.jupiter.TransferTest;

/** Agents, requests and memory whose life ends early, twice or out of order. */
@Backends(UCX)
@Topology
@Direction(operation = READ, initiator = DECODE)
@ExpectIntegrity
@ExpectCompletion(withinSeconds = 5, stallSeconds = 3)
public class LifecycleConformance {
    private static final String REFUSED = "the case asks for what is refused, and NIXL says so";

    @TransferTest
    @Requirement("F10")
    @AllowEngineLog(pattern = ".", because = REFUSED)
    @Environments("ucx-tcp")
    @Blocks(transferred = 512, cached = 600)
    @Teardown({STATUS_BEFORE_POST, POST_WHILE_ACTIVE, POST_WHEN_DONE, POST_AFTER_ERROR, RELEASE_TWICE})
    void aRequestIsPostedTwice() {}

    /** Every release that was tried hits a known issue here, as in the next of metadata: no part of a quick look. */
    @TransferTest
    @FromLevel(FULL)
    @Requirement("D4")
    @AllowEngineLog(pattern = ".", because = REFUSED)
    @Environments("ucx-tcp")
    @Blocks(transferred = 1024, cached = 1024)
    @Teardown(RELEASE_IN_FLIGHT)
    void noByteLandsAfterAReleaseThatSucceeded() {}

    @TransferTest
    @Requirement("F8")
    @AllowEngineLog(pattern = ".", because = REFUSED)
    @Environments("ucx-tcp")
    @Blocks(transferred = 1024, cached = 1024)
    @Teardown({DEREGISTER_OWN_IN_FLIGHT, DEREGISTER_PEERS_IN_FLIGHT})
    void memoryIsDeregisteredWhileBlocksMove() {}

    @TransferTest
    @Requirement("F7")
    @AllowEngineLog(pattern = ".", because = REFUSED)
    @Environments("ucx-tcp")
    @Blocks(transferred = 1024, cached = 1024)
    @Teardown(INVALIDATE_IN_FLIGHT)
    void aPeerIsForgottenWhileBlocksMove() {}

    @TransferTest
    @Requirement("F9")
    @AllowEngineLog(pattern = ".", because = REFUSED)
    @Teardown({POST_TO_INVALIDATED, POST_TO_DEREGISTERED})
    void whoWaitsForATransferThatCannotBeIsTold() {}

    @TransferTest
    @Requirement("F11")
    @Teardown(value = ORDERS, cycles = 6)
    void agentsEndInEveryOrder() {}

    @TransferTest
    @FromLevel(FULL)
    @Requirement("F11")
    @Teardown(value = ORDERS, cycles = 200)
    void twoHundredAgentsEndInEveryOrder() {}

    /** Releases crash, so that nothing can be tried after it. */
    @TransferTest
    @FromLevel(FULL)
    @Requirement("F10")
    @AllowEngineLog(pattern = ".", because = REFUSED)
    @Teardown(STATUS_AFTER_RELEASE)
    void theStatusOfAReleasedRequest() {}

    @TransferTest
    @FromLevel(FULL)
    @Requirement("F3")
    @AllowEngineLog(pattern = ".", because = REFUSED)
    @MetadataChaos(cuts = 8, flips = 8)
    void damagedMetadataAreRefusedAndTheAgentStaysUsable() {}

    @TransferTest
    @FromLevel(FULL)
    @Requirement("F3")
    @AllowEngineLog(pattern = ".", because = REFUSED)
    @MetadataChaos(cuts = 500, flips = 500)
    void aThousandDamagedMetadataAreRefusedAndTheAgentStaysUsable() {}

    @TransferTest
    @Requirement("F4")
    @AllowEngineLog(pattern = ".", because = REFUSED)
    @PeerChurn(RESTART_UNDER_OLD_NAME)
    void aPrefillEngineComesBack() {}

    @TransferTest
    @FromLevel(FULL)
    @Requirement("F4")
    @AllowEngineLog(pattern = ".", because = REFUSED)
    @PeerChurn(RESTART_UNDER_NEW_NAME)
    void aPrefillEngineComesBackUnderAnotherName() {}

    @TransferTest
    @Requirement("F1")
    @Topology(prefillEngines = 3)
    @PeerChurn(JOIN)
    void aThirdPrefillEngineJoinsWhileBlocksMove() {}

    @TransferTest
    @Requirement("F6")
    @Topology(prefillEngines = 2)
    @PeerChurn(FREEZE)
    void aStoppedPrefillEngineHoldsUpNobodyElse() {}
}
