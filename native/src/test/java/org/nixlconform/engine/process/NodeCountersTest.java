package org.nixlconform.engine.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nixlconform.binding.LinkCounters;
import org.nixlconform.engine.protocol.FromWarden;

class NodeCountersTest {
    @TempDir
    private Path root;

    @BeforeEach
    void plantNode() throws IOException {
        write(
                "proc/net/dev",
                "Inter-| Receive | Transmit\n face |bytes packets errs ...\n"
                        + "    lo: 100 1 0 0 0 0 0 0 100 1 0 0 0 0 0 0\n  eth0:7 1 0 0 0 0 0 0 9 1 0 0 0 0 0 0\n");
        write("sys/class/infiniband/rdmap0/ports/1/counters/port_xmit_data", "40\n");
        write("sys/class/infiniband/rdmap0/ports/1/hw_counters/retrans_bytes", "0\n");
        write("sys/class/infiniband/rdmap0/ports/1/hw_counters/lifespan", "N/A\n");
    }

    private void write(String file, String text) throws IOException {
        Files.createDirectories(root.resolve(file).getParent());
        Files.writeString(root.resolve(file), text);
    }

    private NodeCounters read() {
        return NodeCounters.read(root.resolve("proc"), root.resolve("sys"));
    }

    @Test
    void onlyWhatChangedIsToldAndDevicesAreAllNamed() throws IOException {
        NodeCounters before = read();
        write(
                "proc/net/dev",
                "Inter-|\n face |\n"
                        + "    lo: 100 1 0 0 0 0 0 0 100 1 0 0 0 0 0 0\n  eth0:7 1 0 5 0 0 0 0 29 1 0 0 0 0 0 0\n");
        write("sys/class/infiniband/rdmap0/ports/1/hw_counters/retrans_bytes", "8192\n");
        write("sys/class/infiniband/rdmap0/ports/1/hw_counters/new_one", "3\n");
        FromWarden.Counted counted = before.until(read());
        assertThat(counted.devices()).containsExactly("lo", "eth0", "rdmap0 port 1");
        assertThat(counted.changed())
                .containsExactly(
                        new FromWarden.Counter("eth0", "receive dropped", 0, 5),
                        new FromWarden.Counter("eth0", "send bytes", 9, 29),
                        new FromWarden.Counter("rdmap0 port 1", "new_one", 0, 3),
                        new FromWarden.Counter("rdmap0 port 1", "retrans_bytes", 0, 8192));
    }

    @Test
    void linksOfGpusAreNeitherInterfacesNorRdmaDevices() {
        NodeCounters before = read().with(List.of(new LinkCounters("0000:0f:00.0", 18, 100, 7, 4_294_967_290L, 5)));
        FromWarden.Counted counted =
                before.until(read().with(List.of(new LinkCounters("0000:0f:00.0", 18, 1124, 7, 4, 9))));

        assertThat(counted.gpus()).containsExactly("0000:0f:00.0");
        assertThat(counted.nvlinks()).containsExactly("0000:0f:00.0");
        assertThat(counted.rdma()).containsExactly("rdmap0 port 1");
        assertThat(counted.changed())
                .containsExactly(
                        new FromWarden.Counter("0000:0f:00.0", "nvlink sent bytes", 100, 1124),
                        new FromWarden.Counter("0000:0f:00.0", "pci sent bytes", 4_294_967_290L, 4_294_967_300L),
                        new FromWarden.Counter("0000:0f:00.0", "pci received bytes", 5, 9));
    }

    @Test
    void aGpuWithoutNvlinkIsNoInterfaceEither() {
        FromWarden.Counted counted = read().with(List.of(new LinkCounters("0000:0f:00.0", 0, 0, 0, 1, 1)))
                .until(read().with(List.of(new LinkCounters("0000:0f:00.0", 0, 0, 0, 3, 1))));

        assertThat(counted.gpus()).containsExactly("0000:0f:00.0");
        assertThat(counted.nvlinks()).isEmpty();
        assertThat(counted.rdma()).containsExactly("rdmap0 port 1");
        assertThat(counted.changed()).containsExactly(new FromWarden.Counter("0000:0f:00.0", "pci sent bytes", 1, 3));
    }

    /** As the driver of EFA shows a machine of 32 devices, which was never seen here. */
    @Test
    void devicesOfEfaAreToldFromOthersAndEachHasItsCounters() throws IOException {
        NodeCounters before = plantEfa(0);
        FromWarden.Counted counted = before.until(plantEfa(1 << 20));

        assertThat(counted.rdma()).hasSize(33).contains("rdmap0 port 1", "rdmap79s0 port 1");
        assertThat(counted.efa()).hasSize(32).doesNotContain("rdmap0 port 1");
        assertThat(counted.changed())
                .hasSize(2 * 32)
                .contains(new FromWarden.Counter("rdmap110s0 port 1", "rdma_read_bytes", 0, 1 << 20));
    }

    private NodeCounters plantEfa(long bytes) throws IOException {
        for (int device = 0; device < 32; device++) {
            String folder = "sys/class/infiniband/rdmap" + (79 + device) + "s0/ports/1/hw_counters/";
            for (String counter :
                    List.of("tx_bytes", "send_bytes", "rdma_read_resp_bytes", "rdma_write_bytes", "lifespan")) {
                write(folder + counter, counter.equals("lifespan") ? "12\n" : "0\n");
            }
            write(folder + "rx_bytes", bytes + "\n");
            write(folder + "rdma_read_bytes", bytes + "\n");
        }
        return read();
    }

    @Test
    void aNodeWithoutAnyIsNoError() {
        NodeCounters none = NodeCounters.read(root.resolve("nothing"), root.resolve("nothing"));
        assertThat(none.until(none))
                .isEqualTo(new FromWarden.Counted(List.of(), List.of(), List.of(), List.of(), List.of(), List.of()));
    }
}
