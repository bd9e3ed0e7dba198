package org.nixlconform.jupiter;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import org.nixlconform.cluster.RankAssignment;
import org.nixlconform.configuration.ReferenceSpec;
import org.nixlconform.plan.RankId;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.TransferObservation.Figure;
import org.nixlconform.transfer.TransferObservation.Recorded;

/** What was once measured on a cluster, reckoned up for the initiators of one case. */
final class RecordedFigures {
    private final Optional<ReferenceSpec> spec;

    RecordedFigures(Optional<ReferenceSpec> spec) {
        this.spec = spec;
    }

    Optional<Recorded> of(TransferPlan plan, RankAssignment ranks) {
        String placement = plan.placement().name();
        String memory = plan.memory().name();
        return spec.map(file -> new Recorded(
                        file.transfer(plan.backend().name(), placement, memory).map(each -> figure(each, plan, ranks)),
                        file.link(placement, memory).map(each -> figure(each, plan, ranks))))
                .filter(recorded ->
                        recorded.transfer().isPresent() || recorded.link().isPresent());
    }

    private static Figure figure(ReferenceSpec.Figure one, TransferPlan plan, RankAssignment ranks) {
        long count = count(one.per(), plan, ranks);
        return new Figure(
                one.targetGbPerSecond() * count,
                one.lowerGbPerSecond() * count,
                one.upperGbPerSecond()
                        .map(upper -> OptionalDouble.of(upper * count))
                        .orElse(OptionalDouble.empty()),
                String.format(
                        Locale.ROOT,
                        "%s GB/s per %s, of which the initiators have %d",
                        one.targetGbPerSecond(),
                        one.per() == ReferenceSpec.Per.GPU
                                ? "GPU"
                                : one.per().name().toLowerCase(Locale.ROOT),
                        count),
                one.source());
    }

    /** Initiators that share what a figure is of reach no more than it together. */
    private static long count(ReferenceSpec.Per per, TransferPlan plan, RankAssignment ranks) {
        List<RankId> initiators = ranks.ranks().stream()
                .filter(rank -> rank.role() == plan.direction().initiator())
                .toList();
        return switch (per) {
            case RANK -> initiators.size();
            case NODE -> initiators.stream().map(ranks::node).distinct().count();
            case GPU ->
                initiators.stream()
                        .map(rank -> ranks.node(rank).name() + " " + ranks.device(rank))
                        .distinct()
                        .count();
        };
    }
}
