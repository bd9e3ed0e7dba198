package org.nixlconform.jupiter;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.nixlconform.message.Finding;
import org.nixlconform.plan.Planned;

/** Reads fixtures, and refusals in short. */
final class Cells {

    private Cells() {}

    /** Cells of a method that the class declares or inherits. */
    static List<Planned> read(Class<?> testClass, String method) {
        for (Class<?> type = testClass; type != null; type = type.getSuperclass()) {
            for (Method candidate : type.getDeclaredMethods()) {
                if (candidate.getName().equals(method)) {
                    return PlanReader.read(candidate, testClass);
                }
            }
        }
        throw new AssertionError("no method " + method + " in " + Arrays.toString(testClass.getDeclaredMethods()));
    }

    static Planned only(List<Planned> cells) {
        assertThat(cells).hasSize(1);
        return cells.get(0);
    }

    static List<String> names(List<Planned> cells) {
        return cells.stream().map(Planned::name).toList();
    }

    static List<String> headlines(Planned cell) {
        return findings(cell).stream().map(Finding::headline).toList();
    }

    /** All refusals, one line for the headline and one for each fact. */
    static String refusals(Planned cell) {
        return findings(cell).stream().map(Cells::text).collect(Collectors.joining("\n"));
    }

    private static List<Finding> findings(Planned cell) {
        assertThat(cell).isInstanceOf(Planned.Refused.class);
        return ((Planned.Refused) cell).findings();
    }

    private static String text(Finding finding) {
        String facts = finding.facts().stream()
                .map(fact -> fact.name() + ": " + fact.value())
                .collect(Collectors.joining("\n"));
        return finding.kind() + " " + finding.subject() + ": " + finding.headline() + "\n" + facts;
    }
}
