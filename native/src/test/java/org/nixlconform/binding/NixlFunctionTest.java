package org.nixlconform.binding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class NixlFunctionTest {
    private static final NixlAgent.Configuration PLAIN = new NixlAgent.Configuration(false, 0, 0);

    @TempDir
    private Path folder;

    private final ProgressPage page = new ProgressPage();

    @AfterEach
    void closePage() {
        page.close();
    }

    @Test
    void aProgressPageNamesItsFunctions() {
        assertThat(NixlFunction.symbolOf(0)).isEmpty();
        assertThat(NixlFunction.symbolOf(1)).isEqualTo("nixl_capi_is_stub");
        assertThat(NixlFunction.symbolOf(1 + NixlFunction.POST_XFER_REQ.ordinal()))
                .isEqualTo("nixl_capi_post_xfer_req");
    }

    @Test
    void theWheelHasEveryFunction() throws Exception {
        Optional<Path> wheel = InstalledWheel.library();
        assumeTrue(wheel.isPresent(), InstalledWheel.ABSENT);
        Nixl nixl = Nixl.load(wheel.get().toString(), page);
        assertThat(nixl.missing()).isEmpty();
        assertThat(nixl.isStub()).isFalse();
    }

    @Test
    void onlyTheFunctionThatALibraryLacksFails() throws Exception {
        NixlFunction absent = NixlFunction.GET_XFER_TELEMETRY;
        Nixl nixl = load("one_less", 1000, absent);
        assertThat(nixl.missing()).containsExactly("nixl_capi_get_xfer_telemetry");
        for (NixlFunction function : NixlFunction.values()) {
            if (function == absent) {
                NixlCallException refused = catchThrowableOfType(NixlCallException.class, () -> nixl.status(function));
                assertThat(refused.function()).isEqualTo(absent);
                assertThat(refused.status()).isEqualTo(NixlCallException.MISSING);
                assertThat(refused).hasMessage("the library has no nixl_capi_get_xfer_telemetry");
            } else {
                // Each answers with its own number: no name leads to another's address.
                assertThat(nixl.status(function)).as(function.symbol()).isEqualTo(1000 + function.ordinal());
            }
        }
        assertThat(page.sample().call()).isEmpty();
    }

    /** What a collection ends of JNA's ends within milliseconds, so that long is waited for. */
    @Test
    void addressesOutliveACollection() throws Exception {
        Nixl nixl = load("collected", 1000);
        for (int i = 0; i < 5; i++) {
            System.gc();
            Thread.sleep(100);
        }
        assertThat(Files.readString(Path.of("/proc/self/maps"))).contains("libcollected.so");
        assertThat(nixl.status(NixlFunction.GET_NOTIFS)).isEqualTo(1000 + NixlFunction.GET_NOTIFS.ordinal());
    }

    /** The C loops call through the table: an absent function must be refused before, not end the process. */
    @ParameterizedTest
    @EnumSource(names = {"POST_XFER_REQ", "GET_XFER_STATUS", "GET_NOTIFS", "NOTIF_MAP_CLEAR"})
    void theLoopsRefuseToBeginWithoutAFunction(NixlFunction absent) throws Exception {
        NixlAgent agent = NixlAgent.create(load("no_loops", 0, absent), "agent", PLAIN);
        assertThatExceptionOfType(NixlCallException.class)
                .isThrownBy(() -> new Drive(agent, page, 0))
                .satisfies(refused -> assertThat(refused.function()).isEqualTo(absent))
                .satisfies(refused -> assertThat(refused.status()).isEqualTo(NixlCallException.MISSING));
    }

    @Test
    void aListIsNotPreparedWithoutTheFunctionThatFillsIt() throws Exception {
        NixlAgent agent = NixlAgent.create(load("no_fill", 0, NixlFunction.XFER_DLIST_ADD_DESC), "agent", PLAIN);
        assertThatExceptionOfType(NixlCallException.class)
                .isThrownBy(() -> agent.prepare(
                        "",
                        new NixlAgent.BlockRanges(
                                List.of(new NixlAgent.RegionRanges(4096, 0, 8, 8)), 1, NixlMemory.HOST)))
                .satisfies(refused -> assertThat(refused.status()).isEqualTo(NixlCallException.MISSING));
    }

    @Test
    void aLibraryWithEverythingDrives() throws Exception {
        NixlAgent agent = NixlAgent.create(load("whole", 0), "agent", PLAIN);
        page.reset(1, 0);
        try (Drive drive = new Drive(agent, page, 0)) {
            Drive.Result result = drive.run(new long[] {4096}, null);
            assertThat(result.status()).isZero();
            assertThat(result.outcomes()).extracting(Drive.Outcome::status).containsExactly(0);
        }
    }

    /** @param firstAnswer of function 0; function n answers {@code firstAnswer + n}, or all 0 when it is 0 */
    private Nixl load(String name, int firstAnswer, NixlFunction... absent) throws IOException, InterruptedException {
        List<NixlFunction> left = Arrays.asList(absent);
        String functions = Arrays.stream(NixlFunction.values())
                .filter(function -> !left.contains(function))
                .map(function -> "int " + function.symbol() + "() { return "
                        + (firstAnswer == 0 ? 0 : firstAnswer + function.ordinal()) + "; }\n")
                .collect(Collectors.joining());
        return Nixl.load(TinyLibrary.compile(folder, name, functions).toString(), page);
    }
}
