package org.nixlconform.environment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.nixlconform.configuration.InstallSpec.WheelInstall;

class DigestTest {
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
