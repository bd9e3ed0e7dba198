package org.nixlconform.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.MemoryKind;
import org.nixlconform.plan.RankId;
import org.nixlconform.plan.Role;
import org.nixlconform.plan.StreamOrder.Fence;
import org.nixlconform.plan.StreamOrder.Work;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.TransferObservation.DifferenceKind;
import org.nixlconform.transfer.TransferObservation.Integrity;
import org.nixlconform.transfer.TransferObservation.Replays;
import org.nixlconform.transfer.TransferObservation.Rounds;
import org.nixlconform.transfer.TransferObservation.StreamWork;

class StreamOrderCheckTest {
    private static final Duration HELD = Duration.ofMillis(20);
    private static final RankId DECODE_0 = new RankId(Role.DECODE, 0, 0);
    private static final RankId DECODE_1 = new RankId(Role.DECODE, 0, 1);

    private final TransferPlan unfenced = order(Work.ZERO_FILL_QUEUED, Fence.NONE, FindingKind.ZERO, FindingKind.STALE);
    private final TransferPlan fenced = order(Work.ZERO_FILL_QUEUED, Fence.EVENT);
    private final TransferPlan kernel = order(Work.KERNEL_AFTER_DONE, Fence.EVENT);

    private static TransferPlan order(Work work, Fence fence, FindingKind... caughtAs) {
        return Observations.plan(draft -> draft.memory(MemoryKind.VRAM)
                .iterations(1)
                .streamOrder(work, fence)
                .expectCaught(caughtAs));
    }

    private static StreamWork pending(RankId rank, boolean atEnd) {
        return new StreamWork(
                rank, Duration.ofSeconds(120), Duration.ZERO, atEnd, OptionalLong.empty(), Optional.empty(), List.of());
    }

    private static StreamWork waited(RankId rank, Duration fence) {
        return new StreamWork(rank, HELD, fence, false, OptionalLong.empty(), Optional.empty(), List.of());
    }

    private static StreamWork checked(RankId rank, long differing) {
        return new StreamWork(
                rank, Duration.ZERO, Duration.ZERO, false, OptionalLong.of(differing), Optional.empty(), List.of());
    }

    private static Observations differing(TransferPlan plan, RankId rank, DifferenceKind kind, long runs) {
        return Observations.clean(plan)
                .integrity(
                        0,
                        rank,
                        old -> Optional.of(new Integrity(
                                old.rank(),
                                old.destination(),
                                old.bytesVerified(),
                                old.slicesSelected(),
                                old.bytesSelected(),
                                old.alreadyRight(),
                                old.slicesLate(),
                                old.lateBy(),
                                runs,
                                Map.of(kind, runs),
                                List.of())));
    }

    @Test
    void whatIsCaughtOfWorkThatWasPendingConforms() {
        Verdict verdict = Judge.judge(
                unfenced,
                differing(unfenced, DECODE_0, DifferenceKind.ZERO, 4)
                        .streamWork(0, pending(DECODE_0, true), pending(DECODE_1, true))
                        .seen());

        assertThat(verdict.findings()).isEmpty();
        assertThat(verdict.outcome()).isEqualTo(Outcome.CONFORMS);
    }

    @Test
    void aMissingFenceThatNobodyFoundIsNotCaught() {
        Verdict verdict = Judge.judge(
                unfenced,
                Observations.clean(unfenced)
                        .streamWork(0, pending(DECODE_0, true), pending(DECODE_1, true))
                        .seen());

        assertThat(verdict.outcome()).isEqualTo(Outcome.VIOLATES);
        assertThat(verdict.findings()).extracting(Finding::kind).containsExactly(FindingKind.NOT_CAUGHT);
        assertThat(verdict.findings().get(0).facts())
                .anyMatch(fact -> fact.value().equals("zero-fill-queued, fence none"));
    }

    @Test
    void workThatWasOverBeforeTheTransferProvesNothingEitherWay() {
        for (Observations seen :
                List.of(Observations.clean(unfenced), differing(unfenced, DECODE_0, DifferenceKind.ZERO, 4))) {
            Verdict verdict = Judge.judge(
                    unfenced,
                    seen.streamWork(0, pending(DECODE_0, false), pending(DECODE_1, true))
                            .seen());

            assertThat(verdict.outcome()).isEqualTo(Outcome.INCONCLUSIVE);
            assertThat(verdict.findings())
                    .singleElement()
                    .satisfies(finding -> assertThat(finding.facts())
                            .anyMatch(fact -> fact.value().equals("it was over before the transfer was")));
        }
    }

    @Test
    void aFenceMustHaveHadSomethingToWaitFor() {
        Verdict enough = Judge.judge(
                fenced,
                Observations.clean(fenced)
                        .streamWork(0, waited(DECODE_0, HELD), waited(DECODE_1, HELD.dividedBy(2)))
                        .seen());
        Verdict tooLittle = Judge.judge(
                fenced,
                Observations.clean(fenced)
                        .streamWork(0, waited(DECODE_0, HELD), waited(DECODE_1, Duration.ofMillis(9)))
                        .seen());

        assertThat(enough.outcome()).isEqualTo(Outcome.CONFORMS);
        assertThat(tooLittle.outcome()).isEqualTo(Outcome.INCONCLUSIVE);
    }

    @Test
    void workThatNobodySawIsMissed() {
        Verdict verdict = Judge.judge(
                fenced,
                Observations.clean(fenced).streamWork(0, waited(DECODE_1, HELD)).seen());

        assertThat(verdict.outcome()).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(verdict.findings())
                .singleElement()
                .satisfies(finding -> assertThat(finding.facts())
                        .anyMatch(fact -> fact.value().equals("decode-0-rank-0")));
    }

    @Test
    void whatAKernelDidNotFindAtDoneButALaterLookDidCameTooLate() {
        Verdict late = Judge.judge(
                kernel,
                Observations.clean(kernel)
                        .streamWork(0, checked(DECODE_0, 0), checked(DECODE_1, 3))
                        .seen());
        Verdict inTime = Judge.judge(
                kernel,
                Observations.clean(kernel)
                        .streamWork(0, checked(DECODE_0, 0), checked(DECODE_1, 0))
                        .seen());

        assertThat(late.findings())
                .singleElement()
                .satisfies(finding -> assertThat(finding.kind()).isEqualTo(FindingKind.EARLY_DONE));
        assertThat(inTime.outcome()).isEqualTo(Outcome.CONFORMS);
    }

    @Test
    void whatIsStillWrongLaterIsNotSaidTwice() {
        Verdict verdict = Judge.judge(
                kernel,
                differing(kernel, DECODE_1, DifferenceKind.STALE, 3)
                        .streamWork(0, checked(DECODE_0, 0), checked(DECODE_1, 3))
                        .seen());

        assertThat(verdict.findings()).extracting(Finding::kind).containsExactly(FindingKind.STALE);
    }

    private static StreamWork replayed(RankId rank, long mismatches, long ownMismatches, Duration longestGap) {
        return new StreamWork(
                rank,
                Duration.ZERO,
                Duration.ZERO,
                false,
                OptionalLong.empty(),
                Optional.of(new Replays(100, 40, mismatches, mismatches > 0 ? 7 : 0, ownMismatches, longestGap)),
                List.of());
    }

    @Test
    void aGraphMeetsRightBlocksAndDoesNotStandStill() {
        TransferPlan graph = order(Work.GRAPH_BESIDE, Fence.EVENT);
        Duration moment = Duration.ofMillis(3);
        StreamWork clean = replayed(DECODE_0, 0, 0, moment);

        assertThat(kinds(graph, clean, replayed(DECODE_1, 0, 0, Duration.ofSeconds(5))))
                .isEmpty();
        assertThat(kinds(graph, clean, replayed(DECODE_1, 1, 0, moment))).containsExactly(FindingKind.GRAPH_MISMATCH);
        assertThat(kinds(graph, clean, replayed(DECODE_1, 0, 1, moment))).containsExactly(FindingKind.GRAPH_MISMATCH);
        assertThat(kinds(graph, clean, replayed(DECODE_1, 0, 0, Duration.ofMillis(5_001))))
                .containsExactly(FindingKind.STALLED);
        assertThat(kinds(graph, clean, checked(DECODE_1, 0))).containsExactly(FindingKind.PREREQUISITE);
    }

    private static StreamWork rounds(RankId rank, Rounds... rounds) {
        return new StreamWork(
                rank, Duration.ZERO, Duration.ZERO, false, OptionalLong.of(0), Optional.empty(), List.of(rounds));
    }

    private static Rounds turns(long telling, long failed) {
        return new Rounds("capture", 40, telling, failed, failed > 0 ? "captureEnd returned 901" : "");
    }

    @Test
    void capturesAndModuleLoadsEndWellInTheTimeInFlight() {
        for (Work work : List.of(Work.CAPTURE_BESIDE, Work.THREAD_CAPTURE_BESIDE, Work.MODULES_BESIDE)) {
            TransferPlan plan = order(work, Fence.EVENT);
            StreamWork clean = rounds(DECODE_0, turns(3, 0));

            assertThat(kinds(plan, clean, rounds(DECODE_1, turns(1, 0)))).isEmpty();
            assertThat(kinds(plan, clean, rounds(DECODE_1, turns(1, 1)))).containsExactly(FindingKind.CAPTURE_REFUSED);
            assertThat(kinds(plan, clean, rounds(DECODE_1, turns(0, 0)))).containsExactly(FindingKind.PREREQUISITE);
            assertThat(kinds(plan, clean, rounds(DECODE_1))).containsExactly(FindingKind.PREREQUISITE);
        }
    }

    @Test
    void anyIterationMayHaveTheCaptureThatFellIntoItsTransfer() {
        TransferPlan plan = Observations.plan(
                draft -> draft.memory(MemoryKind.VRAM).iterations(2).streamOrder(Work.CAPTURE_BESIDE, Fence.EVENT));
        Observations seen = Observations.clean(plan)
                .streamWork(0, rounds(DECODE_0, turns(0, 0)), rounds(DECODE_1, turns(0, 0)))
                .streamWork(1, rounds(DECODE_0, turns(1, 0)), rounds(DECODE_1, turns(0, 0)));

        assertThat(Judge.judge(plan, seen.seen()).findings())
                .singleElement()
                .satisfies(finding -> assertThat(finding.facts())
                        .anyMatch(fact -> fact.value().equals("decode-0-rank-1"))
                        .anyMatch(fact -> fact.value()
                                .equals("no capture fell into the time in which a transfer was in flight")));
    }

    @Test
    void eachCallMustHaveBeenMadeAsTheCaseSays() {
        TransferPlan plan = order(Work.CALLS_WITHOUT_CONTEXT, Fence.EVENT);
        List<RankId> ranks = plan.topology().ranks();
        StreamWork[] clean = ranks.stream()
                .map(rank -> rounds(rank, new Rounds("call", 7, 7, 0, "")))
                .toArray(StreamWork[]::new);
        StreamWork[] other = clean.clone();
        other[0] = rounds(ranks.get(0), new Rounds("call", 7, 6, 0, "there is no other GPU"));
        StreamWork[] none = clean.clone();
        none[1] = rounds(ranks.get(1), new Rounds("call", 0, 0, 0, ""));
        StreamWork[] silent = List.of(clean).subList(1, clean.length).toArray(StreamWork[]::new);

        assertThat(ranks).extracting(RankId::role).contains(Role.PREFILL, Role.DECODE);
        assertThat(kinds(plan, clean)).isEmpty();
        assertThat(kinds(plan, other)).containsExactly(FindingKind.PREREQUISITE);
        assertThat(kinds(plan, none)).containsExactly(FindingKind.PREREQUISITE);
        assertThat(kinds(plan, silent)).containsExactly(FindingKind.PREREQUISITE);
    }

    @Test
    void kernelsFindEveryBlockInEachRepeat() {
        TransferPlan plan = Observations.plan(draft ->
                draft.memory(MemoryKind.VRAM).iterations(1).streamOrder(Work.KERNEL_AFTER_DONE, Fence.EVENT, 500));
        StreamWork clean = rounds(DECODE_0, new Rounds("transfer", 499, 499, 0, ""));

        assertThat(kinds(plan, clean, rounds(DECODE_1, new Rounds("transfer", 499, 499, 0, ""))))
                .isEmpty();
        assertThat(kinds(plan, clean, rounds(DECODE_1, new Rounds("transfer", 499, 499, 2, "3 stretches in repeat 7"))))
                .containsExactly(FindingKind.EARLY_DONE);
        assertThat(kinds(plan, clean, rounds(DECODE_1, new Rounds("transfer", 498, 498, 0, ""))))
                .containsExactly(FindingKind.PREREQUISITE);
        assertThat(kinds(plan, clean, rounds(DECODE_1))).containsExactly(FindingKind.PREREQUISITE);
    }

    private static List<FindingKind> kinds(TransferPlan plan, StreamWork... seen) {
        return Judge.judge(plan, Observations.clean(plan).streamWork(0, seen).seen()).findings().stream()
                .map(Finding::kind)
                .toList();
    }
}
