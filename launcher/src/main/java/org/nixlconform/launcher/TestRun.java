package org.nixlconform.launcher;

import static org.junit.platform.engine.discovery.ClassNameFilter.includeClassNamePatterns;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectPackage;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.platform.commons.PreconditionViolationException;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.TagFilter;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;

/** One run of JUnit over the classes that a request selects. */
final class TestRun implements TestExecutionListener {
    private static final String CLASSES = "org.nixlconform.conformance";

    private final List<Failure> failures = new ArrayList<>();
    private int tests;

    /** @param test whether it is one test, and not a class or what JUnit found no test in */
    record Failure(String name, boolean test, String message) {}

    /** What was run. @param tests that were begun */
    record Ended(int tests, List<Failure> failures) {}

    private TestRun() {}

    /** @throws FindingException when there is no such class or method, or the tags are no expression */
    static Ended of(Request request) {
        LauncherDiscoveryRequestBuilder discovery = LauncherDiscoveryRequestBuilder.request();
        if (request.tests().isEmpty()) {
            discovery.selectors(selectPackage(CLASSES));
            discovery.filters(includeClassNamePatterns(
                    Pattern.quote(CLASSES + ".") + request.command().classes()));
        }
        for (String test : request.tests()) {
            discovery.selectors(
                    test.contains("#")
                            ? selectMethod(type(test), test.substring(test.indexOf('#') + 1))
                            : selectClass(type(test)));
        }
        request.tags().ifPresent(tags -> discovery.filters(tagged(tags)));
        TestRun run = new TestRun();
        try (LauncherSession session = LauncherFactory.openSession()) {
            session.getLauncher().execute(discovery.build(), run);
        }
        return new Ended(run.tests, List.copyOf(run.failures));
    }

    /** By its simple name, as Maven takes it, or by its whole one. */
    private static Class<?> type(String test) {
        String name = test.replaceFirst("#.*", "");
        String whole = name.contains(".") ? name : CLASSES + "." + name;
        try {
            return Class.forName(whole, false, TestRun.class.getClassLoader());
        } catch (ClassNotFoundException absent) {
            throw new FindingException(
                    Finding.of(FindingKind.CONFIGURATION, "launcher", "--test names a class that is not there")
                            .with("expected", "a class of " + CLASSES + ", such as SmokeConformance")
                            .with("actual", name)
                            .with("where", "the command line")
                            .with("remedy", "nixlconform list names each cell below its class and method"),
                    absent);
        }
    }

    private static org.junit.platform.launcher.PostDiscoveryFilter tagged(String tags) {
        try {
            return TagFilter.includeTags(tags);
        } catch (PreconditionViolationException unreadable) {
            throw new FindingException(
                    Finding.of(FindingKind.CONFIGURATION, "launcher", "--tags is no expression of tags")
                            .with("expected", "tags with &, |, ! and parentheses, such as \"vram & !slow\"")
                            .with("actual", tags)
                            .with("where", "the command line"),
                    unreadable);
        }
    }

    @Override
    public void executionStarted(TestIdentifier test) {
        if (test.isTest()) {
            tests++;
        }
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (result.getStatus() == TestExecutionResult.Status.FAILED) {
            String message = result.getThrowable()
                    .map(thrown -> thrown instanceof FindingException || thrown instanceof AssertionError
                            ? String.valueOf(thrown.getMessage())
                            : thrown.toString())
                    .orElse("it gave no reason");
            failures.add(new Failure(test.getDisplayName(), test.isTest(), message));
        }
    }
}
