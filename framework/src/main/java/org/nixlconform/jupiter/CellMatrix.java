package org.nixlconform.jupiter;

import java.lang.reflect.Method;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.nixlconform.cluster.Assigned;
import org.nixlconform.cluster.Cluster;
import org.nixlconform.jupiter.AnnouncedMethods.Announced;
import org.nixlconform.plan.Backend;
import org.nixlconform.plan.Planned;

/** The cells of methods, in the environments that have their backend, as far as they are selected. */
final class CellMatrix {
    private final Selection selection;
    private final RunEnvironments environments;
    private final Cluster cluster;
    private final Set<String> names = new HashSet<>();

    CellMatrix(Selection selection, RunEnvironments environments, Cluster cluster) {
        this.selection = selection;
        this.environments = environments;
        this.cluster = cluster;
    }

    /** Those of one method; each with a name that no other cell of the run has. */
    List<Cell> of(Method method, Class<?> testClass) {
        return selected(method, testClass)
                .map(cell -> cell.named(unique(cell.name())))
                .toList();
    }

    /** Names of the environments that cells of these methods have. */
    Set<String> environments(List<Announced> methods) {
        return methods.stream()
                .flatMap(each -> selected(each.method(), each.testClass()))
                .flatMap(cell -> cell.environment().stream())
                .collect(Collectors.toSet());
    }

    private Stream<Cell> selected(Method method, Class<?> testClass) {
        if (!selection.takes(PlanReader.level(method, testClass))) {
            return Stream.empty();
        }
        List<String> asked = PlanReader.environments(method, testClass);
        return PlanReader.read(method, testClass).stream().flatMap(planned -> {
            Optional<Backend> backend = planned instanceof Planned.Possible possible
                    ? Optional.of(possible.plan().backend())
                    : Optional.empty();
            List<Optional<String>> all = environmentsFor(backend, asked);
            // The environment shows in a name where there is a choice, or where it is what the case is about.
            boolean shown = all.size() > 1 || !asked.isEmpty();
            String name = nameHere(planned);
            return all.stream()
                    .map(environment -> new Cell(
                            name
                                    + environment
                                            .filter(each -> shown)
                                            .map(each -> ", " + each)
                                            .orElse(""),
                            testClass.getName(),
                            method.getName(),
                            planned,
                            environment,
                            asked))
                    .filter(cell -> selection.takes(cell, backend));
        });
    }

    /** Where caches give way to memory, the name says with how many blocks the case is really run. */
    private String nameHere(Planned planned) {
        return planned instanceof Planned.Possible possible && cluster.assign(possible.plan()) instanceof Assigned.On on
                ? on.name()
                : planned.name();
    }

    private List<Optional<String>> environmentsFor(Optional<Backend> backend, List<String> asked) {
        List<Optional<String>> having =
                backend.map(each -> environments.choices(each, asked)).orElse(List.of()).stream()
                        .map(choice -> Optional.of(choice.name()))
                        .toList();
        return having.isEmpty() ? List.of(Optional.empty()) : having;
    }

    private String unique(String name) {
        String unique = name;
        for (int copy = 2; !names.add(unique); copy++) {
            unique = name + " (" + copy + ")";
        }
        return unique;
    }
}
