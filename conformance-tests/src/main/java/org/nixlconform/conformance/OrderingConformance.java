package org.nixlconform.conformance;

import static org.nixlconform.jupiter.Level.FULL;
import static org.nixlconform.message.FindingKind.CAPTURE_REFUSED;
import static org.nixlconform.message.FindingKind.GRAPH_MISMATCH;
import static org.nixlconform.message.FindingKind.STALE;
import static org.nixlconform.message.FindingKind.ZERO;
import static org.nixlconform.plan.Backend.UCX;
import static org.nixlconform.plan.MemoryKind.VRAM;
import static org.nixlconform.plan.Operation.READ;
import static org.nixlconform.plan.Operation.WRITE;
import static org.nixlconform.plan.Role.DECODE;
import static org.nixlconform.plan.Role.PREFILL;
import static org.nixlconform.plan.StreamOrder.Fence.EVENT;
import static org.nixlconform.plan.StreamOrder.Fence.NONE;
import static org.nixlconform.plan.StreamOrder.Fence.STREAM;
import static org.nixlconform.plan.StreamOrder.Work.CALLS_ON_OTHER_GPU;
import static org.nixlconform.plan.StreamOrder.Work.CALLS_WITHOUT_CONTEXT;
import static org.nixlconform.plan.StreamOrder.Work.CAPTURE_BESIDE;
import static org.nixlconform.plan.StreamOrder.Work.FILL_BEFORE_OFFER;
import static org.nixlconform.plan.StreamOrder.Work.GRAPH_BESIDE;
import static org.nixlconform.plan.StreamOrder.Work.GRAPH_HANDOVER;
import static org.nixlconform.plan.StreamOrder.Work.GRAPH_REUSE;
import static org.nixlconform.plan.StreamOrder.Work.KERNEL_AFTER_DONE;
import static org.nixlconform.plan.StreamOrder.Work.MODULES_BESIDE;
import static org.nixlconform.plan.StreamOrder.Work.STALE_WRITER_QUEUED;
import static org.nixlconform.plan.StreamOrder.Work.THREAD_CAPTURE_BESIDE;
import static org.nixlconform.plan.StreamOrder.Work.ZERO_FILL_QUEUED;

import org.nixlconform.jupiter.Backends;
import org.nixlconform.jupiter.Blocks;
import org.nixlconform.jupiter.Direction;
import org.nixlconform.jupiter.ExpectCaught;
import org.nixlconform.jupiter.ExpectCompletion;
import org.nixlconform.jupiter.ExpectIntegrity;
import org.nixlconform.jupiter.FromLevel;
import org.nixlconform.jupiter.Iterations;
import org.nixlconform.jupiter.Memory;
import org.nixlconform.jupiter.Requirement;
import org.nixlconform.jupiter.StreamOrder;
import org.nixlconform.jupiter.Topology;
import org.nixlconform.jupiter.TransferTest;

/** Transfers and kernels on streams of the same GPU: in order where the engine keeps them so, and seen where it does not. */
@Topology
@Backends(UCX)
@Memory(VRAM)
@Direction(operation = READ, initiator = DECODE)
@Direction(operation = WRITE, initiator = PREFILL)
@ExpectIntegrity
@ExpectCompletion(withinSeconds = 60, stallSeconds = 10)
public class OrderingConformance {

    @TransferTest
    @Requirement("E1")
    @Blocks(transferred = 64, cached = 256, layers = 8)
    @Iterations(30)
    @StreamOrder(KERNEL_AFTER_DONE)
    void aKernelLaunchedAtDoneSeesEveryBlock() {}

    @TransferTest
    @Requirement("E1")
    @Direction(operation = READ, initiator = DECODE)
    @Iterations(1)
    @StreamOrder(value = KERNEL_AFTER_DONE, repeats = 500)
    void aKernelLaunchedAtDoneSeesEveryBlockTimeAfterTime() {}

    @TransferTest
    @Requirement("E1")
    @FromLevel(FULL)
    @Direction(operation = READ, initiator = DECODE)
    @Iterations(1)
    @StreamOrder(value = KERNEL_AFTER_DONE, repeats = 100_000)
    @ExpectCompletion(withinSeconds = 900, stallSeconds = 10)
    void aKernelLaunchedAtDoneSeesEveryBlockAHundredThousandTimes() {}

    @TransferTest
    @Requirement("E2")
    @StreamOrder(value = FILL_BEFORE_OFFER, fence = EVENT)
    void blocksAreOfferedWhenAnEventSaysThatTheyAreFilled() {}

    @TransferTest
    @Requirement("E2")
    @StreamOrder(value = FILL_BEFORE_OFFER, fence = STREAM)
    void blocksAreOfferedWhenTheStreamThatFillsThemIsEmpty() {}

    @TransferTest
    @Requirement("E2")
    @StreamOrder(value = FILL_BEFORE_OFFER, fence = NONE)
    @ExpectCaught(STALE)
    void blocksThatAreOfferedBeforeTheyAreFilledAreFound() {}

    @TransferTest
    @Requirement("E3")
    @StreamOrder(value = ZERO_FILL_QUEUED, fence = EVENT)
    void blocksAreReceivedAfterTheirZeroFill() {}

    @TransferTest
    @Requirement("E3")
    @StreamOrder(value = ZERO_FILL_QUEUED, fence = NONE)
    @ExpectCaught(ZERO)
    void aZeroFillThatLandsOnReceivedBlocksIsFound() {}

    @TransferTest
    @Requirement("E4")
    @StreamOrder(value = STALE_WRITER_QUEUED, fence = EVENT)
    void blocksAreReceivedAfterTheirOlderOwnersLastWrite() {}

    @TransferTest
    @Requirement("E4")
    @StreamOrder(value = STALE_WRITER_QUEUED, fence = NONE)
    @ExpectCaught(STALE)
    void anOlderOwnersWriteOnReceivedBlocksIsFound() {}

    @TransferTest
    @Requirement("E5")
    @StreamOrder(GRAPH_BESIDE)
    void aGraphReplaysBesideBlocksThatArrive() {}

    @TransferTest
    @Requirement("E6")
    @StreamOrder(GRAPH_HANDOVER)
    void aGraphReadsWhatCameOnceItsBlockTableSaysSo() {}

    @TransferTest
    @Requirement("E6")
    @StreamOrder(value = GRAPH_HANDOVER, fence = NONE)
    @ExpectCaught(GRAPH_MISMATCH)
    void aBlockTableThatIsAheadOfTheTransferIsFound() {}

    @TransferTest
    @Requirement("E7")
    @Blocks(transferred = 8, cached = 26)
    @Iterations(60)
    @StreamOrder(GRAPH_REUSE)
    void aGraphReadsWhatEarlierRequestsLeftUntilTheirBlocksAreTaken() {}

    @TransferTest
    @Requirement("E7")
    @Blocks(transferred = 8, cached = 18)
    @Iterations(6)
    @StreamOrder(value = GRAPH_REUSE, fence = NONE)
    @ExpectCaught(GRAPH_MISMATCH)
    void aGraphThatReadsBlocksWhichAreTakenIsFound() {}

    @TransferTest
    @Requirement("E8")
    @Blocks(transferred = 64, cached = 256, layers = 8)
    @Iterations(10)
    @StreamOrder(CAPTURE_BESIDE)
    void graphsAreCapturedWhileBlocksMove() {}

    @TransferTest
    @Requirement("E8")
    @Blocks(transferred = 64, cached = 256, layers = 8)
    @Iterations(10)
    @StreamOrder(THREAD_CAPTURE_BESIDE)
    void graphsAreCapturedByOneThreadAloneWhileBlocksMove() {}

    @TransferTest
    @Requirement("E8")
    @Blocks(transferred = 64, cached = 256, layers = 8)
    @Iterations(10)
    @StreamOrder(MODULES_BESIDE)
    void modulesAreLoadedWhileBlocksMove() {}

    @TransferTest
    @Requirement("E8")
    @StreamOrder(value = THREAD_CAPTURE_BESIDE, fence = NONE)
    @ExpectCaught(CAPTURE_REFUSED)
    void aCaptureThatIsDisturbedIsFound() {}

    @TransferTest
    @Requirement("E9")
    @StreamOrder(CALLS_WITHOUT_CONTEXT)
    void threadsWithoutAContextMoveBlocks() {}

    @TransferTest
    @Requirement("E9")
    @StreamOrder(CALLS_ON_OTHER_GPU)
    void threadsWithTheContextOfAnotherGpuMoveBlocks() {}
}
