package org.nixlconform.conformance;

import static org.nixlconform.jupiter.Level.FULL;
import static org.nixlconform.jupiter.Level.SOAK;
import static org.nixlconform.message.FindingKind.MISPLACED;
import static org.nixlconform.message.FindingKind.OVERRUN;
import static org.nixlconform.message.FindingKind.STALE;
import static org.nixlconform.message.FindingKind.TORN;
import static org.nixlconform.plan.Backend.LIBFABRIC;
import static org.nixlconform.plan.Backend.UCX;
import static org.nixlconform.plan.MemoryKind.DRAM;
import static org.nixlconform.plan.MemoryKind.VRAM;
import static org.nixlconform.plan.Mutation.REUSED_BEFORE_NOTIFICATION;
import static org.nixlconform.plan.Mutation.REUSED_WITHOUT_QUARANTINE;
import static org.nixlconform.plan.Operation.READ;
import static org.nixlconform.plan.Operation.WRITE;
import static org.nixlconform.plan.Role.DECODE;
import static org.nixlconform.plan.Role.PREFILL;

import org.nixlconform.jupiter.AllowEngineLog;
import org.nixlconform.jupiter.Backends;
import org.nixlconform.jupiter.Blocks;
import org.nixlconform.jupiter.Direction;
import org.nixlconform.jupiter.ExpectCaught;
import org.nixlconform.jupiter.ExpectCompletion;
import org.nixlconform.jupiter.ExpectIntegrity;
import org.nixlconform.jupiter.FromLevel;
import org.nixlconform.jupiter.Memory;
import org.nixlconform.jupiter.Mutated;
import org.nixlconform.jupiter.PagedServing;
import org.nixlconform.jupiter.Requirement;
import org.nixlconform.jupiter.Topology;
import org.nixlconform.jupiter.TransferTest;

/** Many requests at once out of caches whose blocks are reused, as serving engines have them. */
@Backends(UCX)
@Direction(operation = READ, initiator = DECODE)
@ExpectIntegrity
@ExpectCompletion(withinSeconds = 60, stallSeconds = 10)
public class ServingConformance {
    private static final String GONE = "the case reads from an agent that is gone, and NIXL says so";

    /** One block a request, three in the cache: the next request is written over it as soon as it was notified. */
    @TransferTest
    @Requirement("C1")
    @Topology
    @Memory({DRAM, VRAM})
    @Blocks(transferred = 1, cached = 3)
    @PagedServing(requests = 500, inFlight = 2, mostBlocks = 1, refillInHandler = true)
    void aBlockMayBeWrittenOverAsSoonAsItsNotificationCame() {}

    @TransferTest
    @FromLevel(FULL)
    @Requirement("C1")
    @Topology
    @Blocks(transferred = 1, cached = 3)
    @PagedServing(requests = 100_000, inFlight = 2, mostBlocks = 1, refillInHandler = true)
    void aBlockMayBeWrittenOverAHundredThousandTimes() {}

    @TransferTest
    @Requirement("D1")
    @Topology
    @Backends({UCX, LIBFABRIC})
    @Memory({DRAM, VRAM})
    @Blocks(transferred = 4, cached = 13)
    @PagedServing(requests = 300, inFlight = 4, mostBlocks = 4)
    void blocksThatWrapEveryFewRequestsHoldTheirOwnRequest() {}

    /** The suite must see it where prefill does not wait, or it proves nothing where prefill does. */
    @TransferTest
    @Requirement("D2")
    @Topology
    @Blocks(transferred = 4, cached = 13)
    @PagedServing(requests = 300, inFlight = 4, mostBlocks = 4)
    @Mutated(REUSED_BEFORE_NOTIFICATION)
    @ExpectCaught({STALE, TORN})
    void blocksThatAreReusedTooEarlyAreCaught() {}

    @TransferTest
    @Requirement("G1")
    @Topology(prefillTp = 2, decodeTp = 4)
    @Topology(prefillTp = 4, decodeTp = 2)
    @Memory({DRAM, VRAM})
    @Blocks(transferred = 4, cached = 24)
    @PagedServing(
            requests = 100,
            inFlight = 6,
            mostBlocks = 6,
            prefixHitPercent = 25,
            abortPercent = 5,
            latePollPercent = 5,
            latePollMillis = 2)
    void everyRequestIsServedWhateverBecomesOfTheOthers() {}

    /** What waits for decode longer than its lease is written over, read or not. */
    @TransferTest
    @Requirement("D6")
    @Topology
    @Blocks(transferred = 4, cached = 24)
    @PagedServing(
            requests = 60,
            inFlight = 6,
            mostBlocks = 4,
            leaseMillis = 50,
            latePostPercent = 20,
            latePostMillis = 150)
    @ExpectCaught({STALE, TORN})
    void blocksThatAreReadAfterTheirLeaseRanOutAreCaught() {}

    @TransferTest
    @Requirement("G1")
    @Topology
    @Blocks(transferred = 4, cached = 24)
    @PagedServing(
            requests = 24,
            inFlight = 6,
            mostBlocks = 4,
            leaseMillis = 2_000,
            heartbeats = true,
            latePostPercent = 20,
            latePostMillis = 2_500)
    void blocksThatDecodeKeepsAliveOutliveTheirLease() {}

    @TransferTest
    @Requirement("D3")
    @Topology
    @Blocks(transferred = 6, cached = 19)
    @PagedServing(
            requests = 300,
            inFlight = 5,
            mostBlocks = 6,
            dropPercent = 20,
            latePostPercent = 30,
            latePostMillis = 5)
    void blocksOfADroppedRequestAreReusedWhenNothingMovesToThem() {}

    @TransferTest
    @Requirement("D3")
    @Topology
    @Blocks(transferred = 6, cached = 19)
    @PagedServing(
            requests = 300,
            inFlight = 5,
            mostBlocks = 6,
            dropPercent = 20,
            latePostPercent = 30,
            latePostMillis = 5)
    @Mutated(REUSED_WITHOUT_QUARANTINE)
    @ExpectCaught({STALE, TORN, MISPLACED, OVERRUN})
    void blocksOfADroppedRequestThatAreReusedAtOnceAreCaught() {}

    /** Of the two transfers of a request, from two ranks, one is to an agent that is gone, and fails while the other moves. */
    @TransferTest
    @Requirement("D5")
    @AllowEngineLog(
            pattern = "remote agent 'prefill-0-rank-[01][.]gone' was (disconnected|invalidated)",
            because = GONE)
    @Topology(prefillTp = 2, decodeTp = 1)
    @Blocks(transferred = 6, cached = 19)
    @PagedServing(
            requests = 120,
            inFlight = 5,
            mostBlocks = 6,
            failPercent = 20,
            latePostPercent = 30,
            latePostMillis = 5)
    void blocksAreReusedWhenAllTransfersOfARequestHaveEndedWhicheverFailed() {}

    @TransferTest
    @Requirement("D5")
    @AllowEngineLog(
            pattern = "remote agent 'prefill-0-rank-[01][.]gone' was (disconnected|invalidated)",
            because = GONE)
    @Topology(prefillTp = 2, decodeTp = 1)
    @Blocks(transferred = 6, cached = 19)
    @PagedServing(
            requests = 120,
            inFlight = 5,
            mostBlocks = 6,
            failPercent = 40,
            latePostPercent = 60,
            latePostMillis = 20)
    @Mutated(REUSED_WITHOUT_QUARANTINE)
    @ExpectCaught({STALE, TORN, MISPLACED, OVERRUN})
    void blocksThatAreReusedWhenTheFirstTransferFailedAreCaught() {}

    @TransferTest
    @Requirement("G3")
    @Topology(prefillTp = 1, decodeTp = 2)
    @Direction(operation = READ, initiator = DECODE)
    @Direction(operation = WRITE, initiator = PREFILL)
    @Blocks(transferred = 4, cached = 24, layers = 8)
    @PagedServing(requests = 100, inFlight = 4, mostBlocks = 4, abortPercent = 5, layerGroups = 4)
    void layersThatMoveAsTheyAreFilledArriveWhole() {}

    @TransferTest
    @Requirement("G2")
    @Topology(prefillTp = 2, decodeTp = 1)
    @Direction(operation = WRITE, initiator = PREFILL)
    @Memory({DRAM, VRAM})
    @Blocks(transferred = 4, cached = 24)
    @PagedServing(
            requests = 150,
            inFlight = 6,
            mostBlocks = 6,
            prefixHitPercent = 25,
            abortPercent = 5,
            latePollPercent = 5,
            latePollMillis = 2,
            registeredFirstPercent = 50)
    void requestsArePushedWhetherDecodeOrPrefillWasFirst() {}

    @TransferTest
    @Requirement("C2")
    @Topology
    @Direction(operation = WRITE, initiator = PREFILL)
    @Memory({DRAM, VRAM})
    @Blocks(transferred = 4, cached = 13)
    @PagedServing(requests = 300, inFlight = 4, mostBlocks = 4)
    void whatIsWrittenIsThereWhenItsNotificationCame() {}

    /** Ten minutes of everything at once. Nothing is wrong in it, and nothing grows. */
    @TransferTest
    @FromLevel(SOAK)
    @Requirement("G1")
    @Topology(prefillTp = 1, decodeTp = 2)
    @Blocks(transferred = 6, cached = 40, layers = 16)
    @PagedServing(
            requests = 300_000,
            seconds = 600,
            inFlight = 6,
            mostBlocks = 8,
            prefixHitPercent = 25,
            abortPercent = 5,
            dropPercent = 5,
            latePollPercent = 5,
            latePollMillis = 20,
            latePostPercent = 5,
            latePostMillis = 30,
            leaseMillis = 5_000,
            heartbeats = true)
    void tenMinutesOfRequestsAreServed() {}
}
