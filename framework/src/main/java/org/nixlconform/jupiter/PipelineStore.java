package org.nixlconform.jupiter;

import java.util.function.Supplier;
import org.junit.jupiter.api.extension.ExtensionContext;

/** The only class that touches JUnit's store. Types are keys; values close themselves. */
final class PipelineStore {
    private static final ExtensionContext.Namespace NAMESPACE =
            ExtensionContext.Namespace.create(TransferTestExtension.class);

    private PipelineStore() {}

    /** Cluster connections, environments and reporters live as long as the whole run. */
    static ConformanceRun run(ExtensionContext context) {
        return run(context, () -> ConformanceRun.open(System::getProperty));
    }

    /** @param opening asked where no run is open yet */
    static ConformanceRun run(ExtensionContext context, Supplier<ConformanceRun> opening) {
        return context.getRoot()
                .getStore(NAMESPACE)
                .getOrComputeIfAbsent(ConformanceRun.class, key -> opening.get(), ConformanceRun.class);
    }
}
