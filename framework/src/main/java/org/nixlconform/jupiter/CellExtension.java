package org.nixlconform.jupiter;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;
import org.nixlconform.message.FindingRenderer;
import org.nixlconform.plan.Planned;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.TransferObservation;
import org.nixlconform.verdict.KnownIssueMatch;
import org.nixlconform.verdict.Outcome;
import org.nixlconform.verdict.Verdict;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

/**
 * Brackets one cell: the pipeline runs before the body, so that the body can look at what came of it; the verdict becomes
 * JUnit's result after the body, when evidence has been taken.
 */
final class CellExtension
        implements BeforeTestExecutionCallback,
                TestExecutionExceptionHandler,
                AfterTestExecutionCallback,
                AfterEachCallback,
                ParameterResolver {
    private final Cell cell;
    private final CellPipeline pipeline;
    /** Empty until the pipeline was run. */
    private Optional<Verdict> verdict = Optional.empty();

    CellExtension(Cell cell, ConformanceRun run) {
        this.cell = cell;
        this.pipeline = new CellPipeline(cell, run);
    }

    @Override
    public void beforeTestExecution(ExtensionContext context) {
        Verdict judged = pipeline.run();
        verdict = Optional.of(judged);
        // Without an observation there is nothing that a body could look at.
        if (pipeline.observation().isEmpty()) {
            raise(judged, pipeline.knownIssues());
        }
    }

    /**
     * A body may assert what the symptom of a known issue breaks. That is the same departure once more, and an abort
     * that comes later could not take its place. What is no assertion is a fault of the body and stays.
     */
    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable raised) throws Throwable {
        if (raised instanceof AssertionError && pipeline.knownIssues().hit().isPresent()) {
            TestAbortedException abort = KnownIssues.abort(pipeline.knownIssues(), pipeline.verdict());
            abort.addSuppressed(raised);
            throw abort;
        }
        throw raised;
    }

    @Override
    public void afterTestExecution(ExtensionContext context) {
        finish(context.getExecutionException());
        // Also after a body that failed or aborted: JUnit shows both, and a failure beats an abort.
        if (pipeline.observation().isPresent()) {
            raise(pipeline.verdict(), pipeline.knownIssues());
        }
    }

    private void finish(Optional<Throwable> raised) {
        pipeline.finish(testResult(KnownIssues.outcome(pipeline.knownIssues(), pipeline.verdict()), raised));
    }

    /** A case whose own set-up failed never ran; the report must say so. */
    @Override
    public void afterEach(ExtensionContext context) {
        if (!pipeline.finished()) {
            Throwable cause = context.getExecutionException().orElse(new IllegalStateException("the test never began"));
            boolean aborted = cause instanceof TestAbortedException;
            Verdict instead = Verdict.without(
                    aborted ? Outcome.INCONCLUSIVE : Outcome.BROKEN,
                    Finding.of(
                                    FindingKind.STAGE,
                                    "test",
                                    "a method that runs before each test " + (aborted ? "aborted it" : "failed"))
                            .with("actual", cause)
                            .with("where", cell.testClass() + "." + cell.testMethod()));
            pipeline.abandon(instead, testResult(instead.outcome(), Optional.of(cause)));
        }
    }

    /** The worse of what the verdict and the body say. */
    private static String testResult(Outcome verdict, Optional<Throwable> raised) {
        Outcome body = raised.map(CellExtension::outcome).orElse(Outcome.CONFORMS);
        return switch (verdict.worse(body)) {
            case CONFORMS -> "passed";
            case INCONCLUSIVE -> "aborted";
            case VIOLATES -> "failed";
            case BROKEN -> "error";
        };
    }

    private static Outcome outcome(Throwable raised) {
        if (raised instanceof TestAbortedException) {
            return Outcome.INCONCLUSIVE;
        }
        return raised instanceof AssertionError ? Outcome.VIOLATES : Outcome.BROKEN;
    }

    private static void raise(Verdict verdict, KnownIssueMatch knownIssues) {
        if (knownIssues.hit().isPresent()) {
            throw KnownIssues.abort(knownIssues, verdict);
        }
        List<Finding> findings = KnownIssues.findings(knownIssues, verdict);
        String message = FindingRenderer.render(findings);
        switch (KnownIssues.outcome(knownIssues, verdict)) {
            case CONFORMS -> {
                // Nothing to raise.
            }
            case INCONCLUSIVE -> throw new TestAbortedException(message);
            case VIOLATES -> throw new AssertionFailedError(message);
            case BROKEN -> throw new FindingException(findings);
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return List.of(TransferObservation.class, Verdict.class, TransferPlan.class)
                .contains(parameter.getParameter().getType());
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        if (type == TransferPlan.class && cell.planned() instanceof Planned.Possible possible) {
            return pipeline.plan().orElse(possible.plan());
        }
        Optional<?> value = type == Verdict.class ? verdict : pipeline.observation();
        return value.orElseThrow(() -> new ParameterResolutionException("the " + type.getSimpleName()
                + " is there in the test method only, and only once its case was run; cell: " + cell.name()));
    }
}
