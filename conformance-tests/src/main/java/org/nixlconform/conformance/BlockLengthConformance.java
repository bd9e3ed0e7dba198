package org.nixlconform.conformance;

import static org.nixlconform.jupiter.Level.FULL;
import static org.nixlconform.plan.Attention.MHA;
import static org.nixlconform.plan.Attention.MLA;
import static org.nixlconform.plan.DataType.FP8;
import static org.nixlconform.plan.KeyValue.PACKED;
import static org.nixlconform.plan.KeyValue.SEPARATE;
import static org.nixlconform.plan.Layout.HND;
import static org.nixlconform.plan.Operation.WRITE;
import static org.nixlconform.plan.Role.PREFILL;
import static org.nixlconform.plan.Selection.SHUFFLED;

import java.time.Duration;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.nixlconform.jupiter.FromLevel;
import org.nixlconform.jupiter.TransferPlans;
import org.nixlconform.jupiter.TransferTest;
import org.nixlconform.plan.BlockUse;
import org.nixlconform.plan.KvGeometry;
import org.nixlconform.plan.Pairing;
import org.nixlconform.plan.PlanDraft;
import org.nixlconform.plan.Planned;
import org.nixlconform.plan.Topology;

/** Lengths around those at which backends change their ways: a cache line, a page, a stripe of 128 KiB. */
public class BlockLengthConformance {
    private static final int PAGE = 4_096;
    private static final int STRIPE = 131_072;

    @TransferTest
    @TransferPlans("ofEachLength")
    void blocksOfAnyLengthArrive() {}

    static Stream<Planned> ofEachLength() {
        return IntStream.of(64, 656, PAGE, PAGE + 1, STRIPE - 1, STRIPE, STRIPE + 1, 4_194_304)
                .mapToObj(bytes -> whole(bytes).plan());
    }

    @TransferTest
    @FromLevel(FULL)
    @TransferPlans("ofEachLengthWritten")
    void blocksOfAnyLengthAreWritten() {}

    static Stream<Planned> ofEachLengthWritten() {
        return IntStream.of(656, PAGE + 1, STRIPE, STRIPE + 1)
                .mapToObj(bytes -> whole(bytes).direction(WRITE, PREFILL).plan());
    }

    @TransferTest
    @TransferPlans("halvesOfEachLength")
    void halvesOfBlocksOfAnyLengthArrive() {}

    /** Between what moves lies as much that does not, on the side of prefill. */
    static Stream<Planned> halvesOfEachLength() {
        return Stream.of(
                half(PAGE - 1).plan(),
                half(STRIPE).plan(),
                half(STRIPE + 1).direction(WRITE, PREFILL).plan());
    }

    /** One latent of one token in 8-bit elements is as long as it has elements: any length in bytes can be said. */
    private static PlanDraft whole(int bytes) {
        return draft("ofEachLength").geometry(new KvGeometry(2, 1, bytes, 1, FP8, HND, MLA, PACKED));
    }

    /** As does one head of one token whose values are in a region of their own. */
    private static PlanDraft half(int bytes) {
        return draft("halvesOfEachLength")
                .topology(new Topology(1, 1, 1, 2, Pairing.MESH))
                .geometry(new KvGeometry(2, 2, bytes, 1, FP8, HND, MHA, SEPARATE));
    }

    private static PlanDraft draft(String method) {
        return PlanDraft.at("BlockLengthConformance." + method)
                .requirement("A4")
                .blocks(new BlockUse(5, 20, 20, SHUFFLED, 42, 0, false))
                .expectIntegrity()
                .expectCompletion(Duration.ofSeconds(60), Duration.ofSeconds(10));
    }
}
