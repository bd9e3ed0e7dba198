package org.nixlconform.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.nixlconform.verdict.JudgeAssertions.fact;
import static org.nixlconform.verdict.JudgeAssertions.findings;
import static org.nixlconform.verdict.JudgeAssertions.onlyFinding;
import static org.nixlconform.verdict.Observations.DECODE_0;
import static org.nixlconform.verdict.Observations.DECODE_1;
import static org.nixlconform.verdict.Observations.PREFILL_0;
import static org.nixlconform.verdict.Observations.PREFILL_1;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nixlconform.message.Fact;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.TransferObservation.DifferenceKind;
import org.nixlconform.transfer.TransferObservation.Integrity;

class IntegrityCheckTest {
    private final TransferPlan plan = Observations.plan(draft -> draft.iterations(1));

    @ParameterizedTest
    @EnumSource(DifferenceKind.class)
    void everyKindOfDifferenceIsItsOwnKindOfFinding(DifferenceKind kind) {
        Finding finding = onlyFinding(
                plan,
                Observations.clean(plan).differing(0, DECODE_1, Map.of(kind, 3L)),
                FindingKind.valueOf(kind.name()));

        assertThat(fact(finding, "kind")).startsWith(kind + ", ");
    }

    @Test
    void findingSaysWhichPlaceWasExpectedAndFound() {
        Finding finding = onlyFinding(
                plan,
                Observations.clean(plan).differing(0, DECODE_1, Map.of(DifferenceKind.MISPLACED, 3L)),
                FindingKind.MISPLACED);

        assertThat(finding.headline()).isEqualTo("3 of 16 384 block slices differ on decode-0-rank-1");
        assertThat(finding.facts())
                .containsExactly(
                        new Fact("first", "layer 7, block 42, offset 0x1f00"),
                        new Fact("expected", "prefill-0-rank-1, layer 7, block 42, generation 5"),
                        new Fact("actual", "prefill-0-rank-0, layer 7, block 42, generation 5"),
                        new Fact("kind", "MISPLACED, intact content of another place"));
    }

    @Test
    void oneSliceDiffersInTheSingularAndDetailIsShown() {
        Finding finding = onlyFinding(
                plan,
                Observations.clean(plan).differing(0, DECODE_1, Map.of(DifferenceKind.SHIFTED, 1L)),
                FindingKind.SHIFTED);

        assertThat(finding.headline()).isEqualTo("1 of 16 384 block slices differs on decode-0-rank-1");
        assertThat(fact(finding, "detail")).isEqualTo("shifted by 16 bytes");
    }

    @Test
    void overrunIsNoShareOfTheSelectedSlices() {
        assertThat(onlyFinding(
                                plan,
                                Observations.clean(plan).differing(0, DECODE_1, Map.of(DifferenceKind.OVERRUN, 2L)),
                                FindingKind.OVERRUN)
                        .headline())
                .isEqualTo("2 places outside the selected blocks changed on decode-0-rank-1");
        assertThat(onlyFinding(
                                plan,
                                Observations.clean(plan).differing(0, DECODE_1, Map.of(DifferenceKind.OVERRUN, 1L)),
                                FindingKind.OVERRUN)
                        .headline())
                .isEqualTo("1 place outside the selected blocks changed on decode-0-rank-1");
    }

    @Test
    void kindsOfOneRankComeByCountThenByWhatTheyTell() {
        assertThat(findings(
                        plan,
                        Observations.clean(plan)
                                .differing(
                                        0,
                                        DECODE_0,
                                        Map.of(
                                                DifferenceKind.POISON, 1L,
                                                DifferenceKind.ZERO, 1L,
                                                DifferenceKind.FOREIGN, 1L,
                                                DifferenceKind.TORN, 7L,
                                                DifferenceKind.STALE, 1L,
                                                DifferenceKind.SHIFTED, 1L,
                                                DifferenceKind.MISPLACED, 1L,
                                                DifferenceKind.OVERRUN, 1L))))
                .extracting(Finding::kind)
                .containsExactly(
                        FindingKind.TORN,
                        FindingKind.OVERRUN,
                        FindingKind.MISPLACED,
                        FindingKind.SHIFTED,
                        FindingKind.STALE,
                        FindingKind.FOREIGN,
                        FindingKind.ZERO,
                        FindingKind.POISON);
    }

    @Test
    void everyRankThatDiffersHasItsFinding() {
        assertThat(findings(
                        plan,
                        Observations.clean(plan)
                                .differing(0, DECODE_1, Map.of(DifferenceKind.ZERO, 1L))
                                .differing(0, DECODE_0, Map.of(DifferenceKind.ZERO, 1L))))
                .extracting(Finding::headline)
                .containsExactly(
                        "1 of 16 384 block slices differs on decode-0-rank-0",
                        "1 of 16 384 block slices differs on decode-0-rank-1");
    }

    @Test
    void changedSourceIsOneFindingWhateverItsKinds() {
        Finding finding = onlyFinding(
                plan,
                Observations.clean(plan)
                        .differing(0, PREFILL_1, Map.of(DifferenceKind.ZERO, 1L, DifferenceKind.OVERRUN, 2L)),
                FindingKind.SOURCE_CHANGED);

        assertThat(finding.headline()).isEqualTo("the source cache of prefill-0-rank-1 changed in 3 places");
        assertThat(fact(finding, "kind")).startsWith("OVERRUN");
    }

    @Test
    void iterationsAreOneFindingThatNamesThem() {
        TransferPlan thrice = Observations.plan(draft -> draft.iterations(3));
        Finding finding = onlyFinding(
                thrice,
                Observations.clean(thrice)
                        .differing(1, DECODE_0, Map.of(DifferenceKind.STALE, 2L))
                        .differing(2, DECODE_0, Map.of(DifferenceKind.STALE, 5L)),
                FindingKind.STALE);

        assertThat(finding.headline()).startsWith("2 of 16 384");
        assertThat(fact(finding, "iterations")).isEqualTo("1, 2 of 3");
    }

    @Test
    void differenceWithoutAnExampleStillHasItsKind() {
        Finding finding = onlyFinding(
                plan,
                Observations.clean(plan)
                        .integrity(0, DECODE_0, old -> Optional.of(differing(old, 4, Map.of(DifferenceKind.ZERO, 4L)))),
                FindingKind.ZERO);

        assertThat(finding.facts()).containsExactly(new Fact("kind", "ZERO, zeros"));
    }

    @Test
    void differencesThatAreNotAllClassifiedAreOurFault() {
        Finding finding = onlyFinding(
                plan,
                Observations.clean(plan)
                        .integrity(0, DECODE_0, old -> Optional.of(differing(old, 4, Map.of(DifferenceKind.ZERO, 1L)))),
                FindingKind.CHECK);

        assertThat(finding.headline()).startsWith("IntegrityCheck could not judge");
    }

    @Test
    void missingContentOfAnUnendedTransferIsExplainedByIt() {
        Map<DifferenceKind, Long> incomplete = Map.of(DifferenceKind.POISON, 3L, DifferenceKind.TORN, 1L);

        onlyFinding(
                plan,
                Observations.clean(plan)
                        .failure(DECODE_0, "wait", "nixl_capi_get_xfer_status", -2, "BACKEND")
                        .differing(0, DECODE_0, incomplete),
                FindingKind.REFUSED);
        onlyFinding(
                plan,
                Observations.clean(plan).killed(PREFILL_0, "wait", "SIGKILL").differing(0, DECODE_0, incomplete),
                FindingKind.ENGINE_DIED);
    }

    @Test
    void wrongContentOfAnUnendedTransferIsStillAFinding() {
        assertThat(findings(
                        plan,
                        Observations.clean(plan)
                                .killed(PREFILL_0, "wait", "SIGKILL")
                                .differing(0, DECODE_0, Map.of(DifferenceKind.OVERRUN, 1L))))
                .extracting(Finding::kind)
                .containsExactly(FindingKind.ENGINE_DIED, FindingKind.OVERRUN);
    }

    @Test
    void lossOfAStrangerExplainsNoMissingContent() {
        assertThat(findings(
                        plan,
                        Observations.clean(plan)
                                .killed(PREFILL_1, "wait", "SIGKILL")
                                .differing(0, DECODE_0, Map.of(DifferenceKind.POISON, 1L))))
                .extracting(Finding::kind)
                .containsExactly(FindingKind.ENGINE_DIED, FindingKind.POISON);
    }

    @Test
    void changedSourceIsNeverExplained() {
        assertThat(findings(
                        plan,
                        Observations.clean(plan)
                                .killed(DECODE_0, "wait", "SIGKILL")
                                .differing(0, PREFILL_0, Map.of(DifferenceKind.TORN, 1L))))
                .extracting(Finding::kind)
                .containsExactly(FindingKind.ENGINE_DIED, FindingKind.SOURCE_CHANGED);
    }

    @Test
    void withoutTheExpectationDifferencesAreOnlyNoted() {
        TransferPlan blind = Observations.planWithout(
                draft -> draft.expectCompletion(Duration.ofSeconds(30), Duration.ofSeconds(5)));
        Verdict verdict = Judge.judge(
                blind,
                Observations.clean(blind)
                        .differing(0, DECODE_0, Map.of(DifferenceKind.ZERO, 3L))
                        .seen());

        assertThat(verdict.outcome()).isEqualTo(Outcome.CONFORMS);
        assertThat(verdict.notes())
                .contains("integrity was not judged: the case does not expect it; 3 differences seen");
    }

    private static Integrity differing(Integrity old, long runs, Map<DifferenceKind, Long> countByKind) {
        return new Integrity(
                old.rank(),
                old.destination(),
                old.bytesVerified(),
                old.slicesSelected(),
                old.bytesSelected(),
                old.alreadyRight(),
                old.slicesLate(),
                old.lateBy(),
                runs,
                countByKind,
                List.of());
    }
}
