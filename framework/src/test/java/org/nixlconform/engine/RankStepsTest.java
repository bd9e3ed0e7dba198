package org.nixlconform.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.nixlconform.engine.protocol.FromRank;

class RankStepsTest {

    private static EngineStep.Sample sampledIn(String call, Duration since) {
        return RankSteps.translate(
                new FromRank.Sampled(call, since.toNanos(), 4_000_000_000L, 1, 1, 0, 0, 2, 1, 4_000, 437));
    }

    @Test
    void onlyACallThatTakesLongIsOneThatDoesNotReturn() {
        assertThat(sampledIn("nixl_capi_get_xfer_status", Duration.ofMillis(3)).call())
                .as("of a rank that polls")
                .isEmpty();
        assertThat(sampledIn("nixl_capi_post_xfer_req", Duration.ofSeconds(4)).call())
                .isEqualTo("nixl_capi_post_xfer_req");
    }

    @Test
    void theCountsAreThoseOfTheRank() {
        assertThat(sampledIn("", Duration.ZERO))
                .isEqualTo(new EngineStep.Sample("", Duration.ofSeconds(4), 1, 1, 0, 0, 2, 1, 4_000, 437));
    }
}
