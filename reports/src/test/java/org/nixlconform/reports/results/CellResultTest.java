package org.nixlconform.reports.results;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.nixlconform.plan.Operation;
import org.nixlconform.reports.Samples;
import org.nixlconform.reports.results.CellResult.AtDoneLine;
import org.nixlconform.transfer.AtDone;

class CellResultTest {
    @Test
    void lineOfACellThatViolates() throws Exception {
        CellResult cell = CellResult.of(Samples.violates());

        String line = Json.line(cell);

        assertThat(line)
                .isEqualTo(
                        "{\"cell\":\"1P-TP2 -> 1D-TP2 pack, decode READ, LIBFABRIC, 128 of 256 blocks bf16 HND\","
                                + "\"topology\":\"1P-TP2 -> 1D-TP2\",\"backend\":\"LIBFABRIC\",\"placement\":\"PACK\","
                                + "\"operation\":\"READ\",\"memory\":\"DRAM\",\"workload\":\"single\","
                                + "\"environment\":\"wheel-1.5.0\",\"outcome\":\"VIOLATES\",\"testResult\":\"failed\","
                                + "\"knownIssue\":null,\"findings\":[{\"kind\":\"MISPLACED\",\"subject\":\"integrity\","
                                + "\"headline\":\"3 of 16384 block slices differ on decode-0-rank-0\",\"facts\":{"
                                + "\"first\":\"layer 7, block 42, offset 0x1f00\","
                                + "\"expected\":\"prefill-0-rank-0, layer 7, block 42, generation 5\","
                                + "\"actual\":\"prefill-0-rank-1, layer 7, block 42, generation 5\"}}],"
                                + "\"gbPerSecond\":5.312,\"shareOfReference\":0.92,\"phases\":{"
                                + "\"agent\":{\"medianMillis\":40.5,\"maxMillis\":41.0,\"totalMillis\":162.0},"
                                + "\"wait\":{\"medianMillis\":1.235,\"maxMillis\":1.235,\"totalMillis\":4.938}},"
                                + "\"testClass\":\"org.nixlconform.tests.TopologyConformance\","
                                + "\"testMethod\":\"decodeReadsEveryBlockThatPrefillWrote\",\"requirement\":\"A1\","
                                + "\"notes\":[\"throughput was not judged: 4 ranks share 2 cores\"],\"startedAt\":\"2026-11-21T09:00:00Z\","
                                + "\"tookSeconds\":2.14,\"iterations\":1,\"bytesPerIteration\":16777216,"
                                + "\"requests\":{\"first\":{\"descriptors\":512,\"bytes\":16777216,\"postMillis\":1.0,"
                                + "\"totalMillis\":3.0},\"second\":null,\"later\":null},\"atDone\":null,"
                                + "\"serving\":null,\"fabric\":null,"
                                + "\"evidence\":\"evidence/1P-TP2_1D-TP2_pack_decode_READ_LIBFABRIC_128_of_256_blocks_bf16_HND\"}");
        assertThat(Json.read(line, CellResult.class)).isEqualTo(cell);
    }

    @Test
    void lineOfARefusedPlanHasNullsForWhatIsNotThere() {
        assertThat(Json.line(CellResult.of(Samples.refused())))
                .startsWith("{\"cell\":\"1P-TP3 -> 1D-TP3, refused\",\"topology\":null,\"backend\":null,"
                        + "\"placement\":null,\"operation\":null,\"memory\":null,\"workload\":null,"
                        + "\"environment\":null,\"outcome\":\"BROKEN\",\"testResult\":\"error\",\"knownIssue\":null")
                .contains("\"gbPerSecond\":null,\"shareOfReference\":null,\"phases\":{}")
                .endsWith(
                        "\"iterations\":null,\"bytesPerIteration\":null,\"requests\":null,\"atDone\":null,\"serving\":null,\"fabric\":null,\"evidence\":null}");
    }

    /** Nobody looked is no zero. */
    @Test
    void whatWasVisibleAtDoneIsCountedAndWhatNobodyLookedAtIsNot() {
        AtDone late = new AtDone(512, 3, 1, Duration.ofNanos(1_250_000), new TreeSet<>());
        AtDone away = new AtDone(0, 0, 0, Duration.ZERO, new TreeSet<>(Set.of("they are on different nodes")));

        assertThat(Json.line(AtDoneLine.of(late)))
                .isEqualTo("{\"slices\":512,\"late\":2,\"latestMillis\":1.25,\"missing\":1,\"notObserved\":[]}");
        assertThat(Json.line(AtDoneLine.of(away)))
                .isEqualTo("{\"slices\":null,\"late\":null,\"latestMillis\":null,\"missing\":null,"
                        + "\"notObserved\":[\"they are on different nodes\"]}");
    }

    @Test
    void standingTellsAFailedTestFromAViolation() {
        assertThat(CellResult.of(Samples.conforms(1, 1, Operation.READ)).standing())
                .isEqualTo(Standing.CONFORMS);
        assertThat(CellResult.of(Samples.bodyFailed()).standing()).isEqualTo(Standing.TEST_FAILED);
        assertThat(CellResult.of(Samples.knownIssue()).standing()).isEqualTo(Standing.KNOWN_ISSUE);
        assertThat(CellResult.of(Samples.notJudged()).standing()).isEqualTo(Standing.NOT_JUDGED);
        assertThat(CellResult.of(Samples.violates()).standing()).isEqualTo(Standing.VIOLATES);
        assertThat(CellResult.of(Samples.broken()).standing()).isEqualTo(Standing.BROKEN);
    }
}
