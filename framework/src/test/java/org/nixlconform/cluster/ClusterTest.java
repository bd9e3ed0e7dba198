package org.nixlconform.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nixlconform.configuration.ClusterSpec;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;
import org.nixlconform.message.FindingRenderer;
import org.nixlconform.plan.BlockUse;
import org.nixlconform.plan.DeviceCache;
import org.nixlconform.plan.MemoryKind;
import org.nixlconform.plan.Pairing;
import org.nixlconform.plan.Placement;
import org.nixlconform.plan.PlanDraft;
import org.nixlconform.plan.Planned;
import org.nixlconform.plan.RankId;
import org.nixlconform.plan.Role;
import org.nixlconform.plan.Selection;
import org.nixlconform.plan.Topology;
import org.nixlconform.plan.TransferPlan;

class ClusterTest {
    /** A plan is placed by what is known of the nodes: none is asked anything but whether it is there. */
    private static final NodeConnection UNREACHED = (NodeConnection) Proxy.newProxyInstance(
            ClusterTest.class.getClassLoader(), new Class<?>[] {NodeConnection.class}, (self, method, arguments) -> {
                return switch (method.getName()) {
                    case "hashCode" -> 0;
                    case "isOpen" -> true;
                    case "equals" -> self == arguments[0];
                    default -> throw new AssertionError("a node was asked for " + method.getName());
                };
            });

    private static final long GIB = 1L << 30;
    private static final Topology SIX_RANKS = new Topology(1, 4, 1, 2, Pairing.MESH);

    @TempDir
    Path folder;

    @Test
    void packedRanksAllRunOnTheOneNode() {
        Cluster cluster = cluster(8 * GIB, 0, 1);
        TransferPlan plan = plan(draft());

        Assigned.On on = on(cluster.assign(plan));

        assertThat(on.plan()).isEqualTo(plan);
        assertThat(on.name()).isEqualTo(plan.name());
        assertThat(on.ranks().ranks()).isEqualTo(plan.topology().ranks());
        assertThat(on.ranks().nodes()).isEqualTo(cluster.nodes());
        assertThat(on.ranks().ranksOn(cluster.nodes().get(0))).hasSize(6);
        assertThat(on.ranks().device(new RankId(Role.PREFILL, 0, 0))).isEmpty();
        assertThatThrownBy(() -> on.ranks().node(new RankId(Role.DECODE, 7, 0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("decode-7-rank-0");
    }

    @Test
    void spreadNeedsASecondNode() {
        Finding reason = impossible(cluster(8 * GIB, 0, 1).assign(plan(draft().placement(Placement.SPREAD))));

        assertThat(reason.kind()).isEqualTo(FindingKind.NODE);
        assertThat(FindingRenderer.render(reason))
                .contains("different nodes", "2 nodes or more", "1 node, this-machine", "placement = PACK");
    }

    @Test
    void deviceMemoryNeedsDevices() {
        TransferPlan plan = plan(draft().memory(MemoryKind.VRAM));

        assertThat(FindingRenderer.render(impossible(cluster(8 * GIB, 0, 1).assign(plan))))
                .contains("too few GPUs for 6 ranks", "6 GPUs at 1 ranks for each", "0 GPUs found", "memory = DRAM");
        assertThat(FindingRenderer.render(impossible(cluster(8 * GIB, 2, 2).assign(plan))))
                .contains("3 GPUs at 2 ranks for each", "2 GPUs found", "ranksPerGpu: 3");
    }

    @Test
    void ranksAreDealtOutOverDevices() {
        Assigned.On on = on(cluster(8 * GIB, 2, 3).assign(plan(draft().memory(MemoryKind.VRAM))));

        assertThat(on.ranks().ranks().stream().map(on.ranks()::device))
                .containsExactly(
                        OptionalInt.of(0),
                        OptionalInt.of(1),
                        OptionalInt.of(0),
                        OptionalInt.of(1),
                        OptionalInt.of(0),
                        OptionalInt.of(1));
        assertThat(on.ranks().described())
                .isEqualTo(Map.of(
                        "this-machine",
                        "prefill 0: ranks 0, 1, 2, 3 on GPUs 0, 1, 0, 1; decode 0: ranks 0, 1 on GPUs 0, 1"));
    }

    @Test
    void rolesInHostMemoryTakeNoDevice() {
        Assigned.On on = on(cluster(8 * GIB, 1, 2).assign(plan(draft().memory(MemoryKind.DRAM_TO_VRAM))));

        assertThat(on.ranks().described())
                .isEqualTo(Map.of("this-machine", "prefill 0: ranks 0, 1, 2, 3; decode 0: ranks 0, 1 on GPUs 0, 0"));
        assertThat(FindingRenderer.render(
                        impossible(cluster(8 * GIB, 1, 2).assign(plan(draft().memory(MemoryKind.VRAM_TO_DRAM))))))
                .contains("too few GPUs for 4 ranks");
        Cluster small = cluster(8 * GIB, 2, 3, Optional.empty(), GIB);
        assertThat(FindingRenderer.render(impossible(small.assign(
                        plan(draft().memory(MemoryKind.DRAM_TO_VRAM).blocks(blocks(10_000, false)))))))
                .contains("1 ranks need more VRAM than the node has available");
    }

    @Test
    void ranksWithTwoDevicesTakeTheNextOneToo() {
        PlanDraft spread = draft().memory(MemoryKind.DRAM_TO_VRAM).deviceCache(DeviceCache.TWO_DEVICES);
        Assigned.On on = on(cluster(8 * GIB, 3, 2).assign(plan(spread)));

        assertThat(on.ranks().ranks().stream().map(on.ranks()::devices).filter(own -> !own.isEmpty()))
                .containsExactly(List.of(0, 1), List.of(1, 2));
        assertThat(FindingRenderer.render(impossible(cluster(8 * GIB, 1, 2).assign(plan(spread)))))
                .contains("too few GPUs for 2 ranks", "2 GPUs at 2 ranks for each");
    }

    @Test
    void fewerDevicesThanFoundAreUsedWhereTheClusterFileSaysSo() {
        Cluster cluster = cluster(8 * GIB, 8, 1, Optional.of(4), 80 * GIB);

        assertThat(FindingRenderer.render(impossible(cluster.assign(plan(draft().memory(MemoryKind.VRAM))))))
                .contains("8 GPUs found, 4 in /config/clusters/planted.yaml");
    }

    @Test
    void cachesThatDoNotFitAreImpossible() {
        Finding reason = impossible(cluster(2 * GIB, 0, 1).assign(plan(draft().blocks(blocks(100_000, false)))));

        assertThat(reason.kind()).isEqualTo(FindingKind.NODE);
        assertThat(FindingRenderer.render(reason))
                .contains("needed", "this-machine, 2.1 GB free, of which 10 % and 512 MiB are left alone");
    }

    @Test
    void aDeviceTooSmallForItsRanksIsNamed() {
        Cluster cluster = cluster(64 * GIB, 6, 1, Optional.empty(), 2 * GIB);
        TransferPlan plan = plan(draft().memory(MemoryKind.VRAM).blocks(blocks(100_000, false)));

        assertThat(FindingRenderer.render(impossible(cluster.assign(plan)))).contains("this-machine, device 0");
    }

    @Test
    void aScalablePlanIsLoweredAndItsNameSaysSo() {
        TransferPlan plan = plan(draft().blocks(blocks(100_000, true)));

        Assigned.On on = on(cluster(8 * GIB, 0, 1).assign(plan));

        assertThat(on.plan().blocks().decodeCached()).isBetween(10, 99_999);
        assertThat(on.plan().memoryNeedBytes(plan.topology().ranks())).isLessThan(8 * GIB - 512 * (1L << 20));
        assertThat(on.name()).startsWith(on.plan().name()).contains("lowered from");
    }

    @Test
    void aPlanLoweredForDevicesStillNamesWhatWasDeclared() {
        Cluster cluster = cluster(64 * GIB, 3, 2, Optional.empty(), 8 * GIB);
        TransferPlan plan = plan(draft().memory(MemoryKind.VRAM).blocks(blocks(1_000_000, true)));

        Assigned.On on = on(cluster.assign(plan));

        assertThat(on.plan().blocks().decodeCached()).isLessThan(1_000_000);
        assertThat(on.name()).contains("lowered from", "1000000");
    }

    @Test
    void thisMachineIsOpenedWithItsFacts() {
        ClusterSpec spec = spec(1, Optional.empty(), folder.resolve("work"));

        try (Cluster cluster = Cluster.open(spec, BuiltEngine.bundle())) {
            Node node = cluster.nodes().get(0);
            assertThat(node.facts().cores()).isPositive();
            assertThat(node.workFolder()).isAbsolute().isDirectory();
        }
    }

    @Test
    void aWorkFolderThatCannotBeMadeIsRefused() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "in the way");

        assertThatThrownBy(() -> Cluster.open(spec(1, Optional.empty(), file.resolve("work")), BuiltEngine.bundle()))
                .isInstanceOf(FindingException.class)
                .hasMessageContainingAll("the work folder on node this-machine cannot be written", file.toString());
    }

    private static PlanDraft draft() {
        return PlanDraft.at("ClusterTest").topology(SIX_RANKS).expectIntegrity();
    }

    private static BlockUse blocks(int cached, boolean scalable) {
        return new BlockUse(10, cached, cached, Selection.SHUFFLED, 42, 0, scalable);
    }

    private static TransferPlan plan(PlanDraft draft) {
        Planned planned = draft.plan();
        assertThat(planned).isInstanceOf(Planned.Possible.class);
        return ((Planned.Possible) planned).plan();
    }

    private static Assigned.On on(Assigned assigned) {
        assertThat(assigned).isInstanceOf(Assigned.On.class);
        return (Assigned.On) assigned;
    }

    private static Finding impossible(Assigned assigned) {
        assertThat(assigned).isInstanceOf(Assigned.Impossible.class);
        return ((Assigned.Impossible) assigned).reason();
    }

    private Cluster cluster(long memoryBytes, int gpus, int ranksPerGpu) {
        return cluster(memoryBytes, gpus, ranksPerGpu, Optional.empty(), 80 * GIB);
    }

    private Cluster cluster(
            long memoryBytes, int gpus, int ranksPerGpu, Optional<Integer> declaredGpus, long gpuMemoryBytes) {
        ClusterSpec spec = spec(ranksPerGpu, declaredGpus, folder);
        List<NodeFacts.Gpu> found = IntStream.range(0, gpus)
                .mapToObj(index -> new NodeFacts.Gpu(index, "H100", "550", gpuMemoryBytes))
                .toList();
        NodeFacts facts = new NodeFacts(
                "host",
                "x86_64",
                "6",
                "Debian",
                "cpu",
                2,
                memoryBytes,
                memoryBytes,
                found,
                List.of(),
                List.of(),
                List.of(),
                List.of());
        Node node = new Node(
                spec.nodes().get(0),
                facts,
                UNREACHED,
                EngineBundle.at(folder),
                folder,
                Optional.empty(),
                Optional.empty());
        return new Cluster(spec, List.of(node));
    }

    private static ClusterSpec spec(int ranksPerGpu, Optional<Integer> gpus, Path workFolder) {
        return new ClusterSpec(
                "planted",
                Path.of("/config/clusters/planted.yaml"),
                List.of(new ClusterSpec.NodeSpec(
                        "this-machine",
                        Optional.empty(),
                        gpus,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Map.of(),
                        Optional.empty(),
                        Map.of())),
                List.of("nixl-wheel"),
                List.of(),
                ranksPerGpu,
                List.of(),
                workFolder,
                Optional.empty());
    }
}
