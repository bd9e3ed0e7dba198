package org.nixlconform.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.nixlconform.verdict.JudgeAssertions.fact;
import static org.nixlconform.verdict.JudgeAssertions.findings;
import static org.nixlconform.verdict.JudgeAssertions.onlyFinding;
import static org.nixlconform.verdict.Observations.DECODE_0;
import static org.nixlconform.verdict.Observations.PREFILL_0;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.Lifecycle;
import org.nixlconform.plan.MetadataChaos;
import org.nixlconform.plan.Pairing;
import org.nixlconform.plan.PeerChurn;
import org.nixlconform.plan.RankId;
import org.nixlconform.plan.Teardown;
import org.nixlconform.plan.Topology;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.plan.Trial;
import org.nixlconform.transfer.TransferObservation.EngineLoss;
import org.nixlconform.transfer.TransferObservation.Timeout;
import org.nixlconform.transfer.TrialOutcome;
import org.nixlconform.transfer.TrialOutcome.Answer;

class TrialCheckTest {
    private static final int CYCLES = 4;

    private static TransferPlan plan(Trial... trials) {
        return Observations.plan(draft -> draft.topology(new Topology(2, 1, 1, 1, Pairing.MESH))
                .iterations(1)
                .workload(workload(List.of(trials))));
    }

    private static Lifecycle workload(List<Trial> trials) {
        return switch (trials.get(0)) {
            case DAMAGED_METADATA -> new MetadataChaos(1, 1);
            case RESTART_UNDER_OLD_NAME, RESTART_UNDER_NEW_NAME, JOIN, FREEZE -> new PeerChurn(trials);
            default -> new Teardown(trials, CYCLES);
        };
    }

    private static Answer answer(RankId rank, String act, int status, Long... counts) {
        return new Answer(
                rank,
                act,
                "",
                status,
                status == 0 ? "SUCCESS" : "BACKEND",
                Duration.ZERO,
                Duration.ZERO,
                List.of(counts),
                "");
    }

    private static Answer said(String act, int status) {
        return answer(DECODE_0, act, status);
    }

    private static Answer counted(String act, Long... counts) {
        return answer(DECODE_0, act, 0, counts);
    }

    /** What conforms, trial by trial, as real releases answered. */
    private static List<Answer> right(Trial trial) {
        Answer right = counted("verify", 0L, 0L, 100L);
        Stream<Answer> next = Stream.of(
                said("load again", 0),
                said("prepare again", 0),
                said("await the next", 0),
                counted("verify the next", 0L, 0L));
        return switch (trial) {
            case STATUS_BEFORE_POST -> List.of(said("status", -2), said("post", 1), said("await", 0), right);
            case POST_WHILE_ACTIVE ->
                List.of(
                        said("post", 1),
                        said("post again", -2),
                        said("await", 0),
                        right,
                        counted("notifications", 1L),
                        counted("more notifications", 0L));
            case POST_WHEN_DONE ->
                List.of(
                        said("post", 0),
                        said("await", 0),
                        right,
                        said("await again", 0),
                        counted("verify again", 0L, 0L));
            case POST_AFTER_ERROR ->
                Stream.concat(
                                Stream.of(
                                        said("await it", -2),
                                        counted("verify it", 9L, 9L),
                                        said("await again", -2),
                                        counted("verify again", 9L, 9L),
                                        said("release", 0)),
                                next)
                        .toList();
            case RELEASE_IN_FLIGHT -> List.of(said("post", 1), said("release", 0), counted("watch", 0L, 0L, 3L, 3L));
            case DEREGISTER_OWN_IN_FLIGHT, DEREGISTER_PEERS_IN_FLIGHT ->
                List.of(
                        said("post", 1),
                        at(Duration.ofMillis(1), answer(PREFILL_0, "deregister", 0)),
                        at(Duration.ofMillis(2), said("await", 0)),
                        right);
            case INVALIDATE_IN_FLIGHT ->
                Stream.concat(Stream.of(said("post", 1), said("await", -6), counted("verify", 7L, 7L)), next)
                        .toList();
            case POST_TO_INVALIDATED ->
                List.of(said("post", -6), said("load again", 0), said("notify", 0), counted("notifications", 1L));
            case POST_TO_DEREGISTERED -> List.of(said("await", 0), right, counted("notifications", 1L));
            case ORDERS -> orders(70L, 20L, 90_000L);
            case STATUS_AFTER_RELEASE, RELEASE_TWICE -> List.of(said("post", 0));
            case DAMAGED_METADATA ->
                Stream.concat(
                                Stream.of(
                                        said("load none", -1),
                                        said("load those cut to 3 of 500 bytes", -2),
                                        said("load those with bit 1 of byte 2 flipped", 0),
                                        said("load the right ones after those cut to 3 of 500 bytes", 0)),
                                next)
                        .toList();
            case RESTART_UNDER_OLD_NAME, RESTART_UNDER_NEW_NAME ->
                Stream.concat(
                                Stream.of(said("await", 0), right, said("await it", -2), counted("verify it", 9L, 9L)),
                                next)
                        .toList();
            case JOIN ->
                List.of(
                        counted("traffic meanwhile", 9L, 0L, 1L),
                        said("joined", 0),
                        said("await the next", 0),
                        counted("verify the next", 0L, 0L));
            case FREEZE ->
                List.of(
                        counted("traffic before", 9L, 0L, 1L),
                        counted("traffic meanwhile", 9L, 0L, 1L),
                        said("await the next", 0),
                        counted("verify the next", 0L, 0L));
        };
    }

    private static Answer at(Duration at, Answer answer) {
        return new Answer(
                answer.rank(),
                answer.act(),
                answer.call(),
                answer.status(),
                answer.statusName(),
                at,
                answer.took(),
                answer.counts(),
                answer.text());
    }

    private static List<Answer> orders(Long descriptors, Long threads, Long kib) {
        List<Answer> all = new ArrayList<>();
        for (RankId rank : List.of(PREFILL_0, DECODE_0)) {
            all.add(answer(rank, "measure before", 0, 70L, 20L, 90_000L));
            all.add(answer(rank, "measure after", 0, descriptors, threads, kib));
        }
        IntStream.range(0, CYCLES)
                .forEach(cycle -> all.add(at(Duration.ofMillis(1), said("destroy of: release, destroy", 0))));
        return all;
    }

    private static TrialOutcome outcome(Trial trial, List<Answer> answers) {
        return new TrialOutcome(trial, answers, List.of(), List.of());
    }

    private static TrialOutcome outcome(Trial trial, Answer... others) {
        List<String> replaced = Arrays.stream(others).map(Answer::act).toList();
        List<Answer> answers = new ArrayList<>(right(trial));
        answers.replaceAll(answer -> replaced.contains(answer.act()) ? others[replaced.indexOf(answer.act())] : answer);
        assertThat(answers).as("the fault is in it").contains(others);
        return outcome(trial, answers);
    }

    @ParameterizedTest
    @EnumSource
    void whatIsAsDocumentedConforms(Trial trial) {
        TransferPlan plan = plan(trial);
        Verdict verdict = Judge.judge(
                plan,
                Observations.clean(plan).tried(outcome(trial, right(trial))).seen());
        assertThat(verdict.findings()).isEmpty();
        assertThat(verdict.notes()).anyMatch(note -> note.startsWith(trial.label() + ": "));
    }

    static Stream<Arguments> departures() {
        return Stream.of(
                Arguments.of(Trial.STATUS_BEFORE_POST, said("status", 0), "status said done of a request"),
                Arguments.of(
                        Trial.POST_WHILE_ACTIVE, said("post again", 1), "post again accepted a request that is active"),
                Arguments.of(Trial.POST_WHILE_ACTIVE, said("await", -2), "await did not end well"),
                Arguments.of(Trial.POST_WHILE_ACTIVE, counted("more notifications", 1L), "more notifications came"),
                Arguments.of(Trial.POST_WHEN_DONE, counted("verify again", 3L, 3L), "verify again found other bytes"),
                Arguments.of(Trial.POST_AFTER_ERROR, said("await it", 1), "await it did not end"),
                Arguments.of(Trial.POST_AFTER_ERROR, said("await it", 0), "verify it found other bytes"),
                Arguments.of(Trial.POST_AFTER_ERROR, said("release", -2), "release failed"),
                Arguments.of(Trial.POST_AFTER_ERROR, said("load again", -2), "load again failed"),
                Arguments.of(
                        Trial.RELEASE_IN_FLIGHT,
                        counted("watch", 2L, 5_000_000L, 3L, 9L),
                        "watch saw bytes land after the release returned success"),
                Arguments.of(Trial.DEREGISTER_OWN_IN_FLIGHT, counted("verify", 1L, 1L), "verify found other bytes"),
                Arguments.of(
                        Trial.DEREGISTER_PEERS_IN_FLIGHT,
                        at(Duration.ofMillis(2), said("await", 1)),
                        "await did not end"),
                Arguments.of(Trial.INVALIDATE_IN_FLIGHT, said("await", 0), "verify found other bytes"),
                Arguments.of(Trial.INVALIDATE_IN_FLIGHT, said("await the next", -2), "await the next did not end well"),
                Arguments.of(Trial.POST_TO_INVALIDATED, said("post", 0), "post began a transfer"),
                Arguments.of(Trial.POST_TO_INVALIDATED, counted("notifications", 0L), "notifications did not come"),
                Arguments.of(Trial.POST_TO_DEREGISTERED, said("await", 1), "await did not end"),
                Arguments.of(Trial.ORDERS, said("destroy of: release, destroy", -2), "destroy of: release, destroy"),
                Arguments.of(Trial.DAMAGED_METADATA, said("load none", 0), "load none was accepted"),
                Arguments.of(
                        Trial.DAMAGED_METADATA,
                        said("load those cut to 3 of 500 bytes", 0),
                        "load those cut to 3 of 500 bytes was accepted"),
                Arguments.of(
                        Trial.DAMAGED_METADATA,
                        said("load the right ones after those cut to 3 of 500 bytes", -2),
                        "load the right ones after those cut to 3 of 500 bytes failed"),
                Arguments.of(Trial.RESTART_UNDER_OLD_NAME, said("await it", 0), "verify it found other bytes"),
                Arguments.of(Trial.RESTART_UNDER_NEW_NAME, said("await it", 1), "await it did not end"),
                Arguments.of(Trial.JOIN, counted("traffic meanwhile", 9L, 1L, 1L), "traffic meanwhile failed"),
                Arguments.of(Trial.JOIN, said("joined", 1), "joined did not end well"),
                Arguments.of(
                        Trial.FREEZE,
                        counted("traffic meanwhile", 9L, 0L, Duration.ofHours(1).toNanos()),
                        "traffic meanwhile had a transfer that took longer than"));
    }

    @ParameterizedTest
    @MethodSource("departures")
    void whatDepartsIsFound(Trial trial, Answer other, String says) {
        TransferPlan plan = plan(trial);
        Finding finding =
                onlyFinding(plan, Observations.clean(plan).tried(outcome(trial, other)), FindingKind.LIFECYCLE);
        assertThat(finding.headline()).startsWith(trial.label() + ": " + says);
        assertThat(finding.phase()).contains(trial.label());
        assertThat(fact(finding, "expected")).isEqualTo(trial.documented());
    }

    @Test
    void growthIsFoundAndNoiseIsNot() {
        TransferPlan plan = plan(Trial.ORDERS);
        assertThat(findings(plan, Observations.clean(plan).tried(outcome(Trial.ORDERS, orders(72L, 22L, 110_000L)))))
                .isEmpty();
        Finding finding = onlyFinding(
                plan,
                Observations.clean(plan).tried(outcome(Trial.ORDERS, orders(74L, 24L, 200_000L))),
                FindingKind.LIFECYCLE);
        assertThat(fact(finding, "actual"))
                .isEqualTo(
                        "prefill has 74 file descriptors after 4 cycles, before them 70; prefill has 24 threads after"
                                + " 4 cycles, before them 20; prefill has 200000 KiB of memory after 4 cycles, before them"
                                + " 90000; decode has 74 file descriptors after 4 cycles, before them 70; decode has 24"
                                + " threads after 4 cycles, before them 20; decode has 200000 KiB of memory after 4"
                                + " cycles, before them 90000");
    }

    @ParameterizedTest
    @EnumSource(names = {"POST_WHILE_ACTIVE", "RELEASE_IN_FLIGHT", "DEREGISTER_OWN_IN_FLIGHT", "INVALIDATE_IN_FLIGHT"})
    void whatWasNotInFlightSaysNothing(Trial trial) {
        TransferPlan plan = plan(trial);
        onlyFinding(plan, Observations.clean(plan).tried(outcome(trial, said("post", 0))), FindingKind.PREREQUISITE);
    }

    @Test
    void whatCameAfterTheTransferSaysNothing() {
        TransferPlan plan = plan(Trial.DEREGISTER_PEERS_IN_FLIGHT);
        onlyFinding(
                plan,
                Observations.clean(plan)
                        .tried(outcome(
                                Trial.DEREGISTER_PEERS_IN_FLIGHT,
                                at(Duration.ofMillis(3), answer(PREFILL_0, "deregister", 0)))),
                FindingKind.PREREQUISITE);
    }

    private static TrialOutcome crashed(Trial trial) {
        return new TrialOutcome(
                trial,
                List.of(said("post", 0)),
                List.of(new EngineLoss(DECODE_0, trial.label(), Optional.of("SIGSEGV"), Optional.empty(), List.of())),
                List.of());
    }

    @Test
    void aCrashIsFoundWhereSomethingIsDocumentedAndElseNoted() {
        TransferPlan plan = plan(Trial.RELEASE_IN_FLIGHT);
        Finding finding = onlyFinding(
                plan, Observations.clean(plan).tried(crashed(Trial.RELEASE_IN_FLIGHT)), FindingKind.ENGINE_DIED);
        assertThat(finding.phase()).contains("release-in-flight");
        TransferPlan free = plan(Trial.STATUS_AFTER_RELEASE);
        Verdict verdict = Judge.judge(
                free,
                Observations.clean(free)
                        .tried(crashed(Trial.STATUS_AFTER_RELEASE))
                        .seen());
        assertThat(verdict.findings()).isEmpty();
        assertThat(verdict.notes())
                .contains("status-after-release: post SUCCESS (0); then decode-0-rank-0 ended, SIGSEGV");
    }

    @Test
    void aCallThatDoesNotReturnIsFound() {
        TransferPlan plan = plan(Trial.RELEASE_IN_FLIGHT);
        Timeout stuck = new Timeout(
                DECODE_0,
                "release-in-flight",
                1,
                Duration.ofSeconds(20),
                false,
                Optional.of("nixl_capi_release_xfer_req"),
                Optional.empty(),
                List.of());
        Finding finding = onlyFinding(
                plan,
                Observations.clean(plan)
                        .tried(new TrialOutcome(Trial.RELEASE_IN_FLIGHT, List.of(), List.of(), List.of(stuck))),
                FindingKind.CALL_NEVER_RETURNED);
        assertThat(finding.headline()).contains("nixl_capi_release_xfer_req did not return on decode-0-rank-0");
    }

    @Test
    void aTrialThatWasNotMadeIsVacuousUnlessOneBeforeItEndedTheEngines() {
        TransferPlan plan = plan(Trial.POST_WHEN_DONE, Trial.RELEASE_TWICE);
        onlyFinding(
                plan,
                Observations.clean(plan).tried(outcome(Trial.POST_WHEN_DONE, right(Trial.POST_WHEN_DONE))),
                FindingKind.VACUOUS);
        TransferPlan crashing = plan(Trial.STATUS_AFTER_RELEASE, Trial.RELEASE_TWICE);
        onlyFinding(
                crashing,
                Observations.clean(crashing).tried(crashed(Trial.STATUS_AFTER_RELEASE)),
                FindingKind.PREREQUISITE);
    }

    @Test
    void whatCannotBeSetUpIsFound() {
        TransferPlan plan = plan(Trial.RELEASE_IN_FLIGHT);
        Finding finding = onlyFinding(
                plan,
                Observations.clean(plan).tried(outcome(Trial.RELEASE_IN_FLIGHT, List.of(said("open", -2)))),
                FindingKind.LIFECYCLE);
        assertThat(finding.headline()).isEqualTo("release-in-flight: open before the trial BACKEND (-2)");
    }
}
