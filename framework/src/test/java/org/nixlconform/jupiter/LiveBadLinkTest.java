package org.nixlconform.jupiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.nixlconform.plan.Backend.UCX;
import static org.nixlconform.plan.Operation.READ;
import static org.nixlconform.plan.Operation.WRITE;
import static org.nixlconform.plan.Placement.SPREAD;
import static org.nixlconform.plan.Role.DECODE;
import static org.nixlconform.plan.Role.PREFILL;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.nixlconform.report.TransferReport;
import org.nixlconform.transfer.TransferObservation.RankTransferOutcome;
import org.nixlconform.verdict.Outcome;

/** Links that are bad, and still links. */
class LiveBadLinkTest extends NodesThatGo {
    private static final double LINK_BYTES_PER_SECOND = 100e6 / 8;

    @Backends(UCX)
    @Topology(prefillTp = 1, decodeTp = 1, placement = SPREAD)
    @Direction(operation = READ, initiator = DECODE)
    @Direction(operation = WRITE, initiator = PREFILL)
    @Blocks(transferred = 32, cached = 32, layers = 4)
    @ExpectIntegrity
    @ExpectCompletion(withinSeconds = 60, stallSeconds = 10)
    @ExpectThroughput(shareOfReference = 0.1)
    static class BadLinkTestCase {
        /** 8 MiB. */
        @TransferTest
        void cell() {}
    }

    @Test
    @Tag("releases")
    void aSlowLinkConformsAndItsPaceIsThatOfTheLink() throws Exception {
        for (TransferReport report : assertConforms()) {
            double reference =
                    report.observation().orElseThrow().reference().orElseThrow().bytesPerSecond().values().stream()
                            .mapToDouble(each -> each)
                            .sum();
            assertThat(reference).isBetween(LINK_BYTES_PER_SECOND * 0.3, LINK_BYTES_PER_SECOND * 1.2);
            assertThat(report.verdict().shareOfReference()).isPresent();
            RankTransferOutcome moved = report.observation()
                    .orElseThrow()
                    .iterations()
                    .get(0)
                    .transfers()
                    .get(0);
            assertThat(moved.bytes() / (moved.total().toNanos() / 1e9)).isLessThan(LINK_BYTES_PER_SECOND * 1.2);
        }
    }

    @Test
    @Tag("releases")
    void aLinkThatLosesOnePercentConforms() throws Exception {
        everywhere("iptables -A INPUT -i data0 -m statistic --mode random --probability 0.01 -j DROP");
        assertConforms();
        String lost = hosts.in(DECODE_HOST, "iptables -nvxL INPUT | awk '/DROP/ {print $1}'")
                .strip();
        assertThat(Long.parseLong(lost)).as("packets lost").isPositive();
    }

    @Test
    void aLinkWithDelayConforms() throws Exception {
        String said = hosts.in(
                2, "tc qdisc replace dev data0 root netem delay 10ms 2>&1 && tc qdisc del dev data0 root || true");
        if (!said.isBlank()) {
            abort("this kernel has no netem: " + said.strip());
        }
        try {
            everywhere("tc qdisc replace dev data0 root netem delay 10ms rate 100mbit");
            assertConforms();
        } finally {
            everywhere("tc qdisc replace dev data0 root tbf rate 100mbit burst 256kb latency 400ms");
        }
    }

    private List<TransferReport> assertConforms() throws Exception {
        ConformanceKit.Run run = kit().run(BadLinkTestCase.class);
        List<TransferReport> reports = run.reporter().published();
        assertThat(reports).as(run.methods().toString()).hasSize(2).allSatisfy(report -> {
            assertThat(report.verdict().findings()).isEmpty();
            assertThat(report.verdict().outcome()).isEqualTo(Outcome.CONFORMS);
        });
        return reports;
    }
}
