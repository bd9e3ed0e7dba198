package org.nixlconform.plan;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nixlconform.message.Finding;
import org.nixlconform.plan.PagedServing.Disturbance;

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
        rules.waitsAreNoStall();
        rules.directionAllowsIt();
        rules.layersFallIntoGroups();
        rules.leasesAreKept();
        rules.transfersHaveSiblings();
        rules.refusals.addAll(PlanRules.refuseBeside(draft, serving, "served requests", Mutation::isOfServedRequests));
        return rules.refusals;
    }

    private void countsAreInRange() {
        within("requests", serving.requests(), 1, PagedServing.MOST_REQUESTS);
        within("inFlight", serving.inFlight(), 1, PagedServing.MOST_IN_FLIGHT);
        within("fewestBlocks", serving.fewestBlocks(), 1, Integer.MAX_VALUE);
        within("mostBlocks", serving.mostBlocks(), Math.max(1, serving.fewestBlocks()), Integer.MAX_VALUE);
        within("prefixHitPercent", serving.prefixHitPercent(), 0, 100);
        Disturbance disturbance = serving.disturbance();
        within("abortPercent", disturbance.abortPercent(), 0, 99);
        within("dropPercent", disturbance.dropPercent(), 0, 99);
        within("failPercent", disturbance.failPercent(), 0, 99);
        within("latePollPercent", disturbance.latePollPercent(), 0, 100);
        within(
                "latePollMillis",
                disturbance.latePollMillis(),
                disturbance.latePollPercent() > 0 ? 1 : 0,
                Integer.MAX_VALUE);
        within("latePostPercent", disturbance.latePostPercent(), 0, 100);
        within(
                "latePostMillis",
                disturbance.latePostMillis(),
                disturbance.latePostPercent() > 0 ? 1 : 0,
                Integer.MAX_VALUE);
        within("seconds", serving.seconds(), 0, Integer.MAX_VALUE);
        within("leaseMillis", serving.lease().millis(), serving.lease().heartbeats() ? 1 : 0, Integer.MAX_VALUE);
        within("layerGroups", serving.layerGroups(), 1, Integer.MAX_VALUE);
        within("registeredFirstPercent", serving.registeredFirstPercent(), 0, 100);
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
        if (serving.writesOver() && serving.requests() > PagedServing.MOST_OVERWRITTEN_REQUESTS) {
            refuse(
                    "served requests whose blocks are written over are more than there are generations for both",
                    "requests = " + serving.requests(),
                    "at most " + PagedServing.MOST_OVERWRITTEN_REQUESTS,
                    "lower requests");
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

    private void waitsAreNoStall() {
        isNoStall("poll", "latePollMillis", serving.disturbance().latePollMillis());
        isNoStall("post", "latePostMillis", serving.disturbance().latePostMillis());
    }

    private void isNoStall(String what, String name, int millis) {
        draft.expectations()
                .completion()
                .map(Expectations.Completion::stall)
                .filter(stall -> millis >= stall.toMillis())
                .ifPresent(stall -> refuse(
                        "a late " + what + " looks like a stall",
                        name + " = " + millis + ", stallSeconds = " + stall.toMillis() / 1e3,
                        name + " below stallSeconds",
                        "lower " + name + " or raise stallSeconds"));
    }

    private void directionAllowsIt() {
        Map<String, Boolean> ofRead = new LinkedHashMap<>();
        ofRead.put("dropPercent", serving.disturbance().dropPercent() > 0);
        ofRead.put("failPercent", serving.disturbance().failPercent() > 0);
        ofRead.put("leaseMillis", serving.lease().millis() > 0);
        ofRead.put("refillInHandler", serving.refillInHandler());
        boolean write = draft.direction().operation() == Operation.WRITE;
        ofRead.values().removeIf(declared -> !declared);
        if (write && !ofRead.isEmpty()) {
            String what = String.join(", ", ofRead.keySet());
            refuse(
                    what + " of served requests are for blocks that decode reads",
                    draft.direction().label() + ", " + what,
                    "READ, initiated by decode",
                    "leave " + what + " out, or read");
        }
        if (!write && serving.registeredFirstPercent() > 0) {
            refuse(
                    "registeredFirstPercent of served requests is for blocks that prefill writes",
                    draft.direction().label() + ", registeredFirstPercent = " + serving.registeredFirstPercent(),
                    "WRITE, initiated by prefill",
                    "leave registeredFirstPercent out, or write");
        }
    }

    private void layersFallIntoGroups() {
        if (serving.layerGroups() > 0 && draft.geometry().layers() % serving.layerGroups() != 0) {
            refuse(
                    "the layers do not fall into " + serving.layerGroups() + " equal groups",
                    "layers = " + draft.geometry().layers() + ", layerGroups = " + serving.layerGroups(),
                    "a divisor of layers",
                    "set layerGroups to a divisor of layers");
        }
    }

    /** What is written over in the handler must still belong to the request. */
    private void leasesAreKept() {
        if (serving.refillInHandler() && serving.lease().millis() > 0) {
            refuse(
                    "blocks are refilled in the handler that may belong to others when their lease has run out",
                    "refillInHandler, leaseMillis = " + serving.lease().millis(),
                    "one of the two",
                    "leave one of them out");
        }
    }

    /** Of several transfers of a decode rank one can fail while the others move. */
    private void transfersHaveSiblings() {
        int prefillTp = draft.topology().prefillTp();
        int decodeTp = draft.topology().decodeTp();
        boolean several = prefillTp > decodeTp
                && HeadShare.of(draft.geometry(), prefillTp, 0).first()
                        != HeadShare.of(draft.geometry(), prefillTp, 1).first();
        if (serving.disturbance().failPercent() > 0 && !several) {
            refuse(
                    "failPercent of served requests is for decode ranks that read from several prefill ranks",
                    "prefillTp = " + prefillTp + ", decodeTp = " + decodeTp + ", kvHeads = "
                            + draft.geometry().kvHeads() + ", attention = "
                            + draft.geometry().attention(),
                    "prefillTp above decodeTp, and other heads on each prefill rank",
                    "raise prefillTp, or leave failPercent out");
        }
    }

    private void refuse(String headline, String declared, String expected, String remedy) {
        refusals.add(PlanRules.refusal(draft, headline, declared, expected, remedy));
    }
}
