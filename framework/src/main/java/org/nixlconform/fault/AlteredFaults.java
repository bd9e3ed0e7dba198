package org.nixlconform.fault;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.nixlconform.message.FindingKind;
import org.nixlconform.transfer.TransferObservation;
import org.nixlconform.transfer.TransferObservation.Integrity;
import org.nixlconform.transfer.TransferObservation.Iteration;
import org.nixlconform.transfer.TransferObservation.RankTransferOutcome;

/**
 * Cases that say less than they seem to, and a check that throws. But for NIXL's own count of bytes nothing below its C
 * API could bring them about: they are defects of ours, so what was seen of a real run is altered before it is judged.
 */
final class AlteredFaults {
    /** More nanoseconds than a number of 64 bits holds: who converts it, throws. */
    private static final Duration BEYOND_COUNTING = Duration.ofSeconds(Long.MAX_VALUE);

    private AlteredFaults() {}

    static void addTo(FaultCatalogue catalogue) {
        catalogue.add(
                "vacuous",
                "NIXL counts no bytes",
                FindingKind.VACUOUS,
                catalogue.pair(),
                LibraryFault.on(FaultCatalogue.INITIATOR, "telemetry")
                        .with("bytes", 0)
                        .with("descriptors", 0));
        altered(catalogue, "zero descriptors", seen -> lastTransfers(seen, done -> sized(done, done.bytes(), 0)));
        altered(catalogue, "zero bytes", seen -> lastTransfers(seen, done -> sized(done, 0, done.descriptors())));
        altered(
                catalogue,
                "initiator and target the same process",
                seen -> lastTransfers(seen, AlteredFaults::withItself));
        altered(catalogue, "destination already right", seen -> lastDestinations(seen, AlteredFaults::already));
        altered(catalogue, "fewer iterations than asked", seen -> iterations(seen, allButLast(seen.iterations())));
        catalogue.add(
                "ours",
                "a check that throws",
                FindingKind.CHECK,
                catalogue.pair(),
                new Outside.Altered(seen -> lastDestinations(seen, arena -> late(arena, BEYOND_COUNTING))));
    }

    private static void altered(FaultCatalogue catalogue, String name, UnaryOperator<TransferObservation> how) {
        catalogue.add("vacuous", name, FindingKind.VACUOUS, catalogue.pair(), new Outside.Altered(how));
    }

    private static TransferObservation lastTransfers(
            TransferObservation seen, UnaryOperator<RankTransferOutcome> change) {
        return lastIteration(
                seen,
                last -> new Iteration(
                        last.index(),
                        last.generation(),
                        last.transfers().stream().map(change).toList(),
                        last.notifications(),
                        last.integrity(),
                        last.streamWork()));
    }

    private static TransferObservation lastDestinations(TransferObservation seen, UnaryOperator<Integrity> change) {
        return lastIteration(
                seen,
                last -> new Iteration(
                        last.index(),
                        last.generation(),
                        last.transfers(),
                        last.notifications(),
                        last.integrity().stream()
                                .map(arena -> arena.destination() ? change.apply(arena) : arena)
                                .toList(),
                        last.streamWork()));
    }

    /** An observation without an iteration stays as it is: then nothing was planted, and the proof says so. */
    private static TransferObservation lastIteration(TransferObservation seen, UnaryOperator<Iteration> change) {
        List<Iteration> all = seen.iterations();
        if (all.isEmpty()) {
            return seen;
        }
        List<Iteration> changed = new ArrayList<>(all);
        changed.set(all.size() - 1, change.apply(all.get(all.size() - 1)));
        return iterations(seen, changed);
    }

    private static List<Iteration> allButLast(List<Iteration> all) {
        return all.isEmpty() ? all : all.subList(0, all.size() - 1);
    }

    private static TransferObservation iterations(TransferObservation seen, List<Iteration> iterations) {
        return new TransferObservation(
                seen.settings(),
                seen.host(),
                seen.metadata(),
                seen.phases(),
                seen.failures(),
                seen.losses(),
                seen.timeouts(),
                seen.invalidRequests(),
                seen.reference(),
                iterations,
                seen.serving(),
                seen.storm(),
                seen.resources(),
                seen.trials(),
                seen.logLines(),
                seen.path(),
                seen.recorded());
    }

    private static RankTransferOutcome sized(RankTransferOutcome done, long bytes, long descriptors) {
        return new RankTransferOutcome(
                done.initiator(),
                done.target(),
                bytes,
                descriptors,
                done.status(),
                done.make(),
                done.post(),
                done.total(),
                done.telemetryBytes(),
                done.telemetryDescriptors(),
                done.atDone());
    }

    private static RankTransferOutcome withItself(RankTransferOutcome done) {
        return new RankTransferOutcome(
                done.initiator(),
                done.initiator(),
                done.bytes(),
                done.descriptors(),
                done.status(),
                done.make(),
                done.post(),
                done.total(),
                done.telemetryBytes(),
                done.telemetryDescriptors(),
                done.atDone());
    }

    private static Integrity already(Integrity arena) {
        return arena(arena, arena.slicesSelected(), arena.slicesLate(), arena.lateBy());
    }

    private static Integrity late(Integrity arena, Duration by) {
        return arena(arena, arena.alreadyRight(), 1, by);
    }

    private static Integrity arena(Integrity arena, long alreadyRight, long slicesLate, Duration lateBy) {
        return new Integrity(
                arena.rank(),
                arena.destination(),
                arena.bytesVerified(),
                arena.slicesSelected(),
                arena.bytesSelected(),
                alreadyRight,
                slicesLate,
                lateBy,
                arena.runsDiffering(),
                arena.countByKind(),
                arena.differences());
    }
}
