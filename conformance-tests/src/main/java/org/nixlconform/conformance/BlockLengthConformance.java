package org.nixlconform.conformance;

import static org.nixlconform.plan.Attention.MLA;
import static org.nixlconform.plan.DataType.FP8;
import static org.nixlconform.plan.KeyValue.PACKED;
import static org.nixlconform.plan.Layout.HND;
import static org.nixlconform.plan.Selection.SHUFFLED;

import java.time.Duration;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.nixlconform.jupiter.TransferPlans;
import org.nixlconform.jupiter.TransferTest;
import org.nixlconform.plan.BlockUse;
import org.nixlconform.plan.KvGeometry;
import org.nixlconform.plan.PlanDraft;
import org.nixlconform.plan.Planned;

/** Lengths around those at which backends change their ways: a cache line, a page, a stripe of 128 KiB. */
public class BlockLengthConformance {

    @TransferTest
    @TransferPlans("ofEachLength")
    void blocksOfAnyLengthArrive() {}

    static Stream<Planned> ofEachLength() {
        return IntStream.of(64, 656, 4_097, 131_071, 131_073, 4_194_304).mapToObj(BlockLengthConformance::ofLength);
    }

    /** One latent of one token in 8-bit elements is as long as it has elements: any length in bytes can be said. */
    private static Planned ofLength(int bytes) {
        return PlanDraft.at("BlockLengthConformance.ofEachLength")
                .requirement("A4")
                .geometry(new KvGeometry(2, 1, bytes, 1, FP8, HND, MLA, PACKED))
                .blocks(new BlockUse(5, 20, 20, SHUFFLED, 42, 0, false))
                .expectIntegrity()
                .expectCompletion(Duration.ofSeconds(60), Duration.ofSeconds(10))
                .plan();
    }
}
