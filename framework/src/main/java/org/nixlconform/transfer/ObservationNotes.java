package org.nixlconform.transfer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.BiPredicate;
import java.util.function.Function;
import org.nixlconform.engine.EngineStep;
import org.nixlconform.plan.InvalidRequest;
import org.nixlconform.plan.MemoryKind;
import org.nixlconform.plan.Operation;
import org.nixlconform.plan.RankId;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.plan.Trial;
import org.nixlconform.transfer.PathObservation.Posted;
import org.nixlconform.transfer.PathObservation.RailUse;
import org.nixlconform.transfer.TransferObservation.CallFailure;
import org.nixlconform.transfer.TransferObservation.EngineLoss;
import org.nixlconform.transfer.TransferObservation.Integrity;
import org.nixlconform.transfer.TransferObservation.InvalidRequestOutcome;
import org.nixlconform.transfer.TransferObservation.Iteration;
import org.nixlconform.transfer.TransferObservation.Misdelivered;
import org.nixlconform.transfer.TransferObservation.NotificationCount;
import org.nixlconform.transfer.TransferObservation.PhaseTime;
import org.nixlconform.transfer.TransferObservation.RankTransferOutcome;
import org.nixlconform.transfer.TransferObservation.Reference;
import org.nixlconform.transfer.TransferObservation.StrayNotification;
import org.nixlconform.transfer.TransferObservation.StreamWork;
import org.nixlconform.transfer.TransferObservation.Timeout;

/** Gathers an observation while a transfer runs. */
final class ObservationNotes {
    /** How the same bytes are copied without NIXL. */
    static final String COPIED = "copy between two processes by the kernel (process_vm_readv, process_vm_writev)";

    static final String STREAMED = "TCP streams between the nodes, one for each pair of ranks";

    static final String ON_DEVICES = "copy between two GPUs of a node by the copy engine (cuMemcpyAsync)";

    static final String TO_A_DEVICE =
            "copy between a GPU and pinned memory of the same process by the copy engine (cuMemcpyAsync)";

    private final TransferPlan plan;
    private final DifferenceWording wording;
    private final List<GivenMetadata> metadata = new ArrayList<>();
    private final List<PhaseTime> phases = new ArrayList<>();
    private final List<CallFailure> failures = new ArrayList<>();
    private final List<EngineLoss> losses = new ArrayList<>();
    private final List<Timeout> timeouts = new ArrayList<>();
    private final List<InvalidRequestOutcome> invalid = new ArrayList<>();
    private final List<IterationNotes> iterations = new ArrayList<>();
    private final List<PathObservation.Gpu> gpus = new ArrayList<>();
    private Optional<TransferObservation.Serving> serving = Optional.empty();
    private Optional<StormObservation> storm = Optional.empty();
    private final List<ResourceUse> resources = new ArrayList<>();
    private final List<TrialOutcome> trials = new ArrayList<>();
    private final Map<String, RailUse> rails = new LinkedHashMap<>();
    private final Map<RankId, List<Double>> copiesBytesPerSecond = new TreeMap<>();
    private boolean everyCopyTimed = true;
    private long streamedBytes;
    private long copiedBytes;

    ObservationNotes(TransferPlan plan) {
        this.plan = plan;
        wording = new DifferenceWording(plan);
    }

    IterationNotes begin(int index, int generation) {
        IterationNotes iteration = new IterationNotes(index, generation);
        iterations.add(iteration);
        return iteration;
    }

    void step(EngineStep<?> step, int iteration) {
        step.phases().forEach(phase -> phases.add(new PhaseTime(phase.rank(), phase.phase(), iteration, phase.took())));
        step.refused()
                .forEach(call -> failures.add(new CallFailure(
                        call.rank(),
                        call.phase(),
                        iteration,
                        call.call(),
                        call.status(),
                        call.statusName(),
                        call.lastLogLines())));
        step.lost().forEach(rank -> losses.add(loss(step.name(), rank)));
        step.overdue().forEach(rank -> timeouts.add(timeout(step.name(), iteration, rank)));
    }

    private String method() {
        if (plan.memory() == MemoryKind.VRAM) {
            return ON_DEVICES;
        }
        if (plan.memory().isMixed()) {
            return TO_A_DEVICE;
        }
        return streamedBytes > 0 ? STREAMED : COPIED;
    }

    private static EngineLoss loss(String step, EngineStep.LostRank rank) {
        return new EngineLoss(rank.rank(), step, rank.signal(), rank.exitCode(), rank.lastLogLines());
    }

    private static Timeout timeout(String step, int iteration, EngineStep.OverdueRank rank) {
        return new Timeout(
                rank.rank(),
                step,
                iteration,
                rank.deadline(),
                rank.stalled(),
                rank.sample().map(EngineStep.Sample::call).filter(call -> !call.isEmpty()),
                rank.sample()
                        .map(sample -> new TransferObservation.Progress(
                                sample.requests(),
                                sample.posted(),
                                sample.done(),
                                sample.slices(),
                                sample.slicesLanded(),
                                sample.noticesExpected(),
                                sample.noticesReceived(),
                                sample.sinceChange())),
                rank.lastLogLines());
    }

    void opened(Map<RankId, EngineStep.Opened> answers, Function<RankId, Optional<String>> nixlVersion) {
        new TreeMap<>(answers).forEach((rank, opened) -> {
            metadata.add(new GivenMetadata(
                    rank,
                    nixlVersion.apply(rank),
                    opened.plugins(),
                    opened.metadata(),
                    opened.regions(),
                    opened.regionsInMetadata(),
                    opened.railsOfRegions()));
            opened.devices().forEach(device -> gpus.add(gpu(rank, device)));
        });
    }

    private static PathObservation.Gpu gpu(RankId rank, EngineStep.Gpu device) {
        return new PathObservation.Gpu(
                rank,
                device.node(),
                device.ordinal(),
                device.name(),
                device.busId(),
                device.uuid(),
                device.driver(),
                device.simulated());
    }

    void invalid(RankId rank, List<EngineStep.Attempt> attempts) {
        Map<InvalidRequest, InvalidRequestOutcome> first = new TreeMap<>();
        // One rank asks each of its peers: an accepted one is what counts.
        for (EngineStep.Attempt attempt : attempts) {
            first.merge(
                    attempt.request(),
                    new InvalidRequestOutcome(rank, attempt.request(), attempt.status(), attempt.statusName()),
                    (a, b) -> a.status() >= b.status() ? a : b);
        }
        invalid.addAll(first.values());
    }

    /** The first pass of each copy, which touches cold memory, is left out. */
    void reference(Map<RankId, EngineStep.ReferenceCopy> copies) {
        copies.forEach((rank, copy) -> {
            List<Double> rates = copy.passNanos().stream()
                    .skip(copy.passNanos().size() > 1 ? 1 : 0)
                    .filter(nanos -> nanos > 0)
                    .map(nanos -> copy.bytes() * 1e9 / nanos)
                    .toList();
            long moved = copy.bytes() * copy.passNanos().size();
            streamedBytes += copy.streamed() ? moved : 0;
            copiedBytes += copy.streamed() ? 0 : moved;
            everyCopyTimed &= !rates.isEmpty();
            copiesBytesPerSecond
                    .computeIfAbsent(rank, first -> new ArrayList<>())
                    .addAll(rates);
        });
    }

    /** The median of all passes. */
    private Optional<Reference> reference() {
        if (copiesBytesPerSecond.isEmpty() || !everyCopyTimed) {
            return Optional.empty();
        }
        Map<RankId, Double> medians = new TreeMap<>();
        copiesBytesPerSecond.forEach((rank, rates) ->
                medians.put(rank, rates.stream().sorted().toList().get((rates.size() - 1) / 2)));
        long onDevices = plan.memory() == MemoryKind.VRAM ? copiedBytes : 0;
        return Optional.of(new Reference(method(), medians, streamedBytes, onDevices));
    }

    private void posted(RankId rank, List<EngineStep.RailCount> counts) {
        for (int rail = 0; rail < counts.size(); rail++) {
            EngineStep.RailCount count = counts.get(rail);
            RailUse use = new RailUse(
                    rank, rail, count.rail(), posted(count.reads()), posted(count.writes()), posted(count.sends()));
            rails.merge(rank + " " + rail, use, RailUse::plus);
        }
    }

    private static Posted posted(EngineStep.Posted counted) {
        return new Posted(counted.operations(), counted.bytes());
    }

    void served(Map<RankId, EngineStep.Served> answers, EngineStep.Ledger ledger) {
        List<Integrity> integrity = new ArrayList<>();
        List<StrayNotification> strays = new ArrayList<>();
        List<StrayNotification> again = new ArrayList<>();
        new TreeMap<>(answers).forEach((rank, part) -> {
            EngineStep.Verification seen = part.verification();
            integrity.add(integrity(rank, seen, 0));
            seen.strays().forEach(stray -> strays.add(new StrayNotification(rank, stray.sender(), stray.text())));
            part.again().forEach(each -> again.add(new StrayNotification(rank, each.sender(), each.text())));
            resources.add(resources(rank, "serve", part.resources()));
        });
        serving = Optional.of(new TransferObservation.Serving(
                ledger.took(), ledger.complete(), integrity, ledger.requests(), strays, again, ledger.relayed()));
    }

    void tried(Trial trial, EngineStep.TrialEnd end, int iteration) {
        trials.add(new TrialOutcome(
                trial,
                end.answers().stream()
                        .map(answer -> new TrialOutcome.Answer(
                                answer.rank(),
                                answer.act(),
                                answer.call(),
                                answer.status(),
                                answer.statusName(),
                                answer.at(),
                                answer.took(),
                                answer.counts(),
                                answer.text()))
                        .toList(),
                end.lost().stream().map(gone -> loss(trial.label(), gone)).toList(),
                end.overdue().stream()
                        .map(rank -> timeout(trial.label(), iteration, rank))
                        .toList()));
    }

    /** @param oneClock whether times of two ranks can be held against each other */
    void stormed(
            Map<RankId, EngineStep.StormPart> answers,
            Map<RankId, EngineStep.Armed> armed,
            BiPredicate<RankId, RankId> oneClock) {
        StormNotes seen = new StormNotes(plan, answers);
        List<Integrity> integrity = new ArrayList<>();
        new TreeMap<>(answers).forEach((rank, part) -> {
            EngineStep.Armed before = armed.get(rank);
            integrity.add(integrity(rank, part.verification(), before == null ? 0 : before.alreadyRight()));
            resources.add(resources(rank, "storm", part.resources()));
        });
        failures.addAll(seen.failures());
        storm = Optional.of(new StormObservation(seen.pairs(oneClock), seen.oddities(), integrity));
    }

    private static ResourceUse resources(RankId rank, String during, List<EngineStep.Resources> looks) {
        return new ResourceUse(
                rank,
                during,
                looks.stream()
                        .map(each -> new ResourceUse.Look(
                                each.after(), each.repeats(), each.files(), each.threads(), each.residentBytes()))
                        .toList());
    }

    private Integrity integrity(RankId rank, EngineStep.Verification seen, long alreadyRight) {
        return new Integrity(
                rank,
                seen.destination(),
                seen.bytesVerified(),
                seen.slicesSelected(),
                seen.bytesSelected(),
                alreadyRight,
                seen.slicesLate(),
                seen.lateBy(),
                seen.runsDiffering(),
                wording.counts(seen.byClassification()),
                seen.differences().stream()
                        .map(run -> wording.describe(rank, run))
                        .toList());
    }

    TransferObservation finish(
            TransferObservation.AgentSettings settings,
            TransferObservation.Host host,
            List<TransferObservation.LogLine> logLines,
            PathObservation path) {
        return new TransferObservation(
                settings,
                host,
                metadata,
                phases,
                failures,
                losses,
                timeouts,
                invalid,
                reference(),
                iterations.stream().map(IterationNotes::finish).toList(),
                serving,
                storm,
                resources,
                trials,
                logLines,
                path.with(List.copyOf(rails.values()), gpus),
                Optional.empty());
    }

    /** One iteration, as far as it got. */
    final class IterationNotes {
        private final int index;
        private final int generation;
        private final Map<RankId, Long> alreadyRight = new HashMap<>();
        private final List<RankTransferOutcome> transfers = new ArrayList<>();
        private final List<NotificationCount> notifications = new ArrayList<>();
        private final List<Integrity> integrity = new ArrayList<>();
        private final List<StreamWork> streamWork = new ArrayList<>();

        private IterationNotes(int index, int generation) {
            this.index = index;
            this.generation = generation;
        }

        void armed(Map<RankId, EngineStep.Armed> answers) {
            answers.forEach((rank, armed) -> alreadyRight.put(rank, armed.alreadyRight()));
        }

        /** @param noLookBecause why an initiator did not look into a target's memory at DONE */
        void transferred(
                Map<RankId, EngineStep.TransferEnd> answers,
                BiFunction<RankId, RankId, Optional<String>> noLookBecause) {
            new TreeMap<>(answers).forEach((rank, end) -> {
                end.requests().forEach(request -> transferred(rank, request, noLookBecause));
                posted(rank, end.rails());
                end.streamWork().ifPresent(work -> streamWork.add(streamWork(rank, work)));
                if (end.collectStatus() < 0) {
                    fail(rank, "notify", "nixl_capi_get_notifs", end.collectStatus(), "");
                }
            });
        }

        private static StreamWork streamWork(RankId rank, EngineStep.StreamWork work) {
            return new StreamWork(
                    rank,
                    work.held(),
                    work.fence(),
                    work.pendingAtEnd(),
                    work.differingAtDone(),
                    work.replays()
                            .map(replays -> new TransferObservation.Replays(
                                    replays.count(),
                                    replays.beside(),
                                    replays.mismatches(),
                                    replays.firstMismatch(),
                                    replays.ownMismatches(),
                                    replays.longestGap())),
                    work.rounds().stream()
                            .map(each -> new TransferObservation.Rounds(
                                    each.what(), each.count(), each.telling(), each.failed(), each.firstFailure()))
                            .toList());
        }

        private void transferred(
                RankId rank, EngineStep.RequestEnd end, BiFunction<RankId, RankId, Optional<String>> noLookBecause) {
            boolean written = plan.direction().operation() == Operation.WRITE && end.status() == 0;
            transfers.add(new RankTransferOutcome(
                    rank,
                    end.target(),
                    end.bytes(),
                    end.descriptors(),
                    end.status(),
                    end.make(),
                    end.post(),
                    end.total(),
                    end.telemetryBytes(),
                    end.telemetryDescriptors(),
                    written
                            ? Optional.of(atDone(end.atDone(), noLookBecause.apply(rank, end.target())))
                            : Optional.empty()));
            phases.add(new PhaseTime(rank, "post", index, end.post()));
            if (end.total().compareTo(end.post()) >= 0) { // One that did not end has no total.
                phases.add(new PhaseTime(rank, "wait", index, end.total().minus(end.post())));
            }
            if (end.status() < 0) {
                fail(rank, "transfer to " + end.target(), end.failedCall(), end.status(), end.statusName());
            }
        }

        private static AtDone atDone(EngineStep.AtDone seen, Optional<String> noLookBecause) {
            if (noLookBecause.isPresent() || seen.errorNumber() != 0) {
                return AtDone.notObserved(noLookBecause.orElse(
                        "the kernel refused to read the target's memory, error number " + seen.errorNumber()));
            }
            return AtDone.seen(seen.looked(), seen.hidden(), seen.missing(), seen.latest());
        }

        private void fail(RankId rank, String phase, String call, int status, String statusName) {
            failures.add(new CallFailure(rank, phase, index, call, status, statusName, List.of()));
        }

        void verified(Map<RankId, EngineStep.Verification> answers) {
            Map<String, RankId> meantFor = new HashMap<>();
            answers.forEach((rank, seen) -> seen.notices().forEach(notice -> meantFor.put(notice.text(), rank)));
            new TreeMap<>(answers).forEach((rank, seen) -> {
                integrity.add(integrity(rank, seen, alreadyRight.getOrDefault(rank, 0L)));
                notifications.addAll(counts(rank, seen, meantFor));
            });
        }

        private List<NotificationCount> counts(
                RankId receiver, EngineStep.Verification seen, Map<String, RankId> meantFor) {
            Map<String, List<EngineStep.Notice>> bySender = new TreeMap<>();
            seen.notices()
                    .forEach(notice -> bySender.computeIfAbsent(notice.sender(), sender -> new ArrayList<>())
                            .add(notice));
            Map<String, List<String>> strays = new TreeMap<>();
            seen.strays()
                    .forEach(stray -> strays.computeIfAbsent(stray.sender(), sender -> new ArrayList<>())
                            .add(stray.text()));
            strays.keySet().forEach(sender -> bySender.putIfAbsent(sender, List.of()));
            List<NotificationCount> counts = new ArrayList<>();
            bySender.forEach((sender, notices) -> {
                List<String> texts = strays.getOrDefault(sender, List.of());
                counts.add(new NotificationCount(
                        receiver,
                        sender,
                        notices.size(),
                        (int) notices.stream()
                                .filter(notice -> notice.received() > 0)
                                .count(),
                        notices.stream()
                                .mapToInt(notice -> Math.max(0, notice.received() - 1))
                                .sum(),
                        texts.stream()
                                .filter(text -> !meantFor.containsKey(text))
                                .toList(),
                        misdelivered(texts, meantFor)));
            });
            return counts;
        }

        private static List<Misdelivered> misdelivered(List<String> texts, Map<String, RankId> meantFor) {
            List<Misdelivered> found = new ArrayList<>();
            for (String text : texts) {
                RankId rank = meantFor.get(text);
                if (rank != null) {
                    found.add(new Misdelivered(rank, text));
                }
            }
            return found;
        }

        private Iteration finish() {
            transfers.sort(
                    Comparator.comparing(RankTransferOutcome::initiator).thenComparing(RankTransferOutcome::target));
            return new Iteration(index, generation, transfers, notifications, integrity, streamWork);
        }
    }
}
