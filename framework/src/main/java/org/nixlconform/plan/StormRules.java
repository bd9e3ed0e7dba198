package org.nixlconform.plan;

import java.util.ArrayList;
import java.util.List;
import org.nixlconform.message.Finding;

/** What makes a draft with a storm of notifications impossible, beside {@link PlanRules}. */
final class StormRules {
    /** Each message is expected in the memory of its target. */
    private static final long MOST_MESSAGES = 100_000_000;

    private final PlanDraft draft;
    private final NotificationStorm storm;
    private final List<Finding> refusals = new ArrayList<>();

    private StormRules(PlanDraft draft, NotificationStorm storm) {
        this.draft = draft;
        this.storm = storm;
    }

    /** All reasons against it, none where it can be. */
    static List<Finding> refusals(PlanDraft draft, NotificationStorm storm) {
        StormRules rules = new StormRules(draft, storm);
        rules.countsAreInRange();
        rules.textsAreInRange();
        rules.itHasAGenerationOfItsOwn();
        rules.pausesAreNoStall();
        rules.itEndsInTime();
        rules.refusals.addAll(PlanRules.refuseBeside(draft, storm, "notifications in a storm", mutation -> false));
        return rules.refusals;
    }

    private void countsAreInRange() {
        int blocks = Math.max(1, draft.blocks().transferred());
        within("transfers", storm.transfers(), blocks, NotificationStorm.MOST_TRANSFERS);
        within("standalone", storm.standalone(), 0, NotificationStorm.MOST_STANDALONE);
        within("inFlight", storm.inFlight(), 1, blocks);
        within("mostBlocks", storm.mostBlocks(), 1, blocks);
        within("perSecond", storm.perSecond(), 0, Integer.MAX_VALUE);
        within("pollDelayMillis", storm.pollDelayMillis(), 0, Integer.MAX_VALUE);
        within("targetPollMillis", storm.targetPollMillis(), 0, Integer.MAX_VALUE);
        within("quietMillis", storm.quietMillis(), 1, Integer.MAX_VALUE);
        within("noticeMillis", storm.noticeMillis(), 1, Integer.MAX_VALUE);
        if (storm.messages() > MOST_MESSAGES) {
            refuse(
                    "a storm has too many messages",
                    storm.label(),
                    "at most " + MOST_MESSAGES + " of a pair of ranks",
                    "lower transfers or standalone");
        }
    }

    private void within(String name, int value, int least, int most) {
        if (value < least || value > most) {
            String range = most == Integer.MAX_VALUE ? least + " or more" : least + " to " + most;
            refuse(name + " of a storm must be " + range, name + " = " + value, range, "set " + name + " to " + range);
        }
    }

    private void textsAreInRange() {
        boolean inRange =
                storm.textBytes().stream().allMatch(size -> size >= 0 && size <= NotificationStorm.MOST_TEXT_BYTES);
        if (storm.textBytes().isEmpty() || !inRange) {
            refuse(
                    "texts of a storm must have sizes from 0 to " + NotificationStorm.MOST_TEXT_BYTES + " bytes",
                    "textBytes = " + storm.textBytes(),
                    "at least one size, each from 0 to " + NotificationStorm.MOST_TEXT_BYTES,
                    "set textBytes, such as {8, 100}");
        }
    }

    private void itHasAGenerationOfItsOwn() {
        if (draft.iterations() >= Generations.MOST_ITERATIONS) {
            refuse(
                    "iterations and a storm are more than there are generations",
                    "iterations = " + draft.iterations(),
                    "fewer than " + Generations.MOST_ITERATIONS,
                    "lower iterations");
        }
    }

    private void pausesAreNoStall() {
        long pause = Math.max(
                Math.max(storm.pollDelayMillis(), storm.targetPollMillis()),
                Math.max(storm.quietMillis(), storm.perSecond() > 0 ? 1000 / storm.perSecond() : 0));
        draft.expectations()
                .completion()
                .map(Expectations.Completion::stall)
                .filter(stall -> pause >= stall.toMillis())
                .ifPresent(stall -> refuse(
                        "a pause of the storm looks like a stall",
                        "a pause of " + pause + " ms, stallSeconds = " + stall.toMillis() / 1e3,
                        "every pause below stallSeconds",
                        "shorten the pause or raise stallSeconds"));
    }

    private void itEndsInTime() {
        long pauses = (long) storm.transfers() * storm.pollDelayMillis()
                + (storm.perSecond() > 0 ? 1000L * storm.transfers() / storm.perSecond() : 0)
                + storm.quietMillis();
        draft.expectations()
                .completion()
                .map(Expectations.Completion::within)
                .filter(within -> pauses >= within.toMillis())
                .ifPresent(within -> refuse(
                        "the pauses of a storm are longer than it may take",
                        pauses + " ms of pauses, withinSeconds = " + within.toMillis() / 1e3,
                        "fewer pauses than withinSeconds",
                        "lower transfers, shorten the pauses or raise withinSeconds"));
    }

    private void refuse(String headline, String declared, String expected, String remedy) {
        refusals.add(PlanRules.refusal(draft, headline, declared, expected, remedy));
    }
}
