package org.nixlconform.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.nixlconform.engine.protocol.ToRank;
import org.nixlconform.metadata.AgentMetadata;
import org.nixlconform.plan.InvalidRequest;
import org.nixlconform.plan.RankId;

/**
 * What became of one step that several ranks were asked to do.
 *
 * @param name such as {@code connect} or {@code transfer}
 * @param answers of the ranks that did it
 * @param <T> what a rank says when it did
 */
public record EngineStep<T>(
        String name,
        Map<RankId, T> answers,
        List<PhaseTook> phases,
        List<RefusedCall> refused,
        List<LostRank> lost,
        List<OverdueRank> overdue,
        List<BrokenRank> broken) {

    public EngineStep {
        answers = Map.copyOf(answers);
        phases = List.copyOf(phases);
        refused = List.copyOf(refused);
        lost = List.copyOf(lost);
        overdue = List.copyOf(overdue);
        broken = List.copyOf(broken);
    }

    public record PhaseTook(RankId rank, String phase, Duration took) {}

    /** A NIXL call returned an error; or, with status 0, not what it stands for, which {@code statusName} then says. */
    public record RefusedCall(
            RankId rank, String phase, String call, int status, String statusName, List<String> lastLogLines) {}

    /** A process ended by itself. @param signal name, empty when it exited */
    public record LostRank(
            RankId rank, Optional<String> signal, Optional<Integer> exitCode, List<String> lastLogLines) {}

    /** @param stalled nothing moved for too long, before the deadline @param sample the last that the rank said of itself */
    public record OverdueRank(
            RankId rank, Duration deadline, boolean stalled, Optional<Sample> sample, List<String> lastLogLines) {}

    /** Our own part failed in a rank, or ended it. @param remedy what to do about it */
    public record BrokenRank(RankId rank, String phase, String message, String remedy) {
        BrokenRank(RankId rank, String phase, String message) {
            this(rank, phase, message, "read " + rank + ".log in the evidence; please report it");
        }
    }

    /** @param call NIXL function that does not return, empty when calls come and go */
    public record Sample(
            String call,
            Duration sinceChange,
            int requests,
            int posted,
            int done,
            int failed,
            int noticesExpected,
            int noticesReceived,
            long slices,
            long slicesLanded) {}

    /**
     * @param plugins files of the backend's plug-in that the process had mapped
     * @param metadata that the agent gave, without regions
     * @param regions how many it registered
     * @param regionsInMetadata of them, how many the metadata have, with their address and length
     * @param devices that hold its cache; none with host memory
     * @param railsOfRegions for each region of a backend with rails, the numbers of those that it was registered with
     */
    public record Opened(
            List<String> plugins,
            AgentMetadata metadata,
            int regions,
            int regionsInMetadata,
            List<List<Integer>> railsOfRegions,
            List<Gpu> devices) {}

    /** A GPU as its driver says. @param ordinal among those that the rank's process is shown */
    public record Gpu(
            String node, int ordinal, String name, String busId, String uuid, String driver, boolean simulated) {}

    public record Armed(long slices, long alreadyRight) {}

    public record Attempt(InvalidRequest request, int status, String statusName) {}

    /**
     * @param passNanos empty when the kernel refused, with its {@code errorNumber}
     * @param streamed between nodes, in TCP streams; else by the kernel of one node
     */
    public record ReferenceCopy(long bytes, List<Long> passNanos, int errorNumber, boolean streamed) {}

    /**
     * @param collectStatus of collecting notifications
     * @param cancelled it had not ended when it was told to leave
     * @param rails of simulated EFA that the rank was shown
     * @param streamWork where the rank had some
     */
    public record TransferEnd(
            List<RequestEnd> requests,
            int collectStatus,
            boolean cancelled,
            List<RailCount> rails,
            Optional<StreamWork> streamWork) {
        boolean failed() {
            return collectStatus < 0 || requests.stream().anyMatch(request -> request.status() < 0);
        }
    }

    public record RequestEnd(
            RankId target,
            long bytes,
            long descriptors,
            int status,
            String statusName,
            String failedCall,
            Duration make,
            Duration post,
            Duration total,
            OptionalLong telemetryBytes,
            OptionalLong telemetryDescriptors,
            AtDone atDone) {}

    /**
     * What was at the target of a request when it was DONE.
     *
     * @param looked slices that were looked at, 0 when nobody looked
     * @param hidden of them, not there
     * @param missing of these, not there at the last look either
     * @param latest after which the last of the others was seen
     * @param errorNumber why the kernel refused a look, 0 when it did not
     */
    public record AtDone(long looked, long hidden, long missing, Duration latest, int errorNumber) {}

    /**
     * Work that a rank had on a stream of its GPU.
     *
     * @param held how long the stream was held at most
     * @param fence how long the rank waited for the work, zero when it did not
     * @param pendingAtEnd whether it had not ended when the transfer was over for the rank
     * @param differingAtDone runs of the arena that a kernel launched then found to differ, where one was
     * @param replays of a captured graph, where one replayed
     * @param rounds of what was done again and again, if anything was
     */
    public record StreamWork(
            Duration held,
            Duration fence,
            boolean pendingAtEnd,
            OptionalLong differingAtDone,
            Optional<Replays> replays,
            List<Rounds> rounds) {}

    /**
     * Of what a rank did again and again.
     *
     * @param what a transfer, a capture, a module load, or a call of NIXL
     * @param telling of them, those that say something: as the case wanted them, or while the transfer was in flight
     * @param firstFailure in words; with none that failed, why some do not tell, or empty
     */
    public record Rounds(String what, long count, long telling, long failed, String firstFailure) {}

    /**
     * Of a captured graph, by the GPU's counts.
     *
     * @param beside how many ended between the last look before the transfer and the first after it
     * @param mismatches blocks in its table that did not hold what they must, each once a replay
     * @param firstMismatch number of the replay that found the first, from 1; 0 when none did
     * @param ownMismatches slots of its own that did not hold what it had written, each once a replay
     * @param longestGap from the end of one replay to the end of the next
     */
    public record Replays(
            long count, long beside, long mismatches, long firstMismatch, long ownMismatches, Duration longestGap) {}

    /** What a rank posted to one rail. @param sends messages, which no block is in */
    public record RailCount(String rail, Posted reads, Posted writes, Posted sends) {}

    public record Posted(long operations, long bytes) {}

    /** @param slicesLate not there when the transfer was over, but {@code lateBy} later at most */
    public record Verification(
            boolean destination,
            long bytesVerified,
            long slicesSelected,
            long bytesSelected,
            long slicesLate,
            Duration lateBy,
            long runsDiffering,
            Map<String, Long> byClassification,
            List<DifferingRun> differences,
            List<Notice> notices,
            List<Stray> strays) {}

    /**
     * What came of one trial, as far as it got.
     *
     * @param lost engines that ended meanwhile
     * @param overdue ranks that did not come back from a call
     * @param broken parts of ours
     */
    public record TrialEnd(
            List<TrialAnswer> answers, List<LostRank> lost, List<OverdueRank> overdue, List<BrokenRank> broken) {}

    /**
     * @param act in our words, such as {@code post again}
     * @param call symbol of the function whose status it is, empty where it is none's
     * @param at when it began, by the clock of the node
     * @param counts what the act counts
     * @param text that it read, printable
     */
    public record TrialAnswer(
            RankId rank,
            String act,
            String call,
            int status,
            String statusName,
            Duration at,
            Duration took,
            List<Long> counts,
            String text) {}

    /**
     * What became of requests that engines served on their own.
     *
     * @param took from the first request to the end of the last
     * @param complete whether all of it was brought here
     * @param requests in the order in which they began
     * @param relayed ranks that reached the desk over this machine
     */
    public record Ledger(Duration took, boolean complete, List<ServedRequest> requests, List<RankId> relayed) {}

    /**
     * What one rank that served says in the end.
     *
     * @param verification of every request, and of its whole arena at the end
     * @param again notifications of requests that came more than once, each time after the first
     * @param resources that the process held, in order of time
     */
    public record Served(Verification verification, List<Stray> again, List<Resources> resources) {}

    /**
     * What one rank sent or got in a storm of notifications.
     *
     * @param verification of its whole arena afterwards
     * @param collectStatus of collecting notifications
     * @param pairs with each peer
     * @param oddities the first notifications that were not as they were sent
     * @param strangers notifications from agents that send none
     * @param resources that the process held, in order of time
     */
    public record StormPart(
            Verification verification,
            int collectStatus,
            List<StormPair> pairs,
            List<StormOddity> oddities,
            long strangers,
            List<Resources> resources) {
        boolean failed() {
            return collectStatus < 0
                    || pairs.stream().anyMatch(pair -> !pair.failedCall().isEmpty());
        }
    }

    /**
     * Messages with one peer: of an initiator what it sent, of a target what came.
     *
     * @param inPost transfers that were done in their post
     * @param hollow transfers that were done and had left something as it was
     * @param failedCall the first that failed, which ends the pair; else empty
     * @param again came as they were sent, but more often
     * @param firstMissing least number of a message that did not come, -1 when all did
     */
    public record StormPair(
            RankId peer,
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

    /** Of the same messages at both ends, nanoseconds of the node's clock, 0 for never. */
    public record StormTimes(List<Long> sent, List<Long> polled, List<Long> done, List<Long> seen) {}

    /**
     * @param kind ALTERED, OTHERS, AGAIN or STRANGER
     * @param message that it names, -1 for none
     * @param key of the pair that it names, see {@link #stormKey}; 0 for none
     * @param at first byte that differs
     * @param expected from there, hexadecimal
     */
    public record StormOddity(
            String sender,
            String kind,
            long message,
            int length,
            int expectedLength,
            long key,
            long at,
            String expected,
            String found) {}

    /** By which texts of a storm name their pair. */
    public static long stormKey(RankId initiator, RankId target) {
        return ToRank.StormShape.key(initiator.label(), target.label());
    }

    /**
     * What a process held at one time.
     *
     * @param after the first look
     * @param repeats of what it does again and again: transfers that ended, and notifications that came
     * @param files open descriptors
     */
    public record Resources(Duration after, long repeats, int files, int threads, long residentBytes) {}

    /** @param received how often */
    public record Notice(String sender, String text, int received) {}

    public record Stray(String sender, String text) {}

    /**
     * A differing run, numbers only: the location space says what they stand for.
     *
     * @param foundKind 0 none, 1 data, 2 poison, 3 guard
     */
    public record DifferingRun(
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

    /** Collects while a step runs. */
    static final class Collector<T> {
        final String name;
        final Map<RankId, T> answers = new HashMap<>();
        final List<PhaseTook> phases = new ArrayList<>();
        final List<RefusedCall> refused = new ArrayList<>();
        final List<LostRank> lost = new ArrayList<>();
        final List<OverdueRank> overdue = new ArrayList<>();
        final List<BrokenRank> broken = new ArrayList<>();

        Collector(String name) {
            this.name = name;
        }

        /** What is left pending is not known here. */
        boolean failed() {
            return !(refused.isEmpty() && lost.isEmpty());
        }

        EngineStep<T> finish() {
            return new EngineStep<>(name, answers, phases, refused, lost, overdue, broken);
        }
    }

    /** What was counted on nodes since the case's engines started. */
    public record Counted(List<Carried> interfaces, List<RdmaDevice> devices, List<Links> links) {}

    /** What NVLink, where {@code nvlink} says that it counts, and PCI Express carried from and to a GPU. */
    public record Links(
            String node,
            String busId,
            boolean nvlink,
            long receivedBytes,
            long sentBytes,
            long pciReceivedBytes,
            long pciSentBytes) {}

    /** A port of an RDMA device. @param receivedBytes of EFA; others count in other words, and are 0 here */
    public record RdmaDevice(String node, String device, boolean efa, long receivedBytes, long sentBytes) {}

    /** What a network interface of a node carried since the case's engines started. */
    public record Carried(String node, String device, boolean forData, long receivedBytes, long sentBytes) {}
}
