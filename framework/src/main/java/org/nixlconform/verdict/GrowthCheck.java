package org.nixlconform.verdict;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToLongFunction;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.Role;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.ResourceUse;
import org.nixlconform.transfer.ResourceUse.Look;
import org.nixlconform.transfer.TransferObservation;

/**
 * An engine that does the same again and again holds no more at the end than soon after the beginning: open files, threads,
 * resident memory. Of the looks after it was done {@value #WARM} times the median of the last quarter is held against that of
 * the second, when everything has been touched once; what comes and goes is no growth.
 */
final class GrowthCheck implements Check {
    private static final String SUBJECT = "growth";
    /** NIXL's LIBFABRIC plug-in has 1 024 buffers a rail for what comes, and touches one after the other. */
    private static final long WARM = 1_500;
    /** Fewer say nothing. */
    private static final int FEWEST_LOOKS = 12;

    private static final long FILES = 8;
    private static final long THREADS = 4;
    private static final long RESIDENT_BYTES = 4L << 20;
    private static final double MIB = 1 << 20;

    private enum Held {
        FILES("open files", Look::files, GrowthCheck.FILES),
        THREADS("threads", Look::threads, GrowthCheck.THREADS),
        MEMORY("bytes of resident memory", Look::residentBytes, RESIDENT_BYTES);

        private final String noun;
        private final ToLongFunction<Look> of;
        private final long tolerance;

        Held(String noun, ToLongFunction<Look> of, long tolerance) {
            this.noun = noun;
            this.of = of;
            this.tolerance = tolerance;
        }
    }

    @Override
    public List<Finding> check(TransferPlan plan, TransferObservation observation) {
        List<Finding> findings = new ArrayList<>();
        for (ResourceUse use : observation.resources()) {
            for (Held held : Held.values()) {
                if (isJudged(plan, use) && growth(use, held) > held.tolerance) {
                    findings.add(finding(use, held));
                }
            }
        }
        return findings;
    }

    private static boolean isJudged(TransferPlan plan, ResourceUse use) {
        return warm(use).size() >= FEWEST_LOOKS && !isShort(plan);
    }

    /** Where little is asked for, a JVM may still take of its heap what it did not need before. */
    private static boolean isShort(TransferPlan plan) {
        return plan.workload().filter(workload -> !workload.isLasting()).isPresent();
    }

    private static List<Look> warm(ResourceUse use) {
        return use.looks().stream().filter(look -> look.repeats() >= WARM).toList();
    }

    private static Finding finding(ResourceUse use, Held held) {
        return Finding.of(
                        FindingKind.GROWTH,
                        SUBJECT,
                        use.rank() + " holds " + Quantities.count(growth(use, held)) + " " + held.noun
                                + " more than before")
                .during(use.during())
                .with(
                        "expected",
                        "at most " + Quantities.count(held.tolerance) + " more in the last quarter than in the second")
                .with(
                        "actual",
                        Quantities.count(late(use, held)) + " after " + Quantities.count(early(use, held)) + ", in "
                                + Quantities.count(warm(use).size(), "look") + " over "
                                + Quantities.duration(
                                        last(use).after().minus(warm(use).get(0).after())))
                .with("where", use.rank() + ", phase " + use.during());
    }

    private static long growth(ResourceUse use, Held held) {
        return late(use, held) - early(use, held);
    }

    private static long early(ResourceUse use, Held held) {
        List<Look> looks = warm(use);
        return median(looks.subList(looks.size() / 4, looks.size() / 2), held);
    }

    private static long late(ResourceUse use, Held held) {
        List<Look> looks = warm(use);
        return median(looks.subList(looks.size() - looks.size() / 4, looks.size()), held);
    }

    private static long median(List<Look> looks, Held held) {
        long[] sorted = looks.stream().mapToLong(held.of).sorted().toArray();
        return sorted[(sorted.length - 1) / 2];
    }

    private static Look last(ResourceUse use) {
        return use.looks().get(use.looks().size() - 1);
    }

    /** Of each role the rank whose memory grew most. */
    static List<String> notes(TransferPlan plan, TransferObservation observation) {
        List<String> notes = Arrays.stream(Role.values())
                .flatMap(role -> grewMost(plan, observation, role).stream())
                .map(GrowthCheck::note)
                .toList();
        return notes.isEmpty() && !observation.resources().isEmpty() && !isShort(plan)
                ? List.of("whether engines grew was not judged: there was too little of it")
                : notes;
    }

    private static Optional<ResourceUse> grewMost(TransferPlan plan, TransferObservation observation, Role role) {
        return observation.resources().stream()
                .filter(use -> use.rank().role() == role && isJudged(plan, use))
                .max(Comparator.comparingLong(use -> growth(use, Held.MEMORY)));
    }

    private static String note(ResourceUse use) {
        Look first = use.looks().get(0);
        Look last = last(use);
        return String.format(
                Locale.ROOT,
                "%s held %d open files at first and %d at the end, %d and %d threads, %.1f and %.1f MiB of resident memory,"
                        + " in %s; when it was warm %+d, %+d and %+.1f MiB between the second and the last quarter",
                use.rank(),
                first.files(),
                last.files(),
                first.threads(),
                last.threads(),
                first.residentBytes() / MIB,
                last.residentBytes() / MIB,
                Quantities.duration(last.after()),
                growth(use, Held.FILES),
                growth(use, Held.THREADS),
                growth(use, Held.MEMORY) / MIB);
    }
}
