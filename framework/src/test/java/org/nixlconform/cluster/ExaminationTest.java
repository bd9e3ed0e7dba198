package org.nixlconform.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nixlconform.configuration.ClusterSpec.NodeSpec;

/** What is said of a node that one cannot have here: a p5 with EFA, and each thing that may be wrong with it. */
class ExaminationTest {
    private final Map<String, List<String>> said = new LinkedHashMap<>();

    ExaminationTest() {
        say("host", "p5");
        say("glibc", "2.35");
        say("tar", "/usr/bin/tar");
        say("python", "3.10.12 python3");
        say("pip", "22.0");
        say("memlock", "unlimited");
        say("huge-pages", "5128");
        say("disk-kib", "900000000");
        say("work-folder", "/home/ray/.cache/nixlconform");
        say("work-folder-writable", "yes");
        say("mount-options", "rw,relatime");
        say("gpu", "0, NVIDIA H100 80GB HBM3, 550.54, 81559 MiB, 00000000:53:00.0, NUMA node 0");
        say("gpu-path", "0 /sys/devices/pci0000:44/0000:44:00.0/0000:45:00.0/0000:53:00.0");
        say("cuda", "12.4");
        say("rail", "rdmap79s0, NUMA node 0, driver efa");
        say("rail", "rdmap201s0, NUMA node 1, driver efa");
        say("rail-path", "rdmap79s0 /sys/devices/pci0000:44/0000:44:00.0/0000:46:00.0/0000:4f:00.0");
        say("rail-path", "rdmap201s0 /sys/devices/pci0000:c0/0000:c0:00.0/0000:c1:00.0/0000:c9:00.0");
        say("infiniband-files", "uverbs0 uverbs1 ");
        say("efa-installer", "1.34.0");
        say("efa-provider", "2");
        say("libfabric", "2.1.0amzn3.0");
    }

    private void say(String name, String value) {
        said.computeIfAbsent(name, none -> new ArrayList<>()).add(value);
    }

    private List<Examination.Line> lines() {
        return new Examination(NodeSpec.local("p5").withGpus(1), said, 0, true).lines();
    }

    private Examination.Line line(String name) {
        return lines().stream()
                .filter(line -> line.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aNodeOnWhichAllIsRightHasNoRemedy() {
        assertThat(lines()).filteredOn(line -> line.remedy().isPresent()).isEmpty();
    }

    @Test
    void theRailsNearestToAGpuAreSaid() {
        assertThat(line("near GPU 0").value()).isEqualTo("rdmap79s0: below one PCI bridge");
    }

    @Test
    void aGpuAndRailsThatShareNothingAreSaidToBeNoNearer() {
        said.put("rail-path", List.of("rdmap201s0 /sys/devices/pci0000:c0/0000:c0:00.0/0000:c9:00.0"));

        assertThat(line("near GPU 0").value()).isEqualTo("rdmap201s0: no nearer");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    glibc                | 2.26            | glibc           | 2.28 or later              | true
                    tar                  |                 | tar             | apt-get install tar        | true
                    pip                  |                 | python          | python3-pip                | true
                    python               | 3.8.1 python3   | python          | Python 3.10 or later       | true
                    huge-pages           | 0               | huge pages      | vm.nr_hugepages            | false
                    memlock              | 64              | memlock         | LimitMEMLOCK=infinity      | false
                    disk-kib             | 100000          | disk            | another workFolder         | true
                    work-folder-writable |                 | work folder     | make it writable           | true
                    mount-options        | rw,noexec       | mount           | may not be executed        | true
                    infiniband-files     |                 | /dev/infiniband | --device=/dev/infiniband   | false
                    efa-installer        |                 | EFA installer   | /opt/amazon/efa            | false
                    efa-provider         | 0               | EFA provider    | fi_info -p efa             | false
                    gpu                  |                 | GPUs            | see nvidia-smi             | false
                    """)
    void whatIsNotRightCarriesItsRemedyAndNothingElseDoes(
            String name, String value, String line, String remedy, boolean blocks) {
        said.put(name, value == null ? List.of() : List.of(value));

        assertThat(lines())
                .filteredOn(each -> each.remedy().isPresent())
                .singleElement()
                .satisfies(each -> {
                    assertThat(each.name()).isEqualTo(line);
                    assertThat(each.remedy())
                            .hasValueSatisfying(text -> assertThat(text).contains(remedy));
                    assertThat(each.blocks()).isEqualTo(blocks);
                });
    }

    @Test
    void fewerRailsThanTheFileSaysAreSaid() {
        NodeSpec plain = NodeSpec.local("p5");
        NodeSpec declared = new NodeSpec(
                "p5",
                plain.ssh(),
                plain.gpus(),
                plain.memoryBytes(),
                plain.dataAddress(),
                plain.workFolder(),
                plain.variables(),
                Optional.of(32),
                Map.of("rack", "7"));

        assertThat(new Examination(declared, said, 0, true).lines())
                .anyMatch(line -> line.name().equals("rails") && line.value().equals("2 of 32 in the cluster's file"))
                .anyMatch(line -> line.name().equals("rack") && line.value().equals("7"));
    }

    @Test
    void aClockThatIsOffIsSaid() {
        assertThat(new Examination(NodeSpec.local("p5"), said, 4.2, true)
                        .lines().stream()
                                .filter(line -> line.name().equals("clock"))
                                .findFirst()
                                .flatMap(Examination.Line::remedy))
                .hasValueSatisfying(remedy -> assertThat(remedy).contains("chrony"));
    }

    @Test
    void peerMemoryIsMissedWhereRailsAreNotEfa() {
        said.put("rail", List.of("mlx5_0, NUMA node 0, driver mlx5_core"));

        assertThat(line("peer memory").remedy()).isPresent();
        said.put("peer-memory", List.of("nvidia_peermem "));
        assertThat(line("peer memory").remedy()).isEqualTo(Optional.empty());
    }

    @Test
    void pipIsNeededOnlyWhereItWouldInstallSomething() {
        said.remove("pip");
        said.remove("uv");

        assertThat(line("python").blocks()).isTrue();
        assertThat(new Examination(NodeSpec.local("p5").withGpus(1), said, 0, false)
                        .lines().stream().filter(line -> line.name().equals("python")))
                .singleElement()
                .satisfies(line -> assertThat(line.remedy()).isEmpty());
    }
}
