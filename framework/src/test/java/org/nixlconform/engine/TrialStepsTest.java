package org.nixlconform.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.nixlconform.plan.Backend;
import org.nixlconform.plan.MetadataChaos;

class TrialStepsTest {
    @Test
    void thereAreSixteenOrdersAndNoneTwice() {
        List<List<String>> orders = TrialSteps.everyOrder();
        assertThat(orders)
                .hasSize(16)
                .doesNotHaveDuplicates()
                .contains(List.of())
                .contains(List.of("invalidate", "deregister", "release"));
        assertThat(orders).allSatisfy(order -> assertThat(order).doesNotHaveDuplicates());
    }

    @Test
    void damageIsSpreadAndNeverNone() {
        byte[] right = "nixlSerDes|Agent UCX and more of it".getBytes(StandardCharsets.UTF_8);
        List<DamagedMetadata> damaged = DamagedMetadata.of(right, Backend.UCX, new MetadataChaos(5, 20), 7);
        assertThat(damaged)
                .hasSize(2 + 5 + 20)
                .allSatisfy(each -> assertThat(each.blob()).isNotEqualTo(right));
        assertThat(damaged.get(0).blob()).isEmpty();
        assertThat(new String(damaged.get(1).blob(), StandardCharsets.UTF_8))
                .isEqualTo("nixlSerDes|Agent QQQ and more of it");
        assertThat(damaged.subList(2, 7)).extracting(each -> each.blob().length).containsExactly(1, 9, 17, 25, 34);
        assertThat(damaged.subList(7, 27)).allSatisfy(each -> {
            int bits = 0;
            for (int i = 0; i < right.length; i++) {
                bits += Integer.bitCount((each.blob()[i] ^ right[i]) & 0xff);
            }
            assertThat(bits).isEqualTo(1);
        });
        assertThat(DamagedMetadata.of(right, Backend.UCX, new MetadataChaos(5, 20), 7))
                .usingRecursiveComparison()
                .isEqualTo(damaged);
    }
}
