package org.nixlconform.conformance;

import static org.nixlconform.jupiter.Level.SOAK;
import static org.nixlconform.plan.Backend.LIBFABRIC;

import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.nixlconform.fault.CleanCases;
import org.nixlconform.jupiter.Environments;
import org.nixlconform.jupiter.FromLevel;
import org.nixlconform.jupiter.TransferPlans;
import org.nixlconform.jupiter.TransferTest;
import org.nixlconform.plan.PlanDraft;
import org.nixlconform.plan.Planned;
import org.nixlconform.plan.Rails;

/**
 * Geometries that nobody chose: ranks, heads, lengths, layouts, numbers of blocks, prefixes, directions and rails drawn at
 * random. {@code -Dseed} draws others. Two cores need about half an hour for all.
 */
@FromLevel(SOAK)
public class DrawnGeometryConformance {

    @TransferTest
    @TransferPlans("geometries")
    @Environments({"libfabric-tcp", "libfabric-simulated-efa"})
    void blocksOfAnyGeometryArriveOverLibfabric() {}

    @TransferTest
    @TransferPlans("geometriesAndRails")
    @Environments("libfabric-simulated-efa")
    void blocksOfAnyGeometryArriveOverAnyRails() {}

    static Stream<Planned> geometries() {
        return drafts(45, seed()).map(PlanDraft::plan);
    }

    static Stream<Planned> geometriesAndRails() {
        SplittableRandom random = new SplittableRandom(seed());
        return drafts(15, ~seed())
                .map(draft -> draft.rails(rails(random), rails(random))
                        .allowEngineLog("Rail count mismatch", "the sides have different rails on purpose")
                        .plan());
    }

    private static Stream<PlanDraft> drafts(int count, long seed) {
        return CleanCases.of(count, seed, LIBFABRIC).stream()
                .map(plan -> PlanDraft.of("DrawnGeometryConformance", plan).requirement("R3"));
    }

    private static int rails(SplittableRandom random) {
        return 1 + random.nextInt(Rails.MOST);
    }

    private static long seed() {
        return Long.getLong("seed", 42);
    }
}
