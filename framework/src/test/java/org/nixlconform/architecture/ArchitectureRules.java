package org.nixlconform.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;

/**
 * What the packages may know of each other and of libraries.
 *
 * @param root package above the stages: the real one, or one with planted violations
 */
record ArchitectureRules(String root) {
    /** Each may know those behind it. */
    private static final List<String> STAGES =
            List.of("jupiter", "report", "verdict", "transfer", "engine", "environment", "cluster", "plan");

    private static final List<String> LEAVES = List.of("message", "configuration", "metadata");

    /** As the last word of a type's name they say nothing about it. {@code DataType} is named by its other word. */
    private static final String EMPTY_NOUNS =
            "(Utils?|Helpers?|Common|Manager|Impl|Base|Data|Info|Misc|Context)(\\$.*)?$";

    /** A package and what it may depend on, both relative to the root. */
    ArchRule dependsOnlyOn(String name, List<String> allowed) {
        String[] packages = Stream.concat(Stream.of(name), allowed.stream())
                .map(this::packageOf)
                .toArray(String[]::new);
        return noClasses()
                .that()
                .resideInAPackage(packageOf(name))
                .should()
                .dependOnClassesThat(ours().and(not(resideInAnyPackage(packages))))
                .as(name + " depends on " + (allowed.isEmpty() ? "nothing of ours" : String.join(", ", allowed)));
    }

    List<ArchRule> layers() {
        List<ArchRule> rules = new ArrayList<>();
        for (String stage : STAGES) {
            List<String> allowed = new ArrayList<>(STAGES.subList(STAGES.indexOf(stage) + 1, STAGES.size()));
            allowed.addAll(LEAVES);
            if (stage.equals("jupiter")) {
                allowed.add("fault");
            }
            if (stage.equals("engine") || stage.equals("cluster")) {
                allowed.add("engine.protocol");
            }
            rules.add(dependsOnlyOn(stage, allowed));
        }
        rules.add(dependsOnlyOn("fault", List.of("transfer", "plan", "message")));
        rules.add(dependsOnlyOn("message", List.of()));
        rules.add(dependsOnlyOn("configuration", List.of("message")));
        rules.add(dependsOnlyOn("metadata", List.of()));
        // What a verdict is made of is in its signature: the stages to its right.
        rules.add(dependsOnlyOn("assertion", List.of("verdict", "transfer", "plan", "message")));
        rules.add(dependsOnlyOn("binding", List.of()));
        rules.add(dependsOnlyOn("engine.protocol", List.of()));
        rules.add(dependsOnlyOn("engine.process", List.of("engine.protocol", "binding")));
        return rules;
    }

    /** Nothing escapes the layers by standing beside them. */
    ArchRule everyPackageIsALayer() {
        String[] known = Stream.of(
                        STAGES, LEAVES, List.of("assertion", "fault", "binding", "engine.protocol", "engine.process"))
                .flatMap(List::stream)
                .map(this::packageOf)
                .toArray(String[]::new);
        return classes().should().resideInAnyPackage(known).as("every class is in a package that has a rule");
    }

    ArchRule noCycles() {
        return slices().matching(root + ".(**)").should().beFreeOfCycles().as("no cycles between packages");
    }

    List<ArchRule> libraryFences() {
        return List.of(
                fence("JUnit", List.of("jupiter"), "org.junit..", "org.opentest4j.."),
                fence("sshj", List.of("cluster"), "net.schmizz..", "com.hierynomus.."),
                fence("AssertJ", List.of("assertion"), "org.assertj.."),
                fence("JNA", List.of("binding"), "com.sun.jna.."),
                fence("Allure", List.of(), "io.qameta.."));
    }

    private ArchRule fence(String library, List<String> inside, String... packages) {
        return noClasses()
                .that()
                .resideOutsideOfPackages(inside.stream().map(this::packageOf).toArray(String[]::new))
                .should()
                .dependOnClassesThat(resideInAnyPackage(packages))
                .as("only " + (inside.isEmpty() ? "another module" : inside.get(0)) + " knows " + library);
    }

    /** {@code plan}, {@code verdict} and {@code metadata} give the same for the same, always. */
    List<ArchRule> purity() {
        return List.of(
                pure("plan")
                        .dependOnClassesThat(impure())
                        .orShould()
                        .callMethodWhere(impureCall())
                        .as("plan is free of I/O, threads, clock and random source"),
                pure("verdict")
                        .dependOnClassesThat(impure().or(nameMatching("java\\.util\\.SplittableRandom")))
                        .orShould()
                        .callMethodWhere(impureCall())
                        .as("verdict is free of I/O, threads, clock and random source"),
                pure("metadata")
                        .dependOnClassesThat(impure().or(nameMatching("java\\.util\\.SplittableRandom")))
                        .orShould()
                        .callMethodWhere(impureCall())
                        .as("metadata is free of I/O, threads, clock and random source"));
    }

    private com.tngtech.archunit.lang.syntax.elements.ClassesShould pure(String stage) {
        return noClasses().that().resideInAPackage(packageOf(stage)).should();
    }

    private static DescribedPredicate<JavaClass> impure() {
        return resideInAnyPackage("java.io", "java.nio..", "java.net..", "java.util.concurrent..")
                .or(assignableTo(Thread.class))
                .or(assignableTo(Process.class))
                .or(assignableTo(ProcessBuilder.class))
                .or(assignableTo(ProcessHandle.class))
                .or(assignableTo(java.time.Clock.class))
                .or(assignableTo(RandomGenerator.class).and(not(nameMatching("java\\.util\\.SplittableRandom"))))
                .or(nameMatching("java\\.util\\.(Timer|TimerTask|UUID)"));
    }

    private static DescribedPredicate<JavaCall<?>> impureCall() {
        Set<String> ofSystem = Set.of(
                "nanoTime",
                "currentTimeMillis",
                "getenv",
                "getProperty",
                "getProperties",
                "setProperty",
                "exit",
                "load",
                "loadLibrary");
        return DescribedPredicate.describe("asks the clock, the environment or chance", call -> {
            String owner = call.getTargetOwner().getName();
            String name = call.getName();
            return owner.equals("java.lang.System") && ofSystem.contains(name)
                    || owner.startsWith("java.time.") && name.equals("now")
                    || owner.equals("java.lang.Math") && name.equals("random")
                    || owner.equals("java.util.Collections") && name.equals("shuffle");
        });
    }

    ArchRule namesSaySomething() {
        return noClasses()
                .should()
                .haveNameMatching(".*" + EMPTY_NOUNS)
                .orShould()
                .resideInAnyPackage("..utils..", "..util..", "..helper..", "..common..", "..impl..", "..misc..")
                .as("no name is empty of meaning");
    }

    ArchRule everyPackageIsNullMarked() {
        return classes().should(new ArchCondition<>("be in a null-marked package") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                boolean marked = type.getPackage().isAnnotatedWith(NullMarked.class);
                events.add(new SimpleConditionEvent(
                        type, marked, "Package of <" + type.getName() + "> has no @NullMarked in its package-info"));
            }
        });
    }

    private DescribedPredicate<JavaClass> ours() {
        return resideInAPackage(root + "..");
    }

    private String packageOf(String name) {
        return root + "." + name;
    }
}
