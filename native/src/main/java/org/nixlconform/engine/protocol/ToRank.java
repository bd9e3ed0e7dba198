package org.nixlconform.engine.protocol;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the controller asks of a rank. Each is answered by one {@link FromRank}. {@link Sample} and {@link Cancel} are
 * answered at once, whatever else the rank is doing; the rest one after the other.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "ask")
@JsonSubTypes({
    @JsonSubTypes.Type(value = ToRank.Open.class, name = "open"),
    @JsonSubTypes.Type(value = ToRank.OpenGone.class, name = "openGone"),
    @JsonSubTypes.Type(value = ToRank.Connect.class, name = "connect"),
    @JsonSubTypes.Type(value = ToRank.Prepare.class, name = "prepare"),
    @JsonSubTypes.Type(value = ToRank.TryInvalid.class, name = "try"),
    @JsonSubTypes.Type(value = ToRank.Listen.class, name = "listen"),
    @JsonSubTypes.Type(value = ToRank.Reference.class, name = "reference"),
    @JsonSubTypes.Type(value = ToRank.Arm.class, name = "arm"),
    @JsonSubTypes.Type(value = ToRank.Transfer.class, name = "transfer"),
    @JsonSubTypes.Type(value = ToRank.Verify.class, name = "verify"),
    @JsonSubTypes.Type(value = ToRank.Serve.class, name = "serve"),
    @JsonSubTypes.Type(value = ToRank.Trial.class, name = "trial"),
    @JsonSubTypes.Type(value = ToRank.Storm.class, name = "storm"),
    @JsonSubTypes.Type(value = ToRank.Close.class, name = "close"),
    @JsonSubTypes.Type(value = ToRank.Sample.class, name = "sample"),
    @JsonSubTypes.Type(value = ToRank.Cancel.class, name = "cancel")
})
public sealed interface ToRank {

    /**
     * Load NIXL, create agent and backend, allocate and fill the arena, register it, give the metadata.
     *
     * @param library path of libnixl_capi.so on this node
     * @param payloadSeed of the run
     * @param locationLimit bytes in the location space
     * @param threadSync 0 NONE, 1 STRICT, 2 RW
     * @param idleNanos pause between polls that changed nothing
     * @param source whether this rank's cache is what is moved (prefill)
     * @param streamOrder null where the rank has no work on a stream
     */
    record Open(
            String library,
            long payloadSeed,
            long locationLimit,
            boolean progressThread,
            int threadSync,
            long progressDelayMicroseconds,
            long idleNanos,
            String backend,
            Map<String, String> backendParameters,
            ArenaShape arena,
            boolean source,
            @Nullable StreamOrder streamOrder)
            implements ToRank {}

    /** Names as in the plan's {@code StreamOrder}, and how often each transfer is repeated before it is judged. */
    record StreamOrder(String work, String fence, int repeats) {}

    /**
     * Open a second agent over the same memory, which ends before requests are served. Answered by {@link FromRank.GoneOpened}.
     */
    record OpenGone() implements ToRank {}

    /** Load the metadata of every peer. */
    record Connect(List<Peer> peers) implements ToRank {}

    record Peer(String label, byte[] metadata) {}

    /**
     * Learn the pairs; an initiator prepares its descriptor lists.
     *
     * @param write WRITE; else READ
     * @param wrongOwner plant a fault: remote indices are computed with the own number of blocks
     * @param wrongLength plant a fault: blocks of every remote region are looked for as far apart as those of the first
     * @param wrongState plant a fault: each part of a remote state is looked for where the next one begins, the last where the
     *     first does
     */
    record Prepare(
            List<PairShape> pairs,
            boolean initiator,
            boolean write,
            boolean wrongOwner,
            boolean wrongLength,
            boolean wrongState)
            implements ToRank {
        /** Between the same ranks. */
        public Prepare with(List<PairShape> moved) {
            return new Prepare(moved, initiator, write, wrongOwner, wrongLength, wrongState);
        }
    }

    /** Ask NIXL for requests that it must refuse. Names as in the plan's {@code InvalidRequest}. */
    record TryInvalid(List<String> requests) implements ToRank {}

    /**
     * Let initiators on other nodes connect for the reference.
     *
     * @param address numeric, of this node; empty for all it has
     */
    record Listen(String address) implements ToRank {}

    /**
     * Copy as many bytes without NIXL and take the time.
     *
     * @param passes at most; fewer where they take long
     * @param streams by peer, of those on other nodes
     */
    record Reference(int passes, Map<String, Stream> streams) implements ToRank {}

    record Stream(String host, int port) {}

    /**
     * Fill the source, poison the destination, make the requests, expect the notifications.
     *
     * @param movedPairs as in Prepare but for their blocks, where requests take others than those before; else null
     * @param memoryAlone makes and expects nothing, and leaves notifications where they are: a storm follows, which does
     */
    record Arm(
            int iteration,
            int dataGeneration,
            int olderGeneration,
            int poisonGeneration,
            @Nullable List<PairShape> movedPairs,
            boolean memoryAlone)
            implements ToRank {}

    /**
     * @param lookAt peers on this node in whose memory an initiator looks for the blocks, right after each DONE
     * @param lookNanos for how long, where some are not there
     */
    record Transfer(int iteration, List<String> lookAt, long lookNanos) implements ToRank {}

    /** @param listed differences to list; all are counted */
    record Verify(int iteration, int listed) implements ToRank {}

    /**
     * Serve requests as the desk gives them out, until it says that there are no more; then verify the whole arena. Answered by
     * {@link FromRank.Served}.
     *
     * @param host where the desk listens; empty where there is no way to it, so that lines are relayed as they are where it cannot be
     *     connected to within {@value Serve#CONNECT_MILLIS} ms
     * @param secret that it wants to hear
     * @param serving what is asked for
     * @param slots transfers at a time at most
     * @param listed differences to list; all are counted
     */
    record Serve(String host, int port, String secret, ServingShape serving, int slots, int listed) implements ToRank {
        /** A node that lets nobody through may not say so. */
        public static final int CONNECT_MILLIS = 3_000;
    }

    /** Do these one right after the other, with agents of their own; the first that fails and is {@code needed} ends it. */
    record Trial(List<Act> acts) implements ToRank {}

    /**
     * @param what as in {@code TrialWork}
     * @param agent whose, a short name beside the rank's own; empty where no agent is concerned
     * @param subject a request, or the name of another agent; empty where there is none
     * @param number milliseconds, a time by the node's clock, a generation or a count, as the act needs it
     * @param addresses of a peer's arena, to prepare a list of; else empty
     * @param metadata to load; else empty
     * @param needed whether what follows makes no sense where it fails
     */
    record Act(
            String what,
            String agent,
            String subject,
            long number,
            List<Long> addresses,
            byte[] metadata,
            boolean needed) {}

    /**
     * Initiators make many small transfers and notify, targets collect; then verify the whole arena. Answered by
     * {@link FromRank.Stormed}.
     *
     * @param listed differences to list; all are counted
     */
    record Storm(StormShape shape, int listed) implements ToRank {}

    /**
     * A storm of notifications, the same for all ranks; see the plan's {@code NotificationStorm}.
     *
     * @param seed of texts, and of which blocks a transfer takes
     * @param quietNanos how long targets go on when all came
     * @param samples messages of each pair and kind whose times are kept
     */
    record StormShape(
            long seed,
            List<Integer> textBytes,
            int transfers,
            int standalone,
            int inFlight,
            int mostBlocks,
            long pollDelayNanos,
            long periodNanos,
            long targetPollNanos,
            long quietNanos,
            int samples) {
        private static final long FNV_BASIS = 0xcbf29ce484222325L;
        private static final long FNV_PRIME = 0x100000001b3L;

        /** Of the texts of a pair: FNV-1a of both names. */
        public static long key(String initiator, String target) {
            long hash = FNV_BASIS;
            for (byte each : (initiator + ">" + target).getBytes(StandardCharsets.UTF_8)) {
                hash = (hash ^ (each & 0xff)) * FNV_PRIME;
            }
            return hash;
        }
    }

    /** Release everything in the order of a serving engine, and exit. */
    record Close() implements ToRank {}

    record Sample() implements ToRank {}

    /** Leave the transfer that runs. */
    record Cancel() implements ToRank {}
}
