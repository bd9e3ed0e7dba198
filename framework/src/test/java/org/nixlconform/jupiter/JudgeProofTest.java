package org.nixlconform.jupiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nixlconform.message.FindingException;
import org.nixlconform.plan.MemoryKind;

class JudgeProofTest {

    @Test
    void numbersAndPartsOfNamesAreTaken() {
        JudgeProof.Wanted wanted = JudgeProof.Wanted.of(
                Map.of("judge.seeds", "5", "judge.clean", "0", "judge.only", "Segv", "judge.memory", "VRAM")::get);

        assertThat(wanted).isEqualTo(new JudgeProof.Wanted(5, 0, "segv", MemoryKind.VRAM));
        assertThat(wanted.takes("SEGV in post", "process")).isTrue();
        assertThat(wanted.takes("exit in post", "process")).isFalse();
        assertThat(wanted.takesClean()).isFalse();
    }

    @Test
    void withoutAWordEverythingIsTakenOnce() {
        JudgeProof.Wanted wanted = JudgeProof.Wanted.of(name -> null);

        assertThat(wanted).isEqualTo(new JudgeProof.Wanted(1, 10, "", MemoryKind.DRAM));
        assertThat(wanted.takes("zeros", "data")).isTrue();
        assertThat(wanted.takesClean()).isTrue();
    }

    @Test
    void anUnknownMemoryIsRefused() {
        assertThatThrownBy(() -> JudgeProof.Wanted.of(Map.of("judge.memory", "HBM")::get))
                .isInstanceOf(FindingException.class)
                .hasMessageContaining("expected : one of [DRAM, VRAM, DRAM_TO_VRAM, VRAM_TO_DRAM]")
                .hasMessageContaining("actual   : 'HBM'");
    }

    @Test
    void aFamilyIsTakenAsAWhole() {
        JudgeProof.Wanted wanted = JudgeProof.Wanted.of(Map.of("judge.only", "vacuous")::get);

        assertThat(wanted.takes("zero descriptors", "vacuous")).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "judge.seeds, abc, 1",
        "judge.seeds, '', 1",
        "judge.seeds, 0, 1",
        "judge.seeds, -1, 1",
        "judge.seeds, 99999999999, 1",
        "judge.clean, 1.5, 0"
    })
    void whatIsNoNumberIsRefused(String property, String value, int least) {
        assertThatThrownBy(() -> JudgeProof.Wanted.of(Map.of(property, value)::get))
                .isInstanceOf(FindingException.class)
                .hasMessageStartingWith("selection: -D" + property + " is no number that can be used\n")
                .hasMessageContaining("expected : a whole number from " + least + " to 999999999")
                .hasMessageContaining("actual   : '" + value + "'")
                .hasMessageContaining("remedy   : for example -D" + property + "=");
    }
}
