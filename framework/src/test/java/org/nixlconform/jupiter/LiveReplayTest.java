package org.nixlconform.jupiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.nixlconform.plan.Backend.UCX;
import static org.nixlconform.plan.Operation.READ;
import static org.nixlconform.plan.Role.DECODE;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.nixlconform.jupiter.ConformanceKit.Run;
import org.nixlconform.message.FindingKind;

/** A cell that fails is run again by the file that it left, alone among its neighbours, with real NIXL. */
@Timeout(120)
class LiveReplayTest {
    @TempDir
    Path root;

    @Backends(UCX)
    @Topology
    @Direction(operation = READ, initiator = DECODE)
    @Blocks(transferred = 11)
    @Iterations(1)
    @ExpectIntegrity
    @ExpectCompletion
    static class CellsTestCase {
        @TransferTest
        void conforms() {}

        /** Plants nothing, so that nothing is caught. */
        @TransferTest
        @FromLevel(Level.FULL)
        @Iterations(2)
        @ExpectCaught(FindingKind.MISPLACED)
        void fails() {}
    }

    @Test
    @Tag("releases")
    void aCellThatFailedIsRunAgainAlone() {
        ConformanceKit kit = LiveProject.in(root).with("level", "full").with("cells", "*iterations 2*");
        Run first = kit.run(CellsTestCase.class);
        Path left = first.report("fails").evidence().stream()
                .filter(file -> file.endsWith(Replay.FILE))
                .findFirst()
                .orElseThrow();

        Run again = LiveProject.in(root)
                .with("replay", "target/conformance/" + left)
                .run(CellsTestCase.class);

        assertThat(again.reporter().published()).as(again.console()).hasSize(1);
        assertThat(again.console()).contains("the replay reproduces: NOT_CAUGHT");
        assertThat(root.resolve("target/conformance").resolve(Replay.FILE))
                .as("the run empties the folder that it was read from")
                .isRegularFile();
    }
}
