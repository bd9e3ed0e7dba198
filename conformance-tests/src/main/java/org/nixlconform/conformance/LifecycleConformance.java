package org.nixlconform.conformance;

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
@AllowEngineLog(pattern = ".", because = "the case asks for what is refused, and NIXL says so")
public class LifecycleConformance {

    @TransferTest
    @Requirement("F10")
    @Environments("ucx-tcp")
    @Blocks(transferred = 512, cached = 600)
    @Teardown({STATUS_BEFORE_POST, POST_WHILE_ACTIVE, POST_WHEN_DONE, POST_AFTER_ERROR})
    void aRequestIsPostedTwice() {}

    @TransferTest
    @Requirement("D4")
    @Environments("ucx-tcp")
    @Blocks(transferred = 1024, cached = 1024)
    @Teardown(RELEASE_IN_FLIGHT)
    void noByteLandsAfterAReleaseThatSucceeded() {}
}
