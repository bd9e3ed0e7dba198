package org.nixlconform.jupiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.TestExecutionResult.Status.ABORTED;
import static org.junit.platform.engine.TestExecutionResult.Status.FAILED;
import static org.nixlconform.plan.Backend.LIBFABRIC;
import static org.nixlconform.plan.Backend.UCX;
import static org.nixlconform.plan.MemoryKind.DRAM;
import static org.nixlconform.plan.MemoryKind.VRAM;
import static org.nixlconform.plan.Operation.READ;
import static org.nixlconform.plan.Operation.WRITE;
import static org.nixlconform.plan.Placement.PACK;
import static org.nixlconform.plan.Placement.SPREAD;
import static org.nixlconform.plan.Role.DECODE;
import static org.nixlconform.plan.Role.PREFILL;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.nixlconform.jupiter.ConformanceKit.Ended;
import org.nixlconform.jupiter.ConformanceKit.Run;

/** Which cells there are, and what they are called; told by runs that only list them. */
class SelectedCellsTest {
    private static final String PACKED =
            "1P-TP1 -> 1D-TP1 pack, decode READ, UCX, 10 of 100 blocks x 2 layers bf16 HND";

    @TempDir
    Path root;

    private ConformanceKit kit;

    @BeforeEach
    void makeProject() {
        kit = new ConformanceKit(root).withEngine().with("list", "true");
    }

    @Backends(UCX)
    @Direction(operation = READ, initiator = DECODE)
    @ExpectIntegrity
    @TestMethodOrder(MethodOrderer.MethodName.class)
    static class MatrixTestCase {
        @TransferTest
        @Topology(placement = {PACK, SPREAD})
        @Memory({DRAM, VRAM})
        void places() {}

        @TransferTest
        @Topology(prefillTp = 2, decodeTp = 2)
        @Backends({UCX, LIBFABRIC})
        void transports() {}
    }

    @Backends(UCX)
    @Direction(operation = READ, initiator = DECODE)
    @ExpectIntegrity
    @TestMethodOrder(MethodOrderer.MethodName.class)
    static class RepeatedTestCase {
        @TransferTest
        @Topology
        void one() {}

        @TransferTest
        @Topology(prefillTp = 3)
        @Topology
        void two() {}
    }

    @Target(ElementType.METHOD)
    @Retention(RetentionPolicy.RUNTIME)
    @TransferTest
    @Topology
    @Backends(UCX)
    @Direction(operation = WRITE, initiator = PREFILL)
    @ExpectIntegrity
    @interface SmokeTransfer {}

    static class ComposedTestCase {
        @SmokeTransfer
        void composed() {}
    }

    private static List<String> names(Run run) {
        return run.cells().stream().map(Ended::name).toList();
    }

    @Test
    void eachCellIsNamedAndNothingRunsNorIsReported() {
        Run run = kit.run(MatrixTestCase.class);

        String vram = PACKED.replace("UCX", "UCX VRAM");
        String two = PACKED.replace("TP1", "TP2");
        assertThat(names(run))
                .containsExactly(
                        PACKED,
                        vram,
                        PACKED.replace("pack", "spread"),
                        vram.replace("pack", "spread"),
                        two,
                        two.replace("UCX", "LIBFABRIC"));
        assertThat(run.cells()).allMatch(cell -> cell.status() == ABORTED);
        assertThat(run.console())
                .contains("  " + PACKED + "  [nixl]")
                .contains("  " + PACKED.replace("pack", "spread")
                        + "  [not here: cluster local cannot place prefill and decode on different nodes]")
                .contains("  " + two.replace("UCX", "LIBFABRIC")
                        + "  [not here: no environment of cluster local has backend LIBFABRIC]");
        assertThat(run.reporter().published()).isEmpty();
        assertThat(run.reporter().finished().selection()).containsEntry("list", "true");
    }

    @Test
    void patternsOfNamesSelectCells() {
        Run run = kit.with("cells", "*spread*vram*; tp2 ").run(MatrixTestCase.class);

        assertThat(names(run))
                .hasSize(3)
                .allMatch(name -> name.contains("spread") && name.contains("VRAM") || name.contains("TP2"));
    }

    @Test
    void aPatternThatFitsNothingLeavesNothing() {
        Run run = kit.with("cells", "no such cell").run(MatrixTestCase.class);

        assertThat(run.cells()).isEmpty();
        assertThat(run.methods()).noneMatch(method -> method.status() == FAILED);
    }

    @Backends(UCX)
    @Topology
    @Direction(operation = READ, initiator = DECODE)
    @ExpectIntegrity
    static class LevelsTestCase {
        @TransferTest
        void quick() {}

        @TransferTest
        @FromLevel(Level.FULL)
        @Blocks(layers = 3)
        void full() {}
    }

    @Test
    void cellsOfAHigherLevelAreLeftOutUnlessTheyAreAskedFor() {
        assertThat(names(kit.run(LevelsTestCase.class))).hasSize(1);
        Run full = kit.with("level", "full").run(LevelsTestCase.class);
        assertThat(names(full)).hasSize(2).anyMatch(name -> name.contains("3 layers"));
        assertThat(full.reporter().finished().selection()).containsEntry("level", "full");
    }

    @Test
    void backendsSelectCells() {
        assertThat(names(kit.with("backends", "libfabric").run(MatrixTestCase.class)))
                .singleElement()
                .asString()
                .contains("LIBFABRIC");
    }

    @Test
    void theEnvironmentIsNamedWhereThereAreSeveral() {
        kit.write("config/clusters/two.yaml", """
                        nodes:
                          - {name: here, connection: local}
                        environments: [nixl, older]
                        """).write("config/environments/older.yaml", """
                        install: {mode: wheel, distribution: nixl-cu12, version: 0.10.1}
                        backends: [UCX]
                        """);

        Run run = kit.with("cluster", "two").with("cells", "*tp1 pack*").run(MatrixTestCase.class);

        assertThat(names(run)).contains(PACKED + ", nixl", PACKED + ", older").hasSize(4);
    }

    @Test
    void releasesTakeThePlaceOfThoseOfTheEnvironments() {
        kit.write("config/clusters/two.yaml", """
                        nodes:
                          - {name: here, connection: local}
                        environments: [nixl, there]
                        """).write("config/environments/there.yaml", """
                        install: {mode: installed, prefix: /opt/nixl}
                        backends: [UCX]
                        """);

        Run run = kit.with("cluster", "two")
                .with("nixl.versions", "1.4.0, 1.4.0:1.3.2,1.4.0")
                .run(ComposedTestCase.class);

        String cell = PACKED.replace("decode READ", "prefill WRITE");
        assertThat(names(run)).containsExactly(cell + ", nixl@1.4.0", cell + ", nixl@1.4.0:1.3.2", cell + ", there");
        assertThat(run.console()).contains("[nixl@1.4.0:1.3.2]");
        assertThat(run.reporter().finished().selection()).containsEntry("nixl.versions", "1.4.0,1.4.0:1.3.2");
    }

    @Topology
    @Backends(UCX)
    @Direction(operation = READ, initiator = DECODE)
    @ExpectIntegrity
    @TestMethodOrder(MethodOrderer.MethodName.class)
    static class AskingTestCase {
        @TransferTest
        void any() {}

        @TransferTest
        @Environments({"row*", "nixl"})
        void many() {}

        @TransferTest
        @Environments("ro")
        void none() {}
    }

    @Test
    void environmentsOnRequestAreForCasesThatNameThem() {
        kit.write("config/clusters/local.yaml", """
                nodes:
                  - {name: here, connection: local}
                environments: [nixl]
                environmentsOnRequest: [row-a, row-b]
                """);
        for (String row : List.of("row-a", "row-b")) {
            kit.write("config/environments/" + row + ".yaml", """
                    install: {mode: wheel, distribution: nixl-cu12, version: 1.4.0}
                    backends: [UCX]
                    """);
        }

        Run run = kit.run(AskingTestCase.class);

        assertThat(names(run))
                .containsExactly(PACKED, PACKED + ", nixl", PACKED + ", row-a", PACKED + ", row-b", PACKED + " (2)");
        assertThat(run.console())
                .contains(
                        "  " + PACKED + " (2)  [not here: no environment of cluster local, named ro, has backend UCX]");
        assertThat(names(kit.with("nixl.versions", "1.3.2")
                        .with("cells", "row-b")
                        .run(AskingTestCase.class)))
                .containsExactly(PACKED + ", row-b@1.3.2");
    }

    @Test
    void theSameCellOfTwoMethodsIsTwoCells() {
        Run run = kit.run(RepeatedTestCase.class);

        assertThat(names(run)).contains(PACKED, PACKED + " (2)");
    }

    @Test
    void aRefusedCellDoesNotLoseTheOthers() {
        Run run = kit.run(RepeatedTestCase.class);

        Ended refused = run.cell("1P-TP3");
        assertThat(refused.status()).isEqualTo(FAILED);
        assertThat(refused.message()).contains("plan: ", "3", "SelectedCellsTest.RepeatedTestCase.two");
        assertThat(run.cells()).hasSize(3);
        assertThat(run.cells().stream().filter(cell -> cell.status() == ABORTED))
                .hasSize(2);
    }

    @Test
    void aComposedAnnotationIsATest() {
        assertThat(names(kit.run(ComposedTestCase.class)))
                .containsExactly(PACKED.replace("decode READ", "prefill WRITE"));
    }
}
