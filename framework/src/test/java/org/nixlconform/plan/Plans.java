package org.nixlconform.plan;

import java.util.List;
import java.util.stream.Collectors;
import org.nixlconform.message.Finding;

/** Plans and refusals in short, for tests of this package. */
final class Plans {
    static final KvGeometry USUAL =
            new KvGeometry(2, 8, 128, 16, DataType.BF16, Layout.HND, Attention.GQA, KeyValue.PACKED);

    private Plans() {}

    static PlanDraft draft() {
        return PlanDraft.at("FooConformance.foo").expectIntegrity();
    }

    static TransferPlan possible(PlanDraft draft) {
        Planned planned = draft.plan();
        if (planned instanceof Planned.Possible possible) {
            return possible.plan();
        }
        throw new AssertionError(refusal(draft));
    }

    /** All refusals, one line for the headline and one for each fact. */
    static String refusal(PlanDraft draft) {
        return draft.plan() instanceof Planned.Refused refused
                ? refused.findings().stream().map(Plans::text).collect(Collectors.joining("\n"))
                : "possible";
    }

    static String text(Finding finding) {
        String facts = finding.facts().stream()
                .map(fact -> fact.name() + ": " + fact.value())
                .collect(Collectors.joining("\n"));
        return finding.kind() + " " + finding.subject() + ": " + finding.headline() + "\n" + facts;
    }

    static List<String> headlines(PlanDraft draft) {
        return draft.plan() instanceof Planned.Refused refused
                ? refused.findings().stream().map(Finding::headline).toList()
                : List.of();
    }

    static Topology topology(int prefillTp, int decodeTp) {
        return new Topology(1, prefillTp, 1, decodeTp, Pairing.MESH);
    }

    static BlockUse blocks(int transferred, int prefillCached, int decodeCached) {
        return new BlockUse(transferred, prefillCached, decodeCached, Selection.SHUFFLED, 42, 0, false);
    }

    static KvGeometry geometry(int kvHeads, Attention attention, Layout layout) {
        return new KvGeometry(2, kvHeads, 128, 16, DataType.BF16, layout, attention, KeyValue.PACKED);
    }
}
