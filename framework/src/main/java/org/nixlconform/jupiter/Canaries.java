package org.nixlconform.jupiter;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.nixlconform.environment.Environment;
import org.nixlconform.fault.PlantedFault;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.Backend;
import org.nixlconform.report.RunReport;

/**
 * Faults that a run plants in itself before its first cell, in the environment and on the backend that it is going to
 * judge. A run in which one of them lives says nothing: it is void.
 */
final class Canaries {
    private static final long SEED = 1;

    /** What a machine that is too busy, or a backend with much to connect, brings about by itself. */
    private static final Set<FindingKind> OF_TIME = EnumSet.of(
            FindingKind.CALL_NEVER_RETURNED,
            FindingKind.NEVER_STARTED,
            FindingKind.STALLED,
            FindingKind.NOT_NOTIFIED,
            FindingKind.SLOW);

    private final Catalogue catalogue;
    private final List<RunReport.Property> properties = new ArrayList<>();

    /** The faults to plant. */
    interface Catalogue {
        List<PlantedFault> of(long seed, Backend backend);
    }

    Canaries(Catalogue catalogue) {
        this.catalogue = catalogue;
    }

    /** @param clean what is found of the same case without the fault, where that was tried */
    private record Sung(PlantedFault fault, FaultRun.Found found, Optional<FaultRun.Found> clean) {
        boolean caught() {
            return found.planted() && found.kinds().containsAll(fault.expected()) && found.says(fault.says());
        }

        /** The environment's own trouble came first, or is found without the fault as well. The cells will tell of it. */
        boolean prevented() {
            return !found.planted() && !found.findings().isEmpty() || hidden();
        }

        /** Nothing but time is found: the fault may be seen where there is more of it. */
        boolean ranOutOfTime() {
            return !caught() && !found.findings().isEmpty() && OF_TIME.containsAll(found.kinds());
        }

        private boolean hidden() {
            return clean.stream().anyMatch(without -> !without.findings().isEmpty());
        }

        String described() {
            String how = caught()
                    ? "found"
                    : hidden()
                            ? "hidden by what is found without it, "
                                    + clean.orElseThrow().kinds() + ", found"
                            : prevented()
                                    ? "not planted, found"
                                    : found.planted() ? "NOT found as it is, but" : "could NOT be planted, found";
            return String.format(
                    Locale.ROOT,
                    "%s %s, %.1f s",
                    how,
                    found.kinds(),
                    found.took().toMillis() / 1e3);
        }
    }

    /**
     * Plants all of them, at the same time.
     *
     * @throws FindingException when one of them lives
     */
    void release(FaultRun runner, Consumer<String> console) {
        Environment environment = runner.environment();
        for (String name : environment.spec().backends()) {
            if (environment.probeFailure(name).isPresent() || !environment.lacksNothing(name)) {
                continue;
            }
            List<Sung> all = catalogue.of(SEED, Backend.valueOf(name)).parallelStream()
                    .map(fault -> new Sung(fault, runner.of(fault), Optional.empty()))
                    .toList()
                    .parallelStream()
                    .map(canary -> patiently(runner, canary))
                    .toList()
                    .stream()
                    .map(canary -> againstClean(runner, canary))
                    .toList();
            for (Sung canary : all) {
                console.accept("canary " + environment.name() + " " + name + ", "
                        + canary.fault().name() + ": " + canary.described());
                properties.add(new RunReport.Property(
                        "canary " + environment.name() + " " + name + ", "
                                + canary.fault().name(),
                        canary.described()));
            }
            all.stream()
                    .filter(canary -> !canary.caught() && !canary.prevented())
                    .findFirst()
                    .ifPresent(lives -> {
                        throw new FindingException(lived(runner, name, lives));
                    });
        }
    }

    /** Deadlines of canaries are short, so that each run can afford them. */
    private static Sung patiently(FaultRun runner, Sung canary) {
        if (!canary.ranOutOfTime()) {
            return canary;
        }
        PlantedFault patient = canary.fault().patient();
        return new Sung(patient, runner.of(patient), Optional.empty());
    }

    private static Sung againstClean(FaultRun runner, Sung canary) {
        return canary.caught() || canary.prevented()
                ? canary
                : new Sung(
                        canary.fault(),
                        canary.found(),
                        Optional.of(runner.clean(
                                "without " + canary.fault().name(),
                                canary.fault().plan())));
    }

    private static Finding lived(FaultRun runner, String backend, Sung canary) {
        return Finding.of(
                        FindingKind.CHECK,
                        "canary",
                        "the run is void: a planted fault, " + canary.fault().name() + ", was not found")
                .with("expected", canary.fault().expected())
                .with("actual", canary.found().planted() ? canary.found().kinds() : "it could not be planted")
                .with("where", "environment " + runner.environment().name() + ", " + backend)
                .with("evidence", runner.folder())
                .with("remedy", "no verdict of this run counts; please report it with that folder");
    }

    void off(Consumer<String> console) {
        String why = "off, as -Dcanaries=off asks for: nothing shows that faults are found";
        console.accept("canaries " + why);
        properties.add(new RunReport.Property("canaries", why));
    }

    List<RunReport.Property> properties() {
        return List.copyOf(properties);
    }
}
