package org.nixlconform.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The name of a cell. Takes drafts that cannot be as well. */
final class PlanName {
    private static final PlanDraft DEFAULTS = PlanDraft.at("");

    private PlanName() {}

    static String of(PlanDraft draft) {
        List<String> parts = new ArrayList<>();
        parts.add(draft.requirement().map(id -> id + " ").orElse("") + topology(draft));
        parts.add(draft.direction().label());
        parts.add(draft.backend()
                + (draft.memory() == DEFAULTS.memory()
                        ? ""
                        : " " + draft.memory().label()));
        parts.add(blocks(draft.blocks(), draft.geometry()));
        addGeometry(draft.geometry(), parts);
        addBlockUse(draft.blocks(), parts);
        addRun(draft, parts);
        return String.join(", ", parts);
    }

    /** Cached blocks, once where both roles have the same: {@code 3750}, {@code 7/1009}. */
    static String cached(BlockUse use) {
        return use.prefillCached() == use.decodeCached()
                ? String.valueOf(use.prefillCached())
                : use.prefillCached() + "/" + use.decodeCached();
    }

    private static String topology(PlanDraft draft) {
        String pairing = draft.topology().pairing() == Pairing.MESH ? "" : " round-robin";
        return draft.topology().label() + pairing + " " + label(draft.placement());
    }

    private static String blocks(BlockUse use, KvGeometry geometry) {
        return use.transferred() + " of " + cached(use) + " blocks x " + geometry.layers() + " layers "
                + geometry.dtype().label() + " " + geometry.layout();
    }

    private static void addGeometry(KvGeometry geometry, List<String> parts) {
        KvGeometry usual = DEFAULTS.geometry();
        addIf(geometry.attention() != usual.attention(), geometry.attention().name(), parts);
        addIf(geometry.keyValue() == KeyValue.SEPARATE, "separate K/V", parts);
        addIf(geometry.keyValue() == KeyValue.CROSS_LAYER, "cross-layer", parts);
        addIf(geometry.spacing() != usual.spacing(), label(geometry.spacing()), parts);
        boolean oneLatent = geometry.attention() == Attention.MLA && geometry.kvHeads() == 1;
        addIf(geometry.kvHeads() != usual.kvHeads() && !oneLatent, "heads " + geometry.kvHeads(), parts);
        addIf(geometry.headDim() != usual.headDim(), "head dim " + geometry.headDim(), parts);
        addIf(geometry.indexerDim() != usual.indexerDim(), "indexer dim " + geometry.indexerDim(), parts);
        String state = geometry.stateParts().stream().map(String::valueOf).collect(Collectors.joining(":"));
        addIf(!state.isEmpty(), "state " + state, parts);
        addIf(geometry.tokensPerBlock() != usual.tokensPerBlock(), "tokens " + geometry.tokensPerBlock(), parts);
    }

    private static void addBlockUse(BlockUse use, List<String> parts) {
        BlockUse usual = DEFAULTS.blocks();
        addIf(use.selection() != usual.selection(), label(use.selection()), parts);
        addIf(use.prefixHit() != usual.prefixHit(), "prefix hit " + use.prefixHit(), parts);
        addIf(use.seed() != usual.seed(), "seed " + use.seed(), parts);
    }

    private static void addRun(PlanDraft draft, List<String> parts) {
        String sizes = draft.requestSizes().stream().map(String::valueOf).collect(Collectors.joining("+"));
        addIf(!sizes.isEmpty(), "sizes " + sizes, parts);
        addIf(
                sizes.isEmpty() && draft.iterations() != DEFAULTS.iterations(),
                "iterations " + draft.iterations(),
                parts);
        draft.rails().ifPresent(rails -> parts.add("rails " + rails.label()));
        draft.peerEnd().ifPresent(end -> parts.add(end.label()));
        draft.streamOrder().ifPresent(order -> parts.add(order.label()));
        draft.workload().ifPresent(workload -> parts.add(workload.label()));
        draft.deviceCache().ifPresent(cache -> parts.add(cache.label()));
        draft.mutation().ifPresent(mutation -> parts.add("mutation " + label(mutation)));
        boolean all = draft.invalidRequests().size() == InvalidRequest.values().length;
        String which = draft.invalidRequests().stream().map(PlanName::label).collect(Collectors.joining(" + "));
        addIf(!draft.invalidRequests().isEmpty(), "invalid requests" + (all ? "" : " " + which), parts);
    }

    private static void addIf(boolean unusual, String part, List<String> parts) {
        if (unusual) {
            parts.add(part);
        }
    }

    private static String label(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
