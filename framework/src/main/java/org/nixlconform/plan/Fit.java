package org.nixlconform.plan;

import java.util.List;
import java.util.Locale;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;

/**
 * Whether a plan fits a node's memory. Only a {@code scalable} plan is changed, and only its numbers of cached blocks:
 * both roles are lowered in proportion, never below what the requests need, and unequal caches stay unequal. The size
 * of a block, the requests' lengths and the topology never change.
 */
public sealed interface Fit {

    /** It fits as declared. */
    record AsDeclared(TransferPlan plan) implements Fit {}

    /**
     * It fits with fewer cached blocks.
     *
     * @param plan to be run instead; its own name shows the lowered numbers only
     * @param declared the plan that was asked for
     */
    record Lowered(TransferPlan plan, TransferPlan declared) implements Fit {
        /** The cell's name, which says that the caches were lowered and from what. */
        public String name() {
            return plan.name() + ", cached lowered from " + PlanName.cached(declared.blocks());
        }
    }

    /**
     * It does not fit.
     *
     * @param finding of kind {@code NODE}; the node's name is the caller's to add
     */
    record TooLarge(Finding finding) implements Fit {}

    static Fit of(TransferPlan plan, long availableBytes, List<RankId> ranks) {
        MemoryNeed need = MemoryNeed.of(plan);
        if (need.bytes(ranks) <= availableBytes) {
            return new AsDeclared(plan);
        }
        Caches least = plan.blocks().scalable() ? Caches.scaled(plan, 0) : Caches.declared(plan);
        long leastBytes = need.bytes(ranks, least.prefill(), least.decode());
        if (leastBytes > availableBytes) {
            return new TooLarge(tooLarge(plan, need.bytes(ranks), leastBytes, availableBytes, ranks));
        }
        Caches largest = Caches.largest(plan, need, availableBytes, ranks);
        return new Lowered(plan.withCached(largest.prefill(), largest.decode()), plan);
    }

    private static Finding tooLarge(
            TransferPlan plan, long neededBytes, long leastBytes, long availableBytes, List<RankId> ranks) {
        String remedy = plan.blocks().scalable()
                ? "use fewer transferred blocks, layers or ranks on the node; with the fewest cached blocks it needs "
                        + gib(leastBytes)
                : "lower cached, set scalable = true, or use a node with more memory";
        return Finding.of(
                        FindingKind.NODE,
                        "plan",
                        ranks.size() + " ranks need more "
                                + plan.memory().of(ranks.get(0).role()) + " than the node has available")
                .with("needed", gib(neededBytes))
                .with("available", gib(availableBytes))
                .with("plan", plan.name())
                .with("remedy", remedy);
    }

    private static String gib(long bytes) {
        return String.format(Locale.ROOT, "%.2f GiB", bytes / (double) (1L << 30));
    }

    /** Cached blocks of both roles. */
    record Caches(int prefill, int decode) {

        static Caches declared(TransferPlan plan) {
            return new Caches(plan.blocks().prefillCached(), plan.blocks().decodeCached());
        }

        /** The caches in proportion when the larger one has {@code count} blocks, but no fewer than requests need. */
        static Caches scaled(TransferPlan plan, int count) {
            int declaredPrefill = plan.blocks().prefillCached();
            int declaredDecode = plan.blocks().decodeCached();
            int prefill = scaled(plan, Role.PREFILL, count);
            int decode = scaled(plan, Role.DECODE, count);
            if (prefill == decode && declaredPrefill != declaredDecode) {
                return declaredPrefill > declaredDecode
                        ? new Caches(prefill + 1, decode)
                        : new Caches(prefill, decode + 1);
            }
            return new Caches(prefill, decode);
        }

        private static int scaled(TransferPlan plan, Role role, int count) {
            BlockUse blocks = plan.blocks();
            long larger = Math.max(blocks.prefillCached(), blocks.decodeCached());
            int needed = blocks.transferred() * plan.topology().requestsPerEngine(role);
            return Math.max(needed, (int) (blocks.cached(role) * (long) count / larger));
        }

        /** The largest that fit; those of count 0 do. */
        static Caches largest(TransferPlan plan, MemoryNeed need, long availableBytes, List<RankId> ranks) {
            int fits = 0;
            int tooMany = Math.max(plan.blocks().prefillCached(), plan.blocks().decodeCached());
            while (tooMany - fits > 1) {
                int middle = fits + (tooMany - fits) / 2;
                Caches tried = scaled(plan, middle);
                if (need.bytes(ranks, tried.prefill(), tried.decode()) <= availableBytes) {
                    fits = middle;
                } else {
                    tooMany = middle;
                }
            }
            return scaled(plan, fits);
        }
    }
}
