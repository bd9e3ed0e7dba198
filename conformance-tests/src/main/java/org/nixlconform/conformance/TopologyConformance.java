package org.nixlconform.conformance;

import static org.nixlconform.jupiter.Level.FULL;
import static org.nixlconform.plan.Backend.LIBFABRIC;
import static org.nixlconform.plan.Backend.UCX;
import static org.nixlconform.plan.MemoryKind.DRAM;
import static org.nixlconform.plan.MemoryKind.VRAM;
import static org.nixlconform.plan.Operation.READ;
import static org.nixlconform.plan.Operation.WRITE;
import static org.nixlconform.plan.Pairing.ROUND_ROBIN;
import static org.nixlconform.plan.Placement.PACK;
import static org.nixlconform.plan.Placement.SPREAD;
import static org.nixlconform.plan.Role.DECODE;
import static org.nixlconform.plan.Role.PREFILL;

import org.nixlconform.jupiter.Backends;
import org.nixlconform.jupiter.Direction;
import org.nixlconform.jupiter.ExpectCompletion;
import org.nixlconform.jupiter.ExpectIntegrity;
import org.nixlconform.jupiter.FromLevel;
import org.nixlconform.jupiter.Memory;
import org.nixlconform.jupiter.Requirement;
import org.nixlconform.jupiter.Topology;
import org.nixlconform.jupiter.TransferTest;

/**
 * The topologies that were reported from the field, on one node and across nodes. The cache is the default of
 * {@link org.nixlconform.jupiter.Blocks}, 10 of 100 blocks and 2 layers: a request of 1.3 MB says nothing of throughput.
 */
@Backends(UCX)
@Memory({DRAM, VRAM})
@Direction(operation = READ, initiator = DECODE)
@Direction(operation = WRITE, initiator = PREFILL)
@ExpectIntegrity
@ExpectCompletion(withinSeconds = 60, stallSeconds = 10)
public class TopologyConformance {

    @TransferTest
    @Requirement("T1")
    @Topology(
            prefillTp = 1,
            decodeTp = 1,
            placement = {PACK, SPREAD})
    @Topology(
            prefillEngines = 4,
            prefillTp = 1,
            decodeEngines = 2,
            decodeTp = 1,
            placement = {PACK, SPREAD})
    @Topology(
            prefillTp = 2,
            decodeTp = 2,
            placement = {PACK, SPREAD})
    @Topology(
            prefillTp = 4,
            decodeTp = 4,
            placement = {PACK, SPREAD})
    void everyBlockArrivesAtEqualTp() {}

    @TransferTest
    @Requirement("T2")
    @Topology(
            prefillTp = 1,
            decodeTp = 2,
            placement = {PACK, SPREAD})
    @Topology(
            prefillTp = 1,
            decodeEngines = 2,
            decodeTp = 2,
            placement = {PACK, SPREAD})
    @Topology(
            prefillTp = 4,
            decodeTp = 8,
            placement = {PACK, SPREAD})
    @Topology(
            prefillEngines = 4,
            prefillTp = 4,
            decodeEngines = 8,
            decodeTp = 8,
            placement = {PACK, SPREAD})
    void everyBlockArrivesWhereDecodeHasMoreRanks() {}

    /** Each of the four ranks of a side is in a request with both engines of the other. */
    @TransferTest
    @Requirement("B8")
    @Topology(
            prefillEngines = 2,
            prefillTp = 2,
            decodeEngines = 2,
            decodeTp = 2,
            placement = {PACK, SPREAD})
    void everyBlockArrivesInAMeshOfEnginesOfSeveralRanks() {}

    /** The rows of the field's table whose ranks two cores can carry, in device memory only where that can be had. */
    @TransferTest
    @Requirement("T4")
    @Backends(LIBFABRIC)
    @Direction(operation = READ, initiator = DECODE)
    @Topology(
            prefillTp = 1,
            decodeTp = 1,
            placement = {PACK, SPREAD})
    @Topology(
            prefillEngines = 4,
            prefillTp = 1,
            decodeEngines = 2,
            decodeTp = 1,
            placement = {PACK, SPREAD})
    @Topology(
            prefillTp = 2,
            decodeTp = 2,
            placement = {PACK, SPREAD})
    @Topology(
            prefillTp = 1,
            decodeEngines = 2,
            decodeTp = 2,
            placement = {PACK, SPREAD})
    void everyBlockArrivesOverLibfabric() {}

    /** The last row: 80 ranks, each with the threads of its plug-in. */
    @TransferTest
    @Requirement("T4")
    @FromLevel(FULL)
    @Backends(LIBFABRIC)
    @Direction(operation = READ, initiator = DECODE)
    @Direction(operation = WRITE, initiator = PREFILL)
    @ExpectCompletion(withinSeconds = 120, stallSeconds = 60)
    @Topology(
            prefillEngines = 4,
            prefillTp = 4,
            decodeEngines = 8,
            decodeTp = 8,
            placement = {PACK, SPREAD})
    void everyBlockArrivesOverLibfabricBetween80Ranks() {}

    @TransferTest
    @Requirement("T3")
    @Direction(operation = READ, initiator = DECODE)
    @Topology(
            prefillEngines = 2,
            decodeEngines = 4,
            pairing = ROUND_ROBIN,
            placement = {PACK, SPREAD})
    void everyBlockArrivesFromTheOnePrefillEngineOfARoundRobin() {}
}
