package org.nixlconform.jupiter;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.nixlconform.cluster.Node;
import org.nixlconform.configuration.EnvironmentSpec;
import org.nixlconform.environment.Environment;
import org.nixlconform.environment.EnvironmentPair;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;
import org.nixlconform.message.FindingRenderer;
import org.nixlconform.plan.Backend;

/** The environments of one run, each proven once. */
final class RunEnvironments {
    private final List<EnvironmentChoice> choices;
    private final Map<String, Environment> proven = new LinkedHashMap<>();
    private final Map<String, FindingException> refused = new LinkedHashMap<>();
    private Set<String> leftOut = Set.of();

    RunEnvironments(List<EnvironmentChoice> choices) {
        this.choices = List.copyOf(choices);
    }

    /** What no cell of the run has is not put on the nodes. */
    void leaveOutAllBut(Set<String> needed, Consumer<String> console) {
        leftOut = beforeTheFirstCell()
                .map(EnvironmentChoice::name)
                .filter(name -> !needed.contains(name))
                .collect(Collectors.toCollection(LinkedHashSet::new));
        if (!leftOut.isEmpty()) {
            console.accept("left out, as no selected cell has them: " + String.join(", ", leftOut));
        }
    }

    private Stream<EnvironmentChoice> beforeTheFirstCell() {
        return choices.stream().filter(choice -> !choice.onRequest());
    }

    /**
     * Proves every environment before the first cell, but for those on request and those that were left out: what is missing
     * is said once, not by each cell.
     *
     * @return what keeps the run from beginning, where none could be set up
     */
    Optional<FindingException> prove(List<Node> nodes, Path evidence, Consumer<String> console) {
        for (EnvironmentSpec spec : beforeTheFirstCell()
                .filter(choice -> !leftOut.contains(choice.name()))
                .flatMap(EnvironmentChoice::both)
                .toList()) {
            prove(spec, nodes, evidence, console);
        }
        if (proven.isEmpty() && !refused.isEmpty()) {
            return refused.size() == 1
                    ? refused.values().stream().findFirst()
                    : Optional.of(new FindingException(refused.values().stream()
                            .flatMap(failure -> failure.findings().stream())
                            .toList()));
        }
        refused.values().forEach(failure -> console.accept(FindingRenderer.render(failure.findings())));
        return Optional.empty();
    }

    private void prove(EnvironmentSpec spec, List<Node> nodes, Path evidence, Consumer<String> console) {
        if (proven.containsKey(spec.name()) || refused.containsKey(spec.name())) {
            return;
        }
        try {
            proven.put(spec.name(), Environment.stage(spec, nodes, evidence, console));
        } catch (FindingException failure) {
            refused.put(spec.name(), failure);
        }
    }

    /** Those that were set up. */
    Collection<Environment> proven() {
        return proven.values();
    }

    /**
     * Those that cells have, in the order of the cluster's file.
     *
     * @param names that their case gives, empty where it gives none
     */
    List<EnvironmentChoice> choices(Backend backend, List<String> names) {
        return choices.stream().filter(choice -> choice.isFor(backend, names)).toList();
    }

    /**
     * Proves it first where it is on request.
     *
     * @throws FindingException when it could not be set up, with what was in its way
     */
    EnvironmentPair pair(String name, List<Node> nodes, Path evidence, Consumer<String> console) {
        EnvironmentChoice choice = choices.stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
        choice.both().forEach(spec -> prove(spec, nodes, evidence, console));
        return EnvironmentPair.of(
                proven(choice.prefill().name()), proven(choice.decode().name()));
    }

    private Environment proven(String name) {
        Environment environment = proven.get(name);
        if (environment != null) {
            return environment;
        }
        List<Finding> findings = new ArrayList<>(
                List.of(Finding.of(FindingKind.STAGE, "environment", "environment " + name + " could not be set up")));
        Optional.ofNullable(refused.get(name)).map(FindingException::findings).ifPresent(findings::addAll);
        throw new FindingException(findings);
    }

    /**
     * Why a case has none.
     *
     * @param names that it gives, empty where it gives none
     */
    Finding none(Backend backend, List<String> names, String cluster, Path file) {
        String named = names.isEmpty() ? "" : ", named " + String.join(" or ", names);
        return Finding.of(
                        FindingKind.NODE,
                        "environment",
                        "no environment of cluster " + cluster + named + (named.isEmpty() ? "" : ",") + " has backend "
                                + backend)
                .with("expected", "an environment with " + backend + " among its backends" + named)
                .with(
                        "actual",
                        choices.stream()
                                .map(choice ->
                                        choice.name() + " " + choice.prefill().backends())
                                .toList())
                .with("where", file)
                .with("remedy", "add one to config/environments and name it in the cluster's file");
    }
}
