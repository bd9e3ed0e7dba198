package org.nixlconform.conformance;

import static org.nixlconform.jupiter.Level.FULL;
import static org.nixlconform.jupiter.NotificationStorm.ProgressThread.OFF;
import static org.nixlconform.jupiter.NotificationStorm.ProgressThread.ON;
import static org.nixlconform.plan.Backend.LIBFABRIC;
import static org.nixlconform.plan.Backend.UCX;
import static org.nixlconform.plan.Operation.READ;
import static org.nixlconform.plan.Operation.WRITE;
import static org.nixlconform.plan.Role.DECODE;
import static org.nixlconform.plan.Role.PREFILL;

import org.nixlconform.jupiter.Backends;
import org.nixlconform.jupiter.Blocks;
import org.nixlconform.jupiter.Direction;
import org.nixlconform.jupiter.ExpectCompletion;
import org.nixlconform.jupiter.ExpectIntegrity;
import org.nixlconform.jupiter.FromLevel;
import org.nixlconform.jupiter.NotificationStorm;
import org.nixlconform.jupiter.Requirement;
import org.nixlconform.jupiter.Topology;
import org.nixlconform.jupiter.TransferTest;

/** Notifications in large numbers, of all sizes and at odd times: each comes once, as it was sent, from who sent it. */
@Topology
@Backends(UCX)
@Direction(operation = READ, initiator = DECODE)
@Blocks(transferred = 8, cached = 29, layers = 2, kvHeads = 2, headDim = 64, tokensPerBlock = 4)
@ExpectIntegrity
@ExpectCompletion(withinSeconds = 60, stallSeconds = 10)
public class NotificationConformance {

    /** Any bytes, a zero and a colon in each; two initiators and two targets tell them apart. */
    @TransferTest
    @Requirement("C3")
    @Topology(prefillTp = 2, decodeTp = 2)
    @NotificationStorm(
            transfers = 5_000,
            standalone = 1,
            textBytes = {5, 8, 13, 16, 33, 100, 656},
            inFlight = 8)
    void eachOfTwentyThousandComesOnce() {}

    @TransferTest
    @Requirement("C3")
    @NotificationStorm(
            transfers = 100,
            standalone = 2,
            textBytes = {0})
    void anEmptyOneComesToo() {}

    @TransferTest
    @Requirement("C4")
    @NotificationStorm(transfers = 20, inFlight = 1, pollDelayMillis = 50)
    void aTargetIsToldSoonAfterItsInitiatorPolls() {}

    @TransferTest
    @FromLevel(FULL)
    @Requirement("C4")
    @Backends({UCX, LIBFABRIC})
    @Direction(operation = READ, initiator = DECODE)
    @Direction(operation = WRITE, initiator = PREFILL)
    @NotificationStorm(transfers = 8, inFlight = 1, pollDelayMillis = 2_000)
    void aTargetIsToldSoonAfterItsInitiatorPollsAtLast() {}

    @TransferTest
    @Requirement("C5")
    @NotificationStorm(
            transfers = 20,
            perSecond = 20,
            targetPollMillis = 200,
            quietMillis = 400,
            progressThread = {ON, OFF})
    void aTargetThatSeldomLooksIsToldInItsNextLook() {}

    @TransferTest
    @FromLevel(FULL)
    @Requirement("C5")
    @Backends({UCX, LIBFABRIC})
    @Direction(operation = READ, initiator = DECODE)
    @Direction(operation = WRITE, initiator = PREFILL)
    @NotificationStorm(
            transfers = 100,
            perSecond = 20,
            targetPollMillis = 200,
            quietMillis = 400,
            progressThread = {ON, OFF})
    void aTargetThatSeldomLooksIsToldWhateverMovesBlocks() {}

    @TransferTest
    @Requirement("C6")
    @NotificationStorm(
            transfers = 300,
            standalone = 20,
            textBytes = {24, 24, 40})
    void heartbeatsDoNotDisturbThoseOfTransfers() {}

    @TransferTest
    @Requirement("C7")
    @Backends({UCX, LIBFABRIC})
    @NotificationStorm(
            transfers = 96,
            standalone = 1,
            textBytes = {1, 8_171, 8_192, 8_193, 24_576, 204_800},
            inFlight = 8)
    void textsAroundOneFragmentAndFarAboveItStayWhole() {}

    @TransferTest
    @FromLevel(FULL)
    @Requirement("C7")
    @Backends({UCX, LIBFABRIC})
    @Direction(operation = READ, initiator = DECODE)
    @Direction(operation = WRITE, initiator = PREFILL)
    @NotificationStorm(
            transfers = 440,
            standalone = 2,
            textBytes = {1, 8_171, 8_176, 8_184, 8_191, 8_192, 8_193, 16_384, 24_576, 65_536, 204_800},
            inFlight = 8,
            noticeMillis = 10_000)
    void manyTextsAroundOneFragmentStayWhole() {}

    @TransferTest
    @Requirement("C8")
    @Direction(operation = READ, initiator = DECODE)
    @Direction(operation = WRITE, initiator = PREFILL)
    @NotificationStorm(transfers = 2_000, standalone = 1, inFlight = 8)
    void thousandsOfTransfersAreKeptApart() {}

    /** More than 16 bits can number. */
    @TransferTest
    @FromLevel(FULL)
    @Requirement("C8")
    @Backends({UCX, LIBFABRIC})
    @Direction(operation = READ, initiator = DECODE)
    @Direction(operation = WRITE, initiator = PREFILL)
    @ExpectCompletion(withinSeconds = 600, stallSeconds = 20)
    @NotificationStorm(transfers = 70_000, standalone = 1, inFlight = 8, noticeMillis = 10_000)
    void seventyThousandTransfersAreKeptApart() {}

    @TransferTest
    @FromLevel(FULL)
    @Requirement("C10")
    @Topology(decodeEngines = 8)
    @Blocks(transferred = 4, cached = 40, layers = 2, kvHeads = 2, headDim = 64, tokensPerBlock = 4)
    @NotificationStorm(transfers = 500, standalone = 2)
    void manyInitiatorsNotifyOneTarget() {}

    @TransferTest
    @Requirement("C11")
    @Blocks(transferred = 8, cached = 29, layers = 1, kvHeads = 1, headDim = 16, tokensPerBlock = 1)
    @NotificationStorm(transfers = 1_000, inFlight = 8, endsInPost = true)
    void oneThatIsDoneInItsPostIsNotifiedOnce() {}

    @TransferTest
    @Requirement("D7")
    @NotificationStorm(transfers = 5_000, inFlight = 2, mostBlocks = 4)
    void listsServeRandomSubsetsAgainAndAgain() {}

    @TransferTest
    @FromLevel(FULL)
    @Requirement("D7")
    @Backends({UCX, LIBFABRIC})
    @Direction(operation = READ, initiator = DECODE)
    @Direction(operation = WRITE, initiator = PREFILL)
    @Blocks(transferred = 64, cached = 211, layers = 2, kvHeads = 2, headDim = 64, tokensPerBlock = 4)
    @ExpectCompletion(withinSeconds = 600, stallSeconds = 20)
    @NotificationStorm(transfers = 100_000, inFlight = 4, mostBlocks = 8, noticeMillis = 10_000)
    void listsServeAHundredThousandSubsets() {}
}
