package org.nixlconform.verdict;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.ResourceUse;
import org.nixlconform.transfer.ResourceUse.Look;
import org.nixlconform.transfer.TransferObservation;

/**
 * An engine that does the same again and again holds no more at the end than soon after the beginning: open files, threads,
 * resident memory. The median of the last quarter of looks is held against that of the second, when everything has been touched
 * once; what comes and goes is no growth.
 */
final class GrowthCheck implements Check {
    private static final String SUBJECT = "growth";
    /** Fewer say nothing. */
    private static final int FEWEST_LOOKS = 12;

    /** Of a storm. What is done a few times is not done again and again: each may touch memory that none before it did. */
    private static final int FEWEST_TRANSFERS = 1_000;

    private static final long FILES = 8;
    private static final long THREADS = 4;
    private static final long RESIDENT_BYTES = 4L << 20;

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
        boolean fewTransfers = plan.storm()
                .filter(storm -> storm.transfers() < FEWEST_TRANSFERS)
                .isPresent();
        return use.looks().size() >= FEWEST_LOOKS && !fewTransfers;
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
                                + Quantities.count(use.looks().size(), "look") + " over "
                                + Quantities.duration(last(use).after()))
                .with("where", use.rank() + ", phase " + use.during());
    }

    private static long growth(ResourceUse use, Held held) {
        return late(use, held) - early(use, held);
    }

    private static long early(ResourceUse use, Held held) {
        int count = use.looks().size();
        return median(use.looks().subList(count / 4, count / 2), held);
    }

    private static long late(ResourceUse use, Held held) {
        int count = use.looks().size();
        return median(use.looks().subList(count - count / 4, count), held);
    }

    private static long median(List<Look> looks, Held held) {
        long[] sorted = looks.stream().mapToLong(held.of).sorted().toArray();
        return sorted[(sorted.length - 1) / 2];
    }

    private static Look last(ResourceUse use) {
        return use.looks().get(use.looks().size() - 1);
    }

    /** The rank whose memory grew most, and how long it was looked at. */
    static List<String> notes(TransferPlan plan, TransferObservation observation) {
        return observation.resources().stream()
                .filter(use -> isJudged(plan, use))
                .max(Comparator.comparingLong(use -> growth(use, Held.MEMORY)))
                .map(use -> List.of(String.format(
                        Locale.ROOT,
                        "%s: open files %+d, threads %+d, resident memory %+.1f MiB between the second and the last quarter"
                                + " of %s",
                        use.rank(),
                        growth(use, Held.FILES),
                        growth(use, Held.THREADS),
                        growth(use, Held.MEMORY) / 1048576.0,
                        Quantities.duration(last(use).after()))))
                .orElse(
                        observation.resources().isEmpty()
                                ? List.of()
                                : List.of("whether engines grew was not judged: there was too little of it"));
    }
}
