package org.nixlconform.conformance;

import static org.nixlconform.jupiter.Level.FULL;
import static org.nixlconform.plan.Backend.LIBFABRIC;
import static org.nixlconform.plan.Backend.UCX;
import static org.nixlconform.plan.Operation.READ;
import static org.nixlconform.plan.Operation.WRITE;
import static org.nixlconform.plan.PeerEnd.Moment.BEFORE_METADATA_IS_LOADED;
import static org.nixlconform.plan.PeerEnd.Moment.IN_FLIGHT;
import static org.nixlconform.plan.Role.DECODE;
import static org.nixlconform.plan.Role.PREFILL;

import org.nixlconform.jupiter.Backends;
import org.nixlconform.jupiter.Blocks;
import org.nixlconform.jupiter.Direction;
import org.nixlconform.jupiter.ExpectCompletion;
import org.nixlconform.jupiter.ExpectIntegrity;
import org.nixlconform.jupiter.FromLevel;
import org.nixlconform.jupiter.Iterations;
import org.nixlconform.jupiter.PeerEnds;
import org.nixlconform.jupiter.Requirement;
import org.nixlconform.jupiter.Topology;
import org.nixlconform.jupiter.TransferTest;
import org.nixlconform.jupiter.UnequalCaches;

/**
 * An engine dies, as engines do, and those that live must come to an end: an error in time, never a call that does not return,
 * and never a transfer that is done without its blocks. What they exchange with others goes on. Every deadline is short,
 * because a library that never notices costs all of it.
 */
@Requirement("F5")
@ExpectIntegrity
@ExpectCompletion(withinSeconds = 3, stallSeconds = 2)
public class LostPeerConformance {

    @TransferTest
    @Backends(UCX)
    @Topology
    @Direction(operation = READ, initiator = DECODE)
    @Iterations(1)
    @PeerEnds(role = PREFILL, when = BEFORE_METADATA_IS_LOADED)
    void metadataOfADeadPeerIsLoadedOrRefusedInTime() {}

    /** Releases from 1.0.0 to 1.5.1 hang in one call or another. */
    @TransferTest
    @FromLevel(FULL)
    @Backends(LIBFABRIC)
    @Topology
    @Direction(operation = READ, initiator = DECODE)
    @Iterations(1)
    @PeerEnds(role = PREFILL, when = BEFORE_METADATA_IS_LOADED)
    void metadataOfADeadPeerIsLoadedOrRefusedInTimeOverLibfabric() {}

    /** The second prefill engine's blocks arrive all the same. */
    @TransferTest
    @Backends(UCX)
    @Topology(prefillEngines = 2)
    @Direction(operation = READ, initiator = DECODE)
    @Blocks(transferred = 64, layers = 32)
    @UnequalCaches(prefillBlocks = 64, decodeBlocks = 128)
    @Iterations(1)
    @PeerEnds(role = PREFILL, when = IN_FLIGHT)
    void aReadWhoseTargetDiesEnds() {}

    @TransferTest
    @FromLevel(FULL)
    @Backends({UCX, LIBFABRIC})
    @Topology
    @Direction(operation = READ, initiator = DECODE)
    @Direction(operation = WRITE, initiator = PREFILL)
    @Blocks(transferred = 128, cached = 128, layers = 32)
    @Iterations(2)
    @PeerEnds(role = PREFILL, when = IN_FLIGHT)
    void prefillDiesInFlight() {}

    @TransferTest
    @FromLevel(FULL)
    @Backends({UCX, LIBFABRIC})
    @Topology
    @Direction(operation = READ, initiator = DECODE)
    @Direction(operation = WRITE, initiator = PREFILL)
    @Blocks(transferred = 128, cached = 128, layers = 32)
    @Iterations(2)
    @PeerEnds(role = DECODE, when = IN_FLIGHT)
    void decodeDiesInFlight() {}
}
