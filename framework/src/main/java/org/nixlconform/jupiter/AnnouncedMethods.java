package org.nixlconform.jupiter;

import java.lang.reflect.Method;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * The methods that JUnit is about to run, kept before it runs the first: only what their cells need is put on the nodes.
 * JUnit finds this class as it finds any listener.
 */
public final class AnnouncedMethods implements LauncherSessionListener {

    /** @param testClass the class that is run, which may inherit the method */
    record Announced(Method method, Class<?> testClass) {}

    @Override
    public void launcherSessionOpened(LauncherSession session) {
        session.getLauncher().registerTestExecutionListeners(new TestExecutionListener() {
            @Override
            public void testPlanExecutionStarted(TestPlan plan) {
                PipelineStore.announce(session, of(plan));
            }
        });
    }

    private static List<Announced> of(TestPlan plan) {
        return plan.getRoots().stream()
                .flatMap(root -> plan.getDescendants(root).stream())
                .map(TestIdentifier::getSource)
                .flatMap(Optional::stream)
                .flatMap(source -> source instanceof MethodSource method ? Stream.of(method) : Stream.empty())
                .filter(source -> AnnotationSupport.isAnnotated(source.getJavaMethod(), TransferTest.class))
                .map(source -> new Announced(source.getJavaMethod(), source.getJavaClass()))
                .toList();
    }
}
