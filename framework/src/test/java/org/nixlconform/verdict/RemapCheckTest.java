package org.nixlconform.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.nixlconform.verdict.Observations.DECODE_0;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.DeviceCache;
import org.nixlconform.plan.MemoryKind;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.TransferObservation;
import org.nixlconform.transfer.TransferObservation.DifferenceKind;
import org.nixlconform.transfer.TransferObservation.Integrity;

class RemapCheckTest {
    private final TransferPlan remapped = plan(DeviceCache.REMAPPED);

    private static TransferPlan plan(DeviceCache cache) {
        return Observations.plan(
                draft -> draft.memory(MemoryKind.VRAM).deviceCache(cache).expectCaught(FindingKind.POISON));
    }

    @Test
    void blocksThatWentToWhatWasRegisteredAreCaught() {
        TransferObservation lost = Observations.clean(remapped)
                .integrity(
                        0,
                        DECODE_0,
                        old -> Optional.of(new Integrity(
                                old.rank(),
                                old.destination(),
                                old.bytesVerified(),
                                old.slicesSelected(),
                                old.bytesSelected(),
                                old.alreadyRight(),
                                old.slicesLate(),
                                old.lateBy(),
                                4,
                                Map.of(DifferenceKind.POISON, 4L),
                                List.of())))
                .seen();
        assertThat(Judge.judge(remapped, lost).outcome()).isEqualTo(Outcome.CONFORMS);
    }

    @Test
    void whereEveryBlockArrivedNothingWasPlanted() {
        Verdict verdict = Judge.judge(remapped, Observations.clean(remapped).seen());
        assertThat(verdict.findings())
                .extracting(Finding::kind, Finding::subject)
                .containsExactly(tuple(FindingKind.PREREQUISITE, RemapCheck.SUBJECT));
        assertThat(verdict.outcome()).isEqualTo(Outcome.INCONCLUSIVE);
    }

    @Test
    void memoryThatWasNotRemappedIsNoMatterOfThis() {
        TransferPlan mapped = plan(DeviceCache.MAPPED);
        assertThat(Judge.judge(mapped, Observations.clean(mapped).seen()).findings())
                .extracting(Finding::kind)
                .containsExactly(FindingKind.NOT_CAUGHT);
    }
}
