package org.nixlconform.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.nixlconform.verdict.JudgeAssertions.fact;

import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.Operation;
import org.nixlconform.plan.PlanDraft;
import org.nixlconform.plan.Role;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.AtDone;

class VisibilityCheckTest {
    private static final TransferPlan WRITE = Observations.writePlan();
    private static final TransferPlan STRICT = Observations.plan(
            draft -> draft.direction(Operation.WRITE, Role.PREFILL).expectVisibleAtDone());
    private static final String AWAY = "initiator and target are on different nodes";

    private static AtDone seen(long hidden, long missing) {
        return new AtDone(256, hidden, missing, Duration.ofMillis(hidden > missing ? 6 : 0), new TreeSet<>());
    }

    private static AtDone notObserved() {
        return new AtDone(0, 0, 0, Duration.ZERO, new TreeSet<>(Set.of(AWAY)));
    }

    private static Verdict verdict(TransferPlan plan, AtDone first, AtDone second) {
        return Judge.judge(
                plan,
                Observations.clean(plan).atDone(0, first).atDone(1, second).seen());
    }

    /** Two initiators, each with two iterations. */
    @Test
    void lateSlicesAreANoteWhereTheNotificationIsTheRule() {
        Verdict verdict = verdict(WRITE, seen(3, 1), seen(0, 0));

        assertThat(verdict.outcome()).isEqualTo(Outcome.CONFORMS);
        assertThat(verdict.notes())
                .contains("6 of 1 024 block slices were not visible at the target at DONE; the last after 6 ms; "
                        + "2 not as long as it was looked for");
    }

    @Test
    void lateSlicesAreAFindingForEachTargetWhereTheCaseLooksAtDone() {
        Verdict verdict = verdict(STRICT, seen(0, 0), seen(1, 0));

        assertThat(verdict.outcome()).isEqualTo(Outcome.VIOLATES);
        assertThat(verdict.findings())
                .extracting(Finding::kind)
                .containsExactly(FindingKind.EARLY_DONE, FindingKind.EARLY_DONE);
        assertThat(verdict.findings())
                .extracting(Finding::headline)
                .containsExactly(
                        "a WRITE was DONE before 1 of 256 block slices was visible, at decode-0-rank-0",
                        "a WRITE was DONE before 1 of 256 block slices was visible, at decode-0-rank-1");
        assertThat(fact(verdict.findings().get(0), "actual"))
                .isEqualTo("1 of 256 block slices was not visible; the last after 6 ms");
        assertThat(fact(verdict.findings().get(0), "where"))
                .isEqualTo("prefill-0-rank-0 to decode-0-rank-0, iteration 1");
    }

    @Test
    void whereAllIsVisibleBothRulesConformWithoutAWord() {
        for (TransferPlan plan : Set.of(WRITE, STRICT)) {
            Verdict verdict = verdict(plan, seen(0, 0), seen(0, 0));
            assertThat(verdict.outcome()).isEqualTo(Outcome.CONFORMS);
            assertThat(verdict.notes()).noneMatch(note -> note.contains("DONE"));
        }
    }

    @Test
    void whatNobodyLookedAtIsSaidAndLeavesTheStricterRuleOpen() {
        Verdict loose = verdict(WRITE, seen(0, 0), notObserved());
        Verdict strict = verdict(STRICT, seen(0, 0), notObserved());

        assertThat(loose.outcome()).isEqualTo(Outcome.CONFORMS);
        assertThat(strict.outcome()).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(strict.findings())
                .singleElement()
                .satisfies(finding -> assertThat(fact(finding, "actual")).isEqualTo(AWAY));
        for (Verdict verdict : Set.of(loose, strict)) {
            assertThat(verdict.notes()).contains("visibility at DONE was not observed: " + AWAY);
        }
    }

    /** What was seen in one place is not undone by what was not seen in another. */
    @Test
    void aViolationStaysOneWhereNotAllWasLookedAt() {
        assertThat(verdict(STRICT, seen(1, 0), notObserved()).outcome()).isEqualTo(Outcome.VIOLATES);
    }

    /** There the initiator is the destination, which must have all at DONE anyway. */
    @Test
    void ofAReadTheStricterRuleAsksNothingMore() {
        TransferPlan read = Observations.plan(PlanDraft::expectVisibleAtDone);

        assertThat(Judge.judge(read, Observations.clean(read).seen()).outcome()).isEqualTo(Outcome.CONFORMS);
    }
}
