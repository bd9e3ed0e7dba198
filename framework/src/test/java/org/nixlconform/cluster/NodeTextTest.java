package org.nixlconform.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Texts as real machines give them. */
class NodeTextTest {
    private static final long GIB = 1L << 30;

    @Test
    void allowedCoresAreCountedOverRanges() {
        assertThat(NodeText.allowedCores("Cpus_allowed:\tff\nCpus_allowed_list:\t0-3,8,10-11\nMems_allowed:\t1"))
                .isEqualTo(OptionalInt.of(7));
        assertThat(NodeText.allowedCores("Cpus_allowed_list:\t5\n")).isEqualTo(OptionalInt.of(1));
        assertThat(NodeText.allowedCores("")).isEmpty();
    }

    @Test
    void aCpuQuotaRoundsUp() {
        assertThat(NodeText.quotaCores("250000 100000\n")).isEqualTo(OptionalInt.of(3));
        assertThat(NodeText.quotaCores("50000 100000")).isEqualTo(OptionalInt.of(1));
        assertThat(NodeText.quotaCores("max 100000\n")).isEmpty();
        assertThat(NodeText.quotaCores("-1 100000\n")).isEmpty();
        assertThat(NodeText.quotaCores(" ")).isEmpty();
    }

    @Test
    void memoryIsGivenInBytes() {
        String meminfo = "MemTotal:       24684092 kB\nMemFree:        23476948 kB\nMemAvailable:   24267356 kB\n";

        assertThat(NodeText.meminfoBytes(meminfo, "MemTotal")).isEqualTo(OptionalLong.of(24684092L * 1024));
        assertThat(NodeText.meminfoBytes(meminfo, "MemAvailable")).isEqualTo(OptionalLong.of(24267356L * 1024));
        assertThat(NodeText.meminfoBytes(meminfo, "Mem")).isEmpty();
    }

    @Test
    void aControlGroupLeavesItsLimitLessWhatCannotBeDropped() {
        String stat = "anon 123\ninactive_file 1073741824\nactive_file 5\n";

        assertThat(NodeText.groupAvailableBytes(8 * GIB + "\n", 3 * GIB + "\n", stat))
                .isEqualTo(OptionalLong.of(6 * GIB));
        assertThat(NodeText.groupAvailableBytes("" + GIB, "" + 3 * GIB, "")).isEqualTo(OptionalLong.of(0));
    }

    @Test
    void aControlGroupOfVersionOneCountsItsChildrensPages() {
        String stat = "inactive_file 0\ntotal_inactive_file 1073741824\n";

        assertThat(NodeText.groupAvailableBytes("" + 4 * GIB, "" + 2 * GIB, stat))
                .isEqualTo(OptionalLong.of(3 * GIB));
    }

    @Test
    void noLimitIsNoLimit() {
        assertThat(NodeText.groupAvailableBytes("max\n", "5\n", "")).isEmpty();
        assertThat(NodeText.groupAvailableBytes("9223372036854771712\n", "5\n", ""))
                .isEmpty();
        assertThat(NodeText.groupAvailableBytes("", "", "")).isEmpty();
    }

    @Test
    void controlGroupsOfBothVersionsAreFoundWithTheirParents() {
        String groups = "4:memory:/pods/one\n2:cpu,cpuacct:/\n0::/user.slice/session-1.scope\n";

        assertThat(NodeText.groupFolders(groups, "memory")).containsExactly("/pods/one", "/pods", "");
        assertThat(NodeText.groupFolders(groups, "cpu")).containsExactly("");
        assertThat(NodeText.groupFolders(groups, "")).containsExactly("/user.slice/session-1.scope", "/user.slice", "");
    }

    @Test
    void distributionAndProcessorAreNamed() {
        assertThat(NodeText.distribution("NAME=\"Debian\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n"))
                .isEqualTo("Debian GNU/Linux 12 (bookworm)");
        assertThat(NodeText.distribution("PRETTY_NAME=Alpine\n")).isEqualTo("Alpine");
        assertThat(NodeText.cpuModel("processor\t: 0\nmodel name\t: AMD EPYC 7R13\nmodel name\t: other\n"))
                .isEqualTo("AMD EPYC 7R13");
        assertThat(NodeText.cpuModel("")).isEqualTo("unknown");
    }

    @Test
    void gpusAreReadFromNvidiaSmi() {
        String csv = "0, NVIDIA H100 80GB HBM3, 550.90.07, 81559\n1, NVIDIA H100 80GB HBM3, 550.90.07, 81559\n";

        assertThat(NodeText.gpus(csv))
                .containsExactly(
                        new NodeFacts.Gpu(0, "NVIDIA H100 80GB HBM3", "550.90.07", 81559L << 20),
                        new NodeFacts.Gpu(1, "NVIDIA H100 80GB HBM3", "550.90.07", 81559L << 20));
        assertThat(NodeText.gpus("0, NVIDIA GB10, 580.95.05, [N/A]"))
                .containsExactly(new NodeFacts.Gpu(0, "NVIDIA GB10", "580.95.05", 0));
        assertThat(NodeText.gpus("No devices were found\n")).isEmpty();
    }

    @Test
    void gpusAreReadFromTheKernelToo() {
        assertThat(NodeText.gpuName("Model: \t\t NVIDIA H200\nIRQ:   \t\t 11\n"))
                .isEqualTo("NVIDIA H200");
        assertThat(
                        NodeText.gpuDriver(
                                "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  570.86.15  Release Build\nGCC version: 12.2.0"))
                .isEqualTo("570.86.15");
        assertThat(NodeText.gpuDriver("")).isEmpty();
    }

    @Test
    void factsAreDescribedForTheReport() {
        NodeFacts facts = new NodeFacts(
                "host-1",
                "x86_64",
                "6.1.0",
                "Debian 12",
                "AMD EPYC",
                2,
                25_000_000_000L,
                24_000_000_000L,
                NodeText.gpus("0, H100, 550.1, 80\n1, H100, 550.1, 80"),
                List.of(),
                List.of("/usr/lib/libfabric.so.1"),
                List.of(),
                List.of());

        assertThat(facts.describe())
                .extracting(fact -> fact.name() + "=" + fact.value())
                .contains(
                        "memory=24.0 GB available of 25.0 GB",
                        "gpus=2 x H100, driver 550.1",
                        "fabric libraries=/usr/lib/libfabric.so.1",
                        "rdma devices=none");
    }
}
