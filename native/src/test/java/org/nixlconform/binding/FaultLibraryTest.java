package org.nixlconform.binding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class FaultLibraryTest {
    private static final Path FAULT_LIBRARY =
            Path.of(System.getProperty("nixlconform.library")).resolveSibling("libnixlconform_fault.so");

    /** NIXL may gain functions: an engine that loads the fault library must not miss them. */
    @Test
    void itExportsWhateverTheInstalledReleaseExports() throws Exception {
        Optional<Path> wheel = InstalledWheel.library();
        assumeTrue(wheel.isPresent(), InstalledWheel.ABSENT);
        Set<String> real = ExportedSymbols.of(wheel.get()).stream()
                .filter(name -> name.startsWith("nixl_capi_"))
                .collect(Collectors.toSet());
        assertThat(real).hasSizeGreaterThan(90);
        assertThat(ExportedSymbols.of(FAULT_LIBRARY)).containsAll(real);
    }

    @Test
    void itExportsWhatEnginesCallAndNothingOfItsOwn() throws Exception {
        assertThat(ExportedSymbols.of(FAULT_LIBRARY))
                .containsAll(Arrays.stream(NixlFunction.values())
                        .map(NixlFunction::symbol)
                        .toList())
                .allMatch(name -> name.startsWith("nixl_capi_"));
    }
}
