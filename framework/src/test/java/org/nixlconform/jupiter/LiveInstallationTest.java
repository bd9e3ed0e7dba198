package org.nixlconform.jupiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.nixlconform.plan.Backend.LIBFABRIC;
import static org.nixlconform.plan.Backend.UCX;
import static org.nixlconform.plan.Operation.READ;
import static org.nixlconform.plan.Role.DECODE;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.nixlconform.jupiter.ConformanceKit.Run;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.message.FindingRenderer;
import org.nixlconform.plan.Backend;
import org.nixlconform.verdict.Outcome;
import org.nixlconform.verdict.Verdict;

/** The wheel of 0.6.1 as users install it, by the project's own files: unfixed, with the crash planted, and fixed. */
@Tag("network")
@Timeout(400)
@Tag("releases")
class LiveInstallationTest {
    private static final String UNFIXED = "seed-install-wheel-unfixed-planted-crash";
    private static final String FIXED = "seed-install-wheel-fixed";

    @TempDir
    static Path root;

    private static Run run;

    @Backends({UCX, LIBFABRIC})
    @Topology
    @Direction(operation = READ, initiator = DECODE)
    @Blocks(transferred = 1)
    @UnequalCaches(prefillBlocks = 1, decodeBlocks = 1)
    @Iterations(1)
    @ExpectIntegrity
    @ExpectCompletion
    static class OneBlockTestCase {
        @TransferTest
        void cell() {}
    }

    @BeforeAll
    static void runAll() throws Exception {
        ConformanceKit kit = LiveProject.in(root).write("config/clusters/local.yaml", """
                nodes:
                  - {name: here, connection: local, gpus: 0}
                environments: [%s, %s]
                """.formatted(UNFIXED, FIXED));
        for (String name : List.of(UNFIXED, FIXED)) {
            String file = "config/environments/%s.yaml".formatted(name);
            kit.write(file, Files.readString(LiveProject.projectFolder().resolve(file)));
        }
        run = kit.run(OneBlockTestCase.class);
    }

    @Test
    void theUnfixedWheelsCrashIsJudgedWithSignalPhaseFileAndRemedy() {
        Verdict verdict = verdict(UNFIXED, LIBFABRIC);

        assertThat(verdict.outcome()).isEqualTo(Outcome.VIOLATES);
        Finding finding = verdict.findings().get(0);
        assertThat(finding.kind()).isEqualTo(FindingKind.ENGINE_DIED);
        assertThat(finding.phase()).contains("backend");
        assertThat(FindingRenderer.render(finding))
                .contains(
                        "the process that created backend LIBFABRIC of environment " + UNFIXED + " died",
                        "signal SIGSEGV in C [libfabric-",
                        "nixlconform_planted_crash",
                        "last call nixl_capi_create_backend",
                        "a planted crash, as the libfabric below is",
                        "'fix: efa' in ")
                .containsPattern("mapped +: .*/nixl\\.libs/libfabric-[0-9a-f]+\\.so\\.1\\.29\\.0");
    }

    @Test
    void ucxBesideItIsJudgedByItself() {
        assertThat(verdict(UNFIXED, UCX).outcome()).isEqualTo(Outcome.CONFORMS);
    }

    /** The same is planted there. */
    @Test
    void theFixedWheelConforms() {
        assertThat(run.reporter().finished().properties())
                .filteredOn(property -> property.name().startsWith("efa fix"))
                .anyMatch(property -> property.value().matches("libfabric-.* is .*/libfabric\\.so\\.1"));
        for (Backend backend : List.of(UCX, LIBFABRIC)) {
            assertThat(verdict(FIXED, backend).findings()).isEmpty();
            assertThat(verdict(FIXED, backend).outcome()).isEqualTo(Outcome.CONFORMS);
        }
    }

    private static Verdict verdict(String environment, Backend backend) {
        return run.reporter().published().stream()
                .filter(report -> report.environment().orElse("").equals(environment))
                .filter(report -> report.plan().orElseThrow().backend() == backend)
                .findFirst()
                .orElseThrow(() -> new AssertionError(run.console()))
                .verdict();
    }
}
