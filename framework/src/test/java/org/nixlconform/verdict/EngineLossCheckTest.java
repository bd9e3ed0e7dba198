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
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.TransferPlan;

class EngineLossCheckTest {
    private final TransferPlan plan = Observations.plan();

    @Test
    void cleanRunLosesNobody() {
        assertThat(findings(plan, Observations.clean(plan))).isEmpty();
    }

    @Test
    void lossNamesRankSignalPhaseAndItsLastWords() {
        Finding finding = onlyFinding(
                plan,
                Observations.clean(plan)
                        .killed(PREFILL_1, "backend", "SIGSEGV", "1", "2", "3", "4", "5", "create_backend: 0x0"),
                FindingKind.ENGINE_DIED);

        assertThat(finding.headline())
                .isEqualTo("prefill-0-rank-1 ended by itself, SIGSEGV, while its backend was created");
        assertThat(fact(finding, "where")).isEqualTo("prefill-0-rank-1, phase backend");
        assertThat(fact(finding, "log")).isEqualTo("2\n3\n4\n5\ncreate_backend: 0x0");
    }

    @Test
    void lossNamesExitCode() {
        Finding finding = onlyFinding(
                plan, Observations.clean(plan).exited(DECODE_0, "warm-up", Optional.of(3)), FindingKind.ENGINE_DIED);

        assertThat(finding.headline())
                .isEqualTo("decode-0-rank-0 ended by itself, exit code 3, while it was in phase warm-up");
        assertThat(finding.facts()).noneMatch(fact -> fact.name().equals("log"));
    }

    @Test
    void lossWithoutCauseIsThatOfItsNode() {
        Finding finding = onlyFinding(
                plan, Observations.clean(plan).exited(DECODE_0, "wait", Optional.empty()), FindingKind.ENGINE_DIED);

        assertThat(finding.headline())
                .isEqualTo(
                        "decode-0-rank-0 was lost, the connection to its node or to our warden there ended, while the"
                                + " transfer was awaited");
        assertThat(fact(finding, "actual")).isEqualTo("neither a signal nor an exit code");
    }

    @Test
    void everyLossIsNamed() {
        assertThat(findings(
                        plan,
                        Observations.clean(plan)
                                .killed(PREFILL_0, "wait", "SIGKILL")
                                .killed(DECODE_0, "wait", "SIGABRT")))
                .extracting(finding -> fact(finding, "where"))
                .containsExactly("prefill-0-rank-0, phase wait", "decode-0-rank-0, phase wait");
    }
}
