package org.nixlconform.environment;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SymbolVersionsTest {
    @TempDir
    Path folder;

    @Test
    void definedAndNeededVersionsAreRead() throws Exception {
        Path offers = Workshop.library(folder.resolve("liboffers.so.1"), "", List.of("OFFER_1.0", "OFFER_1.1"));
        Path needs = Workshop.library(
                folder.resolve("libneeds.so"),
                "extern void offer_1_1(void);\nvoid call(void) { offer_1_1(); }\n",
                List.of(),
                offers.toString());

        assertThat(read(offers).defined()).contains("OFFER_1.0", "OFFER_1.1");
        assertThat(read(needs).needed().get("liboffers.so.1")).containsExactly("OFFER_1.1");
        assertThat(read(needs).defined()).isEmpty();
    }

    @Test
    void whatIsNoLibraryHasNone() throws Exception {
        String library = text(Workshop.library(folder.resolve("liba.so"), "", List.of("A_1")));

        assertThat(SymbolVersions.of("")).isEmpty();
        assertThat(SymbolVersions.of("text that is long enough to be looked at as if it were a header"))
                .isEmpty();
        assertThat(SymbolVersions.of(library.substring(0, 100))).isEmpty();
    }

    private static SymbolVersions read(Path library) throws Exception {
        return SymbolVersions.of(text(library)).orElseThrow();
    }

    private static String text(Path library) throws Exception {
        return Files.readString(library, StandardCharsets.ISO_8859_1);
    }
}
