package org.nixlconform.verdict;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.Expectations;
import org.nixlconform.plan.Lifecycle;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.plan.Trial;
import org.nixlconform.transfer.TransferObservation;
import org.nixlconform.transfer.TransferObservation.EngineLoss;
import org.nixlconform.transfer.TransferObservation.Timeout;
import org.nixlconform.transfer.TrialOutcome;
import org.nixlconform.transfer.TrialOutcome.Answer;

/**
 * Trials of the life of agents, held against what NIXL documents: at most one finding for each, with all that departs. What is not
 * documented is a note, also a crash. A trial of something in flight that was not in flight says nothing: inconclusive.
 */
final class TrialCheck implements Check {
    static final String SUBJECT = "trial";
    /** Where a case expects nothing of completion. */
    private static final Duration UNBOUNDED = Duration.ofDays(1);

    @Override
    public List<Finding> check(TransferPlan plan, TransferObservation observation) {
        List<Finding> findings = new ArrayList<>();
        for (TrialOutcome outcome : observation.trials()) {
            if (outcome.trial().isDocumented()) {
                findings.addAll(judged(plan, outcome));
            }
        }
        plan.lifecycle().flatMap(workload -> untried(workload, observation)).ifPresent(findings::add);
        return findings;
    }

    /** After a loss or a call that did not return nothing more can be tried: that has a finding of its own, or is a note. */
    private static Optional<Finding> untried(Lifecycle workload, TransferObservation observation) {
        List<Trial> made =
                observation.trials().stream().map(TrialOutcome::trial).toList();
        List<Trial> missing = workload.trials().stream()
                .filter(trial -> !made.contains(trial))
                .toList();
        if (missing.isEmpty() || Disturbance.anywhere(observation)) {
            return Optional.empty();
        }
        boolean ended = observation.trials().stream()
                .anyMatch(outcome ->
                        !outcome.losses().isEmpty() || !outcome.timeouts().isEmpty());
        return Optional.of(Finding.of(
                        ended ? FindingKind.PREREQUISITE : FindingKind.VACUOUS,
                        SUBJECT,
                        "not all of the case was tried")
                .with("expected", "every trial of the case")
                .with("actual", "never tried: " + labels(missing))
                .with("remedy", "try them in a case without those before them"));
    }

    private static String labels(List<Trial> trials) {
        return trials.stream().map(Trial::label).collect(Collectors.joining(", "));
    }

    private static List<Finding> judged(TransferPlan plan, TrialOutcome outcome) {
        if (!outcome.losses().isEmpty()) {
            return List.of(lost(outcome, outcome.losses().get(0)));
        }
        if (!outcome.timeouts().isEmpty()) {
            return List.of(overdue(outcome, outcome.timeouts().get(0)));
        }
        List<String> departures = new TrialRules(outcome, longest(plan)).departures();
        if (!departures.isEmpty()) {
            return List.of(finding(outcome, FindingKind.LIFECYCLE, departures.get(0))
                    .with("actual", String.join("; ", departures))
                    .with("told", described(outcome)));
        }
        if (outcome.trial().needsFlight() && !TrialRules.wasInFlight(outcome)) {
            return List.of(finding(outcome, FindingKind.PREREQUISITE, "blocks did not move any more when it was tried")
                    .with("actual", described(outcome))
                    .with("remedy", "let the case transfer more blocks, over a transport whose post does not wait"));
        }
        return List.of();
    }

    private static Duration longest(TransferPlan plan) {
        return plan.expectations()
                .completion()
                .map(Expectations.Completion::within)
                .orElse(UNBOUNDED);
    }

    private static Finding finding(TrialOutcome outcome, FindingKind kind, String what) {
        return Finding.of(kind, SUBJECT, outcome.trial().label() + ": " + what)
                .during(outcome.trial().label())
                .with("expected", outcome.trial().documented());
    }

    private static Finding lost(TrialOutcome outcome, EngineLoss loss) {
        Finding finding = finding(
                        outcome, FindingKind.ENGINE_DIED, loss.rank() + " ended by itself, " + Wording.cause(loss))
                .with("actual", Wording.cause(loss) + ", after " + described(outcome))
                .with("where", loss.rank() + ", phase " + loss.phase());
        return Wording.withLog(finding, loss.lastLogLines());
    }

    private static Finding overdue(TrialOutcome outcome, Timeout timeout) {
        Finding finding = finding(
                        outcome,
                        FindingKind.CALL_NEVER_RETURNED,
                        timeout.call().orElse("a call") + " did not return on " + timeout.rank() + " within "
                                + Quantities.duration(timeout.deadline()))
                .with("actual", "no answer, after " + described(outcome))
                .with("where", timeout.rank() + ", phase " + timeout.phase());
        return Wording.withLog(finding, timeout.lastLogLines());
    }

    /** What each trial was told, one note each. */
    static List<String> notes(TransferObservation observation) {
        return observation.trials().stream()
                .map(outcome -> outcome.trial().label() + ": " + described(outcome) + ended(outcome))
                .toList();
    }

    private static String ended(TrialOutcome outcome) {
        return Stream.concat(
                        outcome.losses().stream()
                                .map(loss -> "; then " + loss.rank() + " ended, " + Wording.cause(loss)),
                        outcome.timeouts().stream()
                                .map(timeout -> "; then " + timeout.rank() + " did not come back"
                                        + timeout.call()
                                                .map(call -> " from " + call)
                                                .orElse("")))
                .collect(Collectors.joining());
    }

    private static String described(TrialOutcome outcome) {
        if (outcome.trial() == Trial.ORDERS || outcome.trial() == Trial.DAMAGED_METADATA) {
            return TrialRules.summary(outcome);
        }
        return outcome.answers().stream()
                .filter(answer -> TrialRules.isTold(answer))
                .map(TrialCheck::described)
                .collect(Collectors.joining(", "));
    }

    private static String described(Answer answer) {
        return answer.act() + " " + TrialRules.words(answer);
    }
}
