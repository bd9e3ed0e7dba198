package org.nixlconform.jupiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.nixlconform.plan.Backend.UCX;
import static org.nixlconform.plan.Operation.READ;
import static org.nixlconform.plan.Placement.SPREAD;
import static org.nixlconform.plan.Role.DECODE;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nixlconform.cluster.Hosts;
import org.nixlconform.plan.RankId;
import org.nixlconform.report.TransferReport;
import org.nixlconform.transfer.TransferObservation.Serving;
import org.nixlconform.verdict.Outcome;

/** Hosts between which a firewall lets the ports of UCX through, and no other. */
class LiveRelayedDeskTest {
    private static final String UCX_PORTS = "20000-20999";
    private static final String ALL_BUT_UCX_PORTS = "iptables -A INPUT -i data0 -p tcp --syn --dport 1:19999 -j DROP;"
            + " iptables -A INPUT -i data0 -p tcp --syn --dport 21000:65535 -j DROP";

    @TempDir
    Path root;

    @Backends(UCX)
    @Topology(placement = SPREAD)
    @Direction(operation = READ, initiator = DECODE)
    @Blocks(transferred = 2, cached = 16)
    @PagedServing(requests = 48, inFlight = 2, mostBlocks = 2)
    @ExpectIntegrity
    @ExpectCompletion(withinSeconds = 60, stallSeconds = 10)
    static class ServingTestCase {
        @TransferTest
        void cell() {}
    }

    @Test
    @Tag("releases")
    void theRankThatCannotConnectToTheDeskIsRelayedAndNamed() throws Exception {
        try (Hosts hosts = Hosts.up(2, "d").withProgramsOfThisCheckout().withNixlOfThisMachine()) {
            hosts.in(1, ALL_BUT_UCX_PORTS);

            List<TransferReport> reports = run(hosts);

            assertThat(reports).singleElement().satisfies(report -> {
                assertThat(report.verdict().findings()).isEmpty();
                assertThat(report.verdict().outcome()).isEqualTo(Outcome.CONFORMS);
                Serving serving = report.observation().orElseThrow().serving().orElseThrow();
                assertThat(serving.requests()).hasSize(48);
                assertThat(serving.relayed()).containsExactly(new RankId(DECODE, 0, 0));
                assertThat(report.verdict().notes())
                        .anyMatch(note -> note.startsWith("decode-0-rank-0 could not connect to the desk"));
            });
            assertThat(hosts.processesOfOurs(2)).isEmpty();
        }
    }

    private List<TransferReport> run(Hosts hosts) throws Exception {
        String file = Files.readString(hosts.file())
                .replace("UCX_NET_DEVICES: data0", "UCX_NET_DEVICES: data0, UCX_TCP_PORT_RANGE: " + UCX_PORTS);
        return NodesThatGo.kit(root, file).run(ServingTestCase.class).reporter().published();
    }
}
