package org.nixlconform.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nixlconform.message.FindingException;

class EngineBundleTest {
    private static final List<String> PIECES = List.of(
            "start",
            "runtime/bin/java",
            "jars/nixlconform-native.jar",
            "lib/libnixlconform.so",
            "lib/libnixlconform_cuda.so",
            "lib/libnixlconform_fabric.so",
            "lib/libnixlconform_fault.so",
            "lib/libnixlconform_shim.so",
            "lib/libnixlconform_simulated_gpu.so",
            "lib/libjnidispatch.so",
            "shim/build.sh",
            "fabric/p4d.xml",
            "fabric/p5.xml");

    @TempDir
    Path folder;

    @Test
    void anEngineThatIsNotBuiltIsRefusedWithTheCommandThatBuildsIt() throws Exception {
        plant();
        Files.delete(folder.resolve("lib/libjnidispatch.so"));

        assertThatThrownBy(() -> EngineBundle.in(folder))
                .isInstanceOf(FindingException.class)
                .hasMessageContainingAll(
                        "missing: lib/libjnidispatch.so", folder.toString(), "mvn -q -pl native process-classes");
    }

    @Test
    void itLiesInACheckoutWhereTheBuildLeavesItAndInAnArchiveOnTop() throws Exception {
        Path unpacked = folder.resolve("engine");

        assertThatThrownBy(() -> EngineBundle.below(folder)).hasMessageContaining("native/target/engine");
        Files.createDirectories(unpacked);

        assertThatThrownBy(() -> EngineBundle.below(folder)).hasMessageContaining("where    : " + unpacked);
    }

    @Test
    void theStartScriptKeepsTheClassPathAndOptionsComeBeforeTheProgram() throws Exception {
        plant();

        List<String> words = EngineBundle.in(folder).command(Path.of("/evidence"), "probe", List.of("/lib.so", "UCX"));

        assertThat(words)
                .containsExactly(
                        folder.resolve("start").toString(),
                        "-XX:ErrorFile=/evidence/hs_err_%p.log",
                        "org.nixlconform.engine.process.Main",
                        "probe",
                        "/lib.so",
                        "UCX");
    }

    @Test
    void aRankHoldsItsWholeHeapAtOnceWhereItIsAskedTo() throws Exception {
        plant();
        EngineBundle bundle = EngineBundle.in(folder);

        assertThat(bundle.rank(Path.of("/evidence"), true))
                .startsWith(folder.resolve("start").toString(), "-Xms48m", "-XX:+AlwaysPreTouch")
                .endsWith("rank");
        assertThat(bundle.rank(Path.of("/evidence"), false))
                .doesNotContain("-XX:+AlwaysPreTouch")
                .endsWith("rank");
    }

    private void plant() throws Exception {
        for (String piece : PIECES) {
            Files.createDirectories(folder.resolve(piece).getParent());
            Files.writeString(folder.resolve(piece), "");
        }
    }
}
