package org.nixlconform.jupiter;

import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.nixlconform.message.Finding;

/**
 * Finds the annotations that hold for one test method. Places, closest first: the method, its test class, the classes
 * around that, then the superclass and the classes around it, and so on up. At each place an annotation may be present
 * itself or within a composed annotation, at any depth; the shallowest counts. The closest place that has an annotation
 * type decides that type. Two composed annotations at the same place and depth that both have it decide nothing: that
 * is a refusal.
 */
final class AnnotationLookup {

    /**
     * Occurrences of one annotation type at the place that decides.
     *
     * @param values more than one only for a repeatable type
     * @param distance of the place: 0 is the method
     */
    record Found<A extends Annotation>(List<A> values, int distance) {
        A value() {
            return values.get(0);
        }
    }

    private final Method method;
    private final Set<Class<?>> classes = new LinkedHashSet<>();
    private final Set<Finding> ambiguities = new LinkedHashSet<>();
    /** By place other than the method itself, the annotations that were found there. */
    private final Map<String, Set<String>> elsewhere = new LinkedHashMap<>();

    AnnotationLookup(Method method, Class<?> testClass) {
        this.method = method;
        addClasses(testClass);
    }

    private void addClasses(Class<?> start) {
        List<Class<?>> around = new ArrayList<>();
        for (Class<?> type = start; type != null; type = type.getEnclosingClass()) {
            around.add(type);
        }
        classes.addAll(around);
        for (Class<?> type : around) {
            Class<?> superclass = type.getSuperclass();
            if (superclass != null && superclass != Object.class) {
                addClasses(superclass);
            }
        }
    }

    /** The test class and all others that are looked at, closest first. */
    Set<Class<?>> classes() {
        return classes;
    }

    <A extends Annotation> Optional<Found<A>> find(Class<A> type) {
        List<AnnotatedElement> places = new ArrayList<>(List.of(method));
        places.addAll(classes);
        for (int distance = 0; distance < places.size(); distance++) {
            List<A> values = findAt(places.get(distance), type);
            if (!values.isEmpty()) {
                return Optional.of(new Found<>(values, distance));
            }
        }
        return Optional.empty();
    }

    private <A extends Annotation> List<A> findAt(AnnotatedElement place, Class<A> type) {
        Set<AnnotatedElement> seen = new LinkedHashSet<>();
        List<AnnotatedElement> depth = List.of(place);
        while (!depth.isEmpty()) {
            List<AnnotatedElement> carriers = depth.stream()
                    .filter(element -> element.getDeclaredAnnotationsByType(type).length > 0)
                    .toList();
            if (!carriers.isEmpty()) {
                remember(place, carriers, type);
                return List.of(carriers.get(0).getDeclaredAnnotationsByType(type));
            }
            depth = composed(depth).filter(seen::add).toList();
        }
        return List.of();
    }

    /** The annotation types that annotate any of these. */
    private static Stream<AnnotatedElement> composed(List<AnnotatedElement> elements) {
        return elements.stream()
                .flatMap(element -> Arrays.stream(element.getDeclaredAnnotations()))
                .map(Annotation::annotationType)
                .filter(type -> !type.getName().startsWith("java."))
                .map(AnnotatedElement.class::cast);
    }

    private void remember(AnnotatedElement place, List<AnnotatedElement> carriers, Class<? extends Annotation> type) {
        String name = "@" + type.getSimpleName();
        AnnotatedElement carrier = carriers.get(0);
        if (carrier != method) {
            String from = carrier == place ? label(place) : label(carrier) + on(place);
            elsewhere.computeIfAbsent(from, any -> new LinkedHashSet<>()).add(name);
        }
        if (carriers.size() > 1) {
            String several = carriers.stream().map(AnnotationLookup::label).collect(Collectors.joining(" and "));
            ambiguities.add(Refusals.finding(
                    name + " is given by " + carriers.size() + " composed annotations at the same place",
                    methodLabel(),
                    several + on(place),
                    "one of them, or " + name + " itself at that place",
                    "write the " + name + " that is meant on the method"));
        }
    }

    private String on(AnnotatedElement place) {
        return place == method ? "" : " on " + label(place);
    }

    private static String label(AnnotatedElement element) {
        if (element instanceof Class<?> type) {
            return (type.isAnnotation() ? "@" : "class ") + shortName(type);
        }
        return "the method";
    }

    /** Refusals of annotations found so far. */
    List<Finding> ambiguities() {
        return List.copyOf(ambiguities);
    }

    /** For example {@code TopologyConformance.decodeReadsEveryBlock}. */
    String methodLabel() {
        return shortName(classes.iterator().next()) + "." + method.getName();
    }

    /** The method, and which of the annotations found so far came from where else. */
    String where() {
        return methodLabel()
                + elsewhere.entrySet().stream()
                        .map(entry -> "; " + String.join(", ", entry.getValue()) + " from " + entry.getKey())
                        .collect(Collectors.joining());
    }

    /** Without the package; the names of nested classes are joined by dots. */
    static String shortName(Class<?> type) {
        String name = type.getName();
        return name.substring(name.lastIndexOf('.') + 1).replace('$', '.');
    }
}
