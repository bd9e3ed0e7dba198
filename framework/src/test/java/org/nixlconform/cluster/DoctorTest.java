package org.nixlconform.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nixlconform.configuration.ClusterSpec;
import org.nixlconform.configuration.Configuration;

/** What the doctor says of real hosts, well and with a closed port. */
class DoctorTest {
    private static final int HOSTS = 3;
    private static final String CLOSED = "-i data0 -p tcp --syn -j DROP";

    private static Hosts hosts;

    private final List<String> said = new ArrayList<>();

    @BeforeAll
    static void up() throws Exception {
        hosts = Hosts.up(HOSTS, "d");
    }

    @AfterAll
    static void down() throws Exception {
        if (hosts != null) {
            hosts.close();
        }
    }

    private boolean examine(ClusterSpec spec) {
        return new Doctor(spec, List.of(Configuration.environment("nixl-wheel", Hosts.ROOT)), each -> false, said::add)
                .examine();
    }

    @Test
    void everyNodeAndEveryPairIsSaidAndNothingIsChanged() throws Exception {
        String workFolder = hosts.spec().nodes().get(0).workFolder().orElseThrow();
        String before = hosts.in(1, "ls -R " + workFolder);

        boolean right = examine(hosts.spec());

        assertThat(right).as(String.join("\n", said)).isTrue();
        assertThat(said).filteredOn(line -> line.startsWith("node ")).hasSize(HOSTS);
        assertThat(said).contains("environment nixl-wheel: nixl-cu12 1.5.1, to be installed in a folder of ours");
        assertThat(said)
                .filteredOn(line -> line.contains(" -> "))
                .hasSize(HOSTS * (HOSTS - 1))
                .allSatisfy(line -> assertThat(line).startsWith("    ").endsWith(" ms"));
        assertThat(hosts.in(1, "ls -R " + workFolder)).isEqualTo(before);
        assertThat(hosts.in(1, "ps -e -o args")).doesNotContain("PATIENCE_SECONDS");
    }

    @Test
    void aPortThatIsClosedSilentlyIsSaidOfEachWayIntoIt() throws Exception {
        hosts.in(2, "iptables -A INPUT " + CLOSED);
        try {
            assertThat(examine(hosts.spec())).isFalse();
        } finally {
            hosts.in(2, "iptables -D INPUT " + CLOSED);
        }

        String closed = hosts.name() + "-2";
        assertThat(said)
                .filteredOn(line -> line.contains(" -> "))
                .hasSize(HOSTS * (HOSTS - 1))
                .allSatisfy(line -> {
                    boolean into = line.contains("-> " + closed);
                    assertThat(line).startsWith(into ? "  ! " : "    ").contains(into ? "timed out after 3" : " ms");
                });
        assertThat(said).anyMatch(line -> line.contains("security group"));
    }

    @Test
    void anAddressForDataThatNoInterfaceHasIsSaidWithItsRemedy(@TempDir Path folder) throws Exception {
        String address = hosts.spec().nodes().get(0).dataAddress().orElseThrow();

        assertThat(examine(changed(folder, "dataAddress: " + address + ",", "dataAddress: 192.0.2.77,")))
                .isFalse();

        assertThat(said).anyMatch(line -> line.matches("  ! data address +192.0.2.77, which no interface has"));
        assertThat(said).anyMatch(line -> line.contains("ip address"));
        assertThat(said)
                .filteredOn(line -> line.contains("-> " + hosts.name() + "-1"))
                .hasSize(HOSTS - 1)
                .allMatch(line -> line.contains("nothing can listen"));
    }

    @Test
    void aNodeThatIsNotReachedIsSaidAndTheOthersAreExamined(@TempDir Path folder) throws Exception {
        String name = "name: " + hosts.name() + "-1,";

        assertThat(examine(changed(folder, name, name + " port: 2223,"))).isFalse();

        assertThat(said).anyMatch(line -> line.contains("2223"));
        assertThat(said).filteredOn(line -> line.contains(" -> ")).hasSize(2).allMatch(line -> line.endsWith(" ms"));
    }

    private static ClusterSpec changed(Path folder, String text, String replacement) throws IOException {
        return Configuration.cluster(hosts.fileWith(folder, text, replacement).toString(), Hosts.ROOT);
    }
}
