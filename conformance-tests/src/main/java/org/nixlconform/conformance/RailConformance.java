package org.nixlconform.conformance;

import static org.nixlconform.jupiter.Level.FULL;
import static org.nixlconform.plan.Backend.LIBFABRIC;
import static org.nixlconform.plan.Operation.READ;
import static org.nixlconform.plan.Role.DECODE;

import org.nixlconform.jupiter.AllowEngineLog;
import org.nixlconform.jupiter.Backends;
import org.nixlconform.jupiter.Blocks;
import org.nixlconform.jupiter.Direction;
import org.nixlconform.jupiter.Environments;
import org.nixlconform.jupiter.ExpectCompletion;
import org.nixlconform.jupiter.ExpectIntegrity;
import org.nixlconform.jupiter.FromLevel;
import org.nixlconform.jupiter.Iterations;
import org.nixlconform.jupiter.Rails;
import org.nixlconform.jupiter.Requirement;
import org.nixlconform.jupiter.Topology;
import org.nixlconform.jupiter.TransferTest;

/**
 * How many rails the sides have. The one block of a cache is the whole of it: the first releases take every block for the
 * first, which other cases are about.
 */
@Backends(LIBFABRIC)
@Topology
@Direction(operation = READ, initiator = DECODE)
@Blocks(transferred = 1, cached = 1, layers = 4)
@Iterations(1)
@ExpectIntegrity
@ExpectCompletion(withinSeconds = 60, stallSeconds = 10)
@AllowEngineLog(pattern = "Rail count mismatch", because = "the sides have different rails on purpose")
@AllowEngineLog(
        pattern = "fi_cq_read returned error -4 |fi_cq_readerr failed with -11$"
                + "|Failed to process completions? on control rail",
        because = "0.6.1 tells of a wait that a signal interrupted, as by one who looks at its stacks")
public class RailConformance {

    /** The table of a report from the field: one rail, four against more, and a filter that changes nothing. */
    @TransferTest
    @Requirement("R2")
    @Environments("seed-v56*")
    void theRowsOfTheFieldMoveTheirBlock() {}

    @TransferTest
    @Requirement("R1")
    @Environments("libfabric-simulated-efa")
    @Rails(prefill = 32, decode = 32)
    void aBlockArrivesOverAllRailsOfAP5() {}

    @TransferTest
    @FromLevel(FULL)
    @Requirement("R1")
    @Environments("libfabric-simulated-efa")
    @Rails(prefill = 1, decode = 1)
    @Rails(prefill = 2, decode = 2)
    @Rails(prefill = 4, decode = 4)
    @Rails(prefill = 8, decode = 8)
    @Rails(prefill = 16, decode = 16)
    void aBlockArrivesOverAsManyRailsOnBothSides() {}

    @TransferTest
    @Requirement("R2")
    @Environments("libfabric-simulated-efa")
    @Rails(prefill = 4, decode = 2)
    void aBlockArrivesWhereTheSidesHaveDifferentRails() {}

    @TransferTest
    @FromLevel(FULL)
    @Requirement("R2")
    @Environments("libfabric-simulated-efa")
    @Rails(prefill = 1, decode = 2)
    @Rails(prefill = 2, decode = 4)
    @Rails(prefill = 8, decode = 1)
    @Rails(prefill = 1, decode = 32)
    @Rails(prefill = 32, decode = 8)
    void aBlockArrivesHoweverDifferentTheRailsAre() {}
}
