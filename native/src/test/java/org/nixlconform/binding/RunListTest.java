package org.nixlconform.binding;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.nixlconform.binding.RunList.Run;

class RunListTest {

    @Test
    void runsSurviveGrowth() {
        try (RunList runs = new RunList()) {
            for (int i = 0; i < 10_000; i++) {
                runs.add(run(i));
            }
            assertThat(runs.size()).isEqualTo(10_000);
            for (int i = 0; i < 10_000; i++) {
                assertThat(runs.get(i)).isEqualTo(run(i));
            }
        }
    }

    private static Run run(int i) {
        return new Run(1L << 40 | i, i + 1, 1L << 41 | i, 1L << 42 | i, i % 3 + 1, i + 5, i % 2 == 0, i + 7);
    }
}
