package org.nixlconform.engine.protocol;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;

/** What a warden says by itself. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "answer")
@JsonSubTypes({
    @JsonSubTypes.Type(value = FromWarden.Up.class, name = "up"),
    @JsonSubTypes.Type(value = FromWarden.Ended.class, name = "ended"),
    @JsonSubTypes.Type(value = FromWarden.Logged.class, name = "logged"),
    @JsonSubTypes.Type(value = FromWarden.LogSize.class, name = "logSize"),
    @JsonSubTypes.Type(value = FromWarden.CannotStart.class, name = "cannotStart"),
    @JsonSubTypes.Type(value = FromWarden.Inspected.class, name = "inspected"),
    @JsonSubTypes.Type(value = FromWarden.Counted.class, name = "counted"),
    @JsonSubTypes.Type(value = FromWarden.DeskOpen.class, name = "deskOpen"),
    @JsonSubTypes.Type(value = FromWarden.LedgerPart.class, name = "ledgerPart"),
    @JsonSubTypes.Type(value = FromWarden.GaveUp.class, name = "gaveUp")
})
public sealed interface FromWarden {

    record Up(int pid) implements FromWarden {}

    /**
     * A rank's process ended.
     *
     * @param signal number, 0 when it exited by itself
     * @param lastLogLines the end of its standard error
     */
    record Ended(String label, int exitCode, int signal, List<String> lastLogLines) implements FromWarden {}

    /**
     * A rank wrote a warning or worse, or which way its blocks take.
     *
     * @param level {@code WARN} or {@code ERROR}; {@code PATH}
     */
    record Logged(String label, String level, String text) implements FromWarden {}

    /**
     * What a rank has written to standard error so far. Told before what the rank says next, and only if the log is long or
     * has bytes that are no text.
     *
     * @param droppedBytes of them, from the middle, in no file
     * @param unwrittenBytes of the dropped ones, those that the disk did not take
     * @param notTextBytes neither UTF-8 nor a control character that a terminal knows
     * @param firstNotText in hexadecimal, at most 16
     */
    record LogSize(
            String label, long bytes, long droppedBytes, long unwrittenBytes, long notTextBytes, String firstNotText)
            implements FromWarden {
        /** A rank that logs at INFO writes some kilobytes in a case. */
        public static final long LONG_BYTES = 64L << 20;

        @JsonIgnore
        public boolean isLong() {
            return bytes >= LONG_BYTES;
        }
    }

    record CannotStart(String label, String message) implements FromWarden {}

    /**
     * What a rank looks like from outside.
     *
     * @param state of its process, a letter and a word as in {@code /proc}, such as {@code T (stopped)}; or what became of
     *     it
     * @param stacks threads, Java stacks and native stacks, as text of at most 256 KiB; what cannot be had is said in it
     * @param sockets at most 500
     * @param socketsLeftOut how many more it has
     * @param lastLogLines the end of its standard error so far
     * @param complete false when native stacks, which may take long, follow with all of it once more
     */
    record Inspected(
            String label,
            String state,
            String stacks,
            List<Socket> sockets,
            int socketsLeftOut,
            List<String> lastLogLines,
            boolean complete)
            implements FromWarden {}

    /**
     * An open socket.
     *
     * @param kind {@code tcp}, {@code tcp6} or {@code unix}
     * @param local address and port, or the name of a unix socket
     * @param sendQueueBytes written and not yet acknowledged by the other side, -1 where the system does not say
     * @param receiveQueueBytes arrived and not yet read, -1 where the system does not say
     */
    record Socket(
            int fd,
            String kind,
            String local,
            String remote,
            String state,
            long sendQueueBytes,
            long receiveQueueBytes) {}

    /**
     * Network and fabric counters of the node.
     *
     * @param devices that were looked at
     * @param rdma ports of RDMA devices among them
     * @param efa those of EFA among these
     * @param gpus among the devices, by bus id, where they were asked for
     * @param nvlinks those of them whose NVLink connections count
     * @param changed those that are not what they were when the warden started
     */
    record Counted(
            List<String> devices,
            List<String> rdma,
            List<String> efa,
            List<String> gpus,
            List<String> nvlinks,
            List<Counter> changed)
            implements FromWarden {}

    /** @param name such as {@code receive bytes} */
    record Counter(String device, String name, long before, long after) {}

    /** @param failure why it cannot listen; empty when it does */
    record DeskOpen(int port, String failure) implements FromWarden {}

    /**
     * @param tookNanos from the first request to the end of the last that ended
     * @param last whether no part follows
     */
    record LedgerPart(long tookNanos, List<LedgerEntry> requests, boolean last) implements FromWarden {}

    /** One request; fields as in the engine's {@code ServedRequest}. Times are nanoseconds since serving began, -1 for never. */
    record LedgerEntry(
            int request,
            int prefillEngine,
            int decodeEngine,
            int generation,
            int[] sourceBlocks,
            int[] destinationBlocks,
            boolean aborted,
            String failing,
            int underWay,
            long bytes,
            int pairs,
            int transfersDone,
            int notifications,
            int renewals,
            long differing,
            long begunNanos,
            long filledNanos,
            long registeredNanos,
            long movedNanos,
            long droppedNanos,
            long failedNanos,
            long doneNanos,
            long endedNanos,
            long notifiedNanos,
            long verifiedNanos,
            long expiredNanos,
            long sourceFreedNanos,
            long destinationFreedNanos,
            String failure) {}

    /**
     * The controller was not heard for so long; the warden ends its ranks and itself. Who reads this is there, and was not
     * running or is no longer let through.
     */
    record GaveUp(long silentSeconds) implements FromWarden {}
}
