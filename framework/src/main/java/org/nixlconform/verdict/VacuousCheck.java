package org.nixlconform.verdict;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.nixlconform.engine.ServedRequest;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.InvalidRequest;
import org.nixlconform.plan.NotificationStorm;
import org.nixlconform.plan.PagedServing;
import org.nixlconform.plan.RankId;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.StormObservation;
import org.nixlconform.transfer.TransferObservation;
import org.nixlconform.transfer.TransferObservation.Integrity;
import org.nixlconform.transfer.TransferObservation.InvalidRequestOutcome;
import org.nixlconform.transfer.TransferObservation.Iteration;
import org.nixlconform.transfer.TransferObservation.RankTransferOutcome;

/**
 * Green must mean judged: what the plan asks for was really asked of NIXL, moved and verified. One finding for each way
 * in which it was not, with its first place and the number of places.
 *
 * <p>What is merely missing after a loss, a failed call or a timeout anywhere in the case is explained by that.
 */
final class VacuousCheck implements Check {

    private static final String SERVING = ", while serving";
    private static final String STORM = ", in the storm";

    /** One place at which a case says less than it seems to. */
    private record Gap(String what, String where, String expected, String actual) {}

    @Override
    public List<Finding> check(TransferPlan plan, TransferObservation observation) {
        List<Gap> gaps = new ArrayList<>();
        PlannedTransfers planned = PlannedTransfers.of(plan);
        for (Iteration iteration : observation.iterations()) {
            gaps.addAll(transferGaps(planned.in(plan, iteration.index()), iteration));
            gaps.addAll(verificationGaps(planned, iteration.integrity(), ", iteration " + iteration.index()));
        }
        observation
                .serving()
                .ifPresent(serving -> gaps.addAll(verificationGaps(planned, serving.integrity(), SERVING)));
        if (!Disturbance.anywhere(observation)) {
            gaps.addAll(missing(plan, planned, observation));
        }
        Map<String, List<Gap>> alike =
                gaps.stream().collect(Collectors.groupingBy(Gap::what, LinkedHashMap::new, Collectors.toList()));
        return alike.values().stream().map(VacuousCheck::finding).toList();
    }

    private static Finding finding(List<Gap> alike) {
        Gap first = alike.get(0);
        String places = alike.size() == 1 ? "" : ", in " + Quantities.count(alike.size()) + " places";
        return Finding.of(FindingKind.VACUOUS, "vacuous", first.what() + places)
                .with("expected", first.expected())
                .with("actual", first.actual())
                .with("where", first.where());
    }

    private static List<Gap> transferGaps(PlannedTransfers planned, Iteration iteration) {
        Map<PlannedTransfers.Pair, List<RankTransferOutcome>> byPair = iteration.transfers().stream()
                .collect(Collectors.groupingBy(
                        transfer -> new PlannedTransfers.Pair(transfer.initiator(), transfer.target()),
                        LinkedHashMap::new,
                        Collectors.toList()));
        List<Gap> gaps = new ArrayList<>();
        byPair.forEach((pair, transfers) -> {
            String where = pair + ", iteration " + iteration.index();
            if (pair.initiator().equals(pair.target())) {
                gaps.add(new Gap("a transfer had the same rank at both ends", where, "two ranks", "one"));
            } else {
                gaps.addAll(sizeGaps(planned.bytes(pair), where, transfers));
            }
        });
        return gaps;
    }

    /** At most one: what is empty also differs from the plan and from NIXL's own count. */
    private static List<Gap> sizeGaps(long plannedBytes, String where, List<RankTransferOutcome> transfers) {
        String expected = Quantities.bytes(plannedBytes);
        if (transfers.stream().anyMatch(transfer -> transfer.bytes() == 0)) {
            return List.of(new Gap("a transfer asked for no bytes", where, expected, Quantities.bytes(0)));
        }
        if (transfers.stream().anyMatch(transfer -> transfer.descriptors() == 0)) {
            return List.of(new Gap("a transfer had no descriptors", where, "at least 1 descriptor", "0 descriptors"));
        }
        long bytes = transfers.stream().mapToLong(RankTransferOutcome::bytes).sum();
        if (bytes != plannedBytes) {
            return List.of(new Gap(
                    "a pair of ranks moved other bytes than planned", where, expected, Quantities.bytes(bytes)));
        }
        OptionalLong telemetryBytes = telemetryBytes(transfers);
        if (telemetryBytes.isPresent() && telemetryBytes.getAsLong() != plannedBytes) {
            return List.of(new Gap(
                    "NIXL counted other bytes than planned",
                    where,
                    expected,
                    Quantities.bytes(telemetryBytes.getAsLong())));
        }
        return List.of();
    }

    /** What NIXL counted for ended transfers; empty when it did not count all of them. */
    private static OptionalLong telemetryBytes(List<RankTransferOutcome> transfers) {
        boolean counted = transfers.stream()
                .allMatch(transfer ->
                        transfer.status() == 0 && transfer.telemetryBytes().isPresent());
        return counted
                ? OptionalLong.of(transfers.stream()
                        .mapToLong(transfer -> transfer.telemetryBytes().orElseThrow())
                        .sum())
                : OptionalLong.empty();
    }

    private static List<Gap> verificationGaps(PlannedTransfers planned, List<Integrity> arenas, String when) {
        List<Gap> gaps = new ArrayList<>();
        for (Integrity integrity : arenas) {
            String where = integrity.rank() + when;
            if (integrity.bytesVerified() == 0) {
                gaps.add(new Gap("nothing was verified", where, "the whole arena", Quantities.bytes(0)));
            } else if (integrity.destination()
                    && planned.bytes(integrity.rank()) > 0
                    && (integrity.slicesSelected() == 0 || integrity.bytesSelected() == 0)) {
                gaps.add(new Gap("no block slice was verified", where, "every selected slice", "none"));
            }
            if (integrity.alreadyRight() > 0) {
                gaps.add(new Gap(
                        "a destination was right before the transfer began",
                        where,
                        "no block slice with the new content",
                        Quantities.count(integrity.alreadyRight()) + " of "
                                + Quantities.count(integrity.slicesSelected(), "block slice")));
            }
        }
        return gaps;
    }

    private static List<Gap> missing(TransferPlan plan, PlannedTransfers planned, TransferObservation observation) {
        List<Gap> gaps = new ArrayList<>();
        int iterations = observation.iterations().size();
        if (iterations < plan.iterations()) {
            gaps.add(new Gap(
                    "fewer iterations ran than planned",
                    "iterations",
                    Quantities.count(plan.iterations()),
                    Quantities.count(iterations)));
        }
        for (Iteration iteration : observation.iterations()) {
            gaps.addAll(missingTransfers(planned.in(plan, iteration.index()), iteration));
            gaps.addAll(unaskedNotifications(planned, iteration));
            if (plan.expectations().integrity()) {
                gaps.addAll(unverified(
                        planned.destinations(), iteration.integrity().stream(), ", iteration " + iteration.index()));
            }
        }
        if (plan.expectations().integrity() && iterations > 0) {
            Stream<Integrity> all = observation.iterations().stream().flatMap(each -> each.integrity().stream());
            gaps.addAll(unverified(planned.sources(), all, ""));
        }
        plan.storm().ifPresent(storm -> gaps.addAll(missingStorm(plan, planned, storm, observation)));
        plan.serving().ifPresent(served -> gaps.addAll(missingRequests(plan, planned, served, observation)));
        Set<InvalidRequest> asked = observation.invalidRequests().stream()
                .map(InvalidRequestOutcome::request)
                .collect(Collectors.toSet());
        plan.invalidRequests().stream()
                .filter(request -> !asked.contains(request))
                .forEach(request -> gaps.add(new Gap(
                        "an invalid request was not made", request.name(), "asked for once", "never asked for")));
        return gaps;
    }

    private static List<Gap> missingRequests(
            TransferPlan plan, PlannedTransfers planned, PagedServing served, TransferObservation observation) {
        List<Gap> gaps = new ArrayList<>();
        String where = "the ledger" + SERVING;
        int requests =
                observation.serving().map(serving -> serving.requests().size()).orElse(0);
        Duration took =
                observation.serving().map(TransferObservation.Serving::took).orElse(Duration.ZERO);
        boolean longEnough = served.seconds() > 0 && took.toSeconds() >= served.seconds();
        if (requests < served.requests() && !longEnough) {
            gaps.add(new Gap(
                    "fewer requests were served than planned",
                    where,
                    Quantities.count(served.requests()),
                    Quantities.count(requests)));
        }
        observation.serving().ifPresent(serving -> {
            if (!serving.ledgerComplete()) {
                gaps.add(new Gap("the ledger of requests is not whole", where, "all of it", "a part of it"));
            }
            if (served.disturbance().dropPercent() > 0
                    && serving.requests().stream().noneMatch(ServedRequest::isDroppedUnderWay)) {
                gaps.add(new Gap(
                        "no request was dropped while it was under way",
                        where,
                        served.disturbance().dropPercent() + " % of them",
                        "those to be dropped had ended before"));
            }
            if (served.disturbance().failPercent() > 0
                    && serving.requests().stream()
                            .noneMatch(request -> request.isFailedAsPlanned() && request.underWay() > 0)) {
                gaps.add(new Gap(
                        "no transfer failed while others of its request were under way",
                        where,
                        "one of each of " + served.disturbance().failPercent() + " % of them",
                        "none failed, or only when the others had ended"));
            }
            if (served.lease().heartbeats()
                    && serving.requests().stream().noneMatch(request -> request.renewals() > 0)) {
                gaps.add(new Gap("no lease was renewed", where, "leases that heartbeats keep alive", "no heartbeat"));
            }
            if (serving.bytes() == 0) {
                gaps.add(new Gap("served requests moved no bytes", where, "their blocks", Quantities.bytes(0)));
            }
            if (plan.expectations().integrity()) {
                gaps.addAll(unverified(planned.destinations(), serving.integrity().stream(), SERVING));
                gaps.addAll(unverified(planned.sources(), serving.integrity().stream(), SERVING));
            }
        });
        return gaps;
    }

    private static List<Gap> missingStorm(
            TransferPlan plan, PlannedTransfers planned, NotificationStorm storm, TransferObservation observation) {
        List<Gap> gaps = new ArrayList<>();
        if (observation.storm().isEmpty()) {
            gaps.add(new Gap("the storm was not begun", "the plan", storm.label(), "nothing"));
        }
        observation.storm().ifPresent(seen -> {
            for (StormObservation.Pair pair : seen.pairs()) {
                long made = pair.sent().map(StormObservation.Sent::transfers).orElse(0L);
                long bytes = pair.sent().map(StormObservation.Sent::bytes).orElse(0L);
                if (made < storm.transfers() || bytes == 0) {
                    gaps.add(new Gap(
                            "fewer transfers of the storm were made than planned",
                            pair.label() + STORM,
                            Quantities.count(storm.transfers(), "transfer"),
                            Quantities.count(made) + ", " + Quantities.bytes(bytes)));
                }
                if (pair.received().isEmpty()) {
                    gaps.add(new Gap(
                            "nobody counted the notifications of the storm", pair.label() + STORM, "counts", "none"));
                }
            }
            gaps.addAll(verificationGaps(planned, seen.integrity(), STORM));
            if (plan.expectations().integrity()) {
                gaps.addAll(unverified(planned.destinations(), seen.integrity().stream(), STORM));
                gaps.addAll(unverified(planned.sources(), seen.integrity().stream(), STORM));
            }
        });
        return gaps;
    }

    private static List<Gap> missingTransfers(PlannedTransfers planned, Iteration iteration) {
        String where = "iteration " + iteration.index();
        Set<PlannedTransfers.Pair> moving = planned.moving();
        if (iteration.transfers().isEmpty() && !moving.isEmpty()) {
            String expected = Quantities.count(moving.size(), "transfer");
            return List.of(new Gap("nothing was transferred", where, expected, "none"));
        }
        Set<PlannedTransfers.Pair> made = iteration.transfers().stream()
                .map(transfer -> new PlannedTransfers.Pair(transfer.initiator(), transfer.target()))
                .collect(Collectors.toSet());
        return moving.stream()
                .filter(pair -> !made.contains(pair))
                .map(pair -> new Gap(
                        "a planned transfer was not made",
                        pair + ", " + where,
                        Quantities.bytes(planned.bytes(pair)),
                        "none"))
                .toList();
    }

    /** Where nothing moves, a notification is all that there is to be judged. */
    private static List<Gap> unaskedNotifications(PlannedTransfers planned, Iteration iteration) {
        return planned.told().stream()
                .filter(pair -> iteration.notifications().stream()
                        .noneMatch(count -> count.expected() > 0
                                && count.receiver().equals(pair.target())
                                && count.sender().equals(pair.initiator().label())))
                .map(pair -> new Gap(
                        "nobody waited for a planned notification",
                        pair + ", iteration " + iteration.index(),
                        "1 notification without a transfer",
                        "none"))
                .toList();
    }

    private static List<Gap> unverified(Set<RankId> ranks, Stream<Integrity> arenas, String when) {
        Set<RankId> verified = arenas.map(Integrity::rank).collect(Collectors.toSet());
        return ranks.stream()
                .filter(rank -> !verified.contains(rank))
                .map(rank -> new Gap("a rank was not verified", rank + when, "the whole arena", "nothing"))
                .toList();
    }
}
