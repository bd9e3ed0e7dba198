package org.nixlconform.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.nixlconform.verdict.JudgeAssertions.fact;
import static org.nixlconform.verdict.JudgeAssertions.findings;
import static org.nixlconform.verdict.JudgeAssertions.onlyFinding;
import static org.nixlconform.verdict.Observations.DECODE_0;
import static org.nixlconform.verdict.Observations.PREFILL_0;
import static org.nixlconform.verdict.Observations.PREFILL_1;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.TransferPlan;

class CallFailureCheckTest {
    private final TransferPlan plan = Observations.plan();

    @Test
    void errorStatusIsRefusedInPlainWords() {
        Finding finding = onlyFinding(
                plan,
                Observations.clean(plan)
                        .failure(PREFILL_0, "backend", "nixl_capi_create_backend", -2, "BACKEND", "no device found"),
                FindingKind.REFUSED);

        assertThat(finding.headline())
                .isEqualTo("nixl_capi_create_backend returned BACKEND (-2) on prefill-0-rank-0 while its backend was"
                        + " created");
        assertThat(fact(finding, "where")).isEqualTo("prefill-0-rank-0, phase backend, iteration 0");
        assertThat(fact(finding, "log")).isEqualTo("no device found");
    }

    @Test
    void statusWithoutANameIsToldByNumber() {
        Finding finding = onlyFinding(
                plan,
                Observations.clean(plan).failure(PREFILL_0, "notify", "nixl_capi_get_notifs", -2, ""),
                FindingKind.REFUSED);

        assertThat(fact(finding, "actual")).isEqualTo("status -2");
    }

    @Test
    void oneIterationIsNotNumbered() {
        TransferPlan once = Observations.plan(draft -> draft.iterations(1));
        Finding finding = onlyFinding(
                once,
                Observations.clean(once).failure(PREFILL_0, "register", "nixl_capi_register_mem", -2, "BACKEND"),
                FindingKind.REFUSED);

        assertThat(fact(finding, "where")).isEqualTo("prefill-0-rank-0, phase register");
    }

    @ParameterizedTest
    @CsvSource({
        "post, nixl_capi_post_xfer_req",
        "wait, nixl_capi_get_xfer_status",
        "notify, nixl_capi_get_notifs",
        "notify, nixl_capi_gen_notif"
    })
    void failureAboutALostPeerIsPeerLost(String phase, String call) {
        assertThat(findings(
                        plan,
                        Observations.clean(plan)
                                .killed(PREFILL_0, "wait", "SIGKILL")
                                .failure(DECODE_0, phase, call, -2, "BACKEND")))
                .extracting(Finding::kind)
                .containsExactly(FindingKind.ENGINE_DIED, FindingKind.PEER_LOST);
    }

    @Test
    void peerLostNamesThePeer() {
        Finding finding = findings(
                        plan,
                        Observations.clean(plan)
                                .killed(PREFILL_0, "wait", "SIGKILL")
                                .failure(DECODE_0, "post", "nixl_capi_post_xfer_req", -2, "BACKEND"))
                .get(1);

        assertThat(finding.headline()).endsWith(", its peer prefill-0-rank-0 ended by itself");
        assertThat(fact(finding, "peer")).isEqualTo("prefill-0-rank-0, SIGKILL, phase wait");
    }

    @Test
    void failureBesideTheLossOfAnotherRankIsRefused() {
        assertThat(findings(
                        plan,
                        Observations.clean(plan)
                                .killed(PREFILL_1, "wait", "SIGKILL")
                                .failure(DECODE_0, "post", "nixl_capi_post_xfer_req", -2, "BACKEND")))
                .extracting(Finding::kind)
                .containsExactly(FindingKind.ENGINE_DIED, FindingKind.REFUSED);
    }

    @Test
    void failureOfACallThatNeedsNoPeerIsRefused() {
        assertThat(findings(
                        plan,
                        Observations.clean(plan)
                                .killed(PREFILL_0, "wait", "SIGKILL")
                                .failure(DECODE_0, "register", "nixl_capi_register_mem", -2, "BACKEND")))
                .extracting(Finding::kind)
                .containsExactly(FindingKind.ENGINE_DIED, FindingKind.REFUSED);
    }

    @Test
    void errorStatusOfATransferIsRefusedEvenWithoutAFailedCall() {
        Finding finding = onlyFinding(
                plan,
                Observations.clean(plan)
                        .transfers(
                                1,
                                transfer -> transfer.initiator().equals(DECODE_0)
                                        ? Observations.withStatus(transfer, -2)
                                        : transfer),
                FindingKind.REFUSED);

        assertThat(finding.headline()).isEqualTo("the transfer of decode-0-rank-0 with prefill-0-rank-0 failed");
        assertThat(fact(finding, "where")).isEqualTo("decode-0-rank-0, iteration 1");
    }

    @Test
    void errorStatusThatAFailedCallExplainsIsToldOnce() {
        onlyFinding(
                plan,
                Observations.clean(plan)
                        .failure(DECODE_0, "wait", "nixl_capi_get_xfer_status", -2, "BACKEND")
                        .transfers(
                                0,
                                transfer -> transfer.initiator().equals(DECODE_0)
                                        ? Observations.withStatus(transfer, -2)
                                        : transfer),
                FindingKind.REFUSED);
    }

    @Test
    void failureOfAnotherIterationExplainsNothing() {
        assertThat(findings(
                        plan,
                        Observations.clean(plan)
                                .failure(DECODE_0, "wait", "nixl_capi_get_xfer_status", -2, "BACKEND")
                                .timeout(DECODE_0, "metadata", false, Optional.empty(), Optional.empty())
                                .transfers(1, transfer -> Observations.withStatus(transfer, -2))))
                .extracting(Finding::kind)
                .containsExactly(
                        FindingKind.REFUSED, FindingKind.REFUSED, FindingKind.REFUSED, FindingKind.NEVER_STARTED);
    }

    @ParameterizedTest
    @CsvSource({
        "open, 'its agent, backend and memory were set up'",
        "connect, metadata was exchanged",
        "invalid, invalid requests were made",
        "reference, the reference was measured",
        "arm, its memory was filled",
        "transfer to prefill-0-rank-0, data were transferred",
        "close, everything was released",
        "agent, its agent was created",
        "register, its memory was registered",
        "metadata, metadata was exchanged",
        "prepare, descriptor lists were prepared",
        "make, the transfer was made",
        "post, the transfer was posted",
        "wait, the transfer was awaited",
        "notify, notifications were sent and awaited",
        "verify, the payload was verified",
        "release, everything was released",
        "warm-up, it was in phase warm-up"
    })
    void phaseIsToldInPlainWords(String phase, String words) {
        Finding finding = onlyFinding(
                plan,
                Observations.clean(plan).failure(DECODE_0, phase, "nixl_capi_any", -1, "INVALID_PARAM"),
                FindingKind.REFUSED);

        assertThat(finding.headline()).endsWith(" while " + words);
    }
}
