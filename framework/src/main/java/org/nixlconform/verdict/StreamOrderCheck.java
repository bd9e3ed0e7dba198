package org.nixlconform.verdict;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.RankId;
import org.nixlconform.plan.StreamOrder;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.TransferObservation;
import org.nixlconform.transfer.TransferObservation.Integrity;
import org.nixlconform.transfer.TransferObservation.Iteration;
import org.nixlconform.transfer.TransferObservation.Replays;
import org.nixlconform.transfer.TransferObservation.Rounds;
import org.nixlconform.transfer.TransferObservation.StreamWork;

/**
 * Work on a stream says something only where it was really in the way: without a fence still pending when the transfer was over,
 * with one still pending when the fence was reached. Else the case is inconclusive. A kernel that was launched at DONE must find
 * what is found later, and a graph that replays must meet right blocks alone. What is done again and again says something only as
 * often as it was done as wanted: each transfer and each call, and some captures and module loads while a transfer was in flight.
 */
final class StreamOrderCheck implements Check {
    static final String SUBJECT = "stream order";

    @Override
    public List<Finding> check(TransferPlan plan, TransferObservation observation) {
        return plan.streamOrder().map(order -> check(order, plan, observation)).orElse(List.of());
    }

    private static List<Finding> check(StreamOrder order, TransferPlan plan, TransferObservation observation) {
        List<Finding> findings = new ArrayList<>();
        Set<RankId> working = Set.copyOf(plan.topology().ranks().stream()
                .filter(rank -> order.work().isAt(rank.role()))
                .toList());
        for (Iteration iteration : observation.iterations()) {
            String where = Wording.iteration(plan, iteration.index());
            for (RankId rank : working.stream().sorted().toList()) {
                Optional<StreamWork> seen = iteration.streamWork().stream()
                        .filter(work -> work.rank().equals(rank))
                        .findFirst();
                if (seen.isPresent()) {
                    findings.addAll(of(order, seen.get(), plan, iteration, rank + where));
                } else if (!Disturbance.of(observation, rank, iteration.index())) {
                    findings.add(missing(order, "nothing was seen of it", rank + where));
                }
            }
        }
        if (order.work().isOfDriver()) {
            working.stream().sorted().forEach(rank -> findings.addAll(inFlight(order, rank, observation)));
        }
        return findings;
    }

    private static List<Finding> of(
            StreamOrder order, StreamWork seen, TransferPlan plan, Iteration iteration, String where) {
        if (order.work().isGraph()) {
            return replayed(order, seen, plan, where);
        }
        if (order.work().isOfDriver()) {
            return captured(order, seen, where);
        }
        if (order.work().isOfCalls()) {
            return called(order, seen, where);
        }
        if (!order.work().comesBefore()) {
            List<Finding> findings = new ArrayList<>(atDone(order, seen, iteration, where));
            findings.addAll(repeated(order, seen, plan, where));
            return findings;
        }
        if (order.isUnfenced()) {
            return seen.pendingAtEnd()
                    ? List.of()
                    : List.of(missing(order, "it was over before the transfer was", where));
        }
        return seen.fence().compareTo(seen.held().dividedBy(2)) >= 0
                ? List.of()
                : List.of(missing(
                        order,
                        "the fence took " + Quantities.duration(seen.fence()) + " of the "
                                + Quantities.duration(seen.held()) + " that the stream was held",
                        where));
    }

    private static List<Finding> replayed(StreamOrder order, StreamWork seen, TransferPlan plan, String where) {
        Optional<Replays> replayed = seen.replays().filter(replays -> replays.count() > 0);
        if (replayed.isEmpty()) {
            return List.of(missing(order, "the graph did not replay", where));
        }
        List<Finding> findings = new ArrayList<>();
        Replays replays = replayed.get();
        if (replays.mismatches() + replays.ownMismatches() > 0) {
            findings.add(Finding.of(
                            FindingKind.GRAPH_MISMATCH,
                            SUBJECT,
                            "a captured graph met blocks that did not hold what they must")
                    .with("expected", "every block that its table lists as it must be, in each replay")
                    .with(
                            "actual",
                            Quantities.count(replays.mismatches()) + " times a listed block was not, first in replay "
                                    + replays.firstMismatch() + ", and "
                                    + Quantities.count(replays.ownMismatches()) + " times a slot of its own, in "
                                    + Quantities.count(replays.count(), "replay"))
                    .with("where", where));
        }
        plan.expectations()
                .completion()
                .filter(completion -> replays.longestGap().compareTo(completion.stall()) > 0)
                .ifPresent(completion -> findings.add(
                        Finding.of(FindingKind.STALLED, SUBJECT, "a captured graph stood still beside the transfer")
                                .with("expected", "a replay at least every " + Quantities.duration(completion.stall()))
                                .with("actual", Quantities.duration(replays.longestGap()) + " without one")
                                .with("where", where)));
        return findings;
    }

    private static List<Finding> atDone(StreamOrder order, StreamWork seen, Iteration iteration, String where) {
        if (seen.differingAtDone().isEmpty()) {
            return List.of(missing(order, "the kernel was not launched", where));
        }
        long then = seen.differingAtDone().getAsLong();
        long later = iteration.integrity().stream()
                .filter(integrity -> integrity.rank().equals(seen.rank()))
                .mapToLong(Integrity::runsDiffering)
                .sum();
        return then <= later
                ? List.of()
                : List.of(Finding.of(
                                FindingKind.EARLY_DONE,
                                SUBJECT,
                                "a kernel that was launched at DONE did not find %s"
                                        .formatted(Quantities.count(then - later, "block slice")))
                        .with("expected", "every byte visible to a kernel that is launched when the transfer is over")
                        .with(
                                "actual",
                                Quantities.count(then) + " stretches of the cache differed then, "
                                        + Quantities.count(later) + " later")
                        .with("where", where));
    }

    private static List<Finding> repeated(StreamOrder order, StreamWork seen, TransferPlan plan, String where) {
        if (order.repeats() == 1 || seen.rank().role() != plan.direction().initiator()) {
            return List.of();
        }
        Rounds all = sum(seen.rounds());
        List<Finding> findings = new ArrayList<>();
        if (all.failed() > 0) {
            findings.add(Finding.of(
                            FindingKind.EARLY_DONE,
                            SUBJECT,
                            "kernels that were launched at DONE of a repeated transfer did not find every block slice")
                    .with("expected", "every byte visible to a kernel that is launched when the transfer is over")
                    .with(
                            "actual",
                            "in %s of %s, first %s"
                                    .formatted(
                                            Quantities.count(all.failed()),
                                            Quantities.count(all.count(), "repeat"),
                                            all.firstFailure()))
                    .with("where", where));
        }
        if (all.count() < order.repeats() - 1) {
            findings.add(missing(order, Quantities.count(all.count(), "repeat") + " before the last transfer", where));
        }
        return findings;
    }

    private static List<Finding> captured(StreamOrder order, StreamWork seen, String where) {
        if (seen.rounds().stream().anyMatch(each -> each.count() == 0)
                || seen.rounds().isEmpty()) {
            return List.of(missing(order, "not everything was tried", where));
        }
        return seen.rounds().stream()
                .filter(each -> each.failed() > 0)
                .map(each -> Finding.of(
                                FindingKind.CAPTURE_REFUSED,
                                SUBJECT,
                                "the driver refused what an engine does with it while blocks move")
                        .with("expected", "each " + each.what() + " ends well")
                        .with(
                                "actual",
                                "%s of %s did not: %s"
                                        .formatted(
                                                Quantities.count(each.failed()),
                                                Quantities.count(each.count(), each.what()),
                                                each.firstFailure()))
                        .with("where", where))
                .toList();
    }

    /** Over all iterations: one transfer may be shorter than another. */
    private static List<Finding> inFlight(StreamOrder order, RankId rank, TransferObservation observation) {
        List<Rounds> all = observation.iterations().stream()
                .flatMap(iteration -> iteration.streamWork().stream())
                .filter(work -> work.rank().equals(rank))
                .flatMap(work -> work.rounds().stream())
                .toList();
        return all.stream()
                .map(Rounds::what)
                .distinct()
                .filter(what -> all.stream().noneMatch(each -> each.what().equals(what) && each.telling() > 0))
                .map(what -> missing(
                        order, "no " + what + " fell into the time in which a transfer was in flight", rank.toString()))
                .toList();
    }

    private static List<Finding> called(StreamOrder order, StreamWork seen, String where) {
        Rounds calls = sum(seen.rounds());
        return calls.count() > 0 && calls.telling() == calls.count()
                ? List.of()
                : List.of(missing(
                        order,
                        "%s of %s were made so%s"
                                .formatted(
                                        Quantities.count(calls.telling()),
                                        Quantities.count(calls.count(), "call"),
                                        calls.firstFailure().isEmpty() ? "" : ": " + calls.firstFailure()),
                        where));
    }

    private static Rounds sum(List<Rounds> rounds) {
        return rounds.stream()
                .reduce(
                        new Rounds("", 0, 0, 0, ""),
                        (a, b) -> new Rounds(
                                b.what(),
                                a.count() + b.count(),
                                a.telling() + b.telling(),
                                a.failed() + b.failed(),
                                a.firstFailure().isEmpty() ? b.firstFailure() : a.firstFailure()));
    }

    private static Finding missing(StreamOrder order, String actual, String where) {
        return Finding.of(
                        FindingKind.PREREQUISITE, SUBJECT, "the work on the stream was not in the way of the transfer")
                .with(
                        "expected",
                        order.work().comesBefore()
                                ? order.work() + " pending when "
                                        + (order.isUnfenced() ? "the transfer was over" : "its fence was reached")
                                : order.work() + " seen")
                .with("actual", actual)
                .with("where", where);
    }
}
