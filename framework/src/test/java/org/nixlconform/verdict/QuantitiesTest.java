package org.nixlconform.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuantitiesTest {

    @ParameterizedTest
    @CsvSource({"0, 0", "999, 999", "16384, 16 384", "419430400, 419 430 400", "-1000, -1 000"})
    void thousandsAreGroupedByASpace(long value, String text) {
        assertThat(Quantities.count(value)).isEqualTo(text);
    }

    @Test
    void nounsAndBytesKnowTheirPlural() {
        assertThat(Quantities.count(1, "rank")).isEqualTo("1 rank");
        assertThat(Quantities.count(1_000, "rank")).isEqualTo("1 000 ranks");
        assertThat(Quantities.bytes(1)).isEqualTo("1 byte");
        assertThat(Quantities.bytes(8_192)).isEqualTo("8 192 bytes");
    }

    @ParameterizedTest
    @CsvSource({"0.0042, 0.0042 GB/s", "5.834, 5.83 GB/s", "55.27, 55.3 GB/s", "179.4, 179 GB/s"})
    void throughputHasAboutThreeDigits(double value, String text) {
        assertThat(Quantities.gbPerSecond(value)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"0.85, 85 %", "0.8499999, 84.9 %", "0.57, 57 %", "1, 100 %", "1.2345, 123.4 %"})
    void percentIsNeverRoundedUp(double share, String text) {
        assertThat(Quantities.percent(share)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"PT0S, 0 s", "PT30S, 30 s", "PT1H, 3 600 s", "PT4.72S, 4.7 s", "PT0.38S, 380 ms", "PT0.000012S, 12 us"})
    void durationsHaveTheirUnit(Duration value, String text) {
        assertThat(Quantities.duration(value)).isEqualTo(text);
    }
}
