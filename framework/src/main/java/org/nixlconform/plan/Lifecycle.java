package org.nixlconform.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.nixlconform.message.Finding;

/** Trials of what NIXL says of the life of agents, requests and metadata, each with agents of its own. */
public sealed interface Lifecycle extends Workload permits Teardown, MetadataChaos, PeerChurn {
    /** In the order in which they are made. */
    List<Trial> trials();

    @Override
    default List<Finding> refusals(PlanDraft draft) {
        List<Finding> refusals = new ArrayList<>();
        refuseUnless(
                !trials().isEmpty()
                        && trials().stream().allMatch(trial -> trial.workload().isInstance(this)),
                "a case has no trial, or one of another workload",
                label(),
                "trials of " + getClass().getSimpleName() + " alone, at least one",
                "take those of the same word: "
                        + Trial.of(getClass()).stream().map(Enum::name).collect(Collectors.joining(", ")),
                draft,
                refusals);
        refuseUnless(
                draft.direction().operation() == Operation.READ
                        && draft.direction().initiator() == Role.DECODE,
                "trials are made by decode, which reads",
                draft.direction().label(),
                "decode READ",
                "write @Direction(operation = READ, initiator = DECODE)",
                draft,
                refusals);
        refuseUnless(
                draft.memory() == MemoryKind.DRAM && draft.placement() == Placement.PACK,
                "trials watch every byte of the destination, and hold the clocks of two ranks against each other",
                draft.memory().label() + ", " + draft.placement(),
                "host memory of one node",
                "write @Memory(DRAM) and placement = PACK, or leave them out",
                draft,
                refusals);
        Topology topology = draft.topology();
        int engines = trials().stream().mapToInt(Trial::prefillEngines).max().orElse(1);
        refuseUnless(
                topology.decodeEngines() == 1
                        && topology.decodeTp() == 1
                        && topology.prefillTp() == 1
                        && topology.prefillEngines() >= engines,
                "trials are made by one decode rank with prefill engines of one rank",
                topology.label(),
                "one decode engine of TP 1, " + engines + " or more prefill engines of TP 1",
                "set decodeEngines, decodeTp and prefillTp to 1, and prefillEngines to " + engines,
                draft,
                refusals);
        refusals.addAll(PlanRules.refuseBeside(draft, this, "trials", mutation -> false));
        return refusals;
    }

    private static void refuseUnless(
            boolean holds,
            String headline,
            String declared,
            String expected,
            String remedy,
            PlanDraft draft,
            List<Finding> refusals) {
        if (!holds) {
            refusals.add(PlanRules.refusal(draft, headline, declared, expected, remedy));
        }
    }
}
