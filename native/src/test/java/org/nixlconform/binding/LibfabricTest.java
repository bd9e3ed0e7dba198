package org.nixlconform.binding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LibfabricTest {
    private static final String PARAMETERS = """
            unsigned fi_version() { return 2 << 16 | 5; }
            struct fi_param { const char *name; int type; const char *help, *value; };
            static struct fi_param all[] = {{"FI_PROVIDER", 0, "help", "tcp"}, {"FI_TCP_IFACE", 3, "help", 0}};
            static int freed;
            int fi_getparams(struct fi_param **params, int *count) { *params = all; *count = 2; return freed; }
            void fi_freeparams(struct fi_param *params) { freed = params == all ? -38 : -1; }
            """;

    @TempDir
    Path folder;

    @Test
    void itsVersionAndVariablesAreRead() throws Exception {
        Libfabric fabric =
                Libfabric.at(TinyLibrary.compile(folder, "fabric", PARAMETERS).toString());

        assertThat(fabric.version()).isEqualTo("2.5");
        assertThat(fabric.variables()).containsExactly("FI_PROVIDER", "FI_TCP_IFACE");
        // What it gave was given back, and from then on this one refuses.
        assertThatThrownBy(fabric::variables).hasMessage("fi_getparams returned -38");
    }

    @Test
    void anotherLibraryIsTold() throws Exception {
        Libfabric other =
                Libfabric.at(TinyLibrary.compile(folder, "other", "int other;").toString());

        assertThatThrownBy(other::version).isInstanceOf(UnsatisfiedLinkError.class);
        assertThatThrownBy(() -> Libfabric.at(folder + "/libabsent.so")).isInstanceOf(UnsatisfiedLinkError.class);
    }
}
