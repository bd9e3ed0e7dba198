package org.nixlconform.reports.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.nixlconform.reports.Samples;
import org.nixlconform.reports.results.DescriptorCost.Measured;
import org.nixlconform.transfer.TransferObservation.Iteration;
import org.nixlconform.transfer.TransferObservation.RankTransferOutcome;

class DescriptorCostTest {
    /** Descriptors and bytes of each: a sweep of 256 MiB in blocks of 4 KiB to 4 MiB, and requests of other sizes. */
    private static final long[][] SIZES = {
        {65_536, 1L << 28},
        {16_384, 1L << 28},
        {4096, 1L << 28},
        {1024, 1L << 28},
        {256, 1L << 28},
        {64, 1L << 28},
        {32, 1L << 25},
        {20, 1_310_720},
        {6400, 419_430_400}
    };

    private static List<Measured> planted(double a, double b, double c, double noise) {
        SplittableRandom random = new SplittableRandom(7);
        List<Measured> requests = new ArrayList<>();
        for (long[] size : SIZES) {
            double seconds = a + b * size[0] + c * size[1];
            requests.add(new Measured(size[0], size[1], seconds * (1 + noise * (2 * random.nextDouble() - 1))));
        }
        return requests;
    }

    private static DescriptorCost fit(List<Measured> requests) {
        return DescriptorCost.fit(requests).orElseThrow();
    }

    @Test
    void plantedCoefficientsAreFound() {
        DescriptorCost cost = fit(planted(4e-4, 4.5e-6, 1 / 385e9, 0));

        assertThat(cost.a()).isCloseTo(4e-4, Percentage.withPercentage(0.01));
        assertThat(cost.b()).isCloseTo(4.5e-6, Percentage.withPercentage(0.01));
        assertThat(cost.c()).isCloseTo(1 / 385e9, Percentage.withPercentage(0.01));
        assertThat(cost.measured()).isEqualTo(SIZES.length);
        assertThat(cost.deviation()).isLessThan(1e-6);
        assertThat(cost.shareOfDescriptors()).isCloseTo(0.9508, within(0.0001));
        assertThat(cost.postingDominates()).isTrue();
    }

    @Test
    void noiseOfATenthMovesThemLittle() {
        DescriptorCost cost = fit(planted(4e-4, 4.5e-6, 1 / 385e9, 0.1));

        assertThat(cost.a()).isCloseTo(4e-4, Percentage.withPercentage(20));
        assertThat(cost.b()).isCloseTo(4.5e-6, Percentage.withPercentage(10));
        assertThat(cost.c()).isCloseTo(1 / 385e9, Percentage.withPercentage(30));
        assertThat(cost.deviation()).isBetween(0.005, 0.1);
    }

    @Test
    void whereBytesTakeTheTimePostingDoesNotDominate() {
        DescriptorCost cost = fit(planted(1e-4, 2e-7, 1 / 5e9, 0.05));

        assertThat(cost.postingDominates()).isFalse();
        assertThat(cost.shareOfDescriptors()).isBetween(0.01, 0.03);
    }

    /** A plain fit would give what is longest a negative cost of something else. */
    @Test
    void nothingCostsLessThanNothing() {
        List<Measured> bent = new ArrayList<>();
        for (long[] size : SIZES) {
            bent.add(new Measured(size[0], size[1], 1e-6 * size[0] * Math.sqrt(size[0])));
        }

        DescriptorCost cost = fit(bent);

        assertThat(cost.a()).isGreaterThanOrEqualTo(0);
        assertThat(cost.b()).isPositive();
        assertThat(cost.c()).isGreaterThanOrEqualTo(0);
        assertThat(cost.deviation()).isGreaterThan(0.1);
    }

    /** Bytes that never change cannot be told from what any request costs. */
    @Test
    void whatCannotBeToldApartIsOneCost() {
        List<Measured> sameBytes = planted(0, 5e-6, 1e-11, 0).subList(0, 6);

        DescriptorCost cost = fit(sameBytes);

        assertThat(cost.b()).isCloseTo(5e-6, Percentage.withPercentage(0.1));
        assertThat(Math.min(cost.a(), cost.c())).isZero();
        assertThat(cost.a() + cost.c() * (1L << 28)).isCloseTo(1e-11 * (1L << 28), Percentage.withPercentage(0.1));
    }

    @Test
    void tooFewOrTooAlikeAreNotFitted() {
        List<Measured> requests = planted(4e-4, 4.5e-6, 1 / 385e9, 0);

        assertThat(DescriptorCost.fit(requests.subList(0, 3))).isEmpty();
        assertThat(DescriptorCost.fit(List.of(requests.get(4), requests.get(4), requests.get(4), requests.get(4))))
                .isEmpty();
        assertThat(DescriptorCost.fit(List.of())).isEmpty();
    }

    @Test
    void thePagesSayThatPostingDominates() {
        List<CellResult> cells = new ArrayList<>();
        for (Measured each : planted(4e-4, 4.5e-6, 1 / 385e9, 0)) {
            Duration total = Duration.ofNanos(Math.round(each.seconds() * 1e9));
            cells.add(CellResult.of(Samples.timed(List.of(
                    iteration(0, each, total.multipliedBy(3)), iteration(1, each, total.multipliedBy(2)),
                    iteration(2, each, total), iteration(3, each, total)))));
        }

        String page = MatrixPage.of(new RunFolder.Cells(cells, 0), Optional.empty());

        assertThat(page)
                .contains(
                        "| wheel-1.5.0, UCX DRAM, pack READ, 1P-TP1 -> 1D-TP1 | 9 | 400 | 4.50 | 385 GB/s | 0 % | 95 %,"
                                + " **posting dominates** |");
        assertThat(page).contains("| wheel-1.5.0, UCX DRAM | 9 |");
        assertThat(Costs.described(cells))
                .singleElement()
                .satisfies(cost -> assertThat(cost.described())
                        .isEqualTo("400 us, 4.50 us each descriptor, 385 GB/s; of the field's request 95 % is by its"
                                + " descriptors: posting dominates"));
    }

    @Test
    void aRequestThatDidNotEndWellIsNotMeasured() {
        Measured each = new Measured(10, 10, 1e-3);
        Iteration ended = iteration(1, each, Duration.ofMillis(1));
        Iteration failed = new Iteration(
                0,
                1,
                List.of(request(each, Duration.ofMillis(1), 0), request(each, Duration.ZERO, -2)),
                List.of(),
                List.of(),
                List.of());

        assertThat(RequestTimes.of(List.of(failed))).isEmpty();
        assertThat(RequestTimes.of(List.of(failed, ended))).hasValueSatisfying(times -> {
            assertThat(times.first()).isNull();
            assertThat(times.second()).isEqualTo(times.later());
        });
    }

    private static Iteration iteration(int index, Measured each, Duration total) {
        return new Iteration(index, index + 1, List.of(request(each, total, 0)), List.of(), List.of(), List.of());
    }

    private static RankTransferOutcome request(Measured each, Duration total, int status) {
        return new RankTransferOutcome(
                Samples.DESTINATION,
                Samples.SOURCE,
                each.bytes(),
                each.descriptors(),
                status,
                Duration.ZERO,
                total,
                total,
                OptionalLong.empty(),
                OptionalLong.empty(),
                Optional.empty());
    }
}
