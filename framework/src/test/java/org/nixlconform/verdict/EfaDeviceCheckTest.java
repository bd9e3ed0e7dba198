package org.nixlconform.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.metadata.AgentMetadata;
import org.nixlconform.plan.Attention;
import org.nixlconform.plan.Backend;
import org.nixlconform.plan.BlockUse;
import org.nixlconform.plan.DataType;
import org.nixlconform.plan.KeyValue;
import org.nixlconform.plan.KvGeometry;
import org.nixlconform.plan.Layout;
import org.nixlconform.plan.Pairing;
import org.nixlconform.plan.Placement;
import org.nixlconform.plan.Selection;
import org.nixlconform.plan.Topology;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.PathObservation.RdmaDevice;

/** Two nodes of 32 devices each. */
class EfaDeviceCheckTest {
    private static final int DEVICES = 32;

    private final TransferPlan plan = Observations.plan(draft -> draft.backend(Backend.LIBFABRIC)
            .placement(Placement.SPREAD)
            .topology(new Topology(1, 1, 1, 1, Pairing.MESH))
            .geometry(new KvGeometry(4, 8, 64, 16, DataType.BF16, Layout.HND, Attention.GQA, KeyValue.PACKED))
            .blocks(new BlockUse(64, 64, 64, Selection.SHUFFLED, 7, 0, false)));
    private final long moved = PathCheck.moved(Observations.clean(plan).seen());

    @Test
    void devicesThatCarryWhatWasMovedAreAllRightAlsoIfTheBackendTakesEight() {
        assertThat(found(DEVICES, devices(DEVICES, moved))).isEmpty();
        assertThat(found(8, devices(8, moved))).isEmpty();
    }

    @Test
    void anIdleDeviceIsAFindingOnItsNode() {
        assertThat(found(8, devices(7, moved)))
                .extracting(Finding::headline)
                .containsExactly(
                        "7 of 32 devices of EFA on decode carried blocks",
                        "7 of 32 devices of EFA on prefill carried blocks");
        assertThat(found(8, devices(7, moved))).extracting(Finding::kind).containsOnly(FindingKind.RAIL_SHARE);
    }

    @Test
    void blocksThatTookTcpWhereThereIsEfaAreOnAWrongPath() {
        List<Finding> found = found(DEVICES, devices(DEVICES, 0));

        assertThat(found).extracting(Finding::kind).containsExactly(FindingKind.WRONG_PATH);
        assertThat(found.get(0).headline()).endsWith("moved between nodes, devices of EFA received 0 bytes");
    }

    @Test
    void blocksThatWereReceivedTwiceWereRelayed() {
        assertThat(found(DEVICES, devices(DEVICES, 2 * moved + (16L << 20))))
                .extracting(Finding::kind)
                .containsExactly(FindingKind.WRONG_PATH);
    }

    @Test
    void whereTcpIsAskedForOrAnotherBackendMovedThemDevicesMayBeIdle() {
        assertThat(new EfaDeviceCheck()
                        .check(
                                plan,
                                Observations.clean(plan)
                                        .devices(devices(DEVICES, 0))
                                        .asked("tcp")
                                        .seen()))
                .isEmpty();
        TransferPlan ucx = Observations.plan(draft -> draft.placement(Placement.SPREAD));
        assertThat(new EfaDeviceCheck()
                        .check(
                                ucx,
                                Observations.clean(ucx)
                                        .devices(devices(DEVICES, 0))
                                        .seen()))
                .isEmpty();
    }

    /** @param carrying so many of each node, equally */
    private static List<RdmaDevice> devices(int carrying, long bytes) {
        List<RdmaDevice> devices = new ArrayList<>();
        for (int device = 0; device < DEVICES; device++) {
            long each = device < carrying ? bytes / carrying : 0;
            devices.add(new RdmaDevice("prefill", "rdmap" + (79 + device) + "s0 port 1", true, 0, each));
            devices.add(new RdmaDevice("decode", "rdmap" + (79 + device) + "s0 port 1", true, each, 0));
        }
        return devices;
    }

    private List<Finding> found(int registered, List<RdmaDevice> devices) {
        List<Integer> rails = IntStream.range(0, registered).boxed().toList();
        List<List<Integer>> regions = List.of(rails, rails, rails, rails);
        Observations seen = Observations.clean(plan).devices(devices);
        plan.topology()
                .ranks()
                .forEach(rank -> seen.given(
                        rank, new AgentMetadata(rank.label(), 100, List.of(), List.of(), Optional.empty()), regions));
        return new EfaDeviceCheck().check(plan, seen.seen());
    }
}
