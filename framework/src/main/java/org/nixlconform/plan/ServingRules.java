package org.nixlconform.plan;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nixlconform.message.Finding;

/** What makes a draft whose engines serve requests impossible, beside {@link PlanRules}. */
final class ServingRules {
    private final PlanDraft draft;
    private final PagedServing serving;
    private final List<Finding> refusals = new ArrayList<>();

    private ServingRules(PlanDraft draft, PagedServing serving) {
        this.draft = draft;
        this.serving = serving;
    }

    /** All reasons against it, none where it can be. */
    static List<Finding> refusals(PlanDraft draft, PagedServing serving) {
        ServingRules rules = new ServingRules(draft, serving);
        rules.countsAreInRange();
        rules.requestsHaveAGenerationEach();
        rules.cachesHoldTheLargestRequest();
        rules.latePollsAreNoStall();
        rules.nothingElseIsPlanted();
        return rules.refusals;
    }

    private void countsAreInRange() {
        within("requests", serving.requests(), 1, PagedServing.MOST_REQUESTS);
        within("inFlight", serving.inFlight(), 1, PagedServing.MOST_IN_FLIGHT);
        within("fewestBlocks", serving.fewestBlocks(), 1, Integer.MAX_VALUE);
        within("mostBlocks", serving.mostBlocks(), Math.max(1, serving.fewestBlocks()), Integer.MAX_VALUE);
        within("prefixHitPercent", serving.prefixHitPercent(), 0, 100);
        within("abortPercent", serving.abortPercent(), 0, 99);
        within("latePollPercent", serving.latePollPercent(), 0, 100);
        within("latePollMillis", serving.latePollMillis(), serving.latePollPercent() > 0 ? 1 : 0, Integer.MAX_VALUE);
    }

    private void within(String name, int value, int least, int most) {
        if (value < least || value > most) {
            String range = most == Integer.MAX_VALUE ? least + " or more" : least + " to " + most;
            refuse(
                    name + " of served requests must be " + range,
                    name + " = " + value,
                    range,
                    "set " + name + " to " + range);
        }
    }

    private void requestsHaveAGenerationEach() {
        if ((long) serving.requests() + draft.iterations() > Generations.MOST_ITERATIONS) {
            refuse(
                    "iterations and served requests are more than there are generations",
                    "iterations = " + draft.iterations() + ", requests = " + serving.requests(),
                    "at most " + Generations.MOST_ITERATIONS + " together",
                    "lower iterations");
        }
    }

    private void cachesHoldTheLargestRequest() {
        for (Role role : Role.values()) {
            int cached = draft.blocks().cached(role);
            if (serving.mostBlocks() > cached) {
                refuse(
                        "the cache of a " + role.label() + " engine does not hold the largest of the served requests",
                        "mostBlocks = " + serving.mostBlocks() + ", cached of " + role.label() + " = " + cached,
                        "mostBlocks at most " + cached,
                        "lower mostBlocks, or raise cached of " + role.label());
            }
        }
    }

    private void latePollsAreNoStall() {
        draft.expectations()
                .completion()
                .map(Expectations.Completion::stall)
                .filter(stall -> serving.latePollMillis() >= stall.toMillis())
                .ifPresent(stall -> refuse(
                        "a late poll looks like a stall",
                        "latePollMillis = " + serving.latePollMillis() + ", stallSeconds = " + stall.toMillis() / 1e3,
                        "latePollMillis below stallSeconds",
                        "lower latePollMillis or raise stallSeconds"));
    }

    private void nothingElseIsPlanted() {
        Map<String, Boolean> beside = new LinkedHashMap<>();
        beside.put("invalid requests", !draft.invalidRequests().isEmpty());
        beside.put(
                "another mutation",
                draft.mutation()
                        .filter(mutation -> mutation != Mutation.REUSED_BEFORE_NOTIFICATION)
                        .isPresent());
        beside.put("a stream order", draft.streamOrder().isPresent());
        beside.put("the end of a peer", draft.peerEnd().isPresent());
        beside.put("a prefix hit", draft.blocks().prefixHit() != 0);
        beside.put("a throughput", draft.expectations().throughput().isPresent());
        beside.values().removeIf(declared -> !declared);
        if (!beside.isEmpty()) {
            String what = String.join(", ", beside.keySet());
            refuse(
                    "served requests do not go together with " + what,
                    serving.label() + "; " + what,
                    "served requests without it",
                    "declare it in a case of its own");
        }
    }

    private void refuse(String headline, String declared, String expected, String remedy) {
        refusals.add(PlanRules.refusal(draft, headline, declared, expected, remedy));
    }
}
