package org.nixlconform.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.nixlconform.verdict.JudgeAssertions.fact;
import static org.nixlconform.verdict.JudgeAssertions.findings;
import static org.nixlconform.verdict.JudgeAssertions.onlyFinding;
import static org.nixlconform.verdict.Observations.DECODE_0;
import static org.nixlconform.verdict.Observations.PREFILL_0;
import static org.nixlconform.verdict.Observations.PREFILL_1;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.NotificationStorm;
import org.nixlconform.plan.RankId;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.StormObservation;
import org.nixlconform.transfer.StormObservation.Kind;
import org.nixlconform.transfer.StormObservation.Oddity;
import org.nixlconform.transfer.StormObservation.Pair;
import org.nixlconform.transfer.StormObservation.Received;
import org.nixlconform.transfer.StormObservation.Sent;
import org.nixlconform.transfer.StormObservation.Times;
import org.nixlconform.transfer.TransferObservation.Progress;

/** Each way in which a notification of a storm can be odd, in an observation that is clean otherwise. */
class StormCheckTest {
    private static final TransferPlan PLAN = plan(200, false);

    private static TransferPlan plan(int targetPollMillis, boolean endsInPost) {
        return Observations.plan(draft -> draft.workload(new NotificationStorm(
                100, 2, List.of(16), 4, 1, 0, 0, targetPollMillis, 200, 1_000, endsInPost, Optional.empty())));
    }

    @Test
    void cleanStormConformsAndItsNotesSayHowLongNotificationsTook() {
        Verdict verdict = Judge.judge(PLAN, Observations.clean(PLAN).seen());

        assertThat(verdict.findings()).isEmpty();
        assertThat(verdict.outcome()).isEqualTo(Outcome.CONFORMS);
        assertThat(verdict.notes())
                .contains(
                        "200 of 200 notifications of transfers came as sent, 6 of these transfers done in their post, and"
                                + " 400 of 400 by themselves",
                        "notified 200 us (p50), 2 ms (p99), 5 ms (longest) after DONE; before the initiator's first poll in 0"
                                + " of 90 that were not done in their post");
    }

    @Test
    void whatDidNotComeIsToldWithItsFirst() {
        Finding finding =
                onlyFinding(PLAN, received(new Received(99, 199, 0, 0, Optional.of(31L))), FindingKind.NOT_NOTIFIED);

        assertThat(finding.headline()).isEqualTo("2 notifications of the storm did not come, on prefill-0-rank-0");
        assertThat(fact(finding, "first")).isEqualTo("message 31, by itself after transfer 10");
        assertThat(fact(finding, "actual")).isEqualTo("99 and 199 came");
    }

    /** As it was before it did: the wait of its target is no second finding. */
    @Test
    void theWaitForWhatDoesNotComeIsThatFinding() {
        Observations waiting = received(new Received(100, 199, 0, 0, Optional.of(31L)))
                .timeout(
                        PREFILL_0,
                        "storm",
                        true,
                        Optional.empty(),
                        Optional.of(new Progress(0, 0, 0, 0, 0, 300, 299, Duration.ofSeconds(5))));
        onlyFinding(PLAN, waiting, FindingKind.NOT_NOTIFIED);
    }

    @Test
    void nothingIsMissingWhereItCameOtherwise() {
        Observations altered = received(new Received(99, 200, 0, 1, Optional.of(3L)))
                .storm(odd(Kind.ALTERED, "decode-0-rank-0", Optional.of(PREFILL_0)));

        Finding finding = onlyFinding(PLAN, altered, FindingKind.NOTIFICATION_ALTERED);
        assertThat(fact(finding, "names")).isEqualTo("message 3 of decode-0-rank-0 to prefill-0-rank-0");
        assertThat(fact(finding, "actual"))
                .isEqualTo("16 bytes, from byte 9 on hex 00 in place of 01, from decode-0-rank-0");
    }

    @Test
    void whatAnotherRankSentOrNobodyIsFromTheWrongSender() {
        onlyFinding(
                PLAN,
                Observations.clean(PLAN).storm(odd(Kind.OTHERS, "decode-0-rank-1", Optional.of(PREFILL_0))),
                FindingKind.NOTIFICATION_WRONG_SENDER);
        Finding stranger = onlyFinding(
                PLAN,
                Observations.clean(PLAN).storm(odd(Kind.STRANGER, "nobody", Optional.empty())),
                FindingKind.NOTIFICATION_WRONG_SENDER);
        assertThat(stranger.headline())
                .isEqualTo("a notification came from nobody, which owes none, on prefill-0-rank-0");
    }

    @Test
    void whatNamesAnotherTargetIsMisdelivered() {
        onlyFinding(
                PLAN,
                Observations.clean(PLAN).storm(odd(Kind.ALTERED, "decode-0-rank-0", Optional.of(PREFILL_1))),
                FindingKind.NOTIFICATION_MISDELIVERED);
    }

    @Test
    void whatComesAgainIsDuplicated() {
        onlyFinding(
                PLAN,
                received(new Received(100, 200, 1, 0, Optional.empty()))
                        .storm(odd(Kind.AGAIN, "decode-0-rank-0", Optional.of(PREFILL_0))),
                FindingKind.NOTIFICATION_DUPLICATED);
    }

    @Test
    void doneWithoutNewContentIsDoneTooEarly() {
        Finding finding = onlyFinding(PLAN, sent(new Sent(100, 0, 200, 4096, 2, 41)), FindingKind.EARLY_DONE);

        assertThat(finding.headline()).isEqualTo("2 transfers of the storm were done and left something as it was");
        assertThat(fact(finding, "actual")).isEqualTo("the first is number 41 of 100 transfers");
    }

    @Test
    void aNotificationHasOnePeriodOfItsTargetAndWhatTheStormAllows() {
        assertThat(findings(PLAN, took(1_200))).isEmpty();
        Finding finding = onlyFinding(PLAN, took(1_201), FindingKind.SLOW);
        assertThat(finding.headline()).isEqualTo("a notification of transfers took 1.2 s, on prefill-0-rank-0");
        assertThat(fact(finding, "expected"))
                .isEqualTo("at most 1.2 s after DONE, of which the target looks away for 200 ms");
        TransferPlan always = plan(0, false);
        onlyFinding(always, took(always, 1_200), FindingKind.SLOW);
    }

    @Test
    void aCaseAboutTransfersDoneInTheirPostNeedsOne() {
        TransferPlan inPost = plan(0, true);
        assertThat(findings(inPost, Observations.clean(inPost))).isEmpty();
        Observations none = Observations.clean(inPost)
                .storm(each -> new StormObservation(
                        each.pairs().stream()
                                .map(pair -> with(pair, new Sent(100, 0, 200, 4096, 0, 0)))
                                .toList(),
                        each.oddities(),
                        each.integrity()));
        assertThat(Judge.judge(inPost, none.seen()).outcome()).isEqualTo(Outcome.INCONCLUSIVE);
    }

    @Test
    void fewerTransfersThanPlannedAreVacuous() {
        onlyFinding(PLAN, sent(new Sent(99, 0, 200, 4096, 0, 0)), FindingKind.VACUOUS);
        onlyFinding(PLAN, Observations.clean(PLAN).noStorm(), FindingKind.VACUOUS);
    }

    private static Observations received(Received counts) {
        return changed(
                PLAN,
                pair -> new Pair(
                        pair.initiator(),
                        pair.target(),
                        pair.sent(),
                        Optional.of(counts),
                        pair.bound(),
                        pair.standalone(),
                        pair.timesNotObserved()));
    }

    private static Observations sent(Sent counts) {
        return changed(PLAN, pair -> with(pair, counts));
    }

    private static Pair with(Pair pair, Sent counts) {
        return new Pair(
                pair.initiator(),
                pair.target(),
                Optional.of(counts),
                pair.received(),
                pair.bound(),
                pair.standalone(),
                pair.timesNotObserved());
    }

    private static Observations took(long longestMillis) {
        return took(PLAN, longestMillis);
    }

    private static Observations took(TransferPlan plan, long longestMillis) {
        return changed(
                plan,
                pair -> new Pair(
                        pair.initiator(),
                        pair.target(),
                        pair.sent(),
                        pair.received(),
                        Optional.of(new Times(
                                100,
                                Duration.ofMillis(1),
                                Duration.ofMillis(2),
                                Duration.ofMillis(longestMillis),
                                7,
                                90,
                                0)),
                        pair.standalone(),
                        pair.timesNotObserved()));
    }

    /** The pair of the first ranks. */
    private static Observations changed(TransferPlan plan, UnaryOperator<Pair> change) {
        return Observations.clean(plan)
                .storm(each -> new StormObservation(
                        each.pairs().stream()
                                .map(pair -> pair.initiator().equals(DECODE_0)
                                                && pair.target().equals(PREFILL_0)
                                        ? change.apply(pair)
                                        : pair)
                                .toList(),
                        each.oddities(),
                        each.integrity()));
    }

    private static UnaryOperator<StormObservation> odd(Kind kind, String sender, Optional<RankId> meantFor) {
        Optional<String> named = meantFor.map(rank -> "message 3 of decode-0-rank-0 to " + rank);
        return each -> new StormObservation(
                each.pairs(),
                List.of(new Oddity(
                        PREFILL_0,
                        sender,
                        kind,
                        16,
                        named,
                        meantFor,
                        "16 bytes, from byte 9 on hex 00 in place of 01")),
                each.integrity());
    }
}
