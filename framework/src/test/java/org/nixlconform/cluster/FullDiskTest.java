package org.nixlconform.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nixlconform.configuration.Configuration;
import org.nixlconform.configuration.EnvironmentSpec;
import org.nixlconform.environment.Environment;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingRenderer;

/** A host whose work folder is a small file system. */
class FullDiskTest {
    private static Hosts hosts;

    @TempDir
    Path folder;

    @BeforeAll
    static void up() throws Exception {
        hosts = Hosts.up(1, "f");
    }

    @AfterAll
    static void down() throws Exception {
        if (hosts != null) {
            hosts.close();
        }
    }

    @AfterEach
    void unmount() throws Exception {
        hosts.in(1, "umount -l " + workFolder());
    }

    private static String workFolder() {
        return hosts.spec().nodes().get(0).workFolder().orElseThrow();
    }

    private static void mount(String options) throws Exception {
        hosts.in(1, "mount -t tmpfs -o " + options + " tmpfs " + workFolder());
    }

    @Test
    void thereIsNoRoomForOurPrograms() throws Exception {
        mount("size=20m");

        assertThat(refusal())
                .contains("the disk of node " + hosts.name() + "-1 is full", "where    : " + workFolder())
                .containsPattern("actual +: 20,\\d{3},\\d{3} bytes free")
                .contains("remedy", "workFolder");
    }

    /** What is free is told by blocks; this runs out of files, so that unpacking itself fails. */
    @Test
    void unpackingOurProgramsFails() throws Exception {
        mount("size=300m,nr_inodes=40");

        assertThat(refusal())
                .contains("our programs cannot be put on node " + hosts.name() + "-1")
                .contains("No space left on device", "KiB free", workFolder(), "free space there");
        assertThat(hosts.in(1, "ls " + workFolder() + "/engines")).isEmpty();
    }

    @Test
    void anEnvironmentDoesNotFit() throws Exception {
        mount("size=150m");
        EnvironmentSpec wheel = Configuration.environment("nixl-wheel", Hosts.ROOT);
        try (Cluster cluster = Cluster.open(hosts.spec(), BuiltEngine.bundle())) {
            FindingException refused = catchThrowableOfType(
                    FindingException.class, () -> Environment.stage(wheel, cluster.nodes(), folder, line -> {}));
            assertThat(refused).isNotNull();
            assertThat(FindingRenderer.render(refused.findings()))
                    .contains("the disk of node " + hosts.name() + "-1 is full", " GB free", workFolder(), "remedy");
        }
    }

    @Test
    void whatADiskDidNotTakeIsToldWithItsNodeAndFolder() throws Exception {
        mount("size=150m");
        try (Cluster cluster = Cluster.open(hosts.spec(), BuiltEngine.bundle())) {
            Node node = cluster.nodes().get(0);
            hosts.in(1, "cat /dev/zero > " + workFolder() + "/filling 2>/dev/null || true");

            assertThat(FindingRenderer.render(List.of(node.diskFull("the log of prefill-0-rank-0"))))
                    .contains("the disk of node " + hosts.name() + "-1 did not take the log of prefill-0-rank-0")
                    .contains("actual   : 0 bytes free", workFolder(), "remedy");
            assertThat(node.connection().writeText(node.workFolder().resolve("more"), "text"))
                    .hasValueSatisfying(reason -> assertThat(reason).contains("No space left on device"));
        }
    }

    private static String refusal() {
        FindingException refused = catchThrowableOfType(
                FindingException.class,
                () -> Cluster.open(hosts.spec(), BuiltEngine.bundle()).close());
        assertThat(refused).as("a refusal").isNotNull();
        return FindingRenderer.render(refused.findings());
    }
}
