package org.nixlconform.jupiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.nixlconform.plan.Backend.LIBFABRIC;
import static org.nixlconform.plan.Backend.UCX;
import static org.nixlconform.plan.Operation.READ;
import static org.nixlconform.plan.Role.DECODE;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nixlconform.jupiter.ConformanceKit.Run;

/** What no cell of a run has is not put on the nodes. Here nothing can be: what was tried is told as refused. */
class AnnouncedMethodsTest {
    @TempDir
    Path root;

    private ConformanceKit kit;

    @BeforeEach
    void makeProject() {
        kit = new ConformanceKit(root).withEngine().write("config/clusters/local.yaml", """
                nodes:
                  - {name: here, connection: local}
                environments: [ucx, fabric, both]
                """);
        environment("ucx", "UCX");
        environment("fabric", "LIBFABRIC");
        environment("both", "UCX, LIBFABRIC");
    }

    private void environment(String name, String backends) {
        kit.write("config/environments/" + name + ".yaml", """
                install: {mode: installed, prefix: %s}
                backends: [%s]
                """.formatted(root.resolve("no-" + name), backends));
    }

    @Topology
    @Direction(operation = READ, initiator = DECODE)
    @ExpectIntegrity
    static class UcxTestCase {
        @TransferTest
        @Backends(UCX)
        void one() {}

        @TransferTest
        @Backends(UCX)
        @Blocks(layers = 3)
        void another() {}

        @TransferTest
        @FromLevel(Level.FULL)
        @Backends(LIBFABRIC)
        void ofAHigherLevel() {}
    }

    @Topology
    @Direction(operation = READ, initiator = DECODE)
    @ExpectIntegrity
    static class FabricTestCase {
        @TransferTest
        @Backends(LIBFABRIC)
        void one() {}
    }

    /** @return names of those that were tried */
    private List<String> tried(Run run) {
        String told = run.reporter().finished().obstacle().orElse("");
        return List.of("ucx", "fabric", "both").stream()
                .filter(name -> told.contains("/no-" + name + "\n") || told.contains("/no-" + name + " "))
                .toList();
    }

    @Test
    void environmentsOfNoSelectedCellAreLeftOut() {
        Run run = kit.launch(UcxTestCase.class);
        assertThat(tried(run)).containsExactly("ucx", "both");
        assertThat(run.console()).contains("left out, as no selected cell has them: fabric");

        assertThat(tried(kit.with("cells", "*, ucx").launch(UcxTestCase.class))).containsExactly("ucx");
        assertThat(tried(kit.with("cells", "*").with("level", "full").launch(UcxTestCase.class)))
                .containsExactly("ucx", "fabric", "both");
        assertThat(tried(kit.with("backends", "LIBFABRIC").launch(UcxTestCase.class, FabricTestCase.class)))
                .containsExactly("fabric", "both");
    }

    @Test
    void allArePutThereWhereEachHasACellOrNothingIsKnown() {
        Run run = kit.launch(UcxTestCase.class, FabricTestCase.class);
        assertThat(tried(run)).containsExactly("ucx", "fabric", "both");
        assertThat(run.console()).doesNotContain("left out");

        assertThat(tried(kit.run(UcxTestCase.class))).containsExactly("ucx", "fabric", "both");
    }

    @Test
    void aSelectionWithoutCellsPutsNothingThere() {
        Run run = kit.with("cells", "no such cell").launch(UcxTestCase.class);
        assertThat(run.reporter().finished().obstacle()).isEmpty();
        assertThat(run.console()).contains("left out, as no selected cell has them: ucx, fabric, both");
    }
}
