package org.nixlconform.transfer;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.nixlconform.engine.ServedRequest;
import org.nixlconform.plan.InvalidRequest;
import org.nixlconform.plan.RankId;

/**
 * Everything that was seen of one case from the first NIXL call on. Facts only; {@code verdict} judges them, now or later.
 *
 * @param settings how agents were set up, and why
 * @param host what the ranks shared
 * @param metadata what each agent gave to be loaded by others, in the order of ranks
 * @param phases time of every phase of every rank, in order
 * @param failures calls that returned an error
 * @param losses engine processes that ended by themselves
 * @param timeouts steps that did not end by their deadline
 * @param invalidRequests what became of requests that had to be refused
 * @param reference the copy between two processes that the same ranks timed, where it could be measured
 * @param iterations one for each that was begun
 * @param serving of requests that engines served on their own, where it was begun
 * @param storm of notifications, where it was begun
 * @param resources what engines held while they did the same again and again, where they were looked at
 * @param trials of the life of agents, in the order in which they were made
 * @param logLines warnings and worse that engines wrote to standard error
 * @param path which way blocks took
 * @param recorded what was once measured on this cluster for cases of this kind, where that is known
 */
public record TransferObservation(
        AgentSettings settings,
        Host host,
        List<GivenMetadata> metadata,
        List<PhaseTime> phases,
        List<CallFailure> failures,
        List<EngineLoss> losses,
        List<Timeout> timeouts,
        List<InvalidRequestOutcome> invalidRequests,
        Optional<Reference> reference,
        List<Iteration> iterations,
        Optional<Serving> serving,
        Optional<StormObservation> storm,
        List<ResourceUse> resources,
        List<TrialOutcome> trials,
        List<LogLine> logLines,
        PathObservation path,
        Optional<Recorded> recorded) {

    public TransferObservation {
        metadata = List.copyOf(metadata);
        phases = List.copyOf(phases);
        failures = List.copyOf(failures);
        losses = List.copyOf(losses);
        timeouts = List.copyOf(timeouts);
        invalidRequests = List.copyOf(invalidRequests);
        iterations = List.copyOf(iterations);
        resources = List.copyOf(resources);
        trials = List.copyOf(trials);
        logLines = List.copyOf(logLines);
    }

    /** The same beside what was once measured on this cluster. */
    public TransferObservation with(Optional<Recorded> figures) {
        return with(serving, figures);
    }

    /** The same without the requests of the ledger, which may be a hundred thousand. */
    public TransferObservation withoutRequests() {
        return with(
                serving.map(served -> new Serving(
                        served.took(),
                        served.ledgerComplete(),
                        served.integrity(),
                        List.of(),
                        served.strays(),
                        served.again(),
                        served.relayed())),
                recorded);
    }

    private TransferObservation with(Optional<Serving> served, Optional<Recorded> figures) {
        return new TransferObservation(
                settings,
                host,
                metadata,
                phases,
                failures,
                losses,
                timeouts,
                invalidRequests,
                reference,
                iterations,
                served,
                storm,
                resources,
                trials,
                logLines,
                path,
                figures);
    }

    /**
     * Figures of all initiators of the case together.
     *
     * @param transfer what NIXL reached
     * @param link what the reference reached
     */
    public record Recorded(Optional<Figure> transfer, Optional<Figure> link) {}

    /**
     * @param gbPerSecond what was measured, 10^9 bytes per second
     * @param lower what must be reached
     * @param upper what cannot be exceeded on this path, where there is such a bound
     * @param of the share of one and how many there are, such as {@code 12.2 GB/s per GPU, 2 GPUs}
     * @param source who measured it
     */
    public record Figure(double gbPerSecond, double lower, OptionalDouble upper, String of, String source) {}

    /**
     * @param progressThread whether NIXL's progress thread ran
     * @param because why, such as {@code "80 ranks on 2 cores"} or {@code "as vLLM does"}
     * @param threadSync {@code NONE}, {@code STRICT} or {@code RW}
     * @param debugLogging a log level was on at which throughput says nothing
     */
    public record AgentSettings(boolean progressThread, String because, String threadSync, boolean debugLogging) {}

    /**
     * @param cores of the node that carries most ranks per core
     * @param ranks on that node
     */
    public record Host(String node, int cores, int ranks) {}

    /** One phase of one rank: agent, backend, register, metadata, prepare, make, post, wait, notify, verify, ... */
    public record PhaseTime(RankId rank, String phase, int iteration, Duration took) {}

    /**
     * @param phase as in {@link PhaseTime}
     * @param call the NIXL function, such as {@code nixl_capi_create_backend}
     * @param status as returned, such as -2; 0 when the call succeeded but gave what it must not
     * @param statusName such as {@code BACKEND}; with status 0, what was wrong
     * @param lastLogLines the tail of that engine's standard error, the only place where NIXL says why
     */
    public record CallFailure(
            RankId rank,
            String phase,
            int iteration,
            String call,
            int status,
            String statusName,
            List<String> lastLogLines) {}

    /**
     * @param phase what the rank was doing
     * @param signal such as {@code SIGSEGV}; empty when it exited by itself
     * @param exitCode when it exited by itself
     */
    public record EngineLoss(
            RankId rank,
            String phase,
            Optional<String> signal,
            Optional<Integer> exitCode,
            List<String> lastLogLines) {}

    /**
     * A step that a rank did not end by its deadline.
     *
     * @param call the NIXL function it is still in, empty when it was between calls (polling)
     * @param progress the last that was seen of the transfer, where it is one
     */
    public record Timeout(
            RankId rank,
            String phase,
            int iteration,
            Duration deadline,
            boolean stalled,
            Optional<String> call,
            Optional<Progress> progress,
            List<String> lastLogLines) {}

    /**
     * @param requests how many requests the rank has to post
     * @param posted how many it has posted
     * @param done how many ended
     * @param slices destination slices of this rank, 0 when it is no destination
     * @param slicesLanded of them, how many hold the new content in their last word
     * @param notificationsExpected by this rank
     * @param notificationsReceived by this rank
     * @param sinceLastProgress time since any of these counts last changed
     */
    public record Progress(
            int requests,
            int posted,
            int done,
            long slices,
            long slicesLanded,
            int notificationsExpected,
            int notificationsReceived,
            Duration sinceLastProgress) {}

    public record InvalidRequestOutcome(RankId rank, InvalidRequest request, int status, String statusName) {}

    /**
     * @param bytesPerSecond by initiator, while all initiators copied at the same time
     * @param betweenNodesBytes of all copies together, where they went from node to node; {@link PathObservation.Carried} has them too
     * @param betweenDevicesBytes the same from GPU to GPU, or within one; {@link PathObservation.Links} may have them too
     */
    public record Reference(
            String method, Map<RankId, Double> bytesPerSecond, long betweenNodesBytes, long betweenDevicesBytes) {
        public Reference {
            bytesPerSecond = Map.copyOf(bytesPerSecond);
        }
    }

    /**
     * @param index from 0
     * @param generation of the data offered in it
     * @param streamWork of ranks that had work on a stream of their GPU beside it
     */
    public record Iteration(
            int index,
            int generation,
            List<RankTransferOutcome> transfers,
            List<NotificationCount> notifications,
            List<Integrity> integrity,
            List<StreamWork> streamWork) {
        public Iteration {
            transfers = List.copyOf(transfers);
            notifications = List.copyOf(notifications);
            integrity = List.copyOf(integrity);
            streamWork = List.copyOf(streamWork);
        }
    }

    /**
     * Requests that engines served on their own. What ranks did meanwhile has the number of the iteration after the last one.
     *
     * @param took from the first request to the end of the last
     * @param ledgerComplete whether all of the ledger was brought here
     * @param integrity every request when decode verified it, and the whole cache at the end, by rank
     * @param requests the ledger, in the order in which they began
     * @param strays notifications that belong to no request
     * @param relayed ranks that could not connect to the desk which gave out blocks, and reached it over the controller
     * @param again notifications of requests that came more than once, each time after the first
     */
    public record Serving(
            Duration took,
            boolean ledgerComplete,
            List<Integrity> integrity,
            List<ServedRequest> requests,
            List<StrayNotification> strays,
            List<StrayNotification> again,
            List<RankId> relayed) {
        public Serving {
            integrity = List.copyOf(integrity);
            requests = List.copyOf(requests);
            strays = List.copyOf(strays);
            again = List.copyOf(again);
            relayed = List.copyOf(relayed);
        }

        /** Of all requests together; empty where nothing moved. 10^9 bytes per second. */
        public OptionalDouble gbPerSecond() {
            // Bytes per nanosecond are 10^9 bytes per second.
            return bytes() > 0 && took.toNanos() > 0
                    ? OptionalDouble.of((double) bytes() / took.toNanos())
                    : OptionalDouble.empty();
        }

        /** That all requests moved together. */
        public long bytes() {
            return requests.stream().mapToLong(ServedRequest::bytes).sum();
        }
    }

    /** @param text rendered printable */
    public record StrayNotification(RankId receiver, String sender, String text) {}

    /**
     * Work that a rank had on a stream of its GPU.
     *
     * @param held how long the stream was held at most
     * @param fence how long the rank waited for the work before it went on, zero when it did not wait
     * @param pendingAtEnd whether the work had not ended when the transfer was over for the rank; it had before the cache was
     *     verified
     * @param differingAtDone runs of the arena that a kernel which was launched then found to differ, where one was
     * @param replays of a captured graph, where one replayed
     * @param rounds of what was done again and again, if anything was
     */
    public record StreamWork(
            RankId rank,
            Duration held,
            Duration fence,
            boolean pendingAtEnd,
            OptionalLong differingAtDone,
            Optional<Replays> replays,
            List<Rounds> rounds) {
        public StreamWork {
            rounds = List.copyOf(rounds);
        }
    }

    /**
     * Of what a rank did again and again beside a transfer, or in its place.
     *
     * @param what a transfer, a capture, a module load, or a call of NIXL
     * @param count how often
     * @param telling of them, those that say something: as the case wanted them, or while the transfer was in flight
     * @param failed of all: with differences, or refused
     * @param firstFailure in words; with none that failed, why some do not tell, or empty
     */
    public record Rounds(String what, long count, long telling, long failed, String firstFailure) {}

    /**
     * Replays of a captured graph beside a transfer, by the GPU's counts.
     *
     * @param count of all
     * @param beside how many ended between the last look before the transfer and the first after it
     * @param mismatches blocks in its table that did not hold what they must, each once a replay
     * @param firstMismatch number of the replay that found the first, from 1; 0 when none did
     * @param ownMismatches slots of its own that did not hold what it had written, each once a replay
     * @param longestGap from the end of one replay to the end of the next
     */
    public record Replays(
            long count, long beside, long mismatches, long firstMismatch, long ownMismatches, Duration longestGap) {}

    /**
     * One request between two ranks.
     *
     * @param status 0 done, 1 still in progress, negative failed
     * @param post time inside {@code post_xfer_req}
     * @param total from before post until done
     * @param telemetryBytes what NIXL itself counted, where telemetry was on
     * @param atDone of a WRITE that was done
     */
    public record RankTransferOutcome(
            RankId initiator,
            RankId target,
            long bytes,
            long descriptors,
            int status,
            Duration make,
            Duration post,
            Duration total,
            OptionalLong telemetryBytes,
            OptionalLong telemetryDescriptors,
            Optional<AtDone> atDone) {}

    /**
     * What a rank was told.
     *
     * @param expected from {@code sender}: its requests to this rank
     * @param received with the right text, counted once each
     * @param duplicated right text, more than once
     * @param altered texts from this sender that no rank expects, rendered printable, a few of them
     * @param misdelivered texts from this sender that other ranks expect, or this one from another sender
     */
    public record NotificationCount(
            RankId receiver,
            String sender,
            int expected,
            int received,
            int duplicated,
            List<String> altered,
            List<Misdelivered> misdelivered) {
        public NotificationCount {
            altered = List.copyOf(altered);
            misdelivered = List.copyOf(misdelivered);
        }
    }

    /** @param meantFor the rank that expects this text; the receiver itself, if from another sender */
    public record Misdelivered(RankId meantFor, String text) {}

    /**
     * What one rank's arena held after the iteration, all of it.
     *
     * @param destination whether the rank was a destination; a source must be unchanged
     * @param bytesVerified all bytes looked at
     * @param slicesSelected destination slices
     * @param bytesSelected bytes in them
     * @param alreadyRight destination slices that held the new content before the transfer began
     * @param slicesLate destination slices that were not there when the transfer was over for the rank, but came later
     * @param lateBy how much later at most; zero when none was late
     * @param runsDiffering number of differing runs, however many are listed
     * @param countByKind by name of the difference's kind
     * @param differences the first of them
     */
    public record Integrity(
            RankId rank,
            boolean destination,
            long bytesVerified,
            long slicesSelected,
            long bytesSelected,
            long alreadyRight,
            long slicesLate,
            Duration lateBy,
            long runsDiffering,
            Map<DifferenceKind, Long> countByKind,
            List<Difference> differences) {
        public Integrity {
            countByKind = Map.copyOf(countByKind);
            differences = List.copyOf(differences);
        }
    }

    /** The payload's classification of a differing run, see the glossary. */
    public enum DifferenceKind {
        ZERO,
        POISON,
        STALE,
        MISPLACED,
        SHIFTED,
        TORN,
        OVERRUN,
        FOREIGN
    }

    /**
     * One differing run.
     *
     * @param where the place in this rank's arena, such as {@code layer 7, block 42, offset 0x1f00}
     * @param arenaOffsetBytes first differing byte
     * @param differingBytes in the run
     * @param expected such as {@code prefill-0-rank-3, layer 7, block 42, generation 5}
     * @param actual the same for what was found, or its first bytes
     * @param detail shift, boundary or bit distance, where the kind has one
     */
    public record Difference(
            DifferenceKind kind,
            String where,
            long arenaOffsetBytes,
            long lengthBytes,
            long differingBytes,
            String expected,
            String actual,
            String detail) {}

    /**
     * @param level {@code WARN} or {@code ERROR}; {@link #BINARY} or {@link #LENGTH} where the text is no line of the log
     *     but says what is odd about all of it
     */
    public record LogLine(RankId rank, String level, String text) {
        /** There are bytes that are no text. */
        public static final String BINARY = "BINARY";
        /** It is too long to be kept whole, by far. */
        public static final String LENGTH = "LENGTH";
    }
}
