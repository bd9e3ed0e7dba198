package org.nixlconform.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.nixlconform.verdict.JudgeAssertions.fact;
import static org.nixlconform.verdict.JudgeAssertions.findings;
import static org.nixlconform.verdict.JudgeAssertions.onlyFinding;
import static org.nixlconform.verdict.Observations.DECODE_1;
import static org.nixlconform.verdict.Observations.PREFILL_0;

import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.nixlconform.engine.ServedRequest;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.Mutation;
import org.nixlconform.plan.Operation;
import org.nixlconform.plan.PagedServing;
import org.nixlconform.plan.Pairing;
import org.nixlconform.plan.RankId;
import org.nixlconform.plan.Role;
import org.nixlconform.plan.Topology;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.TransferObservation.DifferenceKind;
import org.nixlconform.transfer.TransferObservation.Serving;
import org.nixlconform.transfer.TransferObservation.StrayNotification;

/** Each rule of serving, broken by one request of a ledger that is clean otherwise. Request 7 begins at 7 ms. */
class LedgerCheckTest {
    private static final TransferPlan PLAN = Observations.plan(draft -> draft.workload(PagedServing.of(20, 2, 3, 3)));

    @Test
    void cleanLedgerConformsAndItsNoteSaysHowFastItWas() {
        Verdict verdict = Judge.judge(PLAN, Observations.clean(PLAN).seen());

        assertThat(verdict.findings()).isEmpty();
        assertThat(verdict.outcome()).isEqualTo(Outcome.CONFORMS);
        assertThat(verdict.notes())
                .contains("20 of 20 requests served in 21 ms, 0.25 GB/s, single transfers 0.13 GB/s; "
                        + "done after 600 us (p50), 600 us (p99), notified another 100 us (p50), 100 us (p99) later");
    }

    @Test
    void ranksThatWereRelayedAreNamedInANote() {
        Observations seen =
                Observations.clean(PLAN).serving(old -> told(old, List.of(), List.of(), List.of(PREFILL_0, DECODE_1)));

        assertThat(Judge.judge(PLAN, seen.seen()).notes())
                .anyMatch(note -> note.startsWith(
                        "prefill-0-rank-0, decode-0-rank-1 could not connect to the desk, which gives out blocks"));
        assertThat(Judge.judge(PLAN, Observations.clean(PLAN).seen()).notes())
                .noneMatch(note -> note.contains("control channels"));
    }

    @Test
    void requestThatIsGivenUpConformsWhenPrefillIsTold() {
        assertThat(findings(PLAN, Observations.clean(PLAN).request(7, LedgerCheckTest::givenUp)))
                .isEmpty();
    }

    @Test
    void requestThatIsGivenUpAndNotToldIsALostNotification() {
        Observations untold = Observations.clean(PLAN)
                .request(7, old -> givenUp(old).flatMap(request -> with(request, Map.of("notifications", 1))));

        assertThat(fact(onlyFinding(PLAN, untold, FindingKind.NOT_NOTIFIED), "actual"))
                .isEqualTo("1 came");
    }

    /** Prefill is told at once, and nothing moves. */
    private static Optional<ServedRequest> givenUp(ServedRequest old) {
        return with(
                old,
                Map.of(
                        "aborted", true,
                        "bytes", 0L,
                        "destinationBlocks", List.of(),
                        "verifiedNanos", -1L,
                        "destinationFreedNanos", -1L));
    }

    @Test
    void requestThatNeverMovedNeverStarted() {
        broken(
                FindingKind.NEVER_STARTED,
                Map.of(
                        "bytes",
                        0L,
                        "transfersDone",
                        0,
                        "registeredNanos",
                        -1L,
                        "movedNanos",
                        -1L,
                        "doneNanos",
                        -1L,
                        "verifiedNanos",
                        -1L,
                        "destinationFreedNanos",
                        -1L));
    }

    @Test
    void requestThatMovedAndIsNotDoneStalled() {
        Finding finding = broken(FindingKind.STALLED, Map.of("transfersDone", 1, "doneNanos", -1L));

        assertThat(finding.headline()).isEqualTo("a request was moved and not done");
        assertThat(fact(finding, "expected")).isEqualTo("each of 2 pairs of ranks done");
        assertThat(fact(finding, "actual")).isEqualTo("1 done");
        assertThat(fact(finding, "where")).isEqualTo("request 7 of prefill-0 to decode-0, while serving");
    }

    @Test
    void fewerNotificationsThanPairsAreALoss() {
        Finding finding = broken(FindingKind.NOT_NOTIFIED, Map.of("notifications", 1));

        assertThat(fact(finding, "expected")).isEqualTo("2, one for each pair of ranks");
    }

    @Test
    void moreNotificationsThanPairsAreADuplicate() {
        broken(FindingKind.NOTIFICATION_DUPLICATED, Map.of("notifications", 3));
    }

    @Test
    void requestThatNobodyVerifiedIsNotJudged() {
        broken(FindingKind.VACUOUS, Map.of("verifiedNanos", -1L));
    }

    @Test
    void requestThatMovedOtherBytesThanItsBlocksHoldIsNotJudged() {
        Finding finding = broken(FindingKind.VACUOUS, Map.of("bytes", 4096L));

        assertThat(fact(finding, "expected")).isEqualTo("262 144 bytes of 2 blocks");
        assertThat(fact(finding, "actual")).isEqualTo("4 096 bytes");
    }

    @Test
    void failureOfACallThatNoRankSpeaksOfIsSaid() {
        assertThat(fact(broken(FindingKind.REFUSED, Map.of("failure", "post_xfer_req: BACKEND (-2)")), "actual"))
                .isEqualTo("post_xfer_req: BACKEND (-2)");
    }

    @Test
    void stepsOutOfOrderAreSaidInTheOrderTheyCame() {
        Finding finding = broken(FindingKind.LEDGER, Map.of("filledNanos", 7_500_000L));

        assertThat(finding.headline()).isEqualTo("the steps of a request are out of order");
        assertThat(fact(finding, "actual"))
                .isEqualTo("begun at 7 ms, moved at 7 ms, filled at 7 ms, done at 8 ms, verified at 8 ms, "
                        + "freed at the destination at 9 ms");
    }

    @Test
    void sourceThatIsFreedBeforeItsNotificationsIsFound() {
        assertThat(broken(FindingKind.LEDGER, Map.of("sourceFreedNanos", 8_050_000L))
                        .headline())
                .isEqualTo("prefill reused blocks of a request before it was told that it may");
    }

    @Test
    void blockThatTwoRequestsOwnAtTheSourceIsFound() {
        // Request 18 has blocks 0 to 2 until 19.2 ms, request 19 begins at 19 ms.
        Finding finding = broken(19, FindingKind.LEDGER, Map.of("sourceBlocks", List.of(3, 4, 2)));

        assertThat(finding.headline()).isEqualTo("a block belonged to two requests at once");
        assertThat(fact(finding, "expected")).isEqualTo("block 2 of prefill-0 free");
        assertThat(fact(finding, "actual")).isEqualTo("it belonged to request 18 of prefill-0 to decode-0");
    }

    @Test
    void blockThatTwoRequestsOwnAtTheDestinationIsFound() {
        Finding finding = broken(19, FindingKind.LEDGER, Map.of("destinationBlocks", List.of(3, 1)));

        assertThat(fact(finding, "expected")).isEqualTo("block 1 of decode-0 free");
    }

    @Test
    void blockThatOneRequestOwnsTwiceIsFound() {
        broken(FindingKind.LEDGER, Map.of("sourceBlocks", List.of(3, 4, 4)));
    }

    @Test
    void blocksThatAreNeverFreedAreFoundOnEitherSide() {
        Finding source = broken(19, FindingKind.LEDGER, Map.of("sourceFreedNanos", -1L));
        Finding destination = broken(19, FindingKind.LEDGER, Map.of("destinationFreedNanos", -1L));

        assertThat(fact(source, "actual")).isEqualTo("kept at the source");
        assertThat(fact(destination, "actual")).isEqualTo("kept at the destination");
    }

    @Test
    void transferThatTookLongerThanTheCompletionSaysIsSlow() {
        long late = Duration.ofSeconds(31).toNanos();

        assertThat(broken(
                                19,
                                FindingKind.SLOW,
                                Map.of(
                                        "doneNanos",
                                        late,
                                        "notifiedNanos",
                                        late,
                                        "verifiedNanos",
                                        late,
                                        "sourceFreedNanos",
                                        late,
                                        "destinationFreedNanos",
                                        late))
                        .headline())
                .isEqualTo("a request was done late");
        assertThat(broken(19, FindingKind.SLOW, Map.of("notifiedNanos", late, "sourceFreedNanos", late))
                        .headline())
                .isEqualTo("a notification came long after its request was done");
    }

    @Test
    void ledgerThatIsNotWholeOrShortOrEmptyIsNotJudged() {
        assertThat(onlyFinding(
                                PLAN,
                                Observations.clean(PLAN)
                                        .serving(old -> new Serving(
                                                old.took(),
                                                false,
                                                old.integrity(),
                                                old.requests(),
                                                List.of(),
                                                List.of(),
                                                List.of())),
                                FindingKind.VACUOUS)
                        .headline())
                .isEqualTo("the ledger of requests is not whole");
        assertThat(onlyFinding(PLAN, Observations.clean(PLAN).request(7, old -> Optional.empty()), FindingKind.VACUOUS)
                        .headline())
                .isEqualTo("fewer requests were served than planned");
        assertThat(onlyFinding(PLAN, Observations.clean(PLAN).noServing(), FindingKind.VACUOUS)
                        .headline())
                .isEqualTo("fewer requests were served than planned");
    }

    @Test
    void requestsThatAllWereGivenUpMovedNothing() {
        Observations givenUp = Observations.clean(PLAN);
        for (int request = 0; request < 20; request++) {
            givenUp.request(request, LedgerCheckTest::givenUp);
        }

        assertThat(onlyFinding(PLAN, givenUp, FindingKind.VACUOUS).headline())
                .isEqualTo("served requests moved no bytes");
    }

    @Test
    void requestsInFlightAtACrashAreExplainedByIt() {
        Observations crashed = Observations.clean(PLAN)
                .killed(DECODE_1, "serve", "SIGSEGV")
                .request(19, old -> Optional.empty())
                .request(
                        18,
                        old -> with(
                                old,
                                Map.of(
                                        "transfersDone",
                                        1,
                                        "doneNanos",
                                        -1L,
                                        "verifiedNanos",
                                        -1L,
                                        "notifications",
                                        1,
                                        "notifiedNanos",
                                        -1L,
                                        "sourceFreedNanos",
                                        -1L,
                                        "destinationFreedNanos",
                                        -1L)));

        Finding finding = onlyFinding(PLAN, crashed, FindingKind.ENGINE_DIED);
        assertThat(finding.headline())
                .isEqualTo("decode-0-rank-1 ended by itself, SIGSEGV, while requests were served");
        assertThat(findings(PLAN, crashed.request(17, old -> with(old, Map.of("notifications", 3)))))
                .extracting(Finding::kind)
                .containsExactly(FindingKind.ENGINE_DIED, FindingKind.NOTIFICATION_DUPLICATED);
    }

    /** A request that failed keeps its blocks, so that others wait for them until the deadline. */
    @Test
    void requestThatFailedIsSaidBesideTheTimeoutThatItLeadsTo() {
        Observations stuck = Observations.clean(PLAN)
                .timeout(DECODE_1, "serve", true, Optional.empty(), Optional.empty())
                .request(7, old -> with(old, Map.of("failure", "post_xfer_req: BACKEND (-2)")))
                .request(19, old -> Optional.empty());

        assertThat(findings(PLAN, stuck))
                .extracting(Finding::kind)
                .containsExactly(FindingKind.STALLED, FindingKind.REFUSED);
    }

    @Test
    void writeIsVerifiedWhenItWasNotifiedAndFreedAtTheSourceWhenItIsDone() {
        TransferPlan write = Observations.plan(
                draft -> draft.direction(Operation.WRITE, Role.PREFILL).workload(PagedServing.of(20, 2, 3, 3)));
        Map<String, Object> doneLast = Map.of(
                "notifiedNanos",
                7_900_000L,
                "verifiedNanos",
                7_950_000L,
                "doneNanos",
                8_000_000L,
                "sourceFreedNanos",
                8_000_000L);

        assertThat(findings(write, Observations.clean(write).request(7, old -> with(old, doneLast))))
                .isEmpty();
        onlyFinding(
                write,
                Observations.clean(write).request(7, old -> with(old, Map.of("sourceFreedNanos", 7_999_999L))),
                FindingKind.LEDGER);
        assertThat(findings(PLAN, Observations.clean(PLAN).request(7, old -> with(old, doneLast))))
                .extracting(Finding::headline)
                .containsExactly("the steps of a request are out of order");
    }

    @Test
    void notificationThatNoRequestSentIsFound() {
        Finding stray = onlyFinding(
                PLAN,
                Observations.clean(PLAN)
                        .serving(old -> told(
                                old,
                                List.of(new StrayNotification(PREFILL_0, "decode-0-rank-1", "served 7")),
                                List.of(),
                                List.of())),
                FindingKind.NOTIFICATION_ALTERED);

        assertThat(stray.headline()).isEqualTo("1 notification came that no request sent");
        assertThat(fact(stray, "actual")).isEqualTo("\"served 7\" from decode-0-rank-1");
    }

    @Test
    void aNotificationThatCameAgainIsTold() {
        Finding again = onlyFinding(
                PLAN,
                Observations.clean(PLAN)
                        .serving(old -> told(
                                old,
                                List.of(),
                                List.of(new StrayNotification(
                                        PREFILL_0, "decode-0-rank-1", "served 7:0:decode-0-rank-1:prefill-0-rank-0")),
                                List.of())),
                FindingKind.NOTIFICATION_DUPLICATED);

        assertThat(again.headline()).isEqualTo("1 notification of requests came again");
        assertThat(fact(again, "actual"))
                .isEqualTo("\"served 7:0:decode-0-rank-1:prefill-0-rank-0\" from decode-0-rank-1, more than once");
        assertThat(fact(again, "where")).isEqualTo("prefill-0-rank-0, while serving");
    }

    @Test
    void severalRequestsThatBreakOneRuleAreOneFinding() {
        Observations lost = Observations.clean(PLAN);
        for (int request : List.of(3, 4, 5)) {
            lost.request(request, old -> with(old, Map.of("notifications", 0)));
        }

        assertThat(onlyFinding(PLAN, lost, FindingKind.NOT_NOTIFIED).headline())
                .isEqualTo("notifications of a request did not come, in 3 of 20 requests");
    }

    @Test
    void whatDiffersWhileServingIsSaidToBeSo() {
        Finding stale = onlyFinding(
                PLAN,
                Observations.clean(PLAN).differingWhileServing(DECODE_1, Map.of(DifferenceKind.STALE, 3L)),
                FindingKind.STALE);

        assertThat(fact(stale, "where")).isEqualTo("decode-0-rank-1, while serving");
        assertThat(stale.facts()).noneMatch(each -> each.name().equals("iterations"));
        onlyFinding(
                PLAN,
                Observations.clean(PLAN).differingWhileServing(PREFILL_0, Map.of(DifferenceKind.OVERRUN, 1L)),
                FindingKind.SOURCE_CHANGED);
    }

    /** Of request 7. */
    private static final TransferPlan WRITE = Observations.plan(
            draft -> draft.workload(PagedServing.of(20, 2, 3, 3)).direction(Operation.WRITE, Role.PREFILL));

    /** Who writes may reuse its blocks when it is told DONE, which may be before or after the other side is told. */
    @Test
    void sourceOfAWriteIsFreeWhenItIsDone() {
        Observations done =
                Observations.clean(WRITE).request(7, old -> with(old, Map.of("sourceFreedNanos", 8_050_000L)));

        assertThat(findings(WRITE, done)).isEmpty();
    }

    @Test
    void sourceOfAWriteThatIsReusedBeforeItIsDoneIsFreedEarly() {
        onlyFinding(
                WRITE,
                Observations.clean(WRITE).request(7, old -> with(old, Map.of("sourceFreedNanos", 7_900_000L))),
                FindingKind.LEDGER);
    }

    @Test
    void destinationOfAWriteThatIsVerifiedBeforeItIsNotifiedIsOutOfOrder() {
        onlyFinding(
                WRITE,
                Observations.clean(WRITE).request(7, old -> with(old, Map.of("verifiedNanos", 8_050_000L))),
                FindingKind.LEDGER);
    }

    private static final TransferPlan LEASED = served(new PagedServing(
            20, 0, 2, 3, 3, 0, PagedServing.Disturbance.NONE, new PagedServing.Lease(5, false), 1, 0, false));

    private static TransferPlan served(PagedServing serving) {
        return Observations.plan(draft -> draft.workload(serving));
    }

    /** Filled at 7.2 ms, and read when its lease of 5 ms had run out. */
    private static final Map<String, Object> EXPIRED = Map.of(
            "movedNanos",
            13_000_000L,
            "doneNanos",
            14_000_000L,
            "notifiedNanos",
            14_100_000L,
            "verifiedNanos",
            14_500_000L,
            "expiredNanos",
            12_200_000L,
            "sourceFreedNanos",
            12_200_000L,
            "destinationFreedNanos",
            15_000_000L,
            "sourceBlocks",
            List.of(7, 8, 9),
            "destinationBlocks",
            List.of(7, 8));

    @Test
    void sourceThatIsFreedWhenItsLeaseRanOutIsRightAndCounted() {
        Observations expired = Observations.clean(LEASED).request(7, old -> with(old, EXPIRED));

        assertThat(findings(LEASED, expired)).isEmpty();
        assertThat(Judge.judge(LEASED, expired.seen()).notes())
                .anyMatch(
                        note -> note.contains("20 of 20 requests served in 21 ms, 1 outlived their lease, 0.25 GB/s"));
        expired.request(7, old -> with(old, Map.of("differing", 2L)));
        assertThat(Judge.judge(LEASED, expired.seen()).notes())
                .anyMatch(note -> note.contains(", 1 outlived their lease, 1 of these held other content, "));
    }

    @Test
    void leaseThatEndsBeforeItsTimeIsFound() {
        Finding finding = onlyFinding(
                LEASED,
                Observations.clean(LEASED)
                        .request(
                                7,
                                old -> with(old, EXPIRED)
                                        .flatMap(request -> with(
                                                request,
                                                Map.of("expiredNanos", 12_100_000L, "sourceFreedNanos", 12_100_000L)))),
                FindingKind.LEDGER);

        assertThat(finding.headline()).isEqualTo("a lease ended before its time");
        assertThat(fact(finding, "expected")).isEqualTo("at least 5 ms after its blocks were filled");
    }

    @Test
    void leaseThatRunsOutThoughDecodeKeptItAliveIsALostHeartbeat() {
        TransferPlan kept = served(new PagedServing(
                20, 0, 2, 3, 3, 0, PagedServing.Disturbance.NONE, new PagedServing.Lease(5, true), 1, 0, false));
        Finding finding = onlyFinding(
                kept, Observations.clean(kept).request(7, old -> with(old, EXPIRED)), FindingKind.NOT_NOTIFIED);

        assertThat(finding.headline()).isEqualTo("the lease of a request ran out though decode kept it alive");
        assertThat(fact(finding, "actual")).isEqualTo("1 heartbeat in 5 ms");
        Observations silent = Observations.clean(kept);
        for (int request = 0; request < 20; request++) {
            silent.request(request, old -> with(old, Map.of("renewals", 0)));
        }
        assertThat(onlyFinding(kept, silent, FindingKind.VACUOUS).headline()).isEqualTo("no lease was renewed");
    }

    private static final PagedServing DROPPING =
            PagedServing.of(20, 2, 3, 3).with(new PagedServing.Disturbance(0, 10, 0, 0, 0, 0, 0));

    private static final Map<String, Object> DROPPED = Map.of("droppedNanos", 7_500_000L, "verifiedNanos", -1L);

    @Test
    void droppedRequestIsNotVerifiedAndItsBlocksWaitUntilNothingMovesToThem() {
        TransferPlan plan = served(DROPPING);
        Observations dropped = Observations.clean(plan).request(7, old -> with(old, DROPPED));

        assertThat(findings(plan, dropped)).isEmpty();
        assertThat(Judge.judge(plan, dropped.seen()).notes())
                .anyMatch(note -> note.contains(", 1 dropped under way, "));
        dropped.request(7, old -> with(old, Map.of("destinationFreedNanos", 7_999_999L)));
        assertThat(onlyFinding(plan, dropped, FindingKind.LEDGER).headline())
                .isEqualTo("decode reused blocks of a request that it dropped while they were read to");
        TransferPlan mutated =
                Observations.plan(draft -> draft.workload(DROPPING).mutation(Mutation.REUSED_WITHOUT_QUARANTINE));
        assertThat(findings(mutated, dropped)).isEmpty();
    }

    @Test
    void dropsThatAllCameTooLateProveNothing() {
        TransferPlan plan = served(DROPPING);

        assertThat(onlyFinding(
                                plan,
                                Observations.clean(plan)
                                        .request(
                                                7,
                                                old -> with(old, DROPPED)
                                                        .flatMap(request ->
                                                                with(request, Map.of("droppedNanos", 8_000_000L)))),
                                FindingKind.VACUOUS)
                        .headline())
                .isEqualTo("no request was dropped while it was under way");
    }

    private static final TransferPlan FAILING =
            Observations.plan(draft -> draft.topology(new Topology(1, 2, 1, 1, Pairing.MESH))
                    .workload(PagedServing.of(20, 2, 3, 3).with(new PagedServing.Disturbance(0, 0, 10, 0, 0, 0, 0))));

    /** One of its two transfers failed at 7.5 ms, the other was done at 8 ms. */
    private static Optional<ServedRequest> failed(ServedRequest old) {
        return with(
                        old,
                        Map.of(
                                "failing",
                                "prefill-0-rank-1",
                                "failure",
                                "nixl_capi_post_xfer_req returned -2 (BACKEND)",
                                "underWay",
                                1,
                                "transfersDone",
                                1,
                                "bytes",
                                old.bytes() / 2,
                                "failedNanos",
                                7_500_000L))
                .flatMap(request -> with(request, Map.of("doneNanos", -1L, "verifiedNanos", -1L)));
    }

    private static Observations failing(Map<String, Object> change) {
        return Observations.clean(FAILING).request(7, old -> failed(old).flatMap(request -> with(request, change)));
    }

    @Test
    void requestOfWhichATransferFailsAsItWasToConformsAndIsCounted() {
        assertThat(findings(FAILING, failing(Map.of()))).isEmpty();
        assertThat(Judge.judge(FAILING, failing(Map.of()).seen()).notes())
                .anyMatch(note -> note.startsWith("19 of 20 requests served in 21 ms, one transfer of each of 1 failed"
                        + " as it was to after 100 us (p50), 100 us (p99): nixl_capi_post_xfer_req returned -2"));
    }

    @Test
    void blocksThatAreReusedWhenTheFirstTransferFailedAreFound() {
        Map<String, Object> early = Map.of("destinationFreedNanos", 7_600_000L);
        Finding finding = onlyFinding(FAILING, failing(early), FindingKind.LEDGER);

        assertThat(finding.headline())
                .isEqualTo(
                        "decode reused blocks of a request of which a transfer failed while others were read to them");
        assertThat(fact(finding, "actual")).isEqualTo("freed at 7 ms, the last ended at 8 ms");
        assertThat(fact(
                        onlyFinding(
                                FAILING,
                                failing(Map.of("destinationFreedNanos", 7_999_999L, "endedNanos", 8_000_000L)),
                                FindingKind.LEDGER),
                        "where"))
                .isEqualTo("request 7 of prefill-0 to decode-0, while serving");
    }

    @Test
    void requestOfWhichATransferFailsIsToldToAllAndItsBlocksAreFreeAgain() {
        assertThat(fact(
                        onlyFinding(FAILING, failing(Map.of("notifications", 1)), FindingKind.NOT_NOTIFIED),
                        "expected"))
                .isEqualTo("2, one for each pair of ranks");
        assertThat(fact(
                        onlyFinding(FAILING, lastFailing(Map.of("sourceFreedNanos", -1L)), FindingKind.LEDGER),
                        "actual"))
                .isEqualTo("kept at the source");
        assertThat(onlyFinding(
                                FAILING,
                                lastFailing(Map.of("endedNanos", -1L, "destinationFreedNanos", -1L)),
                                FindingKind.STALLED)
                        .headline())
                .isEqualTo("a request of which a transfer failed did not end");
    }

    /** The last request, whose blocks nobody waits for. */
    private static Observations lastFailing(Map<String, Object> change) {
        return Observations.clean(FAILING)
                .request(
                        19,
                        old -> failed(old)
                                .flatMap(request -> with(request, Map.of("failedNanos", 19_500_000L)))
                                .flatMap(request -> with(request, change)));
    }

    @Test
    void requestThatFailsOtherwiseThanItWasToIsFound() {
        Finding both = onlyFinding(FAILING, failing(Map.of("transfersDone", 0)), FindingKind.REFUSED);

        assertThat(both.headline()).isEqualTo("other transfers of a request failed than the one that was to");
        assertThat(fact(both, "expected")).isEqualTo("all but those from prefill-0-rank-1 done, 1");
        assertThat(onlyFinding(
                                FAILING,
                                failing(Map.of()).request(8, old -> with(old, Map.of("failing", "prefill-0-rank-0"))),
                                FindingKind.VACUOUS)
                        .headline())
                .isEqualTo("a transfer that was to fail was done");
        assertThat(onlyFinding(FAILING, failing(Map.of("underWay", 0)), FindingKind.VACUOUS)
                        .headline())
                .isEqualTo("no transfer failed while others of its request were under way");
        long late = Duration.ofSeconds(31).toNanos();
        assertThat(onlyFinding(
                                FAILING,
                                lastFailing(Map.of(
                                        "failedNanos", late,
                                        "endedNanos", late,
                                        "notifiedNanos", late,
                                        "sourceFreedNanos", late,
                                        "destinationFreedNanos", late)),
                                FindingKind.SLOW)
                        .headline())
                .isEqualTo("a transfer failed late");
    }

    @Test
    void eachGroupOfLayersHasATransferAndANotification() {
        TransferPlan plan = served(new PagedServing(
                20, 0, 2, 3, 3, 0, PagedServing.Disturbance.NONE, PagedServing.Lease.NONE, 2, 0, false));
        // The last layers are filled while the first move already.
        Map<String, Object> filledLast = Map.of("filledNanos", 7_700_000L);

        assertThat(findings(plan, Observations.clean(plan).request(7, old -> with(old, filledLast))))
                .isEmpty();
        Finding lost = onlyFinding(
                plan,
                Observations.clean(plan).request(7, old -> with(old, Map.of("notifications", 3))),
                FindingKind.NOT_NOTIFIED);
        assertThat(fact(lost, "expected")).isEqualTo("4, one for each pair of ranks and group of layers");
        assertThat(fact(
                        onlyFinding(
                                plan,
                                Observations.clean(plan).request(7, old -> with(old, Map.of("transfersDone", 3))),
                                FindingKind.STALLED),
                        "expected"))
                .isEqualTo("each of 4 groups of layers done");
    }

    @Test
    void servingForSomeTimeIsLongEnoughWhateverTheNumber() {
        TransferPlan plan = served(new PagedServing(
                30, 1, 2, 3, 3, 0, PagedServing.Disturbance.NONE, PagedServing.Lease.NONE, 1, 0, false));
        Observations seen = Observations.clean(plan).request(29, old -> Optional.empty());

        assertThat(onlyFinding(plan, seen, FindingKind.VACUOUS).headline())
                .isEqualTo("fewer requests were served than planned");
        seen.serving(old -> new Serving(
                Duration.ofSeconds(1), true, old.integrity(), old.requests(), List.of(), List.of(), List.of()));
        assertThat(findings(plan, seen)).isEmpty();
    }

    private static Serving told(
            Serving old, List<StrayNotification> strays, List<StrayNotification> again, List<RankId> relayed) {
        return new Serving(old.took(), true, old.integrity(), old.requests(), strays, again, relayed);
    }

    private static Finding broken(FindingKind kind, Map<String, Object> change) {
        return broken(7, kind, change);
    }

    private static Finding broken(int request, FindingKind kind, Map<String, Object> change) {
        return onlyFinding(PLAN, Observations.clean(PLAN).request(request, old -> with(old, change)), kind);
    }

    /** The request with other components, by name. */
    private static Optional<ServedRequest> with(ServedRequest old, Map<String, Object> change) {
        RecordComponent[] components = ServedRequest.class.getRecordComponents();
        assertThat(components).extracting(RecordComponent::getName).containsAll(change.keySet());
        try {
            Object[] values = new Object[components.length];
            for (int index = 0; index < values.length; index++) {
                RecordComponent component = components[index];
                values[index] = change.getOrDefault(
                        component.getName(), component.getAccessor().invoke(old));
            }
            Class<?>[] types =
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
            return Optional.of(ServedRequest.class.getDeclaredConstructor(types).newInstance(values));
        } catch (ReflectiveOperationException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
