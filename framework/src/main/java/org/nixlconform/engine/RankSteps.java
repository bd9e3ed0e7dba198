package org.nixlconform.engine;

import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.nixlconform.cluster.Node;
import org.nixlconform.engine.EngineStep.LostRank;
import org.nixlconform.engine.EngineStep.RefusedCall;
import org.nixlconform.engine.EngineStep.TransferEnd;
import org.nixlconform.engine.RankRoster.Line;
import org.nixlconform.engine.protocol.FromRank;
import org.nixlconform.engine.protocol.RunningTime;
import org.nixlconform.engine.protocol.ToRank;
import org.nixlconform.engine.protocol.ToWarden;
import org.nixlconform.engine.protocol.Wire;
import org.nixlconform.plan.Expectations;
import org.nixlconform.plan.PeerEnd;
import org.nixlconform.plan.RankId;
import org.nixlconform.plan.Role;
import org.nixlconform.plan.TransferPlan;

/**
 * Asks ranks to do one step and waits until each has answered, is lost, or is overdue. Where a step goes wrong, everything
 * is looked at before anything is told to leave, all within a bounded time.
 */
final class RankSteps {
    /** A rank that polls is in some call at any time; only one that takes this long does not return. */
    private static final Duration CALL_HANGS_AFTER = Duration.ofSeconds(1);
    /** Together with what a rank gets to look: five seconds for two ranks, fifteen for eighty, with some to spare. */
    private static final Duration LOOK_WITHIN = Duration.ofMillis(2_500);

    private static final Duration LOOK_FOR_EACH_RANK = Duration.ofMillis(75);
    private static final Duration WARDEN_ANSWERS_EARLIER = Duration.ofMillis(400);
    private static final Duration LEAVES_WITHIN = Duration.ofSeconds(1);
    /** Of a storm: each counts what it saw and verifies its cache before it answers, and that answer is what is judged. */
    private static final Duration COUNTS_WITHIN = Duration.ofSeconds(10);

    private static final Duration LOOK_EVERY = Duration.ofMillis(500);

    private static final Duration GONE_WITHIN = Duration.ofSeconds(10);

    private final RankRoster roster;
    private final Role initiator;
    private final Optional<PeerEnd> planned;
    private boolean looked;

    /** @param plan that may end a rank, which is then none of what goes wrong */
    RankSteps(RankRoster roster, TransferPlan plan) {
        this.roster = roster;
        this.initiator = plan.direction().initiator();
        this.planned = plan.peerEnd();
    }

    /** One step that goes on: who has not answered yet, and what came of the others. */
    private final class Course<T> {
        private final EngineStep.Collector<T> step;
        private final Set<RankId> pending;
        private final AnswerReading<T> reading;
        private Duration leavesWithin = LEAVES_WITHIN;

        private Course(String name, Map<RankId, ? extends ToRank> asks, AnswerReading<T> reading) {
            this.reading = reading;
            step = new EngineStep.Collector<>(name);
            pending = new HashSet<>(asks.keySet());
            asks.forEach((rank, ask) -> {
                LostRank gone = roster.lost().get(rank);
                if (gone == null) {
                    roster.send(rank, ask);
                } else {
                    step.lost.add(gone);
                    pending.remove(rank);
                }
            });
        }

        private void take(@Nullable Line line) {
            roster.take(line, step, pending, reading);
        }

        private boolean wentWrong(Predicate<T> failed) {
            boolean refused =
                    !step.refused.isEmpty() || step.answers.values().stream().anyMatch(failed);
            return !pending.isEmpty() || lostOthers(step.lost) || (refused && !hasEnded());
        }
    }

    /** Whether the rank that the plan ends is gone: what is refused from then on is no surprise. */
    boolean hasEnded() {
        return planned.filter(end -> roster.lost().containsKey(end.rank())).isPresent();
    }

    private boolean lostOthers(Collection<LostRank> lost) {
        return lost.stream()
                .anyMatch(gone ->
                        planned.filter(end -> end.rank().equals(gone.rank())).isEmpty());
    }

    /** Kills the rank that the plan ends, and sees it go. */
    EngineStep<Boolean> endPeer() {
        EngineStep.Collector<Boolean> step = new EngineStep.Collector<>("end");
        RankId rank = planned.orElseThrow().rank();
        roster.signal(rank, "KILL");
        long end = System.nanoTime() + GONE_WITHIN.toNanos();
        while (!hasEnded() && System.nanoTime() < end) {
            roster.take(roster.poll(end - System.nanoTime()), step, new HashSet<>(), (other, answer) -> true);
        }
        return step.finish();
    }

    <T> EngineStep<T> perform(
            String name, Map<RankId, ? extends ToRank> asks, Duration deadline, AnswerReading<T> reading) {
        Course<T> course = new Course<>(name, asks, reading);
        RunningTime time = new RunningTime();
        while (!course.pending.isEmpty() && time.getAsLong() < deadline.toNanos()) {
            course.take(roster.poll(LOOK_EVERY.toNanos()));
        }
        if (course.wentWrong(answer -> false)) {
            look(course, deadline, false);
        }
        return course.step.finish();
    }

    /**
     * As {@link #perform}, but watches progress: a transfer may end slowly, not stand still.
     *
     * @param end of a rank in this transfer
     */
    EngineStep<TransferEnd> transfer(
            Map<RankId, ? extends ToRank> asks, Expectations.Completion limits, Optional<MidTransferEnd> end) {
        Course<TransferEnd> course = new Course<>("transfer", asks, AnswerReading.transferEnd());
        boolean first = watch(course, limits, end, TransferEnd::failed);
        if (first) {
            StepEvidence.writeRequests(roster.caseFolder(), course.step.answers);
        }
        return course.step.finish();
    }

    /** As {@link #transfer}, of engines that serve requests on their own. */
    EngineStep<EngineStep.Served> serve(Map<RankId, ? extends ToRank> asks, Expectations.Completion limits) {
        Course<EngineStep.Served> course = new Course<>("serve", asks, AnswerReading.served());
        watch(course, limits, Optional.empty(), served -> false);
        return course.step.finish();
    }

    /** As {@link #transfer}, of a storm of notifications. */
    EngineStep<EngineStep.StormPart> storm(Map<RankId, ? extends ToRank> asks, Expectations.Completion limits) {
        Course<EngineStep.StormPart> course = new Course<>("storm", asks, AnswerReading.stormPart());
        course.leavesWithin = COUNTS_WITHIN;
        watch(course, limits, Optional.empty(), EngineStep.StormPart::failed);
        return course.step.finish();
    }

    /** @return whether it went wrong, and nothing had gone wrong before */
    private <T> boolean watch(
            Course<T> course, Expectations.Completion limits, Optional<MidTransferEnd> end, Predicate<T> failed) {
        ProgressWatch watch = new ProgressWatch(limits);
        while (!course.pending.isEmpty() && !watch.over() && !watch.abandoned(lossesThatExplain(course.pending))) {
            if (watch.sampleDue() || end.filter(MidTransferEnd::sampleDue).isPresent()) {
                course.pending.forEach(rank -> roster.send(rank, new ToRank.Sample()));
            }
            long patience = watch.nextLookNanos();
            Line line =
                    roster.poll(end.map(each -> each.nextLookNanos(patience)).orElse(patience));
            FromRank.@Nullable Sampled sampled = sampleOf(line);
            if (line != null && sampled != null) {
                watch.saw(PlanTranslation.rank(line.label()), translate(sampled));
                end.ifPresent(each -> each.saw(translate(sampled)));
            } else if (line != null) {
                course.take(line);
                if (!line.label().equals(Wire.WARDEN)) {
                    watch.moved();
                }
            }
        }
        if (hasEnded() && !waits(initiator, course.pending)) {
            leave(course, course.pending);
        }
        if (!course.wentWrong(failed)) {
            return false;
        }
        boolean first = !looked;
        // Asked before ranks are, which takes time in which nothing moves.
        // One that says nothing of itself will not leave either.
        leave(course, look(course, watch.deadline(), watch.stalled()).samples().keySet());
        return first;
    }

    /** An initiator must see by itself that its peer has ended; a target may wait for what nobody sends any more. */
    private int lossesThatExplain(Set<RankId> pending) {
        return roster.lost().size() - (hasEnded() && waits(initiator, pending) ? 1 : 0);
    }

    private static boolean waits(Role role, Set<RankId> pending) {
        return pending.stream().anyMatch(rank -> rank.role() == role);
    }

    /** Nothing ends any more: tells the ranks to leave the loop. @param answering who is waited for */
    private void leave(Course<?> course, Set<RankId> answering) {
        Set<RankId> leaving = new HashSet<>(course.pending);
        leaving.forEach(rank -> roster.send(rank, new ToRank.Cancel()));
        leaving.retainAll(answering);
        long end = System.nanoTime() + course.leavesWithin.toNanos();
        while (!leaving.isEmpty() && System.nanoTime() < end) {
            course.take(roster.poll(end - System.nanoTime()));
            leaving.retainAll(course.pending);
        }
    }

    /**
     * Asks all ranks how far they are and all wardens what they see, while all live, and keeps it beside the logs; only what
     * went wrong first is kept. Who has not ended by the end of it is overdue.
     */
    private StepEvidence look(Course<?> course, Duration deadline, boolean stalled) {
        StepEvidence seen = new StepEvidence(course.step.name, course.pending);
        Set<RankId> asked = new HashSet<>(roster.assignment().ranks());
        asked.removeAll(roster.lost().keySet());
        asked.forEach(rank -> roster.send(rank, new ToRank.Sample()));
        Set<Node> wardens = looked ? Set.of() : roster.wardens();
        Duration within = looked ? LEAVES_WITHIN : lookWithin();
        if (!looked) {
            roster.gather(seen);
            wardens.forEach(node -> roster.send(
                    node,
                    new ToWarden.Inspect(
                            pendingFirst(node, course.pending),
                            within.minus(WARDEN_ANSWERS_EARLIER).toMillis())));
        }
        long end = System.nanoTime() + within.toNanos();
        while (!hasAll(seen, asked, wardens) && System.nanoTime() < end) {
            Line line = roster.poll(end - System.nanoTime());
            FromRank.@Nullable Sampled sampled = sampleOf(line);
            if (line != null && sampled != null) {
                seen.sampled(PlanTranslation.rank(line.label()), sampled);
            } else {
                course.take(line);
            }
        }
        if (!looked) {
            roster.write(seen);
            looked = true;
            keepLastWords(course.step);
        }
        course.pending.forEach(rank -> course.step.overdue.add(overdue(rank, deadline, stalled, seen)));
        return seen;
    }

    /** A call that failed was told before its rank was looked at, and the file of a long log lacks its end. */
    private void keepLastWords(EngineStep.Collector<?> step) {
        step.refused.replaceAll(call -> new RefusedCall(
                call.rank(),
                call.phase(),
                call.call(),
                call.status(),
                call.statusName(),
                roster.lastLogLines(call.rank())));
    }

    private Duration lookWithin() {
        int most = roster.assignment().nodes().stream()
                .mapToInt(node -> roster.assignment().ranksOn(node).size())
                .max()
                .orElse(0);
        return LOOK_WITHIN.plus(LOOK_FOR_EACH_RANK.multipliedBy(most));
    }

    private List<String> pendingFirst(Node node, Set<RankId> pending) {
        return roster.assignment().ranksOn(node).stream()
                .sorted(Comparator.comparing(rank -> !pending.contains(rank)))
                .map(RankId::label)
                .toList();
    }

    private boolean hasAll(StepEvidence seen, Set<RankId> asked, Set<Node> wardens) {
        Set<Node> talking = new HashSet<>(wardens);
        talking.retainAll(roster.wardens());
        Set<RankId> inView = new HashSet<>();
        talking.forEach(node -> inView.addAll(roster.assignment().ranksOn(node)));
        Set<RankId> living = new HashSet<>(asked);
        living.removeAll(roster.lost().keySet());
        return seen.hasAll(living, inView, talking);
    }

    private EngineStep.OverdueRank overdue(RankId rank, Duration deadline, boolean stalled, StepEvidence seen) {
        return new EngineStep.OverdueRank(
                rank,
                deadline,
                stalled,
                Optional.ofNullable(seen.samples().get(rank)).map(RankSteps::translate),
                roster.lastLogLines(rank));
    }

    private static FromRank.@Nullable Sampled sampleOf(@Nullable Line line) {
        return line != null
                        && line.label().contains("-rank-")
                        && Wire.decode(line.text(), FromRank.class) instanceof FromRank.Sampled sampled
                ? sampled
                : null;
    }

    static EngineStep.Sample translate(FromRank.Sampled sampled) {
        return new EngineStep.Sample(
                sampled.callNanos() < CALL_HANGS_AFTER.toNanos() ? "" : sampled.call(),
                Duration.ofNanos(sampled.sinceChangeNanos()),
                sampled.requests(),
                sampled.posted(),
                sampled.done(),
                sampled.failed(),
                sampled.noticesExpected(),
                sampled.noticesReceived(),
                sampled.slices(),
                sampled.slicesLanded());
    }
}
