package org.nixlconform.fault;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.Attention;
import org.nixlconform.plan.BlockUse;
import org.nixlconform.plan.DataType;
import org.nixlconform.plan.KeyValue;
import org.nixlconform.plan.KvGeometry;
import org.nixlconform.plan.Layout;
import org.nixlconform.plan.PlanDraft;
import org.nixlconform.plan.Selection;
import org.nixlconform.transfer.TransferObservation.Figure;
import org.nixlconform.transfer.TransferObservation.Recorded;

/** Transfers that are right in every byte, and slow. */
final class ThroughputFaults {
    private static final String FAMILY = "throughput";
    private static final int RANKS = 8;
    private static final int BLOCKS = 32;
    private static final int LAYERS = 64;

    /** Above the half that is planted, and below what a clean run would miss. */
    private static final double FLOOR_OF_CLEAN = 0.7;

    /** Of the reference; met by whatever is planted, so that the share is not what finds it. */
    private static final double ANY_SHARE = 1e-9;

    private static final double BEYOND = 1e6;

    private ThroughputFaults() {}

    static void addTo(FaultCatalogue catalogue) {
        catalogue.add(
                FAMILY,
                "half speed",
                FindingKind.THROUGHPUT,
                catalogue.of(large(catalogue.drawn(1000))),
                always("decode-0-rank-0").with("factor", 2),
                FLOOR_OF_CLEAN);
        catalogue.add(
                FAMILY,
                "one slow rank of eight",
                FindingKind.THROUGHPUT,
                catalogue.of(draft -> patient(
                                FaultCatalogue.topology(1, RANKS, 1, RANKS).apply(draft))
                        .iterations(4)),
                always("decode-0-rank-" + catalogue.drawn(RANKS)).with("milliseconds", 3000));
        catalogue.add(
                FAMILY,
                "a rate that decays",
                FindingKind.THROUGHPUT,
                catalogue.of(draft -> patient(draft).iterations(9)),
                always("decode-0-rank-0").with("milliseconds", 10).with("growth", 2));
        recorded(
                catalogue,
                "less than was recorded on this cluster",
                FindingKind.THROUGHPUT,
                figure -> new Recorded(Optional.of(figure), Optional.empty()));
        recorded(
                catalogue,
                "a link that is far below the recorded one",
                FindingKind.REFERENCE_DEGRADED,
                figure -> new Recorded(Optional.empty(), Optional.of(figure)));
    }

    /** Nothing that misbehaves makes a machine of another speed: the figure that it is held to is planted instead. */
    private static void recorded(
            FaultCatalogue catalogue, String name, FindingKind expected, Function<Figure, Recorded> where) {
        Figure beyond = new Figure(BEYOND, BEYOND / 2, OptionalDouble.empty(), "beyond any machine", "planted");
        catalogue.add(
                FAMILY,
                name,
                expected,
                catalogue.of(ThroughputFaults::patient),
                new Outside.Altered(seen -> seen.with(Optional.of(where.apply(beyond)))));
    }

    private static LibraryFault always(String rank) {
        return LibraryFault.on(rank, "slow").with("times", 0);
    }

    /** What is planted must not end the case for another reason. */
    private static PlanDraft patient(PlanDraft draft) {
        return draft.expectThroughput(ANY_SHARE).expectCompletion(Duration.ofSeconds(60), Duration.ofSeconds(30));
    }

    /** 134 MB an iteration, and enough iterations: a share that a busy machine's hiccups do not move. */
    private static UnaryOperator<PlanDraft> large(long seed) {
        return draft -> patient(draft)
                .geometry(new KvGeometry(LAYERS, 8, 128, 16, DataType.BF16, Layout.HND, Attention.GQA, KeyValue.PACKED))
                .blocks(new BlockUse(BLOCKS, BLOCKS, BLOCKS, Selection.SHUFFLED, seed, 0, false))
                .iterations(15);
    }
}
