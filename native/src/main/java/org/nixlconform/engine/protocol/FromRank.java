package org.nixlconform.engine.protocol;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a rank answers. Every answer to a step carries the times of the phases that it went through. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "answer")
@JsonSubTypes({
    @JsonSubTypes.Type(value = FromRank.Hello.class, name = "hello"),
    @JsonSubTypes.Type(value = FromRank.Opened.class, name = "opened"),
    @JsonSubTypes.Type(value = FromRank.GoneOpened.class, name = "goneOpened"),
    @JsonSubTypes.Type(value = FromRank.Done.class, name = "done"),
    @JsonSubTypes.Type(value = FromRank.Tried.class, name = "tried"),
    @JsonSubTypes.Type(value = FromRank.Listening.class, name = "listening"),
    @JsonSubTypes.Type(value = FromRank.Referenced.class, name = "referenced"),
    @JsonSubTypes.Type(value = FromRank.Armed.class, name = "armed"),
    @JsonSubTypes.Type(value = FromRank.Transferred.class, name = "transferred"),
    @JsonSubTypes.Type(value = FromRank.Verified.class, name = "verified"),
    @JsonSubTypes.Type(value = FromRank.Acted.class, name = "acted"),
    @JsonSubTypes.Type(value = FromRank.Served.class, name = "served"),
    @JsonSubTypes.Type(value = FromRank.Stormed.class, name = "stormed"),
    @JsonSubTypes.Type(value = FromRank.Refused.class, name = "refused"),
    @JsonSubTypes.Type(value = FromRank.Misread.class, name = "misread"),
    @JsonSubTypes.Type(value = FromRank.Broken.class, name = "broken"),
    @JsonSubTypes.Type(value = FromRank.Sampled.class, name = "sampled")
})
public sealed interface FromRank {

    /** One phase within a step. */
    record Phase(String name, long nanos) {}

    /** First message: the process is up, NIXL is not loaded yet. */
    record Hello(int pid, String vector) implements FromRank {}

    /**
     * @param arenaAddresses of what NIXL was given, see {@link ArenaShape#regionAddress}
     * @param plugins files of the backend's plug-in that the process has mapped
     * @param devices none with host memory
     */
    record Opened(
            List<Long> arenaAddresses, byte[] metadata, List<String> plugins, List<Gpu> devices, List<Phase> phases)
            implements FromRank {}

    /** @param metadata of an agent that is gone when requests are served */
    record GoneOpened(byte[] metadata, List<Phase> phases) implements FromRank {}

    /**
     * A GPU that holds a rank's arena or a part of it, as the driver says.
     *
     * @param ordinal among those that the process is shown, from 0
     * @param simulated memory of the host, see {@code docs/device-memory.md}
     * @param share by which another process of the node opens the arena; empty when the driver gives none
     */
    record Gpu(
            int ordinal,
            String name,
            String busId,
            String uuid,
            String driver,
            String capability,
            boolean simulated,
            byte[] share) {}

    /** Answer to connect, prepare and close. */
    record Done(List<Phase> phases) implements FromRank {}

    record Tried(List<Attempt> attempts, List<Phase> phases) implements FromRank {}

    /** @param status what NIXL returned for the request that it must refuse */
    record Attempt(String request, int status, String statusName) {}

    /** @param errorNumber why it cannot listen, 0 when it does */
    record Listening(int port, int errorNumber, List<Phase> phases) implements FromRank {}

    /**
     * @param bytes of one pass
     * @param passNanos of each pass; empty when the kernel refused
     * @param errorNumber why it refused, 0 when it did not
     */
    record Referenced(long bytes, List<Long> passNanos, int errorNumber, List<Phase> phases) implements FromRank {}

    /**
     * @param slices destination slices of this rank
     * @param alreadyRight of them, how many hold the new content before anything was posted
     */
    record Armed(long slices, long alreadyRight, List<Phase> phases) implements FromRank {}

    /**
     * @param collectStatus what collecting notifications returned last
     * @param rails of simulated EFA, all that this process was shown; else none
     * @param streamWork null where the rank had none
     */
    record Transferred(
            List<RequestEnd> requests,
            int collectStatus,
            boolean cancelled,
            List<Rail> rails,
            @Nullable StreamWork streamWork,
            List<Phase> phases)
            implements FromRank {}

    /**
     * What was on a stream of the GPU beside a transfer.
     *
     * @param heldNanos for how long the stream was held at most
     * @param fenceNanos what waiting for it before the transfer took, 0 when nobody waited
     * @param pendingAtEnd whether it had not ended when the transfer was over for this rank
     * @param differingAtDone runs of the arena that a kernel launched then found to differ, -1 when none was
     * @param replays of a captured graph, null when there was none
     * @param rounds of what was done again and again, else empty
     */
    record StreamWork(
            long heldNanos,
            long fenceNanos,
            boolean pendingAtEnd,
            long differingAtDone,
            @Nullable Replays replays,
            List<Rounds> rounds) {

        public static StreamWork of(List<Rounds> rounds) {
            return new StreamWork(0, 0, false, -1, null, rounds);
        }
    }

    /**
     * Of what was done again and again.
     *
     * @param what a transfer, a capture, a module load, or a call of NIXL
     * @param count how often
     * @param telling of them, those that say something: as the case wanted them, or while the transfer was in flight
     * @param failed of all
     * @param firstFailure in words; with none that failed, why some do not tell, or empty
     */
    record Rounds(String what, long count, long telling, long failed, String firstFailure) {}

    /**
     * Of a captured graph, by the GPU's counts.
     *
     * @param beside how many ended between the last look before the transfer and the first after it
     * @param mismatches blocks in its table that did not hold what they must, each once a replay
     * @param firstMismatch number of the replay that found the first, from 1; 0 when none did
     * @param ownMismatches slots of its own that did not hold what it had written, each once a replay
     * @param longestGapNanos from the end of one replay to the end of the next
     */
    record Replays(
            long count, long beside, long mismatches, long firstMismatch, long ownMismatches, long longestGapNanos) {}

    /** What this process posted to one rail of simulated EFA in a transfer. @param name of the device */
    record Rail(String name, Posted reads, Posted writes, Posted sends) {}

    record Posted(long operations, long bytes) {}

    /**
     * @param status 0 done, 1 in progress, negative failed
     * @param failedCall symbol of the function that failed, else empty
     * @param telemetryBytes -1 when NIXL had none
     */
    record RequestEnd(
            String peer,
            long bytes,
            long descriptors,
            int status,
            String statusName,
            String failedCall,
            long makeNanos,
            long postNanos,
            long totalNanos,
            long telemetryBytes,
            long telemetryDescriptors,
            AtDone atDone) {}

    /**
     * What was at the target at DONE.
     *
     * @param looked slices that were looked at, 0 when the rank did not look
     * @param hidden of them, how many were not there
     * @param missing of these, how many were not there at the last look either
     * @param latestNanos after which the last of the others was there, 0 when none came later
     * @param errorNumber why the kernel refused to read the target's memory, 0 when it did not
     */
    record AtDone(long looked, long hidden, long missing, long latestNanos, int errorNumber) {}

    /**
     * @param slicesLate destination slices that were not there when the transfer was over for this rank, but came later
     * @param lateNanos how much later at most, 0 when none was late
     */
    record Verified(
            boolean destination,
            long bytesVerified,
            long slicesSelected,
            long bytesSelected,
            long slicesLate,
            long lateNanos,
            long runsDiffering,
            long[] byClassification,
            List<Difference> differences,
            List<NoticeCount> notices,
            List<Stray> strays,
            List<Phase> phases)
            implements FromRank {}

    /** A differing run. Words are hexadecimal, as unsigned numbers in memory order of a little-endian machine. */
    record Difference(
            String classification,
            long runOffset,
            long runLength,
            long firstOffset,
            long differingBytes,
            long expectedLocation,
            int expectedKind,
            int expectedGeneration,
            String expectedWord,
            String foundWord,
            int foundKind,
            long foundLocation,
            int foundGeneration,
            int secondKind,
            long secondLocation,
            int secondGeneration,
            long shift,
            long boundaryOffset,
            int bitDistance) {}

    record NoticeCount(String sender, String text, int received) {}

    /**
     * @param verified every request, and the whole arena at the end
     * @param again notifications of requests that came more than once, each time after the first
     * @param resources what the process held while it served, in order of time
     */
    record Served(Verified verified, List<Stray> again, List<Resources> resources, List<Phase> phases)
            implements FromRank {}

    /**
     * @param collectStatus what collecting notifications returned last
     * @param pairs with each peer
     * @param oddities the first notifications that were not as they were sent
     * @param strangers notifications from agents that send none
     * @param resources what the process held meanwhile, in order of time
     */
    record Stormed(
            Verified verified,
            int collectStatus,
            List<StormPair> pairs,
            List<StormOddity> oddities,
            long strangers,
            List<Resources> resources,
            List<Phase> phases)
            implements FromRank {}

    /**
     * Messages of one pair of ranks, as far as this one knows: an initiator what it sent, a target what came.
     *
     * @param done transfers
     * @param inPost of them, how many ended in their post
     * @param sent notifications by themselves
     * @param hollow transfers that were done and had left something as it was
     * @param firstHollow number of the first, from 0
     * @param failedCall symbol of the first that failed, which ends the pair; else empty
     * @param again came as they were sent, but more often
     * @param firstMissing least number of a message that did not come, -1 when all did
     */
    record StormPair(
            String peer,
            long done,
            long inPost,
            long sent,
            long bytes,
            long hollow,
            long firstHollow,
            String failedCall,
            int failedStatus,
            String failedStatusName,
            long receivedBound,
            long receivedStandalone,
            long again,
            long altered,
            long firstMissing,
            StormTimes bound,
            StormTimes standalone) {}

    /** Of the same messages at both ends, CLOCK_MONOTONIC, 0 for never. */
    record StormTimes(long[] sent, long[] polled, long[] done, long[] seen) {}

    /**
     * A notification that was not as it was sent.
     *
     * @param kind ALTERED, OTHERS, AGAIN or STRANGER
     * @param message that it names, -1 for none
     * @param expectedLength of that message
     * @param key of the pair that it names, 0 for none
     * @param at first byte that differs
     * @param expected from there, hexadecimal, a few bytes
     */
    record StormOddity(
            String sender,
            String kind,
            long message,
            int length,
            int expectedLength,
            long key,
            long at,
            String expected,
            String found) {}

    /**
     * What a process held at one time.
     *
     * @param nanos since the first look
     * @param repeats of what it does again and again: transfers that ended, and notifications that came
     * @param files open descriptors
     */
    record Resources(long nanos, long repeats, int files, int threads, long residentBytes) {}

    /** A notification that nobody waits for. Text printable. */
    record Stray(String sender, String text) {}

    /** @param acts as many as were done, in order */
    record Acted(List<ActEnd> acts, List<Phase> phases) implements FromRank {}

    /**
     * @param call symbol of the function whose status it is, empty where that is no call's
     * @param atNanos when it began, by the clock of the node
     * @param counts what the act counts, in the order that {@code TrialWork} says
     * @param text what it read, printable
     * @param metadata that it gave, else empty
     */
    record ActEnd(
            String call,
            int status,
            String statusName,
            long atNanos,
            long tookNanos,
            List<Long> counts,
            String text,
            byte[] metadata) {}

    /** A NIXL call returned an error: observed, not thrown. */
    record Refused(String phase, String call, int status, String statusName, List<Phase> phases) implements FromRank {}

    /** A NIXL call returned success, but not what it stands for. */
    record Misread(String phase, String call, String what, List<Phase> phases) implements FromRank {}

    /** Our own part failed, before or beside NIXL. */
    record Broken(String phase, String message) implements FromRank {}

    /**
     * @param call NIXL function that runs now, empty between calls
     * @param slicesLanded of {@code slices} destination slices, 0 of 0 on a source
     */
    record Sampled(
            String call,
            long callNanos,
            long sinceChangeNanos,
            int requests,
            int posted,
            int done,
            int failed,
            int noticesExpected,
            int noticesReceived,
            long slices,
            long slicesLanded)
            implements FromRank {}
}
