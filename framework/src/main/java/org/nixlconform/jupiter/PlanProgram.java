package org.nixlconform.jupiter;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.nixlconform.message.Finding;
import org.nixlconform.plan.PlanDraft;
import org.nixlconform.plan.Planned;
import org.nixlconform.plan.TransferPlan;

/** The plans of a method that {@link TransferPlans} names. Whatever that method does, it becomes cells. */
final class PlanProgram {
    private static final String EXPECTED =
            "a static method without parameters that returns a Stream or Iterable of TransferPlan or Planned";

    private final AnnotationLookup lookup;
    private final String name;
    private final String where;
    private final String annotation;
    private final List<Planned> cells = new ArrayList<>();

    PlanProgram(AnnotationLookup lookup, String name) {
        this.lookup = lookup;
        this.name = name;
        this.where = lookup.methodLabel() + "; plans of " + name;
        this.annotation = "@TransferPlans(\"" + name + "\")";
    }

    List<Planned> cells() {
        Optional<Method> program = lookup.classes().stream()
                .flatMap(type -> Arrays.stream(type.getDeclaredMethods()))
                .filter(method -> method.getName().equals(name) && !method.isSynthetic())
                .findFirst();
        if (program.isEmpty()) {
            String looked = String.join(
                    ", ",
                    lookup.classes().stream().map(AnnotationLookup::shortName).toList());
            refuse(problem("there is no method " + name, "methods of " + looked, "write it, or correct the name"));
        } else if (!Modifier.isStatic(program.get().getModifiers())
                || program.get().getParameterCount() > 0) {
            refuse(problem(
                    name + " is not static or has parameters",
                    program.get().toGenericString(),
                    "make it static, without parameters"));
        } else {
            call(program.get());
        }
        return List.copyOf(cells);
    }

    private void call(Method program) {
        try {
            program.setAccessible(true);
            addAll(program.invoke(null));
        } catch (InvocationTargetException thrown) {
            refuse(thrown(thrown.getCause() == null ? thrown : thrown.getCause()));
        } catch (IllegalAccessException | RuntimeException | LinkageError inaccessible) {
            refuse(thrown(inaccessible));
        }
    }

    private void addAll(@Nullable Object result) {
        if (result instanceof Stream<?> stream) {
            try (stream) {
                addEach(stream.iterator());
            }
        } else if (result instanceof Iterable<?> iterable) {
            addEach(iterable.iterator());
        } else {
            refuse(problem(name + " returned " + typeOf(result), annotation, "return a Stream"));
        }
    }

    /** Cells that came before one that throws are kept. */
    private void addEach(Iterator<?> elements) {
        try {
            while (elements.hasNext()) {
                add(elements.next());
            }
        } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError thrown) {
            refuse(thrown(thrown));
            return;
        }
        if (cells.isEmpty()) {
            refuse(problem(name + " returned no plan", annotation, "return at least one plan"));
        }
    }

    private void add(@Nullable Object element) {
        if (element instanceof Planned.Refused refused) {
            cells.add(refused);
        } else if (element instanceof Planned.Possible possible) {
            cells.add(PlanDraft.of(where, possible.plan()).plan());
        } else if (element instanceof TransferPlan plan) {
            cells.add(PlanDraft.of(where, plan).plan());
        } else {
            refuse(problem(
                    "element " + (cells.size() + 1) + " of " + name + " is " + typeOf(element),
                    annotation,
                    "return only TransferPlan or Planned"));
        }
    }

    private void refuse(Finding finding) {
        String cell = lookup.methodLabel() + ", plan " + (cells.size() + 1) + " of " + name;
        cells.add(new Planned.Refused(cell, List.of(finding)));
    }

    private Finding problem(String headline, String declared, String remedy) {
        return Refusals.finding(headline, where, declared, EXPECTED, remedy);
    }

    private Finding thrown(Throwable thrown) {
        String at = thrown.getStackTrace().length == 0 ? "" : " at " + thrown.getStackTrace()[0];
        return problem(
                name + " threw " + thrown.getClass().getSimpleName() + " after " + cells.size() + " plans",
                thrown.getMessage() + at,
                "return a Planned.Refused for a plan that cannot be, as PlanDraft.plan() does");
    }

    private static String typeOf(@Nullable Object value) {
        return value == null ? "null" : "a " + value.getClass().getSimpleName();
    }
}
