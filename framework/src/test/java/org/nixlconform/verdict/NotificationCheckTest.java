package org.nixlconform.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.nixlconform.verdict.JudgeAssertions.fact;
import static org.nixlconform.verdict.JudgeAssertions.findings;
import static org.nixlconform.verdict.JudgeAssertions.onlyFinding;
import static org.nixlconform.verdict.Observations.DECODE_0;
import static org.nixlconform.verdict.Observations.PREFILL_0;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.BlockUse;
import org.nixlconform.plan.RankId;
import org.nixlconform.plan.Selection;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.TransferObservation.Misdelivered;
import org.nixlconform.transfer.TransferObservation.NotificationCount;
import org.nixlconform.transfer.TransferObservation.Progress;

class NotificationCheckTest {
    private final TransferPlan plan = Observations.plan();

    @Test
    void notificationsAsSentAreNoFinding() {
        assertThat(findings(plan, Observations.clean(plan))).isEmpty();
    }

    @Test
    void missingNotificationSaysWhoOwesIt() {
        Finding finding = onlyFinding(plan, prefill0(count(1, 0, 0)), FindingKind.NOT_NOTIFIED);

        assertThat(finding.headline())
                .isEqualTo("1 notification that decode-0-rank-0 owes did not come, on prefill-0-rank-0");
        assertThat(fact(finding, "expected")).isEqualTo("1 from decode-0-rank-0");
        assertThat(fact(finding, "actual")).isEqualTo("0 of 1 received, 0 more than once");
        assertThat(fact(finding, "where")).isEqualTo("prefill-0-rank-0, iteration 0");
    }

    /** Nothing moved, so nothing else would show it. */
    @Test
    void aNotificationOfARequestThatIsOnlyToldIsOwedToo() {
        TransferPlan told =
                Observations.plan(draft -> draft.blocks(new BlockUse(10, 100, 100, Selection.SHUFFLED, 42, 10, false)));
        Observations lost = Observations.clean(told)
                .notifications(counts -> Stream.concat(
                                Stream.of(new NotificationCount(
                                        PREFILL_0, "decode-0-rank-0", 1, 0, 0, List.of(), List.of())),
                                counts.stream().skip(1))
                        .toList());
        assertThat(onlyFinding(told, lost, FindingKind.NOT_NOTIFIED).headline())
                .isEqualTo("1 notification that decode-0-rank-0 owes did not come, on prefill-0-rank-0");
    }

    @Test
    void duplicateIsItsOwnKind() {
        Finding finding = onlyFinding(plan, prefill0(count(1, 1, 2)), FindingKind.NOTIFICATION_DUPLICATED);

        assertThat(finding.headline())
                .isEqualTo("2 notifications from decode-0-rank-0 came more than once, on prefill-0-rank-0");
    }

    @Test
    void alteredTextIsShownAndExplainsTheMissingOne() {
        Finding finding = onlyFinding(
                plan, prefill0(count(1, 0, 0, "req-1\\x00", "b", "c", "d")), FindingKind.NOTIFICATION_ALTERED);

        assertThat(fact(finding, "texts")).isEqualTo("req-1\\x00\nb\nc and 1 more");
        assertThat(fact(finding, "actual")).startsWith("0 of 1 received");
    }

    @ParameterizedTest
    @CsvSource({"somebody-else, 1, 0, ''", "decode-0-rank-1, 0, 1, ''", "decode-0-rank-1, 0, 0, hello"})
    void senderThatOwesNothingIsWrong(String sender, int received, int duplicated, String altered) {
        Finding finding = onlyFinding(
                plan,
                added(new NotificationCount(
                        PREFILL_0,
                        sender,
                        0,
                        received,
                        duplicated,
                        altered.isEmpty() ? List.of() : List.of(altered),
                        List.of())),
                FindingKind.NOTIFICATION_WRONG_SENDER);

        assertThat(finding.headline())
                .isEqualTo("a notification came from " + sender + ", which owes none, on prefill-0-rank-0");
    }

    @Test
    void nameOfNobodyIsWrongEvenWhenItIsExpected() {
        onlyFinding(
                plan,
                added(new NotificationCount(PREFILL_0, "somebody-else", 1, 1, 0, List.of(), List.of())),
                FindingKind.NOTIFICATION_WRONG_SENDER);
    }

    @Test
    void notificationFromTheWrongSenderExplainsTheMissingOne() {
        onlyFinding(
                plan,
                Observations.clean(plan).notifications(counts -> {
                    List<NotificationCount> changed = new ArrayList<>(replaced(counts, count(1, 0, 0)));
                    changed.add(new NotificationCount(PREFILL_0, "somebody-else", 0, 1, 0, List.of(), List.of()));
                    return changed;
                }),
                FindingKind.NOTIFICATION_WRONG_SENDER);
    }

    @Test
    void whatAnotherRankExpectsIsMisdeliveredAndExplainsTheMissingOne() {
        Finding finding = onlyFinding(
                plan,
                Observations.clean(plan).notifications(counts -> {
                    List<NotificationCount> changed = new ArrayList<>(replaced(counts, count(1, 0, 0)));
                    changed.add(new NotificationCount(
                            DECODE_0,
                            DECODE_0.label(),
                            0,
                            0,
                            0,
                            List.of(),
                            List.of(new Misdelivered(PREFILL_0, "request 0"))));
                    return changed;
                }),
                FindingKind.NOTIFICATION_MISDELIVERED);

        assertThat(finding.headline())
                .isEqualTo("a notification from decode-0-rank-0 was meant for prefill-0-rank-0, on decode-0-rank-0");
    }

    @Test
    void whatAnotherPeerSentIsFromTheWrongSenderAndExplainsTheMissingOne() {
        Finding finding = onlyFinding(
                plan,
                Observations.clean(plan).notifications(counts -> {
                    List<NotificationCount> changed = new ArrayList<>(replaced(counts, count(1, 0, 0)));
                    changed.add(new NotificationCount(
                            PREFILL_0,
                            "decode-0-rank-9",
                            1,
                            1,
                            0,
                            List.of(),
                            List.of(new Misdelivered(PREFILL_0, "request 0"))));
                    return changed;
                }),
                FindingKind.NOTIFICATION_WRONG_SENDER);

        assertThat(finding.headline())
                .isEqualTo("a notification came from decode-0-rank-9, which did not send it, on prefill-0-rank-0");
    }

    @Test
    void strangerWhoSentNothingIsNoFinding() {
        assertThat(findings(
                        plan, added(new NotificationCount(PREFILL_0, "somebody-else", 0, 0, 0, List.of(), List.of()))))
                .isEmpty();
    }

    @Test
    void missingNotificationOfALostSenderIsExplainedByTheLoss() {
        onlyFinding(plan, prefill0(count(1, 0, 0)).killed(DECODE_0, "wait", "SIGKILL"), FindingKind.ENGINE_DIED);
    }

    @Test
    void missingNotificationOfARefusedSenderIsExplainedByTheRefusal() {
        onlyFinding(
                plan,
                prefill0(count(1, 0, 0)).failure(DECODE_0, "post", "nixl_capi_post_xfer_req", -2, "BACKEND"),
                FindingKind.REFUSED);
    }

    @Test
    void missingNotificationOfAReceiverThatTimedOutIsToldThere() {
        Optional<Progress> waiting = Optional.of(new Progress(0, 0, 0, 0, 0, 1, 0, Duration.ofSeconds(5)));
        Finding finding = onlyFinding(
                plan,
                prefill0(count(1, 0, 0)).timeout(PREFILL_0, "notify", true, Optional.empty(), waiting),
                FindingKind.NOT_NOTIFIED);

        assertThat(finding.subject()).isEqualTo("completion");
    }

    @Test
    void missingNotificationFromAnUnknownExpectedSenderIsAFinding() {
        onlyFinding(
                plan,
                added(new NotificationCount(PREFILL_0, "somebody-else", 1, 0, 0, List.of(), List.of())),
                FindingKind.NOT_NOTIFIED);
    }

    @Test
    void withoutExpectedCompletionNotificationsAreNotJudged() {
        TransferPlan unbounded = Observations.planWithout(draft -> draft.expectIntegrity());
        Verdict verdict = Judge.judge(
                unbounded,
                Observations.clean(unbounded)
                        .notifications(counts -> replaced(counts, count(1, 0, 0)))
                        .seen());

        assertThat(verdict.findings()).isEmpty();
        assertThat(verdict.notes()).contains("completion in time was not judged: the case does not expect it");
    }

    private Observations prefill0(NotificationCount changed) {
        return Observations.clean(plan).notifications(counts -> replaced(counts, changed));
    }

    private Observations added(NotificationCount more) {
        UnaryOperator<List<NotificationCount>> add = counts -> {
            List<NotificationCount> changed = new ArrayList<>(counts);
            changed.add(more);
            return changed;
        };
        return Observations.clean(plan).notifications(add);
    }

    private static List<NotificationCount> replaced(List<NotificationCount> counts, NotificationCount changed) {
        RankId receiver = changed.receiver();
        return counts.stream()
                .map(count -> count.receiver().equals(receiver) ? changed : count)
                .toList();
    }

    /** What prefill-0-rank-0 got from decode-0-rank-0, its only peer. */
    private static NotificationCount count(int expected, int received, int duplicated, String... altered) {
        return new NotificationCount(
                PREFILL_0, DECODE_0.label(), expected, received, duplicated, List.of(altered), List.of());
    }
}
