package org.nixlconform.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.nixlconform.verdict.JudgeAssertions.fact;
import static org.nixlconform.verdict.JudgeAssertions.findings;
import static org.nixlconform.verdict.JudgeAssertions.onlyFinding;
import static org.nixlconform.verdict.Observations.DECODE_0;
import static org.nixlconform.verdict.Observations.PREFILL_0;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.Pairing;
import org.nixlconform.plan.PeerEnd.Moment;
import org.nixlconform.plan.RankId;
import org.nixlconform.plan.Role;
import org.nixlconform.plan.Topology;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.TransferObservation.DifferenceKind;
import org.nixlconform.transfer.TransferObservation.NotificationCount;
import org.nixlconform.transfer.TransferObservation.Progress;

/** A decode rank reads from two prefill engines, and the first of them is killed on purpose. */
class PlannedEndTest {
    private static final RankId LIVING = new RankId(Role.PREFILL, 1, 0);
    private static final String STATUS = "nixl_capi_get_xfer_status";

    private final TransferPlan plan = plan(Moment.IN_FLIGHT);
    /** Of one transfer, in slices of the observation's 4 KiB. */
    private final long slicesOfOne =
            PlannedTransfers.of(plan).bytes(new PlannedTransfers.Pair(DECODE_0, PREFILL_0)) / 4096;

    private static TransferPlan plan(Moment moment) {
        return Observations.plan(draft -> draft.topology(new Topology(2, 1, 1, 1, Pairing.MESH))
                .iterations(1)
                .peerEnd(Role.PREFILL, moment));
    }

    /** As it should be: the transfer with the dead rank failed, that with the other one did not. */
    private Observations ended() {
        return lost().failure(DECODE_0, "transfer to " + PREFILL_0, STATUS, -2, "BACKEND")
                .transfers(
                        0,
                        transfer -> Observations.withStatus(
                                transfer, transfer.target().equals(PREFILL_0) ? -2 : 0));
    }

    private Observations lost() {
        return Observations.clean(plan).killed(PREFILL_0, "transfer", "SIGKILL");
    }

    @Test
    void anEndThatWasWantedAndNoticedConforms() {
        Observations seen = ended().differing(
                        0, DECODE_0, Map.of(DifferenceKind.POISON, slicesOfOne - 3, DifferenceKind.TORN, 3L))
                .log(DECODE_0, "ERROR", "CQ read failed on rail 0");

        Verdict verdict = Judge.judge(plan, seen.seen());

        assertThat(verdict.findings()).isEmpty();
        assertThat(verdict.outcome()).isEqualTo(Outcome.CONFORMS);
        assertThat(verdict.notes())
                .contains("prefill-0-rank-0 was killed, as the case asks; told to decode-0-rank-0, " + STATUS
                        + " returned BACKEND (-2)");
    }

    @Test
    void anEndBeforeMetadataIsLoadedMayBeRefusedWithThem() {
        TransferPlan early = plan(Moment.BEFORE_METADATA_IS_LOADED);

        assertThat(findings(
                        early,
                        Observations.clean(early)
                                .iterations(all -> List.of())
                                .killed(PREFILL_0, "end", "SIGKILL")
                                .failure(DECODE_0, "connect", "nixl_capi_load_remote_md", -2, "BACKEND")))
                .isEmpty();
    }

    @Test
    void aCallThatNeverReturnsIsFound() {
        TransferPlan early = plan(Moment.BEFORE_METADATA_IS_LOADED);

        Finding finding = onlyFinding(
                early,
                Observations.clean(early)
                        .iterations(all -> List.of())
                        .killed(PREFILL_0, "end", "SIGKILL")
                        .timeout(DECODE_0, "connect", false, Optional.of("nixl_capi_load_remote_md"), Optional.empty()),
                FindingKind.CALL_NEVER_RETURNED);

        assertThat(fact(finding, "peer")).isEqualTo("prefill-0-rank-0, SIGKILL, phase end");
    }

    @Test
    void aTransferThatNeverEndsIsFound() {
        Progress halfWay = new Progress(2, 2, 1, 640, 400, 0, 0, Duration.ofSeconds(5));

        onlyFinding(
                plan,
                lost().transferList(0, all -> List.of())
                        .timeout(DECODE_0, "transfer", true, Optional.empty(), Optional.of(halfWay)),
                FindingKind.STALLED);
    }

    /** Of two transfers both are said to be done: then every block of both is there. */
    @Test
    void doneWithoutItsBlocksIsFound() {
        onlyFinding(
                plan,
                ended().transfers(0, transfer -> Observations.withStatus(transfer, 0))
                        .differing(0, DECODE_0, Map.of(DifferenceKind.POISON, 1L)),
                FindingKind.POISON);
    }

    @Test
    void blocksOfTheOneThatLivesAreMissed() {
        onlyFinding(
                plan,
                ended().differing(0, DECODE_0, Map.of(DifferenceKind.POISON, slicesOfOne + 1)),
                FindingKind.POISON);
    }

    @Test
    void whatIsWrittenWronglyIsFoundAsEver() {
        onlyFinding(plan, ended().differing(0, DECODE_0, Map.of(DifferenceKind.OVERRUN, 1L)), FindingKind.OVERRUN);
    }

    @Test
    void aFailureThatIsNotAboutTheDeadRankIsFound() {
        Observations other = ended().failure(DECODE_0, "transfer to " + LIVING, STATUS, -2, "BACKEND")
                .transfers(0, transfer -> Observations.withStatus(transfer, -2));

        assertThat(findings(plan, other)).extracting(Finding::kind).containsExactly(FindingKind.PEER_LOST);
    }

    @Test
    void aNotificationThatTheOneWhoLivesOwesIsMissed() {
        onlyFinding(
                plan,
                ended().notifications(all -> all.stream()
                        .map(count -> count.receiver().equals(LIVING)
                                ? new NotificationCount(LIVING, count.sender(), 1, 0, 0, List.of(), List.of())
                                : count)
                        .toList()),
                FindingKind.NOT_NOTIFIED);
    }

    @Test
    void anotherWayToEndIsNotTheWantedOne() {
        assertThat(findings(plan, Observations.clean(plan).killed(PREFILL_0, "transfer", "SIGSEGV")))
                .extracting(Finding::kind)
                .containsExactly(FindingKind.ENGINE_DIED);
        assertThat(findings(plan, ended().killed(LIVING, "transfer", "SIGKILL")))
                .extracting(Finding::kind)
                .contains(FindingKind.ENGINE_DIED);
    }

    @Test
    void aCaseWhosePeerWasEndedTooLateOrNotAtAllSaysNothing() {
        assertThat(Judge.judge(plan, Observations.clean(plan).seen()).outcome()).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(Judge.judge(plan, lost().seen()).outcome()).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(onlyFinding(plan, lost(), FindingKind.PREREQUISITE).headline())
                .isEqualTo("prefill-0-rank-0 was not ended in flight, as the case asks for");
    }
}
