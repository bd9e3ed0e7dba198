package org.nixlconform.engine;

import java.util.List;

/**
 * One request, as the desk saw it that gives out blocks. Times are nanoseconds since serving began, -1 for never.
 *
 * @param generation of the content that prefill wrote for it
 * @param sourceBlocks in order, all of it
 * @param destinationBlocks for those that move: the last of the source's
 * @param aborted given up by decode before any block moved
 * @param failing the prefill rank a transfer from which was to fail; empty where none was
 * @param underWay transfers of the same decode rank that had not ended when the first failed
 * @param bytes that its ranks moved together
 * @param pairs of ranks that blocks move between
 * @param transfersDone of these pairs, and of its groups of layers, how many transfers ended with success
 * @param notifications that the targets got for it; one for each pair and group is right
 * @param renewals how often a heartbeat had its lease begin anew
 * @param differing runs that did not hold what they must when decode verified it
 * @param filledNanos when all of prefill's ranks had filled its blocks
 * @param registeredNanos when decode had blocks for it
 * @param movedNanos when initiators were told to move them, or the first of their layers
 * @param droppedNanos when decode no longer wanted it, though it moved
 * @param failedNanos when decode said that one of its transfers had failed
 * @param doneNanos when all of its transfers were done
 * @param endedNanos when all had ended, whether they were done or failed
 * @param notifiedNanos when all of its notifications were there
 * @param verifiedNanos when all of decode's ranks had verified it
 * @param expiredNanos when its lease had run out
 * @param sourceFreedNanos when prefill's blocks were free for others
 * @param destinationFreedNanos when decode's were
 * @param failure of the first call that failed; empty where none did
 */
public record ServedRequest(
        int request,
        int prefillEngine,
        int decodeEngine,
        int generation,
        List<Integer> sourceBlocks,
        List<Integer> destinationBlocks,
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
        String failure) {
    public ServedRequest {
        sourceBlocks = List.copyOf(sourceBlocks);
        destinationBlocks = List.copyOf(destinationBlocks);
    }

    /** Whether decode gave it up after it had asked for it, and before it had ended. */
    public boolean isDroppedUnderWay() {
        return droppedNanos >= 0 && (doneNanos < 0 || droppedNanos < doneNanos);
    }

    /** Whether a transfer of it failed that was to fail. */
    public boolean isFailedAsPlanned() {
        return !failing.isEmpty() && !failure.isEmpty();
    }

    /** Such as {@code request 17 of prefill-0 to decode-1}. */
    public String label() {
        return "request " + request + " of prefill-" + prefillEngine + " to decode-" + decodeEngine;
    }
}
