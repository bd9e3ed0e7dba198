package org.nixlconform.jupiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.nixlconform.plan.Backend.UCX;
import static org.nixlconform.plan.Operation.READ;
import static org.nixlconform.plan.Operation.WRITE;
import static org.nixlconform.plan.Placement.PACK;
import static org.nixlconform.plan.Placement.SPREAD;
import static org.nixlconform.plan.Role.DECODE;
import static org.nixlconform.plan.Role.PREFILL;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nixlconform.cluster.Hosts;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.report.TransferReport;
import org.nixlconform.transfer.PathObservation.Carried;
import org.nixlconform.transfer.TransferObservation.RankTransferOutcome;
import org.nixlconform.transfer.TransferObservation.Reference;
import org.nixlconform.verdict.Outcome;

/** Whole runs on hosts that are reached by SSH. */
class LiveSpreadTest {
    private static final int HOSTS = 2;

    private static Hosts hosts;

    @TempDir
    Path root;

    @BeforeAll
    static void up() throws Exception {
        hosts = Hosts.up(HOSTS, "s").withProgramsOfThisCheckout().withNixlOfThisMachine();
    }

    @AfterAll
    static void down() throws Exception {
        if (hosts != null) {
            hosts.close();
        }
    }

    @Backends(UCX)
    @Topology(prefillTp = 2, decodeTp = 4, placement = SPREAD)
    @Topology(prefillTp = 1, decodeTp = 2, placement = PACK)
    @Direction(operation = READ, initiator = DECODE)
    @Direction(operation = WRITE, initiator = PREFILL)
    @ExpectIntegrity
    @ExpectCompletion(withinSeconds = 60, stallSeconds = 10)
    static class BothPlacementsTestCase {
        @TransferTest
        void cell() {}
    }

    @Test
    void ranksOnDifferentHostsConformAndTheirBlocksTakeTheInterfaceForData() throws Exception {
        List<TransferReport> reports = run("data0", BothPlacementsTestCase.class);

        assertThat(reports).hasSize(4).allSatisfy(report -> {
            assertThat(report.verdict().findings()).isEmpty();
            assertThat(report.verdict().outcome()).isEqualTo(Outcome.CONFORMS);
        });
        TransferReport spread = reports.stream()
                .filter(report -> report.plan().orElseThrow().placement() == SPREAD)
                .findFirst()
                .orElseThrow();
        assertThat(spread.observation().orElseThrow().path().interfaces())
                .filteredOn(Carried::forData)
                .extracting(Carried::node)
                .containsExactlyInAnyOrder(hosts.name() + "-1", hosts.name() + "-2");
        assertThat(hosts.processesOfOurs(HOSTS)).isEmpty();
    }

    @Backends(UCX)
    @Topology(prefillTp = 1, decodeTp = 1, placement = SPREAD)
    @Direction(operation = READ, initiator = DECODE)
    @Blocks(transferred = 32, cached = 64, layers = 8)
    @ExpectIntegrity
    @ExpectCompletion(withinSeconds = 60, stallSeconds = 10)
    static class OnePairTestCase {
        @TransferTest
        void cell() {}
    }

    @Test
    void blocksThatTakeTheInterfaceForControlViolate() throws Exception {
        List<TransferReport> reports = run("ctl0", OnePairTestCase.class);

        assertThat(reports.get(0).verdict().findings())
                .extracting(Finding::kind)
                .containsExactly(FindingKind.WRONG_PATH);
    }

    @Backends(UCX)
    @Topology(prefillTp = 1, decodeTp = 1, placement = SPREAD)
    @Direction(operation = READ, initiator = DECODE)
    @Direction(operation = WRITE, initiator = PREFILL)
    @Blocks(transferred = 16, cached = 32, layers = 8)
    @ExpectIntegrity
    @ExpectCompletion(withinSeconds = 60, stallSeconds = 10)
    @ExpectThroughput(shareOfReference = 0.02)
    static class WithReferenceTestCase {
        @TransferTest
        void cell() {}
    }

    @Test
    @Tag("releases")
    void theReferenceBetweenNodesIsMeasuredOnTheirDataInterfaces() throws Exception {
        List<TransferReport> reports = run("data0", WithReferenceTestCase.class);

        assertThat(reports).hasSize(2).allSatisfy(report -> {
            assertThat(report.verdict().findings()).isEmpty();
            assertThat(report.verdict().shareOfReference()).isPresent();
            Reference reference = report.observation().orElseThrow().reference().orElseThrow();
            assertThat(reference.method()).contains("TCP streams");
            long moved = report.observation().orElseThrow().iterations().get(0).transfers().stream()
                    .mapToLong(RankTransferOutcome::bytes)
                    .sum();
            assertThat(reference.betweenNodesBytes()).isGreaterThanOrEqualTo(2 * moved);
            assertThat(report.observation().orElseThrow().path().interfaces())
                    .filteredOn(Carried::forData)
                    .extracting(Carried::receivedBytes)
                    .anyMatch(received -> received > reference.betweenNodesBytes());
        });
    }

    /** A recorded link that this one is far below: the bar does not sink with the link. */
    @Test
    void aLinkFarBelowTheRecordedOneIsDegraded() throws Exception {
        LiveProject.in(root).write("config/references/hosts.yaml", """
                links: [{placement: SPREAD, memory: DRAM, target: 100000, per: node, source: planted}]
                """);
        List<TransferReport> reports = run("data0", WithReferenceTestCase.class);

        assertThat(reports)
                .hasSize(2)
                .allSatisfy(report -> assertThat(report.verdict().findings())
                        .extracting(Finding::kind)
                        .containsExactly(FindingKind.REFERENCE_DEGRADED));
    }

    private List<TransferReport> run(String device, Class<?> testClass) throws Exception {
        String file = Files.readString(hosts.file()).replace("UCX_NET_DEVICES: data0", "UCX_NET_DEVICES: " + device);
        return NodesThatGo.kit(root, file).run(testClass).reporter().published();
    }
}
