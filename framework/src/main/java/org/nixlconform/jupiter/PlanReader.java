package org.nixlconform.jupiter;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.nixlconform.jupiter.AnnotationLookup.Found;
import org.nixlconform.message.Finding;
import org.nixlconform.plan.Planned;

/**
 * Reads the annotations of a test method into plans. Needs no cluster, runs nothing and never throws: what cannot be is
 * a {@link Planned.Refused}, cell by cell.
 */
public final class PlanReader {
    private static final List<Class<? extends Annotation>> EXPECTATIONS =
            List.of(ExpectIntegrity.class, ExpectCompletion.class, ExpectThroughput.class, ExpectCaught.class);

    private static final List<Class<? extends Annotation>> DECLARATIVE = Stream.concat(
                    Stream.of(
                            Topology.class,
                            Backends.class,
                            Memory.class,
                            Direction.class,
                            Blocks.class,
                            UnequalCaches.class,
                            PrefixHit.class,
                            Rails.class,
                            PeerEnds.class,
                            StreamOrder.class,
                            PagedServing.class,
                            Teardown.class,
                            MetadataChaos.class,
                            PeerChurn.class,
                            NotificationStorm.class,
                            DeviceCaches.class,
                            Iterations.class,
                            RequestSizes.class,
                            Mutated.class,
                            InvalidRequests.class,
                            AllowEngineLog.class,
                            Requirement.class),
                    EXPECTATIONS.stream())
            .toList();

    private final AnnotationLookup lookup;

    private PlanReader(AnnotationLookup lookup) {
        this.lookup = lookup;
    }

    /**
     * The cells of one method, at least one, each with a name of its own. Declared ones are ordered by topology,
     * placement, direction, backend, memory, prefix hit and rails, each in the order in which it is written.
     *
     * @param testClass the class that is run, which may inherit the method
     */
    public static List<Planned> read(Method method, Class<?> testClass) {
        AnnotationLookup lookup = new AnnotationLookup(method, testClass);
        List<Planned> cells = new PlanReader(lookup).read();
        return Refusals.withoutRepeats(cells, lookup.where());
    }

    /** From which its cells are taken. */
    static Level level(Method method, Class<?> testClass) {
        return new AnnotationLookup(method, testClass)
                .find(FromLevel.class)
                .map(found -> found.value().value())
                .orElse(Level.QUICK);
    }

    /** Names of the environments that the cells are for; empty where they are for any. */
    static List<String> environments(Method method, Class<?> testClass) {
        return new AnnotationLookup(method, testClass)
                .find(Environments.class)
                .map(found -> List.of(found.value().value()))
                .orElse(List.of());
    }

    private List<Planned> read() {
        // Two at one place that contradict each other are refused like any others.
        lookup.find(FromLevel.class);
        Optional<Found<TransferPlans>> program = lookup.find(TransferPlans.class);
        List<Finding> refusals = new ArrayList<>();
        if (program.isPresent()) {
            refusals.addAll(lookup.ambiguities());
            addContradictions(program.get(), refusals);
        } else {
            addMissing(refusals);
            refusals.addAll(lookup.ambiguities());
        }
        if (!refusals.isEmpty()) {
            return List.of(new Planned.Refused(lookup.methodLabel(), refusals));
        }
        return program.isPresent()
                ? new PlanProgram(lookup, program.get().value().value()).cells()
                : new Declaration(lookup).cells();
    }

    private void addContradictions(Found<TransferPlans> program, List<Finding> refusals) {
        List<String> beside = DECLARATIVE.stream()
                .filter(type -> lookup.find(type)
                        .filter(found -> found.distance() <= program.distance())
                        .isPresent())
                .map(PlanReader::label)
                .toList();
        if (!beside.isEmpty()) {
            refusals.add(Refusals.finding(
                    "@TransferPlans and annotations that declare a plan contradict each other",
                    lookup.where(),
                    "@TransferPlans(\"" + program.value().value() + "\") and " + String.join(", ", beside),
                    "either @TransferPlans or " + String.join(", ", beside),
                    "remove @TransferPlans, or say the rest in the plans that its method returns"));
        }
    }

    private void addMissing(List<Finding> refusals) {
        require(
                List.of(Topology.class),
                "between which engines blocks move",
                "@Topology(prefillEngines = 1, prefillTp = 2, decodeEngines = 1, decodeTp = 4)",
                refusals);
        require(List.of(Backends.class), "which NIXL backend moves them", "@Backends(UCX)", refusals);
        require(
                List.of(Direction.class),
                "who asks for the transfer",
                "@Direction(operation = READ, initiator = DECODE)",
                refusals);
        require(EXPECTATIONS, "what must hold", "@ExpectIntegrity", refusals);
    }

    /** At least one of these types must be somewhere. */
    private void require(List<Class<? extends Annotation>> types, String what, String example, List<Finding> refusals) {
        if (types.stream().noneMatch(type -> lookup.find(type).isPresent())) {
            String names =
                    String.join(", ", types.stream().map(PlanReader::label).toList());
            refusals.add(Refusals.finding(
                    "nothing says " + what,
                    lookup.methodLabel(),
                    "no " + names + " on the method, its class, a class around it or a superclass",
                    types.size() == 1 ? names : "at least one of " + names,
                    "write " + example));
        }
    }

    private static String label(Class<? extends Annotation> type) {
        return "@" + type.getSimpleName();
    }
}
