package org.nixlconform.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nixlconform.plan.RankId;
import org.nixlconform.plan.Role;

class DeskRelayTest {
    private static final String RANK = "decode-1-rank-0";

    private final List<String> toDesk = new ArrayList<>();
    private final List<String> toRank = new ArrayList<>();
    private final DeskRelay relay = new DeskRelay(toDesk::add, Map.of(RANK, toRank::add));

    @Test
    void linesOfARankGoToTheDeskAndItIsNamed() {
        assertThat(relay.take(RANK, "desk {\"say\":\"filled\",\"request\":3}")).isTrue();
        assertThat(relay.take(RANK, "desk {\"say\":\"filled\",\"request\":4}")).isTrue();

        assertThat(toDesk)
                .containsExactly(
                        "desk decode-1-rank-0 {\"say\":\"filled\",\"request\":3}",
                        "desk decode-1-rank-0 {\"say\":\"filled\",\"request\":4}");
        assertThat(relay.relayed()).containsExactly(new RankId(Role.DECODE, 1, 0));
    }

    @Test
    void linesOfTheDeskGoToTheirRank() {
        assertThat(relay.take("desk", "decode-1-rank-0 {\"ask\":\"finish\"}")).isTrue();
        assertThat(relay.take("desk", "decode-0-rank-0 {\"ask\":\"finish\"}")).isTrue();

        assertThat(toRank).containsExactly("decode-1-rank-0 desk {\"ask\":\"finish\"}");
        assertThat(relay.relayed()).isEmpty();
    }

    @Test
    void allOtherLinesAreLeftToOthers() {
        assertThat(relay.take(RANK, "{\"answer\":\"done\",\"phases\":[]}")).isFalse();
        assertThat(relay.take("warden", "{\"say\":\"up\",\"pid\":1}")).isFalse();
        assertThat(relay.take("", "")).isFalse();
        assertThat(toDesk).isEmpty();
        assertThat(toRank).isEmpty();
    }
}
