package org.nixlconform.verdict;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.nixlconform.engine.ServedRequest;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.Mutation;
import org.nixlconform.plan.Operation;
import org.nixlconform.plan.PagedServing;
import org.nixlconform.plan.RankTransfer;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.TransferObservation;
import org.nixlconform.transfer.TransferObservation.Serving;
import org.nixlconform.transfer.TransferObservation.StrayNotification;

/**
 * Requests that engines served on their own, by their ledger: each ended, moved what its blocks hold and was notified exactly
 * once for each pair of its ranks; its steps are in order; no block had two owners at a time, none was kept; none was reused
 * while something could still move from or to it, but by a lease that had run out; notifications and transfers ended within
 * what the completion says. Of one from which a transfer was to fail, that one alone did; the others were done and notified, and
 * its blocks waited until all had ended. One finding for each rule, with the first request that breaks it.
 *
 * <p>Of a request that has not ended, the first step that is missing is told. After a loss, a failed call or a timeout
 * anywhere in the case none is, but for a call that failed for a request: that explains it.
 */
final class LedgerCheck implements Check {
    static final String SUBJECT = "ledger";

    /** How one request breaks a rule. */
    private record Departure(FindingKind kind, String rule, ServedRequest request, String expected, String actual) {}

    /** A block of an engine's cache that belongs to a request for some time. */
    private record Hold(String engine, int block, long fromNanos, long untilNanos, ServedRequest owner) {
        String place() {
            return "block " + block + " of " + engine;
        }
    }

    /** Engines of one request. */
    private record Engines(int prefill, int decode) {}

    @Override
    public List<Finding> check(TransferPlan plan, TransferObservation observation) {
        if (observation.serving().isEmpty()) {
            return List.of();
        }
        Serving serving = observation.serving().get();
        List<ServedRequest> requests = serving.requests();
        PagedServing served = plan.serving().orElseThrow();
        boolean quarantine = !plan.mutation().equals(Optional.of(Mutation.REUSED_WITHOUT_QUARANTINE));
        boolean write = plan.direction().operation() == Operation.WRITE;
        boolean endedEarly = Disturbance.anywhere(observation);
        boolean lost =
                !observation.losses().isEmpty() || !observation.failures().isEmpty();
        Map<Engines, Long> bytesOfABlock = bytesOfABlock(plan);
        List<Departure> departures = new ArrayList<>();
        for (ServedRequest request : requests) {
            if (!request.failure().isEmpty() && request.failing().isEmpty() && !lost) {
                departures.add(
                        new Departure(FindingKind.REFUSED, "a request failed", request, "success", request.failure()));
            } else if (!endedEarly) {
                unended(request, served).ifPresent(departures::add);
            }
            if (!lost) {
                failedOtherwise(request, served).ifPresent(departures::add);
            }
            moved(request, bytesOfABlock).ifPresent(departures::add);
            duplicated(request, served).ifPresent(departures::add);
            outOfOrder(request, served, write).ifPresent(departures::add);
            freedEarly(request, write).ifPresent(departures::add);
            expired(request, served.lease()).ifPresent(departures::add);
            if (quarantine) {
                notQuarantined(request).ifPresent(departures::add);
            }
            plan.expectations()
                    .completion()
                    .ifPresent(completion -> departures.addAll(late(request, completion.within())));
        }
        departures.addAll(ownedTwice(requests));
        Map<String, List<Departure>> alike = departures.stream()
                .collect(Collectors.groupingBy(Departure::rule, LinkedHashMap::new, Collectors.toList()));
        List<Finding> findings = new ArrayList<>(alike.values().stream()
                .map(group -> finding(plan, group, requests.size()))
                .toList());
        serving.strays().stream()
                .findFirst()
                .ifPresent(first ->
                        findings.add(stray(plan, first, serving.strays().size())));
        serving.again().stream()
                .findFirst()
                .ifPresent(
                        first -> findings.add(again(plan, first, serving.again().size())));
        return findings;
    }

    private static Finding stray(TransferPlan plan, StrayNotification first, int count) {
        return Finding.of(
                        FindingKind.NOTIFICATION_ALTERED,
                        SUBJECT,
                        Quantities.count(count, "notification") + " came that no request sent")
                .during("serve")
                .with("expected", "notifications of requests alone, from the rank and to the rank that they name")
                .with("actual", "\"" + first.text() + "\" from " + first.sender())
                .with("where", first.receiver() + Wording.iteration(plan, plan.iterations()));
    }

    private static Finding again(TransferPlan plan, StrayNotification first, int count) {
        return Finding.of(
                        FindingKind.NOTIFICATION_DUPLICATED,
                        SUBJECT,
                        Quantities.count(count, "notification") + " of requests came again")
                .during("serve")
                .with("expected", "each notification once")
                .with("actual", "\"" + first.text() + "\" from " + first.sender() + ", more than once")
                .with("where", first.receiver() + Wording.iteration(plan, plan.iterations()));
    }

    private static Finding finding(TransferPlan plan, List<Departure> alike, int requests) {
        Departure first = alike.get(0);
        long breaking = alike.stream().map(Departure::request).distinct().count();
        String count = breaking == 1
                ? ""
                : ", in " + Quantities.count(breaking) + " of " + Quantities.count(requests, "request");
        return Finding.of(first.kind(), SUBJECT, first.rule() + count)
                .during("serve")
                .with("expected", first.expected())
                .with("actual", first.actual())
                .with("where", first.request().label() + Wording.iteration(plan, plan.iterations()));
    }

    /** The first step that is missing. */
    private static Optional<Departure> unended(ServedRequest request, PagedServing served) {
        int transfers = request.pairs() * served.layerGroups();
        int notices = notices(request, served);
        if (!request.aborted() && request.movedNanos() < 0) {
            return departure(
                    FindingKind.NEVER_STARTED,
                    "a request was never moved",
                    request,
                    "every request moved",
                    "not moved");
        }
        boolean failed = request.isFailedAsPlanned();
        if (!request.aborted() && !failed && (request.doneNanos() < 0 || request.transfersDone() < transfers)) {
            return departure(
                    FindingKind.STALLED,
                    "a request was moved and not done",
                    request,
                    "each of " + each(transfers, served) + " done",
                    Quantities.count(request.transfersDone()) + " done");
        }
        if (failed && request.endedNanos() < 0) {
            return departure(
                    FindingKind.STALLED,
                    "a request of which a transfer failed did not end",
                    request,
                    "all of its " + Quantities.count(transfers, "transfer") + " ended, done or failed",
                    Quantities.count(request.transfersDone()) + " done, " + request.failure());
        }
        if (request.notifiedNanos() < 0 || request.notifications() < notices) {
            return departure(
                    FindingKind.NOT_NOTIFIED,
                    "notifications of a request did not come",
                    request,
                    oneForEach(notices, request, served),
                    Quantities.count(request.notifications()) + " came");
        }
        if (!request.aborted() && !failed && request.droppedNanos() < 0 && request.verifiedNanos() < 0) {
            return departure(
                    FindingKind.VACUOUS,
                    "a request was not verified",
                    request,
                    "every request verified before its blocks are reused",
                    "done and not verified");
        }
        boolean kept = request.sourceFreedNanos() < 0
                || (!request.destinationBlocks().isEmpty() && request.destinationFreedNanos() < 0);
        return kept
                ? departure(
                        FindingKind.LEDGER,
                        "blocks of a request were never free for others again",
                        request,
                        "all blocks free at the end",
                        "kept at " + (request.sourceFreedNanos() < 0 ? "the source" : "the destination"))
                : Optional.empty();
    }

    /** Of its transfers that which was to fail did, and no other. */
    private static Optional<Departure> failedOtherwise(ServedRequest request, PagedServing served) {
        if (request.failing().isEmpty() || request.endedNanos() < 0) {
            return Optional.empty();
        }
        if (request.failure().isEmpty()) {
            return departure(
                    FindingKind.VACUOUS,
                    "a transfer that was to fail was done",
                    request,
                    "none of " + request.failing() + ", whose blocks an agent offered that was gone",
                    "all of " + Quantities.count(request.transfersDone(), "transfer") + " done");
        }
        int others = (request.pairs() - 1) * served.layerGroups();
        return request.transfersDone() == others
                ? Optional.empty()
                : departure(
                        FindingKind.REFUSED,
                        "other transfers of a request failed than the one that was to",
                        request,
                        "all but those from " + request.failing() + " done, " + Quantities.count(others),
                        Quantities.count(request.transfersDone()) + " done, first of all " + request.failure());
    }

    /** Of one that is given up, no layers move. */
    private static int notices(ServedRequest request, PagedServing served) {
        return request.pairs() * (request.aborted() ? 1 : served.layerGroups());
    }

    private static String each(int transfers, PagedServing served) {
        return Quantities.count(transfers) + (served.layerGroups() == 1 ? " pairs of ranks" : " groups of layers");
    }

    private static String oneForEach(int notices, ServedRequest request, PagedServing served) {
        return Quantities.count(notices) + ", one for each pair of ranks"
                + (request.aborted() || served.layerGroups() == 1 ? "" : " and group of layers");
    }

    private static Optional<Departure> moved(ServedRequest request, Map<Engines, Long> bytesOfABlock) {
        if (request.doneNanos() < 0) {
            return Optional.empty();
        }
        long bytes = request.destinationBlocks().size()
                * bytesOfABlock.getOrDefault(new Engines(request.prefillEngine(), request.decodeEngine()), 0L);
        return bytes == request.bytes()
                ? Optional.empty()
                : departure(
                        FindingKind.VACUOUS,
                        "a request moved other bytes than its blocks hold",
                        request,
                        Quantities.bytes(bytes) + " of "
                                + Quantities.count(request.destinationBlocks().size(), "block"),
                        Quantities.bytes(request.bytes()));
    }

    /** Between all ranks of two engines. */
    private static Map<Engines, Long> bytesOfABlock(TransferPlan plan) {
        return plan.rankTransfers().stream()
                .collect(Collectors.groupingBy(
                        transfer -> new Engines(
                                transfer.prefill().engine(), transfer.decode().engine()),
                        Collectors.summingLong((RankTransfer transfer) ->
                                transfer.bytes() / plan.blocks().moved())));
    }

    private static Optional<Departure> duplicated(ServedRequest request, PagedServing served) {
        int notices = notices(request, served);
        return request.notifications() <= notices
                ? Optional.empty()
                : departure(
                        FindingKind.NOTIFICATION_DUPLICATED,
                        "notifications of a request came more than once",
                        request,
                        oneForEach(notices, request, served),
                        Quantities.count(request.notifications()) + " came");
    }

    /** A READ is verified when it is done, a WRITE when it was notified: its initiator may know later that it is done. */
    private static Optional<Departure> outOfOrder(ServedRequest request, PagedServing served, boolean write) {
        Map<String, Long> steps = new LinkedHashMap<>();
        steps.put("begun", request.begunNanos());
        steps.put("filled", request.filledNanos());
        if (served.layerGroups() == 1) {
            // Else its first layers move before the last are filled.
            steps.put("moved", request.movedNanos());
        }
        if (write) {
            steps.put("notified", request.notifiedNanos());
        } else {
            steps.put("done", request.doneNanos());
        }
        steps.put("verified", request.verifiedNanos());
        if (request.droppedNanos() < 0) {
            steps.put("freed at the destination", request.destinationFreedNanos());
        }
        steps.values().removeIf(nanos -> nanos < 0);
        List<Long> times = List.copyOf(steps.values());
        return times.equals(times.stream().sorted().toList())
                ? Optional.empty()
                : departure(
                        FindingKind.LEDGER,
                        "the steps of a request are out of order",
                        request,
                        String.join(", ", steps.keySet()),
                        steps.entrySet().stream()
                                .sorted(Map.Entry.comparingByValue())
                                .map(step -> step.getKey() + " at " + time(step.getValue()))
                                .collect(Collectors.joining(", ")));
    }

    /** It may reuse what was read when it has all notifications, what it wrote itself when that is done. */
    private static Optional<Departure> freedEarly(ServedRequest request, boolean write) {
        long may = write ? request.doneNanos() : request.notifiedNanos();
        boolean early = request.expiredNanos() < 0
                && request.sourceFreedNanos() >= 0
                && (may < 0 || request.sourceFreedNanos() < may);
        return early
                ? departure(
                        FindingKind.LEDGER,
                        "prefill reused blocks of a request before it was told that it may",
                        request,
                        write ? "freed after all transfers were done" : "freed after all notifications",
                        "freed at " + time(request.sourceFreedNanos()) + ", "
                                + (may < 0 ? "never told" : "told at " + time(may)))
                : Optional.empty();
    }

    /** A lease runs its time at least, and for ever where decode keeps it alive. */
    private static Optional<Departure> expired(ServedRequest request, PagedServing.Lease lease) {
        if (request.expiredNanos() < 0) {
            return Optional.empty();
        }
        long ran = request.expiredNanos() - request.filledNanos();
        if (request.filledNanos() < 0 || ran < lease.millis() * 1_000_000L) {
            return departure(
                    FindingKind.LEDGER,
                    "a lease ended before its time",
                    request,
                    "at least " + lease.millis() + " ms after its blocks were filled",
                    time(ran));
        }
        return lease.heartbeats()
                ? departure(
                        FindingKind.NOT_NOTIFIED,
                        "the lease of a request ran out though decode kept it alive",
                        request,
                        "a heartbeat of decode every " + lease.millis() / 6 + " ms",
                        Quantities.count(request.renewals(), "heartbeat") + " in " + time(ran))
                : Optional.empty();
    }

    /** What decode drops, and what it cannot have whole, is its own again when nothing moves to it any more. */
    private static Optional<Departure> notQuarantined(ServedRequest request) {
        boolean dropped = request.droppedNanos() >= 0;
        boolean early = (dropped || request.failedNanos() >= 0)
                && request.destinationFreedNanos() >= 0
                && (request.endedNanos() < 0 || request.destinationFreedNanos() < request.endedNanos());
        return early
                ? departure(
                        FindingKind.LEDGER,
                        dropped
                                ? "decode reused blocks of a request that it dropped while they were read to"
                                : "decode reused blocks of a request of which a transfer failed while others were read to them",
                        request,
                        "freed after all transfers had ended",
                        "freed at " + time(request.destinationFreedNanos()) + ", "
                                + (request.endedNanos() < 0
                                        ? "never ended"
                                        : "the last ended at " + time(request.endedNanos())))
                : Optional.empty();
    }

    private static List<Departure> late(ServedRequest request, Duration within) {
        List<Departure> late = new ArrayList<>();
        String expected = "at most " + Quantities.duration(within);
        if (request.doneNanos() - request.movedNanos() > within.toNanos() && isDone(request)) {
            late.add(new Departure(
                    FindingKind.SLOW,
                    "a request was done late",
                    request,
                    expected,
                    time(request.doneNanos() - request.movedNanos())));
        }
        if (request.isFailedAsPlanned()
                && isMoved(request)
                && request.failedNanos() - request.movedNanos() > within.toNanos()) {
            late.add(new Departure(
                    FindingKind.SLOW,
                    "a transfer failed late",
                    request,
                    expected,
                    time(request.failedNanos() - request.movedNanos())));
        }
        if (notifiedAfterNanos(request) > within.toNanos() && isNotified(request)) {
            late.add(new Departure(
                    FindingKind.SLOW,
                    "a notification came long after its request was done",
                    request,
                    expected,
                    time(notifiedAfterNanos(request))));
        }
        return late;
    }

    private static boolean isMoved(ServedRequest request) {
        return request.movedNanos() >= 0;
    }

    private static boolean isDone(ServedRequest request) {
        return isMoved(request) && request.doneNanos() >= 0;
    }

    private static boolean isNotified(ServedRequest request) {
        return isDone(request) && request.notifiedNanos() >= 0;
    }

    /** A target may know of the last transfer before the initiator has said that it is done. */
    private static long notifiedAfterNanos(ServedRequest request) {
        return Math.max(0, request.notifiedNanos() - request.doneNanos());
    }

    /** Of two requests that own a block at the same time, the one that came later. */
    private static List<Departure> ownedTwice(List<ServedRequest> requests) {
        List<Departure> departures =
                new ArrayList<>(ownedTwice(requests, ServedRequest::begunNanos, LedgerCheck::sourceHolds));
        departures.addAll(ownedTwice(requests, ServedRequest::registeredNanos, LedgerCheck::destinationHolds));
        return departures;
    }

    /** Of each block only the longest hold so far is kept: a ledger may have a hundred thousand requests. */
    private static List<Departure> ownedTwice(
            List<ServedRequest> requests,
            ToLongFunction<ServedRequest> from,
            Function<ServedRequest, List<Hold>> holds) {
        List<Departure> departures = new ArrayList<>();
        Map<String, Map<Integer, Hold>> longest = new HashMap<>();
        requests.stream()
                .sorted(Comparator.comparingLong(from))
                .flatMap(request -> holds.apply(request).stream())
                .forEach(hold -> {
                    Map<Integer, Hold> blocks = longest.computeIfAbsent(hold.engine(), engine -> new HashMap<>());
                    Hold before = blocks.get(hold.block());
                    if (before != null && hold.fromNanos() < before.untilNanos()) {
                        departures.add(new Departure(
                                FindingKind.LEDGER,
                                "a block belonged to two requests at once",
                                hold.owner(),
                                hold.place() + " free",
                                "it belonged to " + before.owner().label()));
                    }
                    if (before == null || hold.untilNanos() > before.untilNanos()) {
                        blocks.put(hold.block(), hold);
                    }
                });
        return departures;
    }

    private static List<Hold> sourceHolds(ServedRequest request) {
        String prefill = "prefill-" + request.prefillEngine();
        return request.sourceBlocks().stream()
                .map(block -> new Hold(prefill, block, request.begunNanos(), end(request.sourceFreedNanos()), request))
                .toList();
    }

    private static List<Hold> destinationHolds(ServedRequest request) {
        if (request.registeredNanos() < 0) {
            return List.of();
        }
        String decode = "decode-" + request.decodeEngine();
        return request.destinationBlocks().stream()
                .map(block -> new Hold(
                        decode, block, request.registeredNanos(), end(request.destinationFreedNanos()), request))
                .toList();
    }

    private static long end(long freedNanos) {
        return freedNanos < 0 ? Long.MAX_VALUE : freedNanos;
    }

    private static Optional<Departure> departure(
            FindingKind kind, String rule, ServedRequest request, String expected, String actual) {
        return Optional.of(new Departure(kind, rule, request, expected, actual));
    }

    /** How many requests were served, how fast, beside single transfers of the same case, and how long they took. */
    static List<String> notes(TransferObservation observation, OptionalDouble singleGbPerSecond) {
        return observation.serving().filter(serving -> !serving.requests().isEmpty()).stream()
                .flatMap(serving ->
                        Stream.concat(Stream.of(note(serving, singleGbPerSecond)), relayed(serving).stream()))
                .toList();
    }

    private static Optional<String> relayed(Serving serving) {
        return serving.relayed().isEmpty()
                ? Optional.empty()
                : Optional.of(Wording.names(serving.relayed())
                        + " could not connect to the desk, which gives out blocks, and reached it over the control channels:"
                        + " requests took longer for it");
    }

    private static String note(Serving serving, OptionalDouble singleGbPerSecond) {
        List<ServedRequest> done = serving.requests().stream()
                .filter(request -> isDone(request) && !request.aborted())
                .toList();
        List<ServedRequest> notified =
                done.stream().filter(LedgerCheck::isNotified).toList();
        long aborted =
                serving.requests().stream().filter(ServedRequest::aborted).count();
        StringBuilder note = new StringBuilder(Quantities.count(done.size()) + " of "
                + Quantities.count(serving.requests().size(), "request") + " served in "
                + Quantities.duration(serving.took()) + (aborted == 0 ? "" : ", " + aborted + " given up"));
        note.append(counted(serving, ServedRequest::isDroppedUnderWay, " dropped under way"));
        note.append(counted(serving, request -> request.expiredNanos() >= 0, " outlived their lease"));
        note.append(counted(
                serving,
                request -> request.expiredNanos() >= 0 && request.differing() > 0,
                " of these held other content"));
        List<ServedRequest> failed = serving.requests().stream()
                .filter(request -> request.isFailedAsPlanned() && isMoved(request))
                .toList();
        if (!failed.isEmpty()) {
            note.append(", one transfer of each of ")
                    .append(failed.size())
                    .append(" failed as it was to after ")
                    .append(percentiles(failed, request -> request.failedNanos() - request.movedNanos()))
                    .append(": ")
                    .append(failed.get(0).failure());
        }
        serving.gbPerSecond().ifPresent(speed -> note.append(", ").append(Quantities.gbPerSecond(speed)));
        singleGbPerSecond.ifPresent(speed -> note.append(", single transfers ").append(Quantities.gbPerSecond(speed)));
        if (!done.isEmpty()) {
            note.append("; done after ")
                    .append(percentiles(done, request -> request.doneNanos() - request.movedNanos()));
        }
        if (!notified.isEmpty()) {
            note.append(", notified another ")
                    .append(percentiles(notified, LedgerCheck::notifiedAfterNanos))
                    .append(" later");
        }
        return note.toString();
    }

    /** Where there are any. */
    private static String counted(Serving serving, Predicate<ServedRequest> which, String what) {
        long count = serving.requests().stream().filter(which).count();
        return count == 0 ? "" : ", " + count + what;
    }

    /** {@code 380 us (p50), 4 ms (p99)}. */
    private static String percentiles(List<ServedRequest> requests, ToLongFunction<ServedRequest> nanos) {
        long[] sorted = requests.stream().mapToLong(nanos).sorted().toArray();
        return LongStream.of(50, 99)
                .mapToObj(percent -> time(sorted[(int) ((sorted.length - 1) * percent / 100)]) + " (p" + percent + ")")
                .collect(Collectors.joining(", "));
    }

    private static String time(long nanos) {
        return Quantities.duration(Duration.ofNanos(nanos));
    }
}
