package org.nixlconform.environment;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SharedLibrariesTest {
    @Test
    void absentLibrariesAndVersionsAreRead() {
        String ldd = """
                /wheel/plugins/libplugin_LIBFABRIC.so: /opt/lib/libfabric.so.1: version `FABRIC_1.10' not found (required by /wheel/plugins/libplugin_LIBFABRIC.so)
                \tlinux-vdso.so.1 (0x00007ffd)
                \tlibfabric.so.1 => /opt/lib/libfabric.so.1 (0x00007f0c)
                \tlibcudart.so.12 => not found
                \tlibcuda.so.1 => not found
                \tlibcuda.so.1 => not found
                """;

        assertThat(SharedLibraries.read(ldd))
                .containsExactly("libcudart.so.12", "libcuda.so.1", "FABRIC_1.10 in /opt/lib/libfabric.so.1");
        assertThat(SharedLibraries.read("\tlibc.so.6 => /lib/libc.so.6 (0x00007f0c)\n"))
                .isEmpty();
    }

    @Test
    void undefinedSymbolsAreReadOnceEach() {
        String ldd = """
                \tlibc.so.6 => /lib/libc.so.6 (0x00007f0c)
                undefined symbol: _ZN4nixl4hideEv\t(/wheel/plugins/libplugin_UCX.so)
                undefined symbol: _ZN4nixl4hideEv\t(/wheel/plugins/libplugin_UCX.so)
                """;

        assertThat(SharedLibraries.undefined(ldd)).containsExactly("_ZN4nixl4hideEv");
        // What is not found may have it, and is told by itself.
        assertThat(SharedLibraries.undefined("\tlibcuda.so.1 => not found\n" + ldd))
                .isEmpty();
        assertThat(SharedLibraries.undefined("\tlibc.so.6 => /lib/libc.so.6 (0x00007f0c)\n"))
                .isEmpty();
    }

    @Test
    void ucxsVersionIsReadWhereThereIsOnlyOne() {
        assertThat(SharedLibraries.ucxVersion("\0A1.23.0\0more")).contains("1.23.0");
        assertThat(SharedLibraries.ucxVersion("1.23.0 and 1.20.0")).isEmpty();
        assertThat(SharedLibraries.ucxVersion("11.23.0 1.5.1")).isEmpty();
    }
}
