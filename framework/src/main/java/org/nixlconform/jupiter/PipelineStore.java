package org.nixlconform.jupiter;

import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.StoreScope;
import org.junit.platform.engine.support.store.Namespace;
import org.junit.platform.launcher.LauncherSession;
import org.nixlconform.jupiter.AnnouncedMethods.Announced;

/** The only class that touches JUnit's store. Types are keys; values close themselves. */
final class PipelineStore {
    private static final ExtensionContext.Namespace NAMESPACE =
            ExtensionContext.Namespace.create(TransferTestExtension.class);

    private PipelineStore() {}

    private record Announcement(List<Announced> methods) {}

    /** Before the first test of a session's plan is run. */
    static void announce(LauncherSession session, List<Announced> methods) {
        session.getStore()
                .put(
                        Namespace.create(NAMESPACE.getParts()),
                        Announcement.class,
                        new Announcement(List.copyOf(methods)));
    }

    /** Cluster connections, environments and reporters live as long as the whole run. */
    static ConformanceRun run(ExtensionContext context) {
        return run(context, () -> ConformanceRun.open(System::getProperty, announced(context)));
    }

    /** Empty where JUnit was started by what opens no session, such as its own kit for tests. */
    private static List<Announced> announced(ExtensionContext context) {
        Announcement announcement =
                context.getStore(StoreScope.LAUNCHER_SESSION, NAMESPACE).get(Announcement.class, Announcement.class);
        return announcement == null ? List.of() : announcement.methods();
    }

    /** @param opening asked where no run is open yet */
    static ConformanceRun run(ExtensionContext context, Supplier<ConformanceRun> opening) {
        return context.getRoot()
                .getStore(NAMESPACE)
                .getOrComputeIfAbsent(ConformanceRun.class, key -> opening.get(), ConformanceRun.class);
    }
}
