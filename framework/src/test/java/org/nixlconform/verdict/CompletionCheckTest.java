package org.nixlconform.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.nixlconform.verdict.JudgeAssertions.fact;
import static org.nixlconform.verdict.JudgeAssertions.findings;
import static org.nixlconform.verdict.JudgeAssertions.onlyFinding;
import static org.nixlconform.verdict.Observations.DECODE_0;
import static org.nixlconform.verdict.Observations.DECODE_1;
import static org.nixlconform.verdict.Observations.PREFILL_0;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.Pairing;
import org.nixlconform.plan.Topology;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.TransferObservation.NotificationCount;
import org.nixlconform.transfer.TransferObservation.Progress;

class CompletionCheckTest {
    private static final Optional<String> BETWEEN_CALLS = Optional.empty();

    private final TransferPlan plan = Observations.plan();
    private final TransferPlan writePlan = Observations.writePlan();

    private static Optional<Progress> progress(
            int requests, int posted, int done, long slices, long landed, int expected, int received) {
        return Optional.of(
                new Progress(requests, posted, done, slices, landed, expected, received, Duration.ofMillis(5_020)));
    }

    @Test
    void cleanRunEndsInTime() {
        assertThat(findings(plan, Observations.clean(plan))).isEmpty();
        assertThat(findings(writePlan, Observations.clean(writePlan))).isEmpty();
    }

    @Test
    void nothingPostedIsNeverStarted() {
        Finding finding = onlyFinding(
                plan,
                Observations.clean(plan)
                        .timeout(DECODE_0, "post", true, BETWEEN_CALLS, progress(4, 0, 0, 512, 0, 0, 0)),
                FindingKind.NEVER_STARTED);

        assertThat(finding.headline())
                .isEqualTo("transfer never started, 0 of 4 requests posted, none of 512 slices arrived, on"
                        + " decode-0-rank-0");
    }

    @Test
    void nothingLandedIsNeverStarted() {
        onlyFinding(
                plan,
                Observations.clean(plan)
                        .timeout(DECODE_0, "wait", true, BETWEEN_CALLS, progress(4, 4, 0, 512, 0, 0, 0)),
                FindingKind.NEVER_STARTED);
    }

    @Test
    void nothingLandedAtAPassiveDestinationIsNeverStarted() {
        Finding finding = onlyFinding(
                writePlan,
                Observations.clean(writePlan)
                        .timeout(DECODE_0, "notify", true, BETWEEN_CALLS, progress(0, 0, 0, 512, 0, 1, 0)),
                FindingKind.NEVER_STARTED);

        assertThat(finding.headline())
                .isEqualTo("transfer never started, none of 512 slices arrived, on decode-0-rank-0");
    }

    @Test
    void nothingPostedByAWriterIsNeverStarted() {
        Finding finding = onlyFinding(
                writePlan,
                Observations.clean(writePlan)
                        .timeout(PREFILL_0, "post", false, BETWEEN_CALLS, progress(4, 0, 0, 0, 0, 0, 0)),
                FindingKind.NEVER_STARTED);

        assertThat(finding.headline()).isEqualTo("transfer never started, 0 of 4 requests posted, on prefill-0-rank-0");
    }

    @Test
    void phaseBeforeTheTransferThatDoesNotEndIsNeverStarted() {
        Finding finding = onlyFinding(
                plan,
                Observations.clean(plan).timeout(DECODE_0, "metadata", false, BETWEEN_CALLS, Optional.empty()),
                FindingKind.NEVER_STARTED);

        assertThat(finding.headline())
                .isEqualTo("transfer never started, phase metadata did not end, on decode-0-rank-0");
    }

    @Test
    void someArrivedAndNoneSinceIsStalled() {
        Finding finding = onlyFinding(
                plan,
                Observations.clean(plan)
                        .timeout(
                                DECODE_0,
                                "wait",
                                true,
                                BETWEEN_CALLS,
                                progress(4, 4, 1, 512, 211, 0, 0),
                                "rail 2 down"),
                FindingKind.STALLED);

        assertThat(finding.headline())
                .isEqualTo("transfer stalled, 211 of 512 slices arrived and none in the last 5.0 s, on"
                        + " decode-0-rank-0");
        assertThat(fact(finding, "expected")).isEqualTo("completion within 30 s, progress at least every 5 s");
        assertThat(fact(finding, "actual"))
                .isEqualTo("no progress for 5 s, 4 of 4 requests posted, 1 of 4 ended, 211 of 512 slices arrived, last"
                        + " progress 5.0 s before");
        assertThat(fact(finding, "log")).isEqualTo("rail 2 down");
    }

    @Test
    void writerThatPostedCannotSeeWhatLandedAndIsStalled() {
        Finding finding = onlyFinding(
                writePlan,
                Observations.clean(writePlan)
                        .timeout(PREFILL_0, "wait", true, BETWEEN_CALLS, progress(4, 4, 0, 0, 0, 0, 0)),
                FindingKind.STALLED);

        assertThat(finding.headline()).startsWith("transfer stalled, 0 of 4 requests ended and none in the last");
    }

    @Test
    void phaseAfterTheTransferThatDoesNotEndIsStalled() {
        Finding finding = onlyFinding(
                plan,
                Observations.clean(plan).timeout(DECODE_0, "release", true, BETWEEN_CALLS, Optional.empty()),
                FindingKind.STALLED);

        assertThat(finding.headline())
                .isEqualTo("nothing moves any more, phase release did not end, on decode-0-rank-0");
    }

    @Test
    void phaseAfterTheTransferThatGoesOnIsSlow() {
        Finding finding = onlyFinding(
                plan,
                Observations.clean(plan).timeout(DECODE_0, "verify", false, BETWEEN_CALLS, Optional.empty()),
                FindingKind.SLOW);

        assertThat(finding.headline()).isEqualTo("deadline passed, phase verify did not end, on decode-0-rank-0");
        assertThat(fact(finding, "expected")).isEqualTo("phase verify ends within 30 s");
        assertThat(fact(finding, "actual")).isEqualTo("not ended after 30 s");
    }

    @Test
    void progressOfAnEarlierTransferIsNotTakenForThisPhase() {
        Finding finding = onlyFinding(
                plan,
                Observations.clean(plan)
                        .timeout(DECODE_0, "arm", false, BETWEEN_CALLS, progress(4, 4, 4, 512, 512, 0, 0)),
                FindingKind.NEVER_STARTED);

        assertThat(finding.headline()).isEqualTo("transfer never started, phase arm did not end, on decode-0-rank-0");
    }

    @Test
    void transferOfARankThatDoesNotAnswerIsStalled() {
        Finding finding = onlyFinding(
                plan,
                Observations.clean(plan).timeout(DECODE_0, "transfer", true, BETWEEN_CALLS, Optional.empty()),
                FindingKind.STALLED);

        assertThat(finding.headline()).isEqualTo("transfer stalled, how far it got is not known, on decode-0-rank-0");
        assertThat(fact(finding, "missing"))
                .isEqualTo("every count, owed by decode-0-rank-0: it says nothing of itself");
    }

    @Test
    void stillProgressingIsSlow() {
        Finding finding = onlyFinding(
                plan,
                Observations.clean(plan)
                        .timeout(DECODE_0, "wait", false, BETWEEN_CALLS, progress(4, 4, 1, 512, 211, 0, 0)),
                FindingKind.SLOW);

        assertThat(finding.headline())
                .isEqualTo("transfer still going on at its deadline, 211 of 512 slices arrived, on decode-0-rank-0");
    }

    @Test
    void everythingThereButTheStepNotEndedIsSlow() {
        onlyFinding(
                plan,
                Observations.clean(plan)
                        .timeout(PREFILL_0, "notify", false, BETWEEN_CALLS, progress(0, 0, 0, 0, 0, 1, 1)),
                FindingKind.SLOW);
    }

    @Test
    void callThatDoesNotReturnIsNamed() {
        Finding finding = onlyFinding(
                plan,
                Observations.clean(plan)
                        .timeout(DECODE_0, "metadata", true, Optional.of("nixl_capi_load_remote_md"), Optional.empty()),
                FindingKind.CALL_NEVER_RETURNED);

        assertThat(finding.headline()).isEqualTo("nixl_capi_load_remote_md did not return, on decode-0-rank-0");
        assertThat(fact(finding, "where"))
                .isEqualTo("decode-0-rank-0, phase metadata, in nixl_capi_load_remote_md, iteration 0");
    }

    @Test
    void stalledPostNeverReturned() {
        onlyFinding(
                plan,
                Observations.clean(plan)
                        .timeout(
                                DECODE_0,
                                "post",
                                true,
                                Optional.of("nixl_capi_post_xfer_req"),
                                progress(4, 1, 0, 512, 211, 0, 0)),
                FindingKind.CALL_NEVER_RETURNED);
    }

    @Test
    void postWithNothingLandedNeverReturned() {
        onlyFinding(
                plan,
                Observations.clean(plan)
                        .timeout(
                                DECODE_0,
                                "post",
                                false,
                                Optional.of("nixl_capi_post_xfer_req"),
                                progress(4, 0, 0, 512, 0, 0, 0)),
                FindingKind.CALL_NEVER_RETURNED);
    }

    @Test
    void postThatStillCopiesIsSlow() {
        onlyFinding(
                plan,
                Observations.clean(plan)
                        .timeout(
                                DECODE_0,
                                "post",
                                false,
                                Optional.of("nixl_capi_post_xfer_req"),
                                progress(4, 1, 0, 512, 211, 0, 0)),
                FindingKind.SLOW);
    }

    @Test
    void dataThereButNotNotifiedSaysWhoOwes() {
        Finding finding = onlyFinding(
                plan,
                Observations.clean(plan)
                        .timeout(PREFILL_0, "notify", true, BETWEEN_CALLS, progress(0, 0, 0, 0, 0, 1, 0))
                        .notifications(counts -> counts.stream()
                                .map(count -> count.receiver().equals(PREFILL_0) ? received(count, 0) : count)
                                .toList()),
                FindingKind.NOT_NOTIFIED);

        assertThat(finding.headline())
                .isEqualTo("all data there but not all notifications, 0 of 1 came; decode-0-rank-0 owes the rest, on"
                        + " prefill-0-rank-0");
    }

    @Test
    void severalDebtorsOweAndPaidOnesAreNotNamed() {
        TransferPlan wide = Observations.plan(draft -> draft.topology(new Topology(1, 1, 1, 4, Pairing.MESH)));
        Finding finding = onlyFinding(
                wide,
                Observations.clean(wide)
                        .timeout(PREFILL_0, "notify", true, BETWEEN_CALLS, progress(0, 0, 0, 0, 0, 4, 2))
                        .notifications(counts -> counts.stream()
                                .map(count -> count.sender().equals(DECODE_0.label())
                                                || count.sender().equals(DECODE_1.label())
                                        ? count
                                        : received(count, 0))
                                .toList()),
                FindingKind.NOT_NOTIFIED);

        assertThat(finding.headline()).contains("2 of 4 came; decode-0-rank-2, decode-0-rank-3 owe the rest");
    }

    @Test
    void notifiedByEverybodyWhoWasCountedNamesNoDebtor() {
        Finding finding = onlyFinding(
                plan,
                Observations.clean(plan)
                        .timeout(PREFILL_0, "notify", true, BETWEEN_CALLS, progress(0, 0, 0, 0, 0, 2, 1)),
                FindingKind.NOT_NOTIFIED);

        assertThat(finding.headline()).contains("1 of 2 came, on");
    }

    @Test
    void whatIsMissingIsOwedByThoseWhoseRequestsHaveNotEnded() {
        TransferPlan wide = Observations.plan(draft -> draft.topology(new Topology(1, 4, 1, 1, Pairing.MESH)));
        Finding finding = onlyFinding(
                wide,
                Observations.clean(wide)
                        .timeout(DECODE_0, "transfer", true, BETWEEN_CALLS, progress(4, 4, 2, 512, 211, 0, 0))
                        .transfers(0, old -> old.target().rank() < 2 ? old : Observations.withStatus(old, 1)),
                FindingKind.STALLED);

        assertThat(fact(finding, "missing")).isEqualTo("301 of 512 slices, owed by prefill-0-rank-2, prefill-0-rank-3");
    }

    @Test
    void aDestinationOfWritesMissesSlicesAndNotificationsOfItsWriter() {
        Finding finding = findings(
                        writePlan,
                        Observations.clean(writePlan)
                                .timeout(DECODE_0, "transfer", true, BETWEEN_CALLS, progress(0, 0, 0, 512, 211, 1, 0))
                                .transfers(0, old -> Observations.withStatus(old, 1))
                                .notifications(counts -> List.of()))
                .get(0);

        assertThat(fact(finding, "missing"))
                .isEqualTo(
                        "301 of 512 slices, owed by prefill-0-rank-0\n1 of 1 notifications, owed by prefill-0-rank-0");
    }

    @Test
    void aWriterMissesTheEndOfItsRequests() {
        Finding finding = onlyFinding(
                writePlan,
                Observations.clean(writePlan)
                        .timeout(PREFILL_0, "transfer", true, BETWEEN_CALLS, progress(1, 1, 0, 0, 0, 0, 0))
                        .transfers(0, old -> old.initiator().equals(PREFILL_0) ? Observations.withStatus(old, 1) : old),
                FindingKind.STALLED);

        assertThat(fact(finding, "missing")).isEqualTo("1 of 1 requests, owed by decode-0-rank-0");
    }

    @Test
    void rankThatOnlyWaitsForAStuckOneIsExplainedByIt() {
        Finding finding = onlyFinding(
                plan,
                Observations.clean(plan)
                        .timeout(DECODE_0, "wait", true, BETWEEN_CALLS, progress(1, 1, 0, 512, 211, 0, 0))
                        .timeout(PREFILL_0, "notify", true, BETWEEN_CALLS, progress(0, 0, 0, 0, 0, 1, 0))
                        .notifications(counts ->
                                counts.stream().map(count -> received(count, 0)).toList())
                        .notifications(counts -> counts.stream()
                                .filter(count -> count.receiver().equals(PREFILL_0))
                                .toList()),
                FindingKind.STALLED);

        assertThat(fact(finding, "where")).startsWith("decode-0-rank-0");
    }

    @Test
    void rankThatWaitsForALostWriterIsExplainedByTheLoss() {
        onlyFinding(
                writePlan,
                Observations.clean(writePlan)
                        .killed(PREFILL_0, "post", "SIGKILL")
                        .timeout(DECODE_0, "notify", true, BETWEEN_CALLS, progress(0, 0, 0, 512, 211, 1, 0))
                        .notifications(counts -> List.of()),
                FindingKind.ENGINE_DIED);
    }

    @Test
    void rankThatWaitsForARefusedWriterIsExplainedByTheRefusal() {
        onlyFinding(
                writePlan,
                Observations.clean(writePlan)
                        .failure(PREFILL_0, "post", "nixl_capi_post_xfer_req", -2, "BACKEND")
                        .timeout(DECODE_0, "notify", true, BETWEEN_CALLS, progress(0, 0, 0, 512, 0, 1, 0))
                        .notifications(counts -> List.of()),
                FindingKind.REFUSED);
    }

    @Test
    void destinationOfAStuckWriterStillSaysHowMuchArrived() {
        assertThat(findings(
                        writePlan,
                        Observations.clean(writePlan)
                                .timeout(PREFILL_0, "wait", true, BETWEEN_CALLS, progress(1, 1, 0, 0, 0, 0, 0))
                                .timeout(DECODE_0, "notify", true, BETWEEN_CALLS, progress(0, 0, 0, 512, 211, 1, 0))
                                .notifications(counts -> List.of())))
                .extracting(Finding::kind)
                .containsExactly(FindingKind.STALLED, FindingKind.STALLED);
    }

    @Test
    void twoRanksThatWaitForEachOtherAreBothTold() {
        assertThat(findings(
                        plan,
                        Observations.clean(plan)
                                .timeout(PREFILL_0, "notify", true, BETWEEN_CALLS, progress(0, 0, 0, 0, 0, 1, 0))
                                .timeout(DECODE_0, "notify", true, BETWEEN_CALLS, progress(1, 1, 1, 512, 512, 1, 0))
                                .notifications(counts -> List.of())))
                .extracting(Finding::kind)
                .containsExactly(FindingKind.NOT_NOTIFIED, FindingKind.NOT_NOTIFIED);
    }

    @Test
    void initiatorThatHangsAfterItsPeerDiedIsToldWithThePeer() {
        List<Finding> findings = findings(
                plan,
                Observations.clean(plan)
                        .killed(PREFILL_0, "notify", "SIGKILL")
                        .timeout(DECODE_0, "wait", true, BETWEEN_CALLS, progress(1, 1, 0, 512, 211, 0, 0)));

        assertThat(findings).extracting(Finding::kind).containsExactly(FindingKind.ENGINE_DIED, FindingKind.STALLED);
        assertThat(fact(findings.get(1), "peer")).isEqualTo("prefill-0-rank-0, SIGKILL, phase notify");
    }

    @Test
    void timeoutIsAFindingEvenWhereCompletionIsNotExpected() {
        TransferPlan unbounded = Observations.planWithout(draft -> draft.expectIntegrity());
        Finding finding = onlyFinding(
                unbounded,
                Observations.clean(unbounded)
                        .timeout(DECODE_0, "wait", true, BETWEEN_CALLS, progress(4, 4, 1, 512, 211, 0, 0)),
                FindingKind.STALLED);

        assertThat(fact(finding, "expected")).isEqualTo("phase wait ends within 5 s");
    }

    @Test
    void callsThatNeverReturnComeFirst() {
        assertThat(findings(
                        plan,
                        Observations.clean(plan)
                                .timeout(DECODE_0, "wait", false, BETWEEN_CALLS, progress(4, 4, 1, 512, 211, 0, 0))
                                .timeout(
                                        DECODE_1,
                                        "post",
                                        true,
                                        Optional.of("nixl_capi_post_xfer_req"),
                                        progress(4, 1, 0, 512, 0, 0, 0))))
                .extracting(Finding::kind)
                .containsExactly(FindingKind.CALL_NEVER_RETURNED, FindingKind.SLOW);
    }

    @Test
    void iterationThatEndedLateIsSlow() {
        Finding finding = onlyFinding(
                plan,
                Observations.clean(plan)
                        .transfers(
                                1,
                                transfer -> transfer.initiator().equals(DECODE_1)
                                        ? Observations.withTotal(transfer, Duration.ofMillis(41_200))
                                        : transfer),
                FindingKind.SLOW);

        assertThat(finding.headline()).isEqualTo("1 of 2 iterations took longer than 30 s");
        assertThat(fact(finding, "actual")).isEqualTo("up to 41.2 s");
        assertThat(fact(finding, "where")).isEqualTo("iteration 1, decode-0-rank-1 with prefill-0-rank-1");
    }

    @Test
    void iterationThatEndedExactlyInTimeIsNotSlow() {
        assertThat(findings(
                        plan,
                        Observations.clean(plan)
                                .transfers(0, transfer -> Observations.withTotal(transfer, Duration.ofSeconds(30)))))
                .isEmpty();
    }

    @Test
    void lateIterationIsNoFindingWhereCompletionIsNotExpected() {
        TransferPlan unbounded = Observations.planWithout(draft -> draft.expectIntegrity());
        assertThat(findings(
                        unbounded,
                        Observations.clean(unbounded)
                                .transfers(0, transfer -> Observations.withTotal(transfer, Duration.ofHours(1)))))
                .isEmpty();
    }

    @Test
    void transferLeftInProgressIsSlow() {
        Finding finding = onlyFinding(
                plan,
                Observations.clean(plan)
                        .transfers(
                                0,
                                transfer -> transfer.initiator().equals(DECODE_0)
                                        ? Observations.withStatus(transfer, 1)
                                        : transfer),
                FindingKind.SLOW);

        assertThat(finding.headline()).contains("was still in progress when it was last seen");
    }

    @Test
    void transferLeftInProgressAfterALossIsExplainedByIt() {
        onlyFinding(
                plan,
                Observations.clean(plan)
                        .killed(PREFILL_0, "transfer", "SIGKILL")
                        .transfers(0, transfer -> Observations.withStatus(transfer, 1)),
                FindingKind.ENGINE_DIED);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, -2})
    void statusThatALossExplainsIsToldOnce(int status) {
        onlyFinding(
                plan,
                Observations.clean(plan)
                        .killed(DECODE_0, "wait", "SIGKILL")
                        .transfers(
                                0,
                                transfer -> transfer.initiator().equals(DECODE_0)
                                        ? Observations.withStatus(transfer, status)
                                        : transfer),
                FindingKind.ENGINE_DIED);
    }

    private static NotificationCount received(NotificationCount count, int received) {
        return new NotificationCount(
                count.receiver(),
                count.sender(),
                count.expected(),
                received,
                count.duplicated(),
                count.altered(),
                count.misdelivered());
    }
}
