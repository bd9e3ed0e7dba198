package org.nixlconform.verdict;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.nixlconform.plan.Role;
import org.nixlconform.plan.Trial;
import org.nixlconform.transfer.TrialOutcome;
import org.nixlconform.transfer.TrialOutcome.Answer;

/** What NIXL documents, trial by trial, as rules about the answers. */
final class TrialRules {
    private static final int DONE = 0;
    private static final int IN_PROGRESS = 1;
    /** Acts of ours: they say nothing of NIXL unless they fail. */
    private static final Set<String> OURS = Set.of("arm", "pause", "until", "end");
    /** Before the trial itself. */
    private static final Set<String> SET_UP = Set.of("open", "load", "prepare", "make");
    /** A process grows for other reasons too; what a cycle leaves is told from them by how much it is. */
    private static final double GROWTH_OF_A_CYCLE = 0.5;

    private static final int LEAST_GROWTH = 3;
    private static final long RESIDENT_KIB_OF_A_CYCLE = 256;
    private static final long LEAST_RESIDENT_KIB = 32 * 1024;

    private final TrialOutcome outcome;
    private final Duration longest;
    private final List<String> departures = new ArrayList<>();

    /** @param longest that a transfer with a peer that is well may take */
    TrialRules(TrialOutcome outcome, Duration longest) {
        this.outcome = outcome;
        this.longest = longest;
    }

    /** In words; none where all is as documented. */
    List<String> departures() {
        outcome.answers().stream()
                .filter(answer -> SET_UP.contains(answer.act()) && answer.status() != DONE)
                .findFirst()
                .ifPresent(failed -> departures.add(failed.act() + " before the trial " + words(failed)));
        if (!departures.isEmpty()) {
            return departures;
        }
        switch (outcome.trial()) {
            case STATUS_BEFORE_POST -> {
                must("status", answer -> answer.status() != DONE, "said done of a request that was not posted");
                rightWhenDone("await", "verify");
                done("await");
            }
            case POST_WHILE_ACTIVE -> {
                if (wasInFlight(outcome)) {
                    must("post again", answer -> answer.status() < 0, "accepted a request that is active");
                }
                done("await");
                rightWhenDone("await", "verify");
                must("notifications", answer -> answer.counts().get(0) == 1, "were not one");
                must("more notifications", answer -> answer.counts().get(0) == 0, "came for one request");
            }
            case POST_WHEN_DONE -> {
                done("await");
                rightWhenDone("await", "verify");
                done("await again");
                rightWhenDone("await again", "verify again");
            }
            case POST_AFTER_ERROR -> {
                ends("await it");
                rightWhenDone("await it", "verify it");
                ends("await again");
                rightWhenDone("await again", "verify again");
                succeeds("release");
                readable();
            }
            case RELEASE_IN_FLIGHT -> released();
            case DEREGISTER_OWN_IN_FLIGHT, DEREGISTER_PEERS_IN_FLIGHT -> {
                ends("await");
                rightWhenDone("await", "verify");
            }
            case INVALIDATE_IN_FLIGHT -> {
                ends("await");
                rightWhenDone("await", "verify");
                readable();
            }
            case POST_TO_INVALIDATED -> {
                must("post", answer -> answer.status() < 0, "began a transfer to an agent that was invalidated");
                succeeds("load again");
                succeeds("notify");
                must("notifications", answer -> answer.counts().get(0) > 0, "did not come");
            }
            case POST_TO_DEREGISTERED -> {
                ends("await");
                rightWhenDone("await", "verify");
                must("notifications", answer -> answer.counts().get(0) > 0, "did not come");
            }
            case ORDERS -> orders();
            case DAMAGED_METADATA -> metadata();
            case RESTART_UNDER_OLD_NAME, RESTART_UNDER_NEW_NAME -> {
                done("await");
                rightWhenDone("await", "verify");
                ends("await it");
                rightWhenDone("await it", "verify it");
                readable();
            }
            case JOIN -> {
                traffic("traffic meanwhile");
                done("joined");
                done("await the next");
                rightWhenDone("await the next", "verify the next");
            }
            case FREEZE -> {
                traffic("traffic before");
                traffic("traffic meanwhile");
                done("await the next");
                rightWhenDone("await the next", "verify the next");
            }
            case STATUS_AFTER_RELEASE, RELEASE_TWICE -> {}
        }
        return departures;
    }

    /** Slices were on their way when the next call was made. */
    static boolean wasInFlight(TrialOutcome outcome) {
        Optional<Answer> post = outcome.answer("post");
        if (post.filter(answer -> answer.status() == IN_PROGRESS).isEmpty()) {
            return false;
        }
        if (outcome.trial() != Trial.DEREGISTER_PEERS_IN_FLIGHT) {
            return true;
        }
        Optional<Duration> until =
                outcome.answer("await").map(answer -> answer.at().plus(answer.took()));
        return outcome.answer("deregister")
                .filter(answer -> answer.at().compareTo(post.get().at()) > 0)
                .filter(answer ->
                        until.filter(end -> answer.at().compareTo(end) < 0).isPresent())
                .isPresent();
    }

    private interface Rule {
        boolean holds(Answer answer);
    }

    private void must(String act, Rule rule, String otherwise) {
        Optional<Answer> answer = outcome.answer(act);
        if (answer.isEmpty()) {
            departures.add(act + " was not reached");
        } else if (!rule.holds(answer.get())) {
            departures.add(act + " " + otherwise + ": " + words(answer.get()));
        }
    }

    private void succeeds(String act) {
        must(act, answer -> answer.status() == DONE, "failed");
    }

    private void done(String act) {
        must(act, answer -> answer.status() == DONE, "did not end well");
    }

    private void ends(String act) {
        must(act, answer -> answer.status() != IN_PROGRESS, "did not end");
    }

    private void rightWhenDone(String await, String verify) {
        if (outcome.answer(await).filter(answer -> answer.status() == DONE).isPresent()) {
            must(verify, answer -> answer.counts().get(0) == 0, "found other bytes after a transfer that was done");
        }
    }

    private void readable() {
        succeeds("load again");
        succeeds("prepare again");
        done("await the next");
        rightWhenDone("await the next", "verify the next");
    }

    private void released() {
        boolean canceled = outcome.answer("release")
                .filter(answer -> answer.status() == DONE)
                .isPresent();
        if (canceled && wasInFlight(outcome)) {
            must("watch", answer -> answer.counts().get(0) == 0, "saw bytes land after the release returned success");
        }
    }

    private void traffic(String act) {
        must(act, answer -> answer.counts().get(0) > 0 && answer.counts().get(1) == 0, "failed");
        must(
                act,
                answer -> answer.counts().get(2) <= longest.toNanos(),
                "had a transfer that took longer than " + Quantities.duration(longest));
    }

    /** A flipped bit need not be noticed: there is no sum of the whole. */
    private void metadata() {
        List<Answer> accepted = outcome.answers().stream()
                .filter(answer -> answer.act().startsWith("load ") && answer.status() == DONE)
                .filter(answer -> answer.act().equals("load none")
                        || answer.act().startsWith("load those cut")
                        || answer.act().equals("load those of another backend"))
                .toList();
        accepted.stream()
                .findFirst()
                .ifPresent(first -> departures.add(first.act() + " was accepted" + among(accepted)));
        List<Answer> spoilt = spoilt();
        spoilt.stream().findFirst().ifPresent(first -> departures.add(first.act() + " failed" + among(spoilt)));
        readable();
    }

    private List<Answer> spoilt() {
        return outcome.answers().stream()
                .filter(answer -> answer.act().startsWith("load the right ones after") && answer.status() != DONE)
                .toList();
    }

    private static String among(List<Answer> alike) {
        return alike.size() == 1 ? "" : ", and " + Quantities.count(alike.size() - 1L) + " more like it";
    }

    /** Calls that failed, one departure for each kind; then what the processes grew by. */
    private void orders() {
        outcome.answers().stream()
                .filter(answer -> answer.act().contains(" of: ") && answer.status() < 0)
                .findFirst()
                .ifPresent(first -> departures.add(first.act() + " " + words(first)));
        outcome.answers().stream()
                .filter(answer -> answer.act().startsWith("verify of: ")
                        && answer.counts().get(0) != 0)
                .findFirst()
                .ifPresent(first -> departures.add(first.act() + " " + words(first)));
        if (cycles(outcome) == 0) {
            departures.add("no cycle was made");
        }
        for (Role role : Role.values()) {
            grown(outcome, role).forEach((growth) -> {
                if (growth.leaks(cycles(outcome))) {
                    departures.add(growth.words(role, cycles(outcome)));
                }
            });
        }
    }

    private record Growth(String what, long before, long after) {
        boolean leaks(long cycles) {
            long grown = after - before;
            return what.equals(RESIDENT)
                    ? grown >= Math.max(LEAST_RESIDENT_KIB, cycles * RESIDENT_KIB_OF_A_CYCLE)
                    : grown >= Math.max(LEAST_GROWTH, cycles * GROWTH_OF_A_CYCLE);
        }

        String words(Role role, long cycles) {
            return role.label() + " has " + after + " " + what + " after " + cycles + " cycles, before them " + before;
        }
    }

    private static final String RESIDENT = "KiB of memory";

    private static List<Growth> grown(TrialOutcome outcome, Role role) {
        Optional<Answer> before = measured(outcome, role, "measure before");
        Optional<Answer> after = measured(outcome, role, "measure after");
        List<String> what = List.of("file descriptors", "threads", RESIDENT);
        return before.isEmpty() || after.isEmpty()
                ? List.of()
                : IntStream.range(0, what.size())
                        .mapToObj(i -> new Growth(
                                what.get(i),
                                before.get().counts().get(i),
                                after.get().counts().get(i)))
                        .toList();
    }

    private static Optional<Answer> measured(TrialOutcome outcome, Role role, String act) {
        return outcome.answers().stream()
                .filter(answer -> answer.rank().role() == role && answer.act().equals(act))
                .findFirst();
    }

    private static long cycles(TrialOutcome outcome) {
        Optional<Answer> before = measured(outcome, Role.DECODE, "measure before");
        return outcome.answers().stream()
                .filter(answer -> answer.act().startsWith("destroy of: "))
                .filter(answer -> before.filter(measured -> answer.at().compareTo(measured.at()) > 0)
                        .isPresent())
                .count();
    }

    /** Of a trial with too many answers to tell them all. */
    static String summary(TrialOutcome outcome) {
        if (outcome.trial() == Trial.DAMAGED_METADATA) {
            List<Answer> damaged = outcome.answers().stream()
                    .filter(answer ->
                            answer.act().equals("load none") || answer.act().startsWith("load those"))
                    .toList();
            List<String> accepted = damaged.stream()
                    .filter(answer -> answer.status() == DONE)
                    .map(answer -> answer.act() + " as " + answer.text())
                    .toList();
            return Quantities.count(damaged.size()) + " damaged metadata, accepted "
                    + (accepted.isEmpty() ? "none" : String.join(", ", accepted)) + "; right ones refused after "
                    + Quantities.count(
                            new TrialRules(outcome, Duration.ZERO).spoilt().size())
                    + ", and once the peer was forgotten after "
                    + Quantities.count(outcome.answers().stream()
                            .filter(answer -> answer.act().startsWith("load the right ones, the peer forgotten")
                                    && answer.status() != DONE)
                            .count());
        }
        List<String> lines = new ArrayList<>();
        lines.add(cycles(outcome) + " cycles");
        for (Role role : Role.values()) {
            grown(outcome, role)
                    .forEach(growth -> lines.add(
                            role.label() + " " + growth.what() + " " + growth.before() + " -> " + growth.after()));
        }
        return String.join(", ", lines);
    }

    /** Whether it belongs into a sentence about the trial. */
    static boolean isTold(Answer answer) {
        return answer.status() < 0 || !(OURS.contains(answer.act()) || SET_UP.contains(answer.act()));
    }

    static String words(Answer answer) {
        List<Long> counts = answer.counts();
        if (answer.act().startsWith("verify")) {
            return counts.get(0) == 0
                    ? "right"
                    : Quantities.count(counts.get(0)) + " runs differ, " + Quantities.count(counts.get(1))
                            + " of them never written";
        }
        if (answer.act().startsWith("watch")) {
            return counts.get(0) == 0
                    ? "no byte changed, " + Quantities.count(counts.get(2)) + " slices there"
                    : "bytes changed until " + Quantities.duration(Duration.ofNanos(counts.get(1)))
                            + " after, slices there "
                            + Quantities.count(counts.get(2)) + " at first, " + Quantities.count(counts.get(3))
                            + " at last";
        }
        if (answer.act().startsWith("traffic")) {
            return Quantities.count(counts.get(0), "transfer") + ", " + Quantities.count(counts.get(1))
                    + " failed, the longest took " + Quantities.duration(Duration.ofNanos(counts.get(2)));
        }
        if (answer.act().startsWith("measure")) {
            return counts.get(0) + " file descriptors, " + counts.get(1) + " threads, " + counts.get(2) + " KiB";
        }
        if (answer.act().endsWith("notifications")) {
            return Quantities.count(counts.get(0)) + (answer.text().isEmpty() ? "" : " (" + answer.text() + ")");
        }
        return Wording.status(answer.status(), answer.statusName());
    }
}
