package org.nixlconform.engine;

import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.nixlconform.engine.EngineStep.AtDone;
import org.nixlconform.engine.EngineStep.DifferingRun;
import org.nixlconform.engine.EngineStep.Notice;
import org.nixlconform.engine.EngineStep.Posted;
import org.nixlconform.engine.EngineStep.RailCount;
import org.nixlconform.engine.EngineStep.RequestEnd;
import org.nixlconform.engine.EngineStep.Stray;
import org.nixlconform.engine.EngineStep.StreamWork;
import org.nixlconform.engine.EngineStep.TransferEnd;
import org.nixlconform.engine.EngineStep.Verification;
import org.nixlconform.engine.protocol.FromRank;
import org.nixlconform.plan.RankId;

/** Turns the message that ends a step into our words. */
@FunctionalInterface
interface AnswerReading<T> {
    /** Classifications in the order of the numbers in {@code payload.h}; the first is none. */
    List<String> CLASSIFICATIONS =
            List.of("NONE", "ZERO", "POISON", "STALE", "MISPLACED", "SHIFTED", "TORN", "OVERRUN", "FOREIGN");

    T read(RankId rank, FromRank answer);

    static AnswerReading<TransferEnd> transferEnd() {
        return (rank, answer) -> {
            FromRank.Transferred ended = (FromRank.Transferred) answer;
            return new TransferEnd(
                    ended.requests().stream().map(AnswerReading::requestEnd).toList(),
                    ended.collectStatus(),
                    ended.cancelled(),
                    ended.rails().stream().map(AnswerReading::railCount).toList(),
                    Optional.ofNullable(ended.streamWork()).map(AnswerReading::streamWork));
        };
    }

    private static StreamWork streamWork(FromRank.StreamWork work) {
        return new StreamWork(
                Duration.ofNanos(work.heldNanos()),
                Duration.ofNanos(work.fenceNanos()),
                work.pendingAtEnd(),
                known(work.differingAtDone()),
                Optional.ofNullable(work.replays())
                        .map(replays -> new EngineStep.Replays(
                                replays.count(),
                                replays.beside(),
                                replays.mismatches(),
                                replays.firstMismatch(),
                                replays.ownMismatches(),
                                Duration.ofNanos(replays.longestGapNanos()))),
                work.rounds().stream()
                        .map(each -> new EngineStep.Rounds(
                                each.what(), each.count(), each.telling(), each.failed(), each.firstFailure()))
                        .toList());
    }

    private static RailCount railCount(FromRank.Rail rail) {
        return new RailCount(rail.name(), posted(rail.reads()), posted(rail.writes()), posted(rail.sends()));
    }

    private static Posted posted(FromRank.Posted posted) {
        return new Posted(posted.operations(), posted.bytes());
    }

    private static RequestEnd requestEnd(FromRank.RequestEnd end) {
        return new RequestEnd(
                PlanTranslation.rank(end.peer()),
                end.bytes(),
                end.descriptors(),
                end.status(),
                end.statusName(),
                end.failedCall(),
                Duration.ofNanos(end.makeNanos()),
                Duration.ofNanos(end.postNanos()),
                Duration.ofNanos(end.totalNanos()),
                known(end.telemetryBytes()),
                known(end.telemetryDescriptors()),
                atDone(end.atDone()));
    }

    private static AtDone atDone(FromRank.AtDone seen) {
        return new AtDone(
                seen.looked(), seen.hidden(), seen.missing(), Duration.ofNanos(seen.latestNanos()), seen.errorNumber());
    }

    private static OptionalLong known(long value) {
        return value < 0 ? OptionalLong.empty() : OptionalLong.of(value);
    }

    static AnswerReading<EngineStep.StormPart> stormPart() {
        return (rank, answer) -> {
            FromRank.Stormed stormed = (FromRank.Stormed) answer;
            return new EngineStep.StormPart(
                    verification().read(rank, stormed.verified()),
                    stormed.collectStatus(),
                    stormed.pairs().stream().map(AnswerReading::stormPair).toList(),
                    stormed.oddities().stream().map(AnswerReading::oddity).toList(),
                    stormed.strangers(),
                    resources(stormed.resources()));
        };
    }

    static AnswerReading<EngineStep.Served> served() {
        return (rank, answer) -> {
            FromRank.Served served = (FromRank.Served) answer;
            return new EngineStep.Served(
                    verification().read(rank, served.verified()),
                    strays(served.again()),
                    resources(served.resources()));
        };
    }

    private static List<EngineStep.Resources> resources(List<FromRank.Resources> looks) {
        return looks.stream()
                .map(each -> new EngineStep.Resources(
                        Duration.ofNanos(each.nanos()),
                        each.repeats(),
                        each.files(),
                        each.threads(),
                        each.residentBytes()))
                .toList();
    }

    private static EngineStep.StormPair stormPair(FromRank.StormPair pair) {
        return new EngineStep.StormPair(
                PlanTranslation.rank(pair.peer()),
                pair.done(),
                pair.inPost(),
                pair.sent(),
                pair.bytes(),
                pair.hollow(),
                pair.firstHollow(),
                pair.failedCall(),
                pair.failedStatus(),
                pair.failedStatusName(),
                pair.receivedBound(),
                pair.receivedStandalone(),
                pair.again(),
                pair.altered(),
                pair.firstMissing(),
                times(pair.bound()),
                times(pair.standalone()));
    }

    private static EngineStep.StormTimes times(FromRank.StormTimes times) {
        return new EngineStep.StormTimes(
                list(times.sent()), list(times.polled()), list(times.done()), list(times.seen()));
    }

    private static List<Long> list(long[] values) {
        return Arrays.stream(values).boxed().toList();
    }

    private static EngineStep.StormOddity oddity(FromRank.StormOddity odd) {
        return new EngineStep.StormOddity(
                odd.sender(),
                odd.kind(),
                odd.message(),
                odd.length(),
                odd.expectedLength(),
                odd.key(),
                odd.at(),
                odd.expected(),
                odd.found());
    }

    static AnswerReading<Verification> verification() {
        return (rank, answer) -> {
            FromRank.Verified verified = (FromRank.Verified) answer;
            Map<String, Long> counts = new LinkedHashMap<>();
            for (int i = 1; i < CLASSIFICATIONS.size(); i++) {
                if (verified.byClassification()[i] > 0) {
                    counts.put(CLASSIFICATIONS.get(i), verified.byClassification()[i]);
                }
            }
            return new Verification(
                    verified.destination(),
                    verified.bytesVerified(),
                    verified.slicesSelected(),
                    verified.bytesSelected(),
                    verified.slicesLate(),
                    Duration.ofNanos(verified.lateNanos()),
                    verified.runsDiffering(),
                    counts,
                    verified.differences().stream()
                            .map(AnswerReading::differingRun)
                            .toList(),
                    verified.notices().stream()
                            .map(notice -> new Notice(notice.sender(), notice.text(), notice.received()))
                            .toList(),
                    strays(verified.strays()));
        };
    }

    private static List<Stray> strays(List<FromRank.Stray> strays) {
        return strays.stream()
                .map(stray -> new Stray(stray.sender(), stray.text()))
                .toList();
    }

    private static DifferingRun differingRun(FromRank.Difference found) {
        return new DifferingRun(
                found.classification(),
                found.runOffset(),
                found.runLength(),
                found.firstOffset(),
                found.differingBytes(),
                found.expectedLocation(),
                found.expectedKind(),
                found.expectedGeneration(),
                found.expectedWord(),
                found.foundWord(),
                found.foundKind(),
                found.foundLocation(),
                found.foundGeneration(),
                found.secondKind(),
                found.secondLocation(),
                found.secondGeneration(),
                found.shift(),
                found.boundaryOffset(),
                found.bitDistance());
    }
}
