package org.nixlconform.reports.results;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nixlconform.plan.Operation;
import org.nixlconform.report.TransferReport;
import org.nixlconform.reports.Samples;

class ConsoleReporterTest {
    @Test
    void saysWhenCellsBeginHowTheyEndAndWhatWasFound() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ConsoleReporter reporter = new ConsoleReporter(new PrintStream(bytes, true, StandardCharsets.UTF_8));

        reporter.start(Path.of("target/conformance"), Samples.run(List.of(), Map.of()));
        for (TransferReport report : List.of(
                Samples.conforms(1, 1, Operation.READ),
                Samples.violates(),
                Samples.knownIssue(),
                Samples.notJudged())) {
            reporter.begin(report.cell());
            reporter.publish(report);
        }
        reporter.finish(Samples.run(List.of("engine: process 4711 was left"), Map.of()));

        String text = bytes.toString(StandardCharsets.UTF_8);
        assertThat(text).isEqualTo("""
                        nixlconform: cluster local, reports in target/conformance
                        [  1] begins       1P-TP1 -> 1D-TP1 pack, decode READ, UCX, 128 of 256 blocks bf16 HND
                        [  1] conforms     1P-TP1 -> 1D-TP1 pack, decode READ, UCX, 128 of 256 blocks bf16 HND\
                          2.1 s  5.31 GB/s (0.92 of reference)
                        [  2] begins       1P-TP2 -> 1D-TP2 pack, decode READ, LIBFABRIC, 128 of 256 blocks bf16 HND
                        [  2] VIOLATES     1P-TP2 -> 1D-TP2 pack, decode READ, LIBFABRIC, 128 of 256 blocks bf16 HND\
                          2.1 s  5.31 GB/s (0.92 of reference)
                              integrity: 3 of 16384 block slices differ on decode-0-rank-0

                                first    : layer 7, block 42, offset 0x1f00
                                expected : prefill-0-rank-0, layer 7, block 42, generation 5
                                actual   : prefill-0-rank-1, layer 7, block 42, generation 5
                        [  3] begins       4P-TP1 -> 1D-TP1 pack, prefill WRITE, LIBFABRIC, 128 of 256 blocks bf16 HND
                        [  3] known issue  4P-TP1 -> 1D-TP1 pack, prefill WRITE, LIBFABRIC, 128 of 256 blocks bf16 HND\
                          2.1 s
                              known issue release-hangs
                              completion: a call into NIXL never returned

                                call     : nixl_capi_release_xfer_req
                        [  4] begins       1P-TP1 -> 1D-TP1 pack, decode READ, UCX, 128 of 256 blocks bf16 HND VRAM
                        [  4] not judged   1P-TP1 -> 1D-TP1 pack, decode READ, UCX, 128 of 256 blocks bf16 HND VRAM\
                          0.0 s
                              cluster: VRAM needs a GPU on every node, and node local has none
                        nixlconform: 4 cells: conforms 1, known issue 1, not judged 1, VIOLATES 1
                        nixlconform: known issue release-hangs: hit by 1 cell
                        nixlconform: known issue long-fixed: OBSOLETE for 2 cells
                        nixlconform: known issue rare: hit by 1 cell, did not show in 1 cell
                        nixlconform: known issue elsewhere: never tried here
                              engine: process 4711 was left
                        """);
    }
}
