package org.nixlconform.conformance;

import static org.nixlconform.jupiter.Level.FULL;
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
import org.nixlconform.jupiter.Blocks;
import org.nixlconform.jupiter.Direction;
import org.nixlconform.jupiter.ExpectCompletion;
import org.nixlconform.jupiter.ExpectIntegrity;
import org.nixlconform.jupiter.FromLevel;
import org.nixlconform.jupiter.Memory;
import org.nixlconform.jupiter.PagedServing;
import org.nixlconform.jupiter.Requirement;
import org.nixlconform.jupiter.Topology;
import org.nixlconform.jupiter.TransferTest;

/** The topologies of {@link TopologyConformance}, whose engines serve requests: few and small ones, enough for blocks to wrap. */
@Backends(UCX)
@Memory({DRAM, VRAM})
@Direction(operation = READ, initiator = DECODE)
@Blocks(transferred = 2, cached = 16)
@ExpectIntegrity
@ExpectCompletion(withinSeconds = 60, stallSeconds = 10)
public class ServingTopologyConformance {

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
    @PagedServing(requests = 48, inFlight = 2, mostBlocks = 2, prefixHitPercent = 25)
    void everyRequestIsServedAtEqualTp() {}

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
    @PagedServing(requests = 48, inFlight = 2, mostBlocks = 2, prefixHitPercent = 25)
    void everyRequestIsServedWhereDecodeHasMoreRanks() {}

    @TransferTest
    @Requirement("T3")
    @Topology(
            prefillEngines = 2,
            decodeEngines = 4,
            pairing = ROUND_ROBIN,
            placement = {PACK, SPREAD})
    @PagedServing(requests = 48, inFlight = 2, mostBlocks = 2, prefixHitPercent = 25)
    void everyRequestIsServedByTheOnePrefillEngineOfARoundRobin() {}

    /** Those of many ranks: two cores take long to start them. */
    @TransferTest
    @FromLevel(FULL)
    @Requirement("T2")
    @Direction(operation = READ, initiator = DECODE)
    @Direction(operation = WRITE, initiator = PREFILL)
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
    @PagedServing(requests = 128, inFlight = 2, mostBlocks = 2, prefixHitPercent = 25)
    void everyRequestIsServedBetweenManyRanks() {}

    @TransferTest
    @FromLevel(FULL)
    @Requirement("T1")
    @Direction(operation = WRITE, initiator = PREFILL)
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
    @Topology(
            prefillTp = 1,
            decodeTp = 2,
            placement = {PACK, SPREAD})
    @Topology(
            prefillTp = 1,
            decodeEngines = 2,
            decodeTp = 2,
            placement = {PACK, SPREAD})
    @PagedServing(requests = 48, inFlight = 2, mostBlocks = 2, prefixHitPercent = 25, registeredFirstPercent = 50)
    void everyRequestIsPushed() {}
}
