package org.nixlconform.conformance;

import static org.nixlconform.plan.Operation.WRITE;
import static org.nixlconform.plan.Role.PREFILL;

import org.nixlconform.jupiter.Blocks;
import org.nixlconform.jupiter.Direction;
import org.nixlconform.jupiter.Requirement;

/** Whether anything moves at all: run these first, with {@code -Dit.test=SmokeConformance}. */
@Requirement("S1")
public class SmokeConformance {

    @SmokeTransfer
    @Blocks(transferred = 1)
    void decodeReadsOneBlock() {}

    @SmokeTransfer
    @Direction(operation = WRITE, initiator = PREFILL)
    @Blocks(transferred = 1)
    void prefillWritesOneBlock() {}
}
