package org.nixlconform.verdict;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.RankId;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.TransferObservation;
import org.nixlconform.transfer.TransferObservation.NotificationCount;
import org.nixlconform.transfer.TransferObservation.Progress;
import org.nixlconform.transfer.TransferObservation.Timeout;

/** A step that did not end by its deadline, seen together with what else happened: which way of not ending it was. */
record UnendedStep(TransferPlan plan, TransferObservation observation, Timeout timeout) {
    /** Phases in which data move; progress is told in these alone. */
    private static final Set<String> TRANSFER = Set.of("transfer", "post", "wait", "notify", "serve", "storm");

    private static final Set<String> AFTER_TRANSFER = Set.of("verify", "close", "release");

    /**
     * Whether another finding says why. The rank has nothing left to do and waits for others alone, all of which were lost or refused, or, where
     * its data are complete, are stuck themselves. Those have their own findings. A destination whose data are
     * incomplete keeps its own where the writer is stuck: it alone knows how much arrived.
     */
    boolean isExplained() {
        return onlyWaitsForStoppedRanks()
                || (kind() == FindingKind.NOT_NOTIFIED && (wentAstray() || isToldByTheStorm()));
    }

    /** Which says what is missing, message by message. */
    private boolean isToldByTheStorm() {
        return timeout.phase().equals("storm")
                && observation.storm().stream()
                        .flatMap(storm -> storm.pairs().stream())
                        .anyMatch(pair -> pair.target().equals(timeout.rank())
                                && pair.received().isPresent());
    }

    /** What the rank waits for came, but not as it was sent. */
    private boolean wentAstray() {
        return plan.expectations().completion().isPresent()
                && observation.iterations().stream()
                        .filter(iteration -> iteration.index() == timeout.iteration())
                        .anyMatch(iteration -> NotificationCheck.wentAstray(plan, iteration, timeout.rank()));
    }

    private boolean onlyWaitsForStoppedRanks() {
        List<RankId> debtors = debtors();
        return waitsForOthers()
                && !debtors.isEmpty()
                && debtors.stream().allMatch(debtor -> isGone(debtor) || (lacksOnlyNotifications() && isStuck(debtor)));
    }

    Finding finding() {
        FindingKind kind = kind();
        Finding finding = Finding.of(kind, "completion", headline(kind) + ", on " + timeout.rank())
                .during(timeout.phase())
                .with("expected", expected())
                .with("actual", actual())
                .with(
                        "where",
                        timeout.rank() + ", phase " + timeout.phase()
                                + timeout.call().map(call -> ", in " + call).orElse("")
                                + Wording.iteration(plan, timeout.iteration()));
        List<String> missing = missing();
        if (!missing.isEmpty()) {
            finding = finding.with("missing", String.join("\n", missing));
        }
        List<String> lostPeers = lostPeers();
        if (!lostPeers.isEmpty()) {
            finding = finding.with("peer", String.join("\n", lostPeers));
        }
        MetadataInspection metadata = new MetadataInspection(plan, observation);
        return Wording.withLog(metadata.explain(finding, timeout.rank(), timeout.phase()), timeout.lastLogLines());
    }

    FindingKind kind() {
        boolean advances =
                !timeout.stalled() && progress().filter(UnendedStep::hasBegun).isPresent();
        if (timeout.call().isPresent()) {
            // A post may block for the whole copy: while blocks still land it is slow, not stuck. No other call may.
            boolean copies = timeout.call().get().endsWith("post_xfer_req") && !hasAllSlices();
            return advances && copies ? FindingKind.SLOW : FindingKind.CALL_NEVER_RETURNED;
        }
        if (lacksOnlyNotifications()) {
            return FindingKind.NOT_NOTIFIED;
        }
        boolean begun =
                progress().map(UnendedStep::hasBegun).orElse(moves() || AFTER_TRANSFER.contains(timeout.phase()));
        if (!begun) {
            return FindingKind.NEVER_STARTED;
        }
        return timeout.stalled() ? FindingKind.STALLED : FindingKind.SLOW;
    }

    private boolean hasAllSlices() {
        return progress()
                .filter(progress -> progress.slices() > 0 && progress.slicesLanded() >= progress.slices())
                .isPresent();
    }

    private boolean moves() {
        return TRANSFER.contains(timeout.phase());
    }

    private Optional<Progress> progress() {
        return timeout.progress().filter(progress -> moves());
    }

    private String headline(FindingKind kind) {
        String arrived = progress()
                .map(UnendedStep::arrived)
                .orElse(moves() ? "how far it got is not known" : "phase " + timeout.phase() + " did not end");
        return switch (kind) {
            case CALL_NEVER_RETURNED -> timeout.call().orElseThrow() + " did not return";
            case NEVER_STARTED ->
                progress()
                        .map(progress -> "transfer never started, " + neverStarted(progress))
                        .orElse("transfer never started, phase " + timeout.phase() + " did not end");
            case STALLED -> (moves() ? "transfer stalled, " : "nothing moves any more, ") + arrived + idle();
            case NOT_NOTIFIED -> "all data there but not all notifications, " + notified() + owed();
            default -> (moves() ? "transfer still going on at its deadline, " : "deadline passed, ") + arrived;
        };
    }

    /** Some request ended or, where the rank is a destination, something landed. */
    private static boolean hasBegun(Progress progress) {
        boolean isInitiatorOfWrites = progress.requests() > 0 && progress.slices() == 0;
        return progress.done() > 0
                || progress.slicesLanded() > 0
                || progress.notificationsReceived() > 0
                || (isInitiatorOfWrites && progress.posted() > 0)
                || (progress.requests() == 0 && progress.slices() == 0);
    }

    private static String neverStarted(Progress progress) {
        String posted = Quantities.count(progress.posted()) + " of " + Quantities.count(progress.requests(), "request")
                + " posted";
        if (progress.slices() == 0) {
            return posted;
        }
        String landed = "none of " + Quantities.count(progress.slices(), "slice") + " arrived";
        return progress.requests() == 0 ? landed : posted + ", " + landed;
    }

    private static String arrived(Progress progress) {
        if (progress.slices() > 0) {
            return Quantities.count(progress.slicesLanded()) + " of " + Quantities.count(progress.slices(), "slice")
                    + " arrived";
        }
        return Quantities.count(progress.done()) + " of " + Quantities.count(progress.requests(), "request") + " ended";
    }

    private String idle() {
        return progress()
                .map(progress -> " and none in the last " + Quantities.duration(progress.sinceLastProgress()))
                .orElse("");
    }

    private String notified() {
        return progress()
                .map(progress -> Quantities.count(progress.notificationsReceived()) + " of "
                        + Quantities.count(progress.notificationsExpected()) + " came")
                .orElseThrow();
    }

    private String owed() {
        List<RankId> debtors = debtors();
        return debtors.isEmpty()
                ? ""
                : "; " + Wording.names(debtors) + (debtors.size() == 1 ? " owes" : " owe") + " the rest";
    }

    private String expected() {
        return plan.expectations()
                .completion()
                .filter(completion -> moves())
                .map(Wording::obligation)
                .orElse("phase " + timeout.phase() + " ends within " + Quantities.duration(timeout.deadline()));
    }

    private String actual() {
        List<String> parts = new ArrayList<>();
        parts.add((timeout.stalled() ? "no progress for " : "not ended after ")
                + Quantities.duration(timeout.deadline()));
        progress().ifPresent(progress -> {
            parts.add(part(progress.posted(), progress.requests(), "requests posted"));
            parts.add(part(progress.done(), progress.requests(), "ended"));
            parts.add(part(progress.slicesLanded(), progress.slices(), "slices arrived"));
            parts.add(part(progress.notificationsReceived(), progress.notificationsExpected(), "notifications"));
            parts.add("last progress " + Quantities.duration(progress.sinceLastProgress()) + " before");
        });
        return parts.stream().filter(part -> !part.isEmpty()).collect(Collectors.joining(", "));
    }

    /** Which counts are short, by how many, and who owes them. */
    private List<String> missing() {
        return progress()
                .map(progress -> {
                    List<String> lines = new ArrayList<>();
                    // What a rank asks for itself comes from the peers of its requests, else from those who write to
                    // it.
                    addMissing(lines, progress.slices(), progress.slicesLanded(), "slices", unendedPeers());
                    if (progress.slices() == 0) {
                        addMissing(lines, progress.requests(), progress.done(), "requests", unendedPeers());
                    }
                    addMissing(
                            lines,
                            progress.notificationsExpected(),
                            progress.notificationsReceived(),
                            "notifications",
                            debtors());
                    return lines;
                })
                .orElse(
                        moves()
                                ? List.of("every count, owed by " + timeout.rank() + ": it says nothing of itself")
                                : List.of());
    }

    private static void addMissing(List<String> lines, long all, long there, String what, List<RankId> owing) {
        if (there < all) {
            lines.add(part(all - there, all, what) + (owing.isEmpty() ? "" : ", owed by " + Wording.names(owing)));
        }
    }

    /** Peers whose requests with this rank have not ended, by what was seen of them; all where nothing was. */
    private List<RankId> unendedPeers() {
        Set<RankId> ended = observation.iterations().stream()
                .filter(iteration -> iteration.index() == timeout.iteration())
                .flatMap(iteration -> iteration.transfers().stream())
                .filter(transfer -> transfer.status() == 0)
                .flatMap(transfer -> transfer.initiator().equals(timeout.rank())
                        ? Stream.of(transfer.target())
                        : transfer.target().equals(timeout.rank()) ? Stream.of(transfer.initiator()) : Stream.of())
                .collect(Collectors.toSet());
        return PlannedTransfers.of(plan).peers(timeout.rank()).stream()
                .filter(peer -> !ended.contains(peer))
                .toList();
    }

    private static String part(long actual, long all, String what) {
        return all == 0 ? "" : Quantities.count(actual) + " of " + Quantities.count(all) + " " + what;
    }

    private List<String> lostPeers() {
        Set<RankId> peers = PlannedTransfers.of(plan).peers(timeout.rank());
        return observation.losses().stream()
                .filter(loss -> peers.contains(loss.rank()))
                .map(Wording::describe)
                .toList();
    }

    private boolean waitsForOthers() {
        return timeout.call().isEmpty()
                && progress()
                        .filter(progress -> progress.notificationsReceived() < progress.notificationsExpected())
                        .filter(progress -> progress.done() >= progress.requests())
                        .isPresent();
    }

    private boolean lacksOnlyNotifications() {
        return waitsForOthers()
                && progress()
                        .filter(progress -> progress.slicesLanded() >= progress.slices())
                        .isPresent();
    }

    /** Peers whose notifications are missing, by what was counted; all peers where nothing was. */
    private List<RankId> debtors() {
        List<NotificationCount> counts = observation.iterations().stream()
                .filter(iteration -> iteration.index() == timeout.iteration())
                .flatMap(iteration -> iteration.notifications().stream())
                .filter(count -> count.receiver().equals(timeout.rank()))
                .toList();
        Set<String> paid = counts.stream()
                .filter(count -> count.received() >= count.expected())
                .map(NotificationCount::sender)
                .collect(Collectors.toSet());
        return PlannedTransfers.of(plan).peers(timeout.rank()).stream()
                .filter(peer -> !paid.contains(peer.label()))
                .toList();
    }

    private boolean isGone(RankId rank) {
        return Disturbance.lost(observation, rank) || Disturbance.failed(observation, rank, timeout.iteration());
    }

    private boolean isStuck(RankId rank) {
        return observation.timeouts().stream()
                .filter(other -> other.rank().equals(rank) && other.iteration() == timeout.iteration())
                .anyMatch(other -> !new UnendedStep(plan, observation, other).lacksOnlyNotifications());
    }
}
