package org.nixlconform.jupiter;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.nixlconform.configuration.EnvironmentSpec;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.Backend;

/**
 * An environment that cells of a run may have: one of the cluster's file, or that at other releases of NIXL.
 *
 * @param name {@code libfabric-tcp}, {@code libfabric-tcp@1.4.0}, or {@code libfabric-tcp@1.4.0:1.3.2}, prefill first
 * @param file as cases name it, without releases
 * @param onRequest whether only cases that name it have it
 */
record EnvironmentChoice(String name, String file, EnvironmentSpec prefill, EnvironmentSpec decode, boolean onRequest) {

    /**
     * The environments of a cluster, or, where releases are given, every wheel among them at each of these.
     *
     * @throws FindingException when releases are given and there is no wheel, or two environments go to one place
     */
    static List<EnvironmentChoice> of(
            List<EnvironmentSpec> specs, List<EnvironmentSpec> onRequest, List<Selection.Releases> releases) {
        List<EnvironmentChoice> choices = new ArrayList<>();
        specs.forEach(spec -> choices.addAll(of(spec, false, releases)));
        onRequest.forEach(spec -> choices.addAll(of(spec, true, releases)));
        if (!releases.isEmpty()
                && choices.stream().allMatch(choice -> choice.name().equals(choice.file()))) {
            throw new FindingException(Finding.of(
                            FindingKind.CONFIGURATION,
                            "selection",
                            "-Dnixl.versions has no effect: no environment of the cluster is a wheel")
                    .with("expected", "an environment with mode: wheel, which comes in every release")
                    .with(
                            "actual",
                            choices.stream().map(EnvironmentChoice::name).toList())
                    .with("remedy", "leave it out, or name an environment with a wheel in the cluster's file"));
        }
        refuseSharedPlaces(choices);
        return choices;
    }

    private static List<EnvironmentChoice> of(
            EnvironmentSpec spec, boolean onRequest, List<Selection.Releases> releases) {
        List<EnvironmentChoice> other = releases.stream()
                .flatMap(each -> at(spec, onRequest, each).stream())
                .toList();
        return other.isEmpty()
                ? List.of(new EnvironmentChoice(spec.name(), spec.name(), spec, spec, onRequest))
                : other;
    }

    private static Optional<EnvironmentChoice> at(
            EnvironmentSpec spec, boolean onRequest, Selection.Releases releases) {
        return spec.at(releases.prefill())
                .flatMap(prefill -> spec.at(releases.decode())
                        .map(decode -> new EnvironmentChoice(
                                spec.name() + "@" + releases.label(), spec.name(), prefill, decode, onRequest)));
    }

    /** What one run puts in place must all be there at the same time: two in one place cannot. */
    private static void refuseSharedPlaces(List<EnvironmentChoice> choices) {
        Map<String, String> holders = new LinkedHashMap<>();
        List<EnvironmentSpec> specs =
                choices.stream().flatMap(EnvironmentChoice::both).toList();
        for (EnvironmentSpec spec : specs) {
            Optional<String> place = spec.install().sharedPlace();
            String other = place.isEmpty() ? null : holders.putIfAbsent(place.get(), spec.name());
            if (other != null && !other.equals(spec.name())) {
                throw new FindingException(Finding.of(
                                FindingKind.CONFIGURATION,
                                "environment",
                                "environments %s and %s go to the same place".formatted(other, spec.name()))
                        .with("expected", "one environment of a run in " + place.orElse(""))
                        .with("actual", "both replace what the other put there")
                        .with("remedy", "run them one after the other, or put one into a folder of its own"));
            }
        }
    }

    /** Those of the two roles, the same twice where they do not differ. */
    Stream<EnvironmentSpec> both() {
        return Stream.of(prefill, decode);
    }

    /**
     * Whether cells have it.
     *
     * @param names that their case gives, empty where it gives none
     */
    boolean isFor(Backend backend, List<String> names) {
        return prefill.backends().contains(backend.name())
                && (names.isEmpty()
                        ? !onRequest
                        : names.stream()
                                .anyMatch(each ->
                                        Selection.pattern(each).matcher(file).matches()));
    }
}
