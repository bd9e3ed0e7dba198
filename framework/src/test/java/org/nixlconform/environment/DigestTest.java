package org.nixlconform.environment;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nixlconform.configuration.EnvironmentSpec.WheelInstall;

class DigestTest {
    @TempDir
    Path folder;

    @Test
    void aFilesDigestIsTheUsualOne() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "abc");

        assertThat(Digest.sha256(file)).isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    @Test
    void everyPartOfAnInstallationNamesAnotherFolder() {
        List<String> names = List.of(
                Digest.ofWheel(new WheelInstall("nixl-cu12", "1.5.1"), "x86_64"),
                Digest.ofWheel(new WheelInstall("nixl-cu13", "1.5.1"), "x86_64"),
                Digest.ofWheel(new WheelInstall("nixl-cu12", "1.5.0"), "x86_64"),
                Digest.ofWheel(new WheelInstall("nixl-cu12", "1.5.1"), "aarch64"));

        assertThat(names).doesNotHaveDuplicates().allMatch(name -> name.matches("[0-9a-f]{16}"));
        assertThat(Digest.ofWheel(new WheelInstall("nixl-cu12", "1.5.1"), "x86_64"))
                .isEqualTo(names.get(0));
    }
}
