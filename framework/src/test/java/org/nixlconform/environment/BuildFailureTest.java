package org.nixlconform.environment;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BuildFailureTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "../src/meson.build:35:12: ERROR: Dependency \"hwloc\" not found (tried pkg-config)  | hwloc",
                "src/meson.build:7:0: ERROR: C++ shared or static library 'rt' not found              | rt",
                "src/meson.build:7:0: ERROR: Program 'planted-tool' not found or not executable       | planted-tool",
                "../src/a.h:20:10: fatal error: rdma/fabric.h: No such file or directory              | rdma/fabric.h",
                "/usr/bin/ld: cannot find -lfabric: No such file or directory                         | -lfabric",
            })
    void whatIsMissingIsNamed(String line, String missing) {
        BuildFailure failure = BuildFailure.of("Message: planted\n" + line + "\n\nA full log can be found\n");

        assertThat(failure.cause()).contains(line);
        assertThat(failure.missing()).contains(missing);
        assertThat(failure.remedy()).contains("install what is missing");
    }

    @Test
    void theErrorOfAnOptionalPartIsNotTheCause() {
        BuildFailure failure = BuildFailure.of("""
                subprojects/part/meson.build:3:1: ERROR: Dependency "of-a-part" not found
                Subproject part is buildable: NO (disabling)
                meson.build:38:8: ERROR: Problem encountered: planted plug-in requested but not found
                """);

        assertThat(failure.cause().orElseThrow()).contains("planted plug-in requested");
        assertThat(failure.missing()).isEmpty();
        assertThat(failure.subproject()).isFalse();
    }

    @Test
    void aSubprojectThatCouldNotBeFetchedIsToldFromOneThatCouldNotBeConfigured() {
        String ended = "ERROR: Subproject part is buildable: NO\n\nmeson.build:9:1: ERROR: ";

        BuildFailure unfetched = BuildFailure.of(ended + "could not get https://index.example/part.tar.gz\n");
        assertThat(unfetched.missing()).contains("part");
        assertThat(unfetched.remedy()).contains("in subprojects");

        BuildFailure unconfigured = BuildFailure.of(ended + "Dependency \"of-a-part\" not found\n");
        assertThat(unconfigured.missing()).contains("of-a-part");
        assertThat(unconfigured.subproject()).isFalse();
    }

    @Test
    void theFirstErrorOfACompilerIsTheCause() {
        BuildFailure failure = BuildFailure.of("""
                [1/9] Compiling C++ object a.o
                ../src/a.cpp:3:5: error: 'planted' was not declared in this scope
                ../src/a.cpp:9:5: error: expected ';'
                ninja: build stopped: subcommand failed.
                """);

        assertThat(failure.cause()).contains("../src/a.cpp:3:5: error: 'planted' was not declared in this scope");
        assertThat(failure.missing()).isEmpty();
        assertThat(failure.remedy()).doesNotContain("werror");
        assertThat(BuildFailure.of("../src/a.cpp:3:5: error: planted warning [-Werror=restrict]\n")
                        .remedy())
                .contains("-Dwerror=false");
    }

    @Test
    void whatPipSaysOfMesonIsNotTheCause() {
        BuildFailure failure = BuildFailure.of("""
                  ../src/meson.build:16:13: ERROR: Dependency "planted" not found (tried pkg-config)
                ERROR: Failed to build installable wheels
                """);

        assertThat(failure.missing()).contains("planted");
        assertThat(BuildFailure.of("nothing of the kind").cause()).isEmpty();
    }
}
