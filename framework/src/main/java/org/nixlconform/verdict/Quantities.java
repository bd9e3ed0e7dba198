package org.nixlconform.verdict;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Locale;

/** Numbers with their units, as messages show them. */
final class Quantities {
    private Quantities() {}

    /** Thousands grouped by a space: {@code 16 384}. */
    static String count(long value) {
        return String.format(Locale.ROOT, "%,d", value).replace(',', ' ');
    }

    /** {@code 8 192 bytes}. */
    static String bytes(long value) {
        return count(value) + (value == 1 ? " byte" : " bytes");
    }

    /** {@code 1 iteration}, {@code 3 iterations}. */
    static String count(long value, String noun) {
        return count(value) + " " + noun + (value == 1 ? "" : "s");
    }

    /** Of 10^9 bytes per second, with about three digits: {@code 0.0042 GB/s}, {@code 5.83 GB/s}, {@code 179 GB/s}. */
    static String gbPerSecond(double value) {
        String format = value < 0.1 ? "%.4f" : value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f";
        return String.format(Locale.ROOT, format, value) + " GB/s";
    }

    /**
     * A share of 1 in percent, rounded down, so that what misses a bound never looks as if it met it: {@code 84.9 %}.
     */
    static String percent(double share) {
        return BigDecimal.valueOf(share)
                        .movePointRight(2)
                        .setScale(1, RoundingMode.FLOOR)
                        .stripTrailingZeros()
                        .toPlainString()
                + " %";
    }

    /** {@code 4.7 s}, {@code 380 ms}, {@code 12 us}; whole seconds without a decimal. */
    static String duration(Duration value) {
        if (value.toNanos() % 1_000_000_000L == 0) {
            return count(value.toSeconds()) + " s";
        }
        if (value.compareTo(Duration.ofSeconds(1)) >= 0) {
            return String.format(Locale.ROOT, "%.1f s", value.toNanos() / 1e9);
        }
        return value.compareTo(Duration.ofMillis(1)) >= 0 ? value.toMillis() + " ms" : value.toNanos() / 1_000 + " us";
    }
}
