package org.nixlconform.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nixlconform.engine.EngineStep.DifferingRun;
import org.nixlconform.plan.LocationSpace;
import org.nixlconform.plan.PlanDraft;
import org.nixlconform.plan.Planned;
import org.nixlconform.plan.RankId;
import org.nixlconform.plan.Role;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.TransferObservation.Difference;
import org.nixlconform.transfer.TransferObservation.DifferenceKind;

class DifferenceWordingTest {
    private static final int NONE = 0;
    private static final int CONTENT = 1;
    private static final int POISON = 2;
    private static final int GUARD = 3;
    private static final RankId PREFILL = new RankId(Role.PREFILL, 0, 0);
    private static final RankId DECODE = new RankId(Role.DECODE, 0, 0);
    private static final TransferPlan PLAN = ((Planned.Possible)
                    PlanDraft.at("DifferenceWordingTest").expectIntegrity().plan())
            .plan();

    private final LocationSpace space = PLAN.locationSpace();
    private final long block42 = PLAN.arena(DECODE).blockOffset(1, 42);
    private final long sourceBlock7 = space.locationOf(PREFILL, 1, 7, 0, 0, 0);

    /** A run over block 42 of layer 1 whose first wrong byte is 0x10 bytes into it; it should hold block 7. */
    private DifferingRun found(String classification, int kind, long location, int generation) {
        return new DifferingRun(
                classification,
                block42,
                4096,
                block42 + 0x10,
                100,
                sourceBlock7,
                CONTENT,
                5,
                "aa",
                "bb",
                kind,
                location,
                generation,
                CONTENT,
                space.locationOf(PREFILL, 0, 3, 0, 0, 0),
                4,
                -8,
                block42 + 0x200,
                2);
    }

    private Difference described(String classification, int kind, long location, int generation) {
        return new DifferenceWording(PLAN).describe(DECODE, found(classification, kind, location, generation));
    }

    @Test
    void theDifferenceSaysWhereItIsAndWhatShouldBeThere() {
        Difference stale = described("STALE", CONTENT, sourceBlock7, 4);

        assertThat(stale.kind()).isEqualTo(DifferenceKind.STALE);
        assertThat(stale.where()).isEqualTo("decode-0-rank-0, layer 1, block 42, head 0, token 0, offset 0x10");
        assertThat(stale.arenaOffsetBytes()).isEqualTo(block42 + 0x10);
        assertThat(stale.lengthBytes()).isEqualTo(4096);
        assertThat(stale.differingBytes()).isEqualTo(100);
        assertThat(stale.expected()).isEqualTo("prefill-0-rank-0, layer 1, block 7, head 0, token 0, generation 5");
        assertThat(stale.actual()).isEqualTo("prefill-0-rank-0, layer 1, block 7, head 0, token 0, generation 4");
        assertThat(stale.detail()).isEmpty();
    }

    @Test
    void poisonAndGuardAreSaidToBeThat() {
        assertThat(described("POISON", POISON, space.baseOf(DECODE) + block42, 3)
                        .actual())
                .isEqualTo("poison of decode-0-rank-0, layer 1, block 42, head 0, token 0, generation 3");
        assertThat(described("MISPLACED", GUARD, space.baseOf(PREFILL), 1).actual())
                .isEqualTo("guard of prefill-0-rank-0, guard before layer 0, generation 1");
    }

    @Test
    void whatWasNeverWrittenIsShownAsItIs() {
        assertThat(described("ZERO", NONE, 0, 0).actual()).isEqualTo("zeros");
        Difference foreign = described("FOREIGN", NONE, 0, 0);
        assertThat(foreign.actual()).isEqualTo("word 0xbb, expected 0xaa");
        assertThat(foreign.detail()).isEqualTo("2 bits differ in the first word");
    }

    @Test
    void aShiftSaysHowFarAndATearWhereAndIntoWhat() {
        assertThat(described("SHIFTED", CONTENT, sourceBlock7, 5).detail()).isEqualTo("shifted by -8 bytes");
        assertThat(described("TORN", CONTENT, sourceBlock7, 5).detail())
                .isEqualTo(
                        "torn at offset 0x200, then prefill-0-rank-0, layer 0, block 3, head 0, token 0, generation 4");
    }

    @Test
    void countsKeepTheirKinds() {
        assertThat(new DifferenceWording(PLAN).counts(Map.of("TORN", 3L, "ZERO", 1L)))
                .containsExactly(Map.entry(DifferenceKind.ZERO, 1L), Map.entry(DifferenceKind.TORN, 3L));
    }
}
