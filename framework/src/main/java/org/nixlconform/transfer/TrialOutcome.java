package org.nixlconform.transfer;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.nixlconform.plan.RankId;
import org.nixlconform.plan.Trial;
import org.nixlconform.transfer.TransferObservation.EngineLoss;
import org.nixlconform.transfer.TransferObservation.Timeout;

/**
 * What came of one trial, as far as it got.
 *
 * @param answers in the order in which they came
 * @param losses engines that ended meanwhile
 * @param timeouts ranks that did not come back from a call
 */
public record TrialOutcome(Trial trial, List<Answer> answers, List<EngineLoss> losses, List<Timeout> timeouts) {
    public TrialOutcome {
        answers = List.copyOf(answers);
        losses = List.copyOf(losses);
        timeouts = List.copyOf(timeouts);
    }

    /**
     * @param act such as {@code post again}
     * @param call the NIXL function whose status it is, empty where it is none's
     * @param at when it began, by the clock of the node
     * @param counts what the act counts
     * @param text that it read, printable
     */
    public record Answer(
            RankId rank,
            String act,
            String call,
            int status,
            String statusName,
            Duration at,
            Duration took,
            List<Long> counts,
            String text) {
        public Answer {
            counts = List.copyOf(counts);
        }
    }

    /** The first of that name; empty where it did not get so far. */
    public Optional<Answer> answer(String act) {
        return answers.stream().filter(answer -> answer.act().equals(act)).findFirst();
    }
}
