package org.nixlconform.engine.protocol;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import java.util.Map;

/** What the controller asks of a warden. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "ask")
@JsonSubTypes({
    @JsonSubTypes.Type(value = ToWarden.Start.class, name = "start"),
    @JsonSubTypes.Type(value = ToWarden.Kill.class, name = "kill"),
    @JsonSubTypes.Type(value = ToWarden.Inspect.class, name = "inspect"),
    @JsonSubTypes.Type(value = ToWarden.Ping.class, name = "ping"),
    @JsonSubTypes.Type(value = ToWarden.Count.class, name = "count"),
    @JsonSubTypes.Type(value = ToWarden.OpenDesk.class, name = "openDesk"),
    @JsonSubTypes.Type(value = ToWarden.GiveLedger.class, name = "giveLedger")
})
public sealed interface ToWarden {

    /**
     * Start ranks, at most {@code parallel} of all at a time until they say hello. It may come several times, for other ranks.
     *
     * @param command of one rank; its label and the warden's pid are appended. It inherits the warden's environment
     * @param variables of its environment besides, which not all ranks of the node have alike
     * @param logFolder where each rank's standard error is kept, as {@code <label>.log}
     * @param logLimitBytes of one log; what is over is dropped from its middle
     */
    record Start(
            List<String> labels,
            List<String> command,
            Map<String, String> variables,
            String logFolder,
            long logLimitBytes,
            int parallel)
            implements ToWarden {}

    /** End the process groups of these ranks. */
    record Kill(List<String> labels) implements ToWarden {}

    /**
     * Look at these ranks from outside, also at frozen ones, while all live. Answered by one {@link FromWarden.Counted} and
     * one or two {@link FromWarden.Inspected} for each rank, in any order and in bounded time.
     *
     * @param labels most telling first: where time runs out, the last get no native stacks
     * @param withinMillis until the last answer; what is not done by then is said
     */
    record Inspect(List<String> labels, long withinMillis) implements ToWarden {}

    /** What the node's network and fabric counters are by now; answered by one {@link FromWarden.Counted}. */
    record Count() implements ToWarden {}

    /**
     * Give out blocks to engines that serve requests on their own, see {@link FromDesk}. Answered by {@link FromWarden.DeskOpen}.
     *
     * @param address numeric, of this node, to listen at; empty for the loopback interface alone
     * @param secret that ranks must know
     * @param serving what is asked for
     * @param lanes one for each two engines between which blocks move
     * @param prefillBlocks that each prefill engine has
     * @param decodeBlocks that each decode engine has
     * @param write prefill initiates; else decode
     * @param spoiled plant a fault: a source's blocks are written over as soon as they are to be read
     * @param unquarantined plant a fault: blocks that a request which was dropped, or failed, is still read to are given to
     *     others
     */
    record OpenDesk(
            String address,
            String secret,
            ServingShape serving,
            List<Lane> lanes,
            int prefillBlocks,
            int decodeBlocks,
            boolean write,
            boolean spoiled,
            boolean unquarantined)
            implements ToWarden {}

    /**
     * Two engines between which blocks move.
     *
     * @param prefillRanks labels of those that have a part in it
     * @param decodeRanks the same
     * @param pairs of ranks that blocks move between
     */
    record Lane(int prefillEngine, int decodeEngine, List<String> prefillRanks, List<String> decodeRanks, int pairs) {}

    /** What became of the requests so far; answered by {@link FromWarden.LedgerPart}s. */
    record GiveLedger() implements ToWarden {}

    /** Proof that the controller lives. */
    record Ping() implements ToWarden {}
}
