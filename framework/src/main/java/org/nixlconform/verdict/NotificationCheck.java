package org.nixlconform.verdict;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.RankId;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.TransferObservation;
import org.nixlconform.transfer.TransferObservation.Iteration;
import org.nixlconform.transfer.TransferObservation.Misdelivered;
import org.nixlconform.transfer.TransferObservation.NotificationCount;

/**
 * Every notification arrives once, as sent, from its sender. Judged where completion is expected.
 *
 * <p>For one receiver, sender and iteration the first that holds is told: meant for another rank or sent by one, unknown sender, altered
 * text, duplicate, missing. A notification missing beside an altered or misattributed one of the same receiver is that
 * one, as is one that another rank got; its counts are in the finding. One that is missing after a timeout, loss or
 * failure of either end is explained there; where the plan ends a rank, that one alone may owe some.
 */
final class NotificationCheck implements Check {
    private static final int TEXTS = 3;

    @Override
    public List<Finding> check(TransferPlan plan, TransferObservation observation) {
        if (plan.expectations().completion().isEmpty()) {
            return List.of();
        }
        List<Finding> findings = new ArrayList<>();
        for (Iteration iteration : observation.iterations()) {
            for (NotificationCount count : iteration.notifications()) {
                wrong(plan, iteration, count)
                        .or(() -> missing(plan, observation, iteration, count))
                        .ifPresent(findings::add);
            }
        }
        return findings;
    }

    private static Optional<Finding> wrong(TransferPlan plan, Iteration iteration, NotificationCount count) {
        if (!count.misdelivered().isEmpty()) {
            return Optional.of(
                    misdelivered(plan, iteration, count, count.misdelivered().get(0)));
        }
        if (isStray(plan, count)) {
            return Optional.of(finding(
                    plan,
                    iteration,
                    count,
                    FindingKind.NOTIFICATION_WRONG_SENDER,
                    "a notification came from " + count.sender() + ", which owes none",
                    "notifications from its peers alone"));
        }
        if (!count.altered().isEmpty()) {
            return Optional.of(finding(
                    plan,
                    iteration,
                    count,
                    FindingKind.NOTIFICATION_ALTERED,
                    "a notification from " + count.sender() + " is not what was sent",
                    "the texts that " + count.sender() + " sent"));
        }
        if (count.duplicated() > 0) {
            return Optional.of(finding(
                    plan,
                    iteration,
                    count,
                    FindingKind.NOTIFICATION_DUPLICATED,
                    Quantities.count(count.duplicated(), "notification") + " from " + count.sender()
                            + " came more than once",
                    "each notification once"));
        }
        return Optional.empty();
    }

    private static Finding misdelivered(
            TransferPlan plan, Iteration iteration, NotificationCount count, Misdelivered first) {
        if (first.meantFor().equals(count.receiver())) {
            return finding(
                    plan,
                    iteration,
                    count,
                    FindingKind.NOTIFICATION_WRONG_SENDER,
                    "a notification came from " + count.sender() + ", which did not send it",
                    "\"" + first.text() + "\" from the rank that it names");
        }
        return finding(
                plan,
                iteration,
                count,
                FindingKind.NOTIFICATION_MISDELIVERED,
                "a notification from " + count.sender() + " was meant for " + first.meantFor(),
                "\"" + first.text() + "\" at " + first.meantFor());
    }

    private static Optional<Finding> missing(
            TransferPlan plan, TransferObservation observation, Iteration iteration, NotificationCount count) {
        if (count.received() >= count.expected()
                || isExplained(plan, observation, iteration.index(), count)
                || wentAstray(plan, iteration, count.receiver())) {
            return Optional.empty();
        }
        long missing = (long) count.expected() - count.received();
        return Optional.of(finding(
                plan,
                iteration,
                count,
                FindingKind.NOT_NOTIFIED,
                Quantities.count(missing, "notification") + " that " + count.sender() + " owes did not come",
                Quantities.count(count.expected()) + " from " + count.sender()));
    }

    private static Finding finding(
            TransferPlan plan,
            Iteration iteration,
            NotificationCount count,
            FindingKind kind,
            String headline,
            String expected) {
        Finding finding = Finding.of(kind, "notification", headline + ", on " + count.receiver())
                .with("expected", expected)
                .with(
                        "actual",
                        Quantities.count(count.received()) + " of " + Quantities.count(count.expected()) + " received, "
                                + Quantities.count(count.duplicated()) + " more than once")
                .with("where", count.receiver() + Wording.iteration(plan, iteration.index()));
        return count.altered().isEmpty() ? finding : finding.with("texts", Wording.few(count.altered(), "\n", TEXTS));
    }

    private static boolean isStray(TransferPlan plan, NotificationCount count) {
        boolean owes = count.expected() > 0 && rank(plan, count.sender()).isPresent();
        return !owes
                && (count.received() > 0
                        || count.duplicated() > 0
                        || !count.altered().isEmpty());
    }

    /** Whether what a receiver misses came altered, under another name, or to another rank: there is a finding for that. */
    static boolean wentAstray(TransferPlan plan, Iteration iteration, RankId receiver) {
        return iteration.notifications().stream()
                .anyMatch(count -> count.misdelivered().stream()
                                .anyMatch(each -> each.meantFor().equals(receiver))
                        || (count.receiver().equals(receiver)
                                && (!count.altered().isEmpty() || isStray(plan, count))));
    }

    private static boolean isExplained(
            TransferPlan plan, TransferObservation observation, int iteration, NotificationCount count) {
        Optional<PlannedEnd> end = PlannedEnd.of(plan, observation).filter(PlannedEnd::isAlone);
        if (end.isPresent()) {
            return count.sender().equals(end.get().rank().label());
        }
        return Disturbance.of(observation, count.receiver(), iteration)
                || rank(plan, count.sender())
                        .filter(sender -> Disturbance.of(observation, sender, iteration))
                        .isPresent();
    }

    private static Optional<RankId> rank(TransferPlan plan, String label) {
        return plan.topology().ranks().stream()
                .filter(rank -> rank.label().equals(label))
                .findFirst();
    }
}
