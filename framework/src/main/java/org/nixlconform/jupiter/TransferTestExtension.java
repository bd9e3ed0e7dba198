package org.nixlconform.jupiter;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;
import org.junit.platform.commons.support.AnnotationSupport;

/** Gives each cell of a {@link TransferTest} method an invocation of its own. */
final class TransferTestExtension implements TestTemplateInvocationContextProvider {

    @Override
    public boolean supportsTestTemplate(ExtensionContext context) {
        return AnnotationSupport.isAnnotated(context.getElement(), TransferTest.class);
    }

    @Override
    public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(ExtensionContext context) {
        ConformanceRun run = PipelineStore.run(context);
        return run.cells(context.getRequiredTestMethod(), context.getRequiredTestClass()).stream()
                .map(cell -> new CellInvocation(cell, run));
    }

    /** A selection may leave nothing of a method. */
    @Override
    public boolean mayReturnZeroTestTemplateInvocationContexts(ExtensionContext context) {
        return true;
    }

    private record CellInvocation(Cell cell, ConformanceRun run) implements TestTemplateInvocationContext {
        @Override
        public String getDisplayName(int invocationIndex) {
            return cell.name();
        }

        @Override
        public List<Extension> getAdditionalExtensions() {
            return List.of(new CellExtension(cell, run));
        }
    }
}
