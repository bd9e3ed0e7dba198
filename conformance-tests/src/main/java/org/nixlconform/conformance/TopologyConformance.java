package org.nixlconform.conformance;

import static org.nixlconform.plan.Backend.UCX;
import static org.nixlconform.plan.Operation.READ;
import static org.nixlconform.plan.Operation.WRITE;
import static org.nixlconform.plan.Role.DECODE;
import static org.nixlconform.plan.Role.PREFILL;

import org.nixlconform.jupiter.Backends;
import org.nixlconform.jupiter.Direction;
import org.nixlconform.jupiter.ExpectCompletion;
import org.nixlconform.jupiter.ExpectIntegrity;
import org.nixlconform.jupiter.ExpectThroughput;
import org.nixlconform.jupiter.Topology;
import org.nixlconform.jupiter.TransferTest;

/** The topologies of the field report: every block arrives, whole and in its place. */
@Backends(UCX)
@Direction(operation = READ, initiator = DECODE)
@Direction(operation = WRITE, initiator = PREFILL)
@ExpectIntegrity
@ExpectCompletion(withinSeconds = 60, stallSeconds = 10)
@ExpectThroughput(shareOfReference = 0.1)
public class TopologyConformance {

    @TransferTest
    @Topology(prefillEngines = 1, prefillTp = 1, decodeEngines = 1, decodeTp = 1)
    @Topology(prefillEngines = 4, prefillTp = 1, decodeEngines = 2, decodeTp = 1)
    @Topology(prefillEngines = 1, prefillTp = 2, decodeEngines = 1, decodeTp = 2)
    void everyBlockArrivesAtEqualTp() {}
}
