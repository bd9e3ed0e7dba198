package org.nixlconform.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nixlconform.cluster.BuiltEngine;
import org.nixlconform.cluster.Node;
import org.nixlconform.cluster.NodeConnection;
import org.nixlconform.configuration.EnvironmentSpec;
import org.nixlconform.configuration.EnvironmentSpec.AgentSpec;
import org.nixlconform.configuration.EnvironmentSpec.NodeChoice;
import org.nixlconform.configuration.EnvironmentSpec.ProgressThread;
import org.nixlconform.configuration.EnvironmentSpec.ThreadSync;
import org.nixlconform.configuration.InstallSpec.WheelInstall;
import org.nixlconform.message.Fact;
import org.nixlconform.message.FindingException;

/** Which library engines load, for an installation of which only the files matter that are looked at. */
class CapiShimTest {
    private static final WheelInstall WHEEL = new WheelInstall("nixl-cu12", "0.8.0");
    private static final String TELEMETRY = "nixl_capi_get_xfer_telemetry";

    @TempDir
    Path folder;

    private final List<String> console = new ArrayList<>();
    private NodeConnection connection;
    private Node node;
    private Path core;

    @BeforeEach
    void plant() throws IOException {
        connection = BuiltEngine.here(System.getenv(), folder);
        node = PlantedNode.node(connection, BuiltEngine.bundle(), folder.resolve("work"));
        core = Files.writeString(folder.resolve("libnixl.so"), "of nobody's release");
    }

    @AfterEach
    void close() {
        connection.close();
    }

    @Test
    void theInstallationsOwnIsTaken() {
        Path own = folder.resolve("libnixl_capi.so");

        assertThat(completed(Optional.of(own), Optional.of(folder))).isEqualTo(installation(Optional.of(own)));
    }

    @Test
    void aLibraryThatIsNotKnownIsRefusedAndSaysWhatToName() {
        assertThat(refusal(Optional.empty()))
                .contains("nixl-cu12 0.8.0 has no libnixl_capi.so, and ours was not made for it")
                .contains("nixl 0.6.1, nixl 0.7.0, nixl-cu12 0.10.0")
                .contains(core + " has sha256 ")
                .contains("shim: {headers: <a checkout of NIXL at that release, or a folder with nixl.h>} in "
                        + "/config/environments/old.yaml");
    }

    @Test
    void headersThatAreNotThereAreRefused() {
        assertThat(refusal(Optional.of(folder)))
                .contains("the headers that old.yaml names are not there")
                .contains("nixl.h in " + folder + ", or in its folder src/api/cpp or include");
    }

    @Test
    void aCheckoutOfAnotherReleaseIsRefused() throws Exception {
        Path checkout = folder.resolve("checkout");
        headers(checkout.resolve("src/api/cpp"), "");
        Files.writeString(checkout.resolve("meson.build"), "project('nixl', 'CPP', version: '0.6.1',\n");

        assertThat(refusal(Optional.of(checkout)))
                .contains("the headers that old.yaml names are of another release")
                .contains("those of nixl-cu12 0.8.0")
                .contains("those of 0.6.1, says " + checkout.resolve("meson.build"));
    }

    @Test
    void headersThatDoNotFitAreRefusedWithTheCompilersWords() throws Exception {
        headers(folder.resolve("headers"), "makeXferReq");

        assertThat(refusal(Optional.of(folder.resolve("headers"))))
                .contains("our C interface cannot be built against " + folder.resolve("headers"))
                .contains("makeXferReq");
        try (Stream<Path> left = Files.walk(folder.resolve("work/shims"))) {
            assertThat(left).noneMatch(file -> file.toString().contains("building-"));
        }
    }

    @Test
    void aLibraryIsBuiltOnceForTheHeadersThatAreNamed() throws Exception {
        Path checkout = folder.resolve("a checkout");
        headers(checkout.resolve("src/api/cpp"), "");
        Files.writeString(checkout.resolve("meson.build"), "project('nixl', 'CPP', version: '0.8.0',\n");

        Installation completed = completed(Optional.empty(), Optional.of(checkout));

        assertThat(completed.facts())
                .containsExactly(new Fact("C interface", "ours, as this release has none; built against " + checkout));
        assertThat(completed.variables()).containsExactly(Map.entry("LD_LIBRARY_PATH", folder.toString()));
        assertThat(text(completed.capi().orElseThrow())).contains(TELEMETRY, "libnixl.so");
        assertThat(completed(Optional.empty(), Optional.of(checkout))).isEqualTo(completed);
        assertThat(console).singleElement().asString().startsWith("built a C interface against " + checkout);
    }

    @Test
    void whatTheReleaseLacksTheLibraryLacks() throws Exception {
        headers(folder.resolve("headers"), "getXferTelemetry");

        Installation completed = completed(Optional.empty(), Optional.of(folder.resolve("headers")));

        assertThat(text(completed.capi().orElseThrow()))
                .contains("nixl_capi_get_xfer_status")
                .doesNotContain(TELEMETRY);
    }

    @Test
    void anotherLibraryThanTheOneItIsMadeForIsRefused() throws Exception {
        Path same =
                Files.copy(core, Files.createDirectory(folder.resolve("same")).resolve("libnixl.so"));
        Path other =
                Files.writeString(Files.createDirectory(folder.resolve("other")).resolve("libnixl.so"), "another");
        Installation installation = installation(Optional.empty());

        shim(Optional.empty()).refuseOtherCore(installation, List.of("/lib/libc.so.6", same.toString()));
        assertThat(catchThrowableOfType(
                        FindingException.class,
                        () -> shim(Optional.empty()).refuseOtherCore(installation, List.of(other.toString()))))
                .hasMessageContaining("another libnixl.so is loaded on node this-machine than that of nixl-cu12 0.8.0")
                .hasMessageContaining("mapped by the probe: " + other);
    }

    /** Ours, without the line that declares one function. */
    private static void headers(Path into, String without) throws IOException {
        Path frozen = projectFolder().resolve("native/src/shim/frozen/nixl.h");
        List<String> lines = Files.readAllLines(frozen).stream()
                .map(line -> !without.isEmpty() && line.contains(without) ? line.replace(without, "other") : line)
                .toList();
        Files.createDirectories(into);
        Files.write(into.resolve("nixl.h"), lines);
    }

    private static Path projectFolder() {
        return BuiltEngine.bundle().folder().resolve("../../..").normalize();
    }

    private static String text(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.ISO_8859_1);
    }

    private String refusal(Optional<Path> headers) {
        return catchThrowableOfType(FindingException.class, () -> completed(Optional.empty(), headers))
                .getMessage();
    }

    private Installation completed(Optional<Path> own, Optional<Path> headers) {
        return shim(headers).completed(installation(own));
    }

    private CapiShim shim(Optional<Path> headers) {
        EnvironmentSpec spec = new EnvironmentSpec(
                "old",
                Path.of("/config/environments/old.yaml"),
                WHEEL,
                NodeChoice.ALL,
                Map.of(),
                List.of("UCX"),
                Map.of(),
                new AgentSpec(ProgressThread.AUTO, ThreadSync.NONE, 0),
                headers,
                Optional.empty());
        return new CapiShim(spec, node, console::add);
    }

    private Installation installation(Optional<Path> own) {
        return new Installation(
                WHEEL.distribution(), Optional.of(WHEEL.version()), folder, core, own, Map.of(), Map.of(), List.of());
    }
}
