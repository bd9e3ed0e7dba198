package org.nixlconform.environment;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.nixlconform.configuration.InstallSpec.WheelInstall;

class DigestTest {
    @Test
    void everyPartOfAnInstallationNamesAnotherFolder() {
        List<String> names = List.of(
                Digest.ofWheel(new WheelInstall("nixl-cu12", "1.5.1"), "x86_64"),
                Digest.ofWheel(new WheelInstall("nixl-cu13", "1.5.1"), "x86_64"),
                Digest.ofWheel(new WheelInstall("nixl-cu12", "1.5.0"), "x86_64"),
                Digest.ofWheel(new WheelInstall("nixl-cu12", "1.5.1"), "aarch64"),
                Digest.ofWheel(fixed("/opt/amazon/efa"), "x86_64"),
                Digest.ofWheel(fixed("/opt/efa"), "x86_64"));

        assertThat(names).doesNotHaveDuplicates().allMatch(name -> name.matches("[0-9a-f]{16}"));
        assertThat(Digest.ofWheel(new WheelInstall("nixl-cu12", "1.5.1"), "x86_64"))
                .isEqualTo(names.get(0));
    }

    private static WheelInstall fixed(String efaPrefix) {
        return new WheelInstall("nixl-cu12", "1.5.1", false, Optional.empty(), Optional.of(Path.of(efaPrefix)));
    }
}
