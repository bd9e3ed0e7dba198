package org.nixlconform.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.nixlconform.verdict.Observations.DECODE_0;

import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.DeviceCache;
import org.nixlconform.plan.MemoryKind;
import org.nixlconform.plan.Placement;
import org.nixlconform.plan.PlanDraft;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.PathObservation.RdmaDevice;
import org.nixlconform.transfer.PathObservation.Transport;

class TransportCheckTest {
    /** As UCX 1.23.0 of the wheel 1.5.1 wrote it on one machine without RDMA devices. */
    private static final String ON_ONE_NODE =
            "[1795313631.436152] [vm:23465:0]      ucp_worker.c:1997 UCX  INFO    decode-0-rank-0 intra-node cfg#1"
                    + " rma_am(tcp/lo)  amo_am(tcp/lo)  am(tcp/lo cma/memory)  ka(tcp/lo)";

    /** The same form, with what it has between nodes. */
    private static final String TCP = "[1.0] [n:1:0] ucp_worker.c:1997 UCX  INFO    decode-0-rank-0 inter-node cfg#2"
            + " rma_am(tcp/eth0)  am(tcp/eth0)  ka(tcp/eth0)";

    private static final String UD =
            "[1.0] [n:1:0] ucp_worker.c:1997 UCX  INFO    a inter-node cfg#2 rma_bw(ud_verbs/rdmap79s0:1) am(ud_verbs/rdmap79s0:1)";
    private static final String RC = "[1.0] [n:1:0] ucp_worker.c:1997 UCX  INFO    a inter-node cfg#2"
            + " rma_bw(rc_mlx5/mlx5_0:1 rc_mlx5/mlx5_1:1) am(rc_mlx5/mlx5_0:1) ka(ud_mlx5/mlx5_0:1)";
    private static final String RAILS =
            "I1122 02:13:50.994505 23465 libfabric_rail_manager.cpp:232]" + " Created 1 rails using provider=tcp";

    /** As UCX 1.23.0 of the wheel 1.5.1 wrote it between two H200 of one machine. */
    private static final String BETWEEN_GPUS =
            "[1795326071.389008] [vm:3925 :0]      ucp_worker.c:1997 UCX  INFO    decode-0-rank-0 intra-node cfg#2"
                    + " rma_am(tcp/lo)  amo_am(tcp/lo)  device(cuda_ipc/cuda)  am(tcp/lo cma/memory cuda_ipc/cuda)"
                    + "  ka(tcp/lo)";

    /** The same, where UCX_TLS was tcp,cuda_copy,self. */
    private static final String STAGED =
            "[1795329611.156948] [vm:2941 :0]      ucp_worker.c:1997 UCX  INFO    decode-0-rank-0 intra-node cfg#2"
                    + " rma_am(tcp/lo)  amo_am(tcp/lo)  am(tcp/lo tcp/eth0)  ka(tcp/lo)";

    private static final RdmaDevice DEVICE = new RdmaDevice("node-1", "rdmap79s0 port 1", true, 0, 0);

    private final TransferPlan plan = Observations.plan(draft -> draft.placement(Placement.SPREAD));

    @Test
    void linesAreReadAsTheyWereWritten() {
        assertThat(Transport.in(DECODE_0, ON_ONE_NODE))
                .contains(
                        new Transport(DECODE_0, "intra-node", "am", "tcp", "lo"),
                        new Transport(DECODE_0, "intra-node", "am", "cma", "memory"))
                .hasSize(5);
        assertThat(Transport.in(DECODE_0, RAILS))
                .containsExactly(new Transport(DECODE_0, "rails", "provider", "tcp", ""));
        assertThat(Transport.in(DECODE_0, "UCX  INFO  Version 1.23.0")).isEmpty();
        assertThat(Observations.clean(plan)
                        .said(DECODE_0, ON_ONE_NODE)
                        .seen()
                        .path()
                        .transportsDescribed())
                .containsExactly("intra-node over cma, tcp");
    }

    @Test
    void tcpAndUdBetweenNodesWithDevicesAreFindings() {
        assertThat(found(TCP, DEVICE)).extracting(Finding::kind).containsExactly(FindingKind.WRONG_PATH);
        assertThat(found(UD, DEVICE))
                .extracting(Finding::headline)
                .containsExactly("decode-0-rank-0 reaches its peers over ud_verbs/rdmap79s0:1");
    }

    @Test
    void whatTheMachineHasOrTheEnvironmentAsksForIsNone() {
        assertThat(found(TCP)).isEmpty();
        assertThat(found(ON_ONE_NODE, DEVICE)).isEmpty();
        assertThat(found(RC, DEVICE)).isEmpty();
        assertThat(asked(TCP, "tcp", "cma")).isEmpty();
        assertThat(asked(UD, "ud")).isEmpty();
        assertThat(asked(TCP, "rc")).hasSize(1);
    }

    @Test
    void railsOverTcpWhereEfaIsThereOrAskedForAreAFinding() {
        assertThat(found(RAILS, DEVICE))
                .extracting(Finding::headline)
                .containsExactly("decode-0-rank-0 reaches its peers over tcp");
        assertThat(new TransportCheck()
                        .check(
                                plan,
                                Observations.clean(plan)
                                        .said(DECODE_0, RAILS)
                                        .asked("efa")
                                        .seen()))
                .hasSize(1);
        assertThat(found(RAILS)).isEmpty();
        assertThat(asked(RAILS, "tcp")).isEmpty();
        assertThat(found(RAILS.replace("provider=tcp", "provider=efa"), DEVICE)).isEmpty();
    }

    /** The line of one machine without cuda_ipc is what UCX_TLS=tcp,cma,cuda_copy leaves of the other. */
    @Test
    void betweenGpusOfANodeWithoutCudaIpcIsAFinding() {
        assertThat(onGpus(Placement.PACK, ON_ONE_NODE, false)).singleElement().satisfies(finding -> {
            assertThat(finding.kind()).isEqualTo(FindingKind.WRONG_PATH);
            assertThat(finding.headline())
                    .isEqualTo("decode-0-rank-0 has its blocks staged through the host: it reaches the GPUs of its"
                            + " node over tcp, cma");
        });
        assertThat(onGpus(Placement.PACK, STAGED, false))
                .extracting(Finding::headline)
                .containsExactly("decode-0-rank-0 has its blocks staged through the host: it reaches the GPUs of its"
                        + " node over tcp");
        assertThat(onGpus(Placement.PACK, BETWEEN_GPUS, false)).isEmpty();
        assertThat(onGpus(Placement.PACK, "nothing was said", false)).isEmpty();
        assertThat(onGpus(Placement.PACK, ON_ONE_NODE, true)).isEmpty();
        assertThat(onGpus(Placement.SPREAD, ON_ONE_NODE, false)).isEmpty();
        assertThat(new TransportCheck()
                        .check(
                                Observations.plan(draft -> draft.placement(Placement.PACK)),
                                Observations.clean(plan)
                                        .said(DECODE_0, ON_ONE_NODE)
                                        .seen()))
                .isEmpty();
    }

    @Test
    void whereNixlMovesHostMemoryAtOneEndNoTransportIsExpected() {
        assertThat(onGpus(draft -> draft.memory(MemoryKind.DRAM_TO_VRAM), ON_ONE_NODE, false))
                .isEmpty();
        assertThat(onGpus(
                        draft -> draft.memory(MemoryKind.VRAM).deviceCache(DeviceCache.HOST_STAGED),
                        ON_ONE_NODE,
                        false))
                .isEmpty();
        assertThat(onGpus(
                        draft -> draft.memory(MemoryKind.VRAM).deviceCache(DeviceCache.TWO_DEVICES),
                        ON_ONE_NODE,
                        false))
                .hasSize(1);
    }

    private static List<Finding> onGpus(Placement placement, String line, boolean simulated) {
        return onGpus(draft -> draft.memory(MemoryKind.VRAM).placement(placement), line, simulated);
    }

    private static List<Finding> onGpus(UnaryOperator<PlanDraft> change, String line, boolean simulated) {
        TransferPlan placed = Observations.plan(change);
        return new TransportCheck()
                .check(
                        placed,
                        Observations.clean(placed)
                                .said(DECODE_0, line)
                                .gpus(Observations.gpu(DECODE_0, 1, simulated))
                                .asked("tcp", "cma")
                                .seen());
    }

    private List<Finding> found(String line, RdmaDevice... devices) {
        return new TransportCheck()
                .check(
                        plan,
                        Observations.clean(plan)
                                .said(DECODE_0, line)
                                .devices(List.of(devices))
                                .seen());
    }

    private List<Finding> asked(String line, String... transports) {
        return new TransportCheck()
                .check(
                        plan,
                        Observations.clean(plan)
                                .said(DECODE_0, line)
                                .devices(List.of(DEVICE))
                                .asked(transports)
                                .seen());
    }
}
