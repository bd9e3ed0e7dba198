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
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.Attention;
import org.nixlconform.plan.BlockUse;
import org.nixlconform.plan.DataType;
import org.nixlconform.plan.InvalidRequest;
import org.nixlconform.plan.KeyValue;
import org.nixlconform.plan.KvGeometry;
import org.nixlconform.plan.Layout;
import org.nixlconform.plan.Pairing;
import org.nixlconform.plan.Selection;
import org.nixlconform.plan.Topology;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.TransferObservation.Integrity;
import org.nixlconform.transfer.TransferObservation.RankTransferOutcome;

class VacuousCheckTest {
    private final TransferPlan plan = Observations.plan();

    private Finding vacuous(Observations observations) {
        return onlyFinding(plan, observations, FindingKind.VACUOUS);
    }

    private Observations decode0(UnaryOperator<RankTransferOutcome> change) {
        return Observations.clean(plan)
                .transfers(0, transfer -> transfer.initiator().equals(DECODE_0) ? change.apply(transfer) : transfer);
    }

    private static RankTransferOutcome sized(RankTransferOutcome old, long bytes, long descriptors) {
        return Observations.with(old, old.target(), bytes, descriptors, 0, old.total());
    }

    @Test
    void cleanRunsInBothDirectionsAreJudged() {
        TransferPlan writePlan = Observations.writePlan();
        assertThat(findings(plan, Observations.clean(plan))).isEmpty();
        assertThat(findings(writePlan, Observations.clean(writePlan))).isEmpty();
    }

    /** Decode holds all blocks of each request. */
    private static TransferPlan toldPlan() {
        return Observations.plan(draft -> draft.blocks(new BlockUse(10, 100, 100, Selection.SHUFFLED, 42, 10, false)));
    }

    @Test
    void requestsThatAreOnlyToldAreJudgedByTheirNotifications() {
        TransferPlan told = toldPlan();
        assertThat(findings(told, Observations.clean(told))).isEmpty();

        Finding finding =
                onlyFinding(told, Observations.clean(told).notifications(counts -> List.of()), FindingKind.VACUOUS);
        assertThat(finding.headline()).isEqualTo("nobody waited for a planned notification, in 2 places");
        assertThat(fact(finding, "where")).isEqualTo("decode-0-rank-0 with prefill-0-rank-0, iteration 0");
        assertThat(fact(finding, "expected")).isEqualTo("1 notification without a transfer");
    }

    @Test
    void aCacheThatIsOnlyToldIsVerifiedAllTheSame() {
        TransferPlan told = toldPlan();
        assertThat(onlyFinding(
                                told,
                                Observations.clean(told).integrity(0, DECODE_0, integrity -> Optional.empty()),
                                FindingKind.VACUOUS)
                        .headline())
                .isEqualTo("a rank was not verified");
    }

    @Test
    void whoReadsALatentFromOneRankTellsTheOthers() {
        TransferPlan latent = Observations.plan(draft -> draft.topology(new Topology(1, 2, 1, 1, Pairing.MESH))
                .geometry(new KvGeometry(2, 1, 576, 16, DataType.BF16, Layout.HND, Attention.MLA, KeyValue.PACKED)));
        assertThat(findings(latent, Observations.clean(latent))).isEmpty();
        assertThat(onlyFinding(
                                latent,
                                Observations.clean(latent).notifications(counts -> counts.subList(0, 1)),
                                FindingKind.VACUOUS)
                        .headline())
                .isEqualTo("nobody waited for a planned notification");
    }

    @Test
    void eachIterationMovesTheBytesOfItsSize() {
        TransferPlan sized = Observations.plan(draft -> draft.requestSizes(1, 10));
        assertThat(findings(sized, Observations.clean(sized))).isEmpty();
        Finding finding = onlyFinding(
                sized,
                Observations.clean(sized)
                        .transfers(
                                0,
                                old -> old.initiator().equals(DECODE_0)
                                        ? Observations.with(old, old.target(), old.bytes() * 10, 20, 0, old.total())
                                        : old),
                FindingKind.VACUOUS);
        assertThat(finding.headline()).isEqualTo("a pair of ranks moved other bytes than planned");
    }

    @Test
    void zeroTransfers() {
        Finding finding = vacuous(Observations.clean(plan).transferList(1, transfers -> List.of()));

        assertThat(finding.headline()).isEqualTo("nothing was transferred");
        assertThat(fact(finding, "expected")).isEqualTo("2 transfers");
        assertThat(fact(finding, "where")).isEqualTo("iteration 1");
    }

    @Test
    void oneTransferMissing() {
        Finding finding = vacuous(Observations.clean(plan).transferList(0, transfers -> transfers.subList(1, 2)));

        assertThat(finding.headline()).isEqualTo("a planned transfer was not made");
        assertThat(fact(finding, "where")).isEqualTo("decode-0-rank-0 with prefill-0-rank-0, iteration 0");
    }

    @Test
    void transferOfNoBytes() {
        assertThat(vacuous(decode0(old -> sized(old, 0, 20))).headline()).isEqualTo("a transfer asked for no bytes");
    }

    @Test
    void transferOfNoDescriptors() {
        assertThat(vacuous(decode0(old -> sized(old, old.bytes(), 0))).headline())
                .isEqualTo("a transfer had no descriptors");
    }

    @Test
    void transferWithItself() {
        Finding finding = onlyFinding(
                plan,
                Observations.clean(plan)
                        .transferList(
                                0,
                                transfers -> List.of(
                                        transfers.get(0),
                                        transfers.get(1),
                                        Observations.with(
                                                transfers.get(0), DECODE_0, 4096, 1, 0, Duration.ofMillis(1)))),
                FindingKind.VACUOUS);

        assertThat(finding.headline()).isEqualTo("a transfer had the same rank at both ends");
    }

    @Test
    void otherBytesThanPlanned() {
        Finding finding = vacuous(decode0(old -> sized(old, old.bytes() - 4096, 20)));

        assertThat(finding.headline()).isEqualTo("a pair of ranks moved other bytes than planned");
        long planned = plan.rankTransfers().get(0).bytes();
        assertThat(fact(finding, "expected")).isEqualTo(Quantities.bytes(planned));
        assertThat(fact(finding, "actual")).isEqualTo(Quantities.bytes(planned - 4096));
    }

    @Test
    void unplannedPair() {
        Finding finding = vacuous(Observations.clean(plan)
                .transferList(
                        0,
                        transfers -> List.of(
                                transfers.get(0),
                                transfers.get(1),
                                Observations.with(transfers.get(0), PREFILL_1, 4096, 1, 0, Duration.ofMillis(1)))));

        assertThat(fact(finding, "expected")).isEqualTo("0 bytes");
        assertThat(fact(finding, "where")).startsWith("decode-0-rank-0 with prefill-0-rank-1");
    }

    @Test
    void severalRequestsOfOnePairAddUp() {
        assertThat(findings(
                        plan,
                        Observations.clean(plan)
                                .transferList(
                                        0,
                                        transfers -> List.of(
                                                sized(transfers.get(0), 4096, 1),
                                                sized(
                                                        transfers.get(0),
                                                        transfers.get(0).bytes() - 4096,
                                                        19),
                                                transfers.get(1)))))
                .isEmpty();
    }

    @Test
    void otherBytesInNixlsTelemetry() {
        Finding finding = vacuous(decode0(old -> Observations.withTelemetry(old, OptionalLong.of(7))));

        assertThat(finding.headline()).isEqualTo("NIXL counted other bytes than planned");
        assertThat(fact(finding, "actual")).isEqualTo("7 bytes");
    }

    @Test
    void noTelemetryIsNoFinding() {
        assertThat(findings(plan, decode0(old -> Observations.withTelemetry(old, OptionalLong.empty()))))
                .isEmpty();
    }

    @Test
    void telemetryOfAFailedTransferIsNoFinding() {
        onlyFinding(
                plan,
                decode0(old -> Observations.withStatus(Observations.withTelemetry(old, OptionalLong.of(7)), -2)),
                FindingKind.REFUSED);
    }

    @Test
    void fewerIterations() {
        Finding finding = vacuous(Observations.clean(plan).iterations(iterations -> iterations.subList(0, 1)));

        assertThat(finding.headline()).isEqualTo("fewer iterations ran than planned");
        assertThat(fact(finding, "actual")).isEqualTo("1");
    }

    @Test
    void noIterationAtAll() {
        assertThat(vacuous(Observations.clean(plan).iterations(iterations -> List.of()))
                        .headline())
                .isEqualTo("fewer iterations ran than planned");
    }

    @Test
    void fewerIterationsAfterALossAreExplainedByIt() {
        onlyFinding(
                plan,
                Observations.clean(plan).killed(DECODE_0, "wait", "SIGKILL").iterations(iterations -> List.of()),
                FindingKind.ENGINE_DIED);
    }

    @Test
    void fewerTransfersAfterATimeoutAreExplainedByIt() {
        onlyFinding(
                plan,
                Observations.clean(plan)
                        .timeout(DECODE_0, "post", true, Optional.of("nixl_capi_post_xfer_req"), Optional.empty())
                        .transferList(0, transfers -> List.of()),
                FindingKind.CALL_NEVER_RETURNED);
    }

    @Test
    void nothingVerified() {
        Finding finding = vacuous(
                Observations.clean(plan).integrity(0, PREFILL_0, old -> Optional.of(verified(old, 0, 0, 0, 0))));

        assertThat(finding.headline()).isEqualTo("nothing was verified");
    }

    @Test
    void noSliceSelected() {
        assertThat(vacuous(Observations.clean(plan)
                                .integrity(0, DECODE_0, old -> Optional.of(verified(old, 4096, 0, 4096, 0))))
                        .headline())
                .isEqualTo("no block slice was verified");
        assertThat(vacuous(Observations.clean(plan)
                                .integrity(0, DECODE_0, old -> Optional.of(verified(old, 4096, 1, 0, 0))))
                        .headline())
                .isEqualTo("no block slice was verified");
    }

    @Test
    void alreadyRight() {
        Finding finding = vacuous(Observations.clean(plan)
                .integrity(0, DECODE_0, old -> Optional.of(verified(old, 4096, 1_000, 4096, 3))));

        assertThat(finding.headline()).isEqualTo("a destination was right before the transfer began");
        assertThat(fact(finding, "actual")).isEqualTo("3 of 1 000 block slices");
    }

    @Test
    void destinationNotVerifiedInOneIteration() {
        Finding finding = vacuous(Observations.clean(plan).integrity(1, DECODE_1, old -> Optional.empty()));

        assertThat(finding.headline()).isEqualTo("a rank was not verified");
        assertThat(fact(finding, "where")).isEqualTo("decode-0-rank-1, iteration 1");
    }

    @Test
    void sourceMustBeVerifiedOnceOnly() {
        assertThat(findings(plan, Observations.clean(plan).integrity(0, PREFILL_0, old -> Optional.empty())))
                .isEmpty();
        Finding finding = vacuous(Observations.clean(plan)
                .integrity(0, PREFILL_0, old -> Optional.empty())
                .integrity(1, PREFILL_0, old -> Optional.empty()));
        assertThat(fact(finding, "where")).isEqualTo("prefill-0-rank-0");
    }

    @Test
    void withoutExpectedIntegrityNothingNeedsToBeVerified() {
        TransferPlan blind = Observations.planWithout(
                draft -> draft.expectCompletion(Duration.ofSeconds(30), Duration.ofSeconds(5)));
        assertThat(findings(
                        blind,
                        Observations.clean(blind)
                                .integrity(0, DECODE_0, old -> Optional.empty())
                                .integrity(1, DECODE_0, old -> Optional.empty())))
                .isEmpty();
    }

    @Test
    void invalidRequestNeverMade() {
        TransferPlan invalid =
                Observations.plan(draft -> draft.invalidRequests(InvalidRequest.EMPTY, InvalidRequest.NEGATIVE_INDEX));
        Finding finding = onlyFinding(
                invalid,
                Observations.clean(invalid)
                        .invalidRequests(outcomes -> outcomes.stream()
                                .filter(outcome -> outcome.request() != InvalidRequest.EMPTY)
                                .toList()),
                FindingKind.VACUOUS);

        assertThat(finding.headline()).isEqualTo("an invalid request was not made");
        assertThat(fact(finding, "where")).isEqualTo("EMPTY");
    }

    @Test
    void sameGapInSeveralPlacesIsOneFinding() {
        Finding finding = vacuous(Observations.clean(plan).transfers(0, old -> sized(old, 0, 20)));

        assertThat(finding.headline()).isEqualTo("a transfer asked for no bytes, in 2 places");
    }

    @Test
    void differentGapsAreFindingsOfTheirOwn() {
        assertThat(findings(
                        plan,
                        Observations.clean(plan)
                                .transfers(0, old -> sized(old, 0, 20))
                                .integrity(0, DECODE_0, old -> Optional.empty())))
                .extracting(Finding::kind)
                .containsExactly(FindingKind.VACUOUS, FindingKind.VACUOUS);
    }

    private static Integrity verified(
            Integrity old, long bytesVerified, long slicesSelected, long bytesSelected, long alreadyRight) {
        return new Integrity(
                old.rank(),
                old.destination(),
                bytesVerified,
                slicesSelected,
                bytesSelected,
                alreadyRight,
                old.slicesLate(),
                old.lateBy(),
                old.runsDiffering(),
                old.countByKind(),
                old.differences());
    }
}
