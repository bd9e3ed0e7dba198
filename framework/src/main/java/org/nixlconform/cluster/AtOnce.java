package org.nixlconform.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Function;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;

/** Work on all nodes at the same time; of several that fail, all are told. */
public final class AtOnce {
    private AtOnce() {}

    /**
     * @param items at least one
     * @param undo is called with what was made, where another failed
     * @return what was made, in the order of the items
     * @throws FindingException with the findings of all that failed
     */
    public static <A, B> List<B> each(List<A> items, Function<A, B> work, Consumer<B> undo) {
        ExecutorService threads = Executors.newFixedThreadPool(items.size(), task -> {
            Thread thread = new Thread(task, "node at once");
            thread.setDaemon(true);
            return thread;
        });
        try {
            List<Future<B>> coming = new ArrayList<>();
            items.forEach(item -> coming.add(threads.submit(() -> work.apply(item))));
            return gathered(coming, undo);
        } finally {
            threads.shutdown();
        }
    }

    private static <B> List<B> gathered(List<Future<B>> coming, Consumer<B> undo) {
        List<B> made = new ArrayList<>();
        List<Finding> failures = new ArrayList<>();
        for (Future<B> each : coming) {
            try {
                made.add(each.get());
            } catch (ExecutionException failed) {
                if (!(failed.getCause() instanceof FindingException refused)) {
                    throw new IllegalStateException("work on a node failed", failed.getCause());
                }
                failures.addAll(refused.findings());
            } catch (InterruptedException ending) {
                Thread.currentThread().interrupt();
                failures.add(Finding.of(FindingKind.STAGE, "cluster", "the run was interrupted"));
            }
        }
        if (!failures.isEmpty()) {
            made.forEach(undo);
            throw new FindingException(failures);
        }
        return made;
    }
}
