package org.nixlconform.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nixlconform.configuration.ReferenceSpec.Figure;
import org.nixlconform.configuration.ReferenceSpec.Per;
import org.nixlconform.message.FindingException;

class ReferenceFileTest {
    @TempDir
    private Path root;

    private Optional<ReferenceSpec> read(String text) throws IOException {
        Path file = root.resolve("config/references/pair.yaml");
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        return Configuration.references("pair", root);
    }

    @Test
    void aClusterWithoutAFileHasNoFigures() {
        assertThat(Configuration.references("pair", root)).isEmpty();
    }

    @Test
    void everyKeyIsReadAndFoundByItsPath() throws IOException {
        ReferenceSpec references = read("""
                transfers:
                  - {backend: UCX, placement: SPREAD, memory: VRAM, target: 0.178, lower: 0.16, upper: 2, per: gpu, source: a}
                  - {backend: UCX, placement: PACK, memory: DRAM, target: 4, lower: 4, per: node, source: b}
                links:
                  - {placement: SPREAD, memory: DRAM, target: 5, per: rank, source: c}
                """).orElseThrow();

        assertThat(references.transfer("UCX", "SPREAD", "VRAM"))
                .contains(
                        new Figure(Optional.of("UCX"), "SPREAD", "VRAM", 0.178, 0.16, Optional.of(2.0), Per.GPU, "a"));
        assertThat(references.transfer("UCX", "PACK", "DRAM").orElseThrow().upperGbPerSecond())
                .isEmpty();
        assertThat(references.transfer("LIBFABRIC", "PACK", "DRAM")).isEmpty();
        assertThat(references.transfer("UCX", "PACK", "VRAM")).isEmpty();
        assertThat(references.link("SPREAD", "DRAM"))
                .contains(new Figure(Optional.empty(), "SPREAD", "DRAM", 5, 2.5, Optional.empty(), Per.RANK, "c"));
        assertThat(references.link("PACK", "DRAM")).isEmpty();
    }

    @Test
    void allMistakesAreSaidAtOnce() {
        FindingException refusal = catchThrowableOfType(FindingException.class, () -> read("""
                transfers:
                  - {backend: UXC, placement: SPREAD, memory: VRAM, target: 0, lower: 1, per: gpu, source: a}
                  - {backend: UCX, placement: PACK, memory: DRAM, target: 4, lower: 5, upper: 3, per: gpu, source: b}
                  - {backend: UCX, placement: PACK, memory: DRAM, target: 4, lower: 4, per: node}
                links:
                  - {placement: SPREAD, memory: DRAM, target: 5, lower: 4, per: rank, source: c}
                """));

        assertThat(refusal)
                .hasMessageContainingAll(
                        "config/references/pair.yaml",
                        "2:15",
                        "UXC",
                        "a number above 0",
                        "lower above target, expected at most 4",
                        "upper below target, expected at least 4",
                        "per gpu for memory DRAM",
                        "second figure for UCX PACK DRAM",
                        "missing key 'source'",
                        "unknown key 'lower'");
    }
}
