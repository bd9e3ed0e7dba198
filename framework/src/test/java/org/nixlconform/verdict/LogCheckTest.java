package org.nixlconform.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.nixlconform.verdict.JudgeAssertions.fact;
import static org.nixlconform.verdict.JudgeAssertions.findings;
import static org.nixlconform.verdict.JudgeAssertions.onlyFinding;
import static org.nixlconform.verdict.Observations.DECODE_0;
import static org.nixlconform.verdict.Observations.DECODE_1;
import static org.nixlconform.verdict.Observations.PREFILL_0;
import static org.nixlconform.verdict.Observations.PREFILL_1;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.TransferPlan;

class LogCheckTest {
    private final TransferPlan plan =
            Observations.plan(draft -> draft.allowEngineLog("Rail count mismatch", "unequal rails are the point"));

    @Test
    void silenceIsNoFinding() {
        assertThat(findings(plan, Observations.clean(plan))).isEmpty();
    }

    @Test
    void allowedLineIsNoFinding() {
        assertThat(findings(
                        plan,
                        Observations.clean(plan)
                                .log(DECODE_0, "WARN", "12:00:01 Rail count mismatch (local: 4, remote: 2)")))
                .isEmpty();
    }

    @Test
    void undeclaredLinesAreOneFindingErrorsFirstThenTheMostFrequent() {
        Finding finding = onlyFinding(
                plan,
                Observations.clean(plan)
                        .log(DECODE_0, "WARN", "12:00:01 unused variable UCX_A")
                        .log(DECODE_0, "WARN", "12:00:02 retry 1 at 0xab12")
                        .log(DECODE_1, "WARN", "12:00:03 retry 2 at 0xff")
                        .log(PREFILL_0, "ERROR", "12:00:04 completion queue")
                        .log(PREFILL_1, "WARN", "Rail count mismatch"),
                FindingKind.LOG);

        assertThat(finding.headline()).isEqualTo("engines wrote 4 warning or error lines that the case does not allow");
        assertThat(fact(finding, "actual")).isEqualTo("""
                        1 x ERROR on prefill-0-rank-0: 12:00:04 completion queue
                        2 x WARN on decode-0-rank-0, decode-0-rank-1: 12:00:02 retry 1 at 0xab12
                        1 x WARN on decode-0-rank-0: 12:00:01 unused variable UCX_A""");
    }

    @Test
    void bytesThatAreNoTextAndALogOfManyMegabytesAreFindings() {
        Finding finding = onlyFinding(
                plan,
                Observations.clean(plan)
                        .log(DECODE_0, "WARN", "a")
                        .log(DECODE_0, "BINARY", "3 of 9 bytes on standard error are no text, the first are 00 ff 80")
                        .log(PREFILL_0, "LENGTH", "953 MiB were written"),
                FindingKind.LOG);

        assertThat(finding.headline())
                .isEqualTo("engines wrote what the case does not allow: bytes that are no text, more than is kept, "
                        + "1 warning or error line");
        assertThat(fact(finding, "actual"))
                .contains("1 x BINARY on decode-0-rank-0: 3 of 9 bytes on standard error are no text");
    }

    @Test
    void aLongLogIsWhatDebugLoggingAsksFor() {
        Observations loud = Observations.clean(plan).log(PREFILL_0, "LENGTH", "953 MiB were written");

        assertThat(findings(plan, loud.debugLogging())).isEmpty();
    }

    @Test
    void manyDistinctLinesAreCounted() {
        Observations loud = Observations.clean(plan);
        for (char letter = 'a'; letter < 'h'; letter++) {
            loud.log(DECODE_0, "WARN", "line " + letter);
        }
        Finding finding = onlyFinding(plan, loud, FindingKind.LOG);

        assertThat(fact(finding, "actual")).contains("line e and 2 more").doesNotContain("line f");
    }

    @Test
    void manyRanksAreCounted() {
        Finding finding = onlyFinding(
                plan,
                Observations.clean(plan)
                        .log(PREFILL_0, "WARN", "a")
                        .log(PREFILL_1, "WARN", "a")
                        .log(DECODE_0, "WARN", "a")
                        .log(DECODE_1, "WARN", "a"),
                FindingKind.LOG);

        assertThat(fact(finding, "actual"))
                .isEqualTo("4 x WARN on prefill-0-rank-0, prefill-0-rank-1, decode-0-rank-0 and 1 more: a");
    }

    @Test
    void lastWordsOfAnotherFindingAreNotToldTwice() {
        onlyFinding(
                plan,
                Observations.clean(plan)
                        .failure(PREFILL_0, "backend", "nixl_capi_create_backend", -2, "BACKEND", "no device")
                        .log(PREFILL_0, "ERROR", "no device"),
                FindingKind.REFUSED);
        onlyFinding(
                plan,
                Observations.clean(plan)
                        .killed(PREFILL_0, "backend", "SIGABRT", "assertion failed")
                        .log(PREFILL_0, "ERROR", "assertion failed"),
                FindingKind.ENGINE_DIED);
        onlyFinding(
                plan,
                Observations.clean(plan)
                        .timeout(PREFILL_0, "metadata", true, Optional.empty(), Optional.empty(), "try again")
                        .log(PREFILL_0, "WARN", "try again"),
                FindingKind.NEVER_STARTED);
    }

    @Test
    void sameLineOfAnotherRankIsStillAFinding() {
        assertThat(findings(
                        plan,
                        Observations.clean(plan)
                                .failure(PREFILL_0, "backend", "nixl_capi_create_backend", -2, "BACKEND", "no device")
                                .log(PREFILL_1, "ERROR", "no device")))
                .extracting(Finding::kind)
                .containsExactly(FindingKind.REFUSED, FindingKind.LOG);
    }

    @Test
    void thatTheConnectionToADeadPeerIsGoneIsExplainedByItsDeath() {
        onlyFinding(
                plan,
                Observations.clean(plan)
                        .killed(DECODE_0, "connect", "SIGABRT", "assertion failed")
                        .log(PREFILL_0, "ERROR", "connect failed: Connection refused"),
                FindingKind.ENGINE_DIED);
    }

    @Test
    void otherWordsOfASurvivorAreStillAFinding() {
        assertThat(findings(
                        plan,
                        Observations.clean(plan)
                                .killed(DECODE_0, "connect", "SIGABRT", "assertion failed")
                                .log(PREFILL_0, "ERROR", "CQ read failed on rail 28")))
                .extracting(Finding::kind)
                .containsExactly(FindingKind.ENGINE_DIED, FindingKind.LOG);
    }

    @Test
    void aConnectionThatIsRefusedThoughNobodyDiedIsAFinding() {
        onlyFinding(
                plan,
                Observations.clean(plan).log(PREFILL_0, "ERROR", "connect failed: Connection refused"),
                FindingKind.LOG);
    }

    @Test
    void whatTheDeadRankItselfSaidIsStillAFinding() {
        assertThat(findings(
                        plan,
                        Observations.clean(plan)
                                .killed(DECODE_0, "connect", "SIGABRT", "assertion failed")
                                .log(DECODE_0, "ERROR", "remote key not registered")))
                .extracting(Finding::kind)
                .containsExactly(FindingKind.ENGINE_DIED, FindingKind.LOG);
    }
}
