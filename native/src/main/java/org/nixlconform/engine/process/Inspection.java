package org.nixlconform.engine.process;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.nixlconform.binding.Posix;
import org.nixlconform.engine.protocol.FromWarden;

/**
 * Looks at ranks from outside, beside the warden's own work and within a bounded time. What a rank is made to do for it, its
 * Java stacks, comes before what stops it, its native stacks; what cannot be had is said in its place.
 */
final class Inspection {
    private static final int PARALLEL = 8;
    /** What a debugger has said by then is taken, the rest is left. */
    private static final long LAST_WORDS_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private static final int MOST_SOCKETS = 500;
    private static final int JAVA_BYTES = 120 * 1024;
    private static final int NATIVE_BYTES = 100 * 1024;
    private static final int LOOK_BYTES = 32 * 1024;

    private final List<Subject> subjects;
    private final long endNanos;
    private final Consumer<FromWarden> say;
    private final NativeStacks natives = new NativeStacks(String.valueOf(System.getenv("PATH")));

    /** @param ended how it ended, empty while it lives */
    record Subject(String label, int pid, String ended, List<String> lastLogLines) {
        /** A number that is no child's any more is another's, or nobody's. */
        boolean lives() {
            return ended.isEmpty() && ProcessLook.at(ProcFile.PROC, pid).isChildOf(Posix.getpid());
        }

        String end() {
            return ended.isEmpty() ? "ended a moment ago" : ended;
        }
    }

    private Inspection(List<Subject> subjects, long withinMillis, Consumer<FromWarden> say) {
        this.subjects = subjects;
        this.endNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(withinMillis);
        this.say = say;
    }

    /** Returns at once. @param before counters of the node when it was quiet */
    static void begin(List<Subject> subjects, long withinMillis, NodeCounters before, Consumer<FromWarden> say) {
        thread(() -> new Inspection(strangestFirst(subjects), withinMillis, say).run(before))
                .start();
    }

    /** Time may run out before all had a debugger: those that are stopped or wait for a device tell most. */
    private static List<Subject> strangestFirst(List<Subject> subjects) {
        return subjects.stream()
                .sorted(Comparator.comparing(
                        subject -> !subject.lives() || state(subject).matches("[RS].*")))
                .toList();
    }

    private void run(NodeCounters before) {
        ExecutorService lookers = pool(PARALLEL);
        // A debugger needs a core for itself, and some are left to the ranks.
        ExecutorService debuggers = pool(Math.max(1, Runtime.getRuntime().availableProcessors() / 2));
        ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(Inspection::thread);
        var unused = clock.schedule(natives::abandon, timeLeft() - LAST_WORDS_NANOS, TimeUnit.NANOSECONDS);
        try {
            say.accept(before.until(NodeCounters.read(false)));
            SocketTable sockets = SocketTable.read(ProcFile.PROC);
            List<String> states = subjects.stream().map(Inspection::state).toList();
            List<String> looks = each(lookers, endNanos, this::look);
            // Native stacks need what is left: a JVM that answers at all does so in a moment.
            List<String> java = each(lookers, endNanos - timeLeft() / 2, this::javaStacks);
            List<List<FromWarden.Socket>> open = subjects.stream()
                    .map(subject -> subject.lives() ? sockets.of(subject.pid()) : List.<FromWarden.Socket>of())
                    .toList();
            // What is had is told at once: a busy node may be late with the rest.
            String awaited = "not had within the time for it";
            for (int i = 0; i < subjects.size(); i++) {
                tell(subjects.get(i), states.get(i), looks.get(i), java.get(i), awaited, open.get(i), false);
            }
            List<String> natively = each(debuggers, endNanos, this::nativeStacks);
            for (int i = 0; i < subjects.size(); i++) {
                tell(subjects.get(i), states.get(i), looks.get(i), java.get(i), natively.get(i), open.get(i), true);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } finally {
            natives.abandon();
            lookers.shutdownNow();
            debuggers.shutdownNow();
            clock.shutdownNow();
        }
    }

    private static ExecutorService pool(int threads) {
        return Executors.newFixedThreadPool(threads, Inspection::thread);
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "inspection");
        thread.setDaemon(true);
        return thread;
    }

    private void tell(
            Subject subject,
            String state,
            String look,
            String javaStacks,
            String nativeStacks,
            List<FromWarden.Socket> open,
            boolean complete) {
        say.accept(new FromWarden.Inspected(
                subject.label(),
                state,
                part("Process", look) + part("Java stacks", javaStacks) + part("Native stacks", nativeStacks),
                open.subList(0, Math.min(open.size(), MOST_SOCKETS)),
                Math.max(0, open.size() - MOST_SOCKETS),
                subject.lastLogLines(),
                complete));
    }

    private static String part(String title, String text) {
        return "== " + title + "\n\n" + text.stripTrailing() + "\n\n";
    }

    private long timeLeft() {
        return Math.max(0, endNanos - System.nanoTime());
    }

    /** Says for each what came of it, at the latest at that time. */
    private List<String> each(ExecutorService lookers, long untilNanos, Look look) throws InterruptedException {
        List<Callable<String>> asks = new ArrayList<>();
        subjects.forEach(subject -> asks.add(() -> subject.lives() ? look.at(subject) : subject.end()));
        List<String> texts = new ArrayList<>();
        for (Future<String> done :
                lookers.invokeAll(asks, Math.max(0, untilNanos - System.nanoTime()), TimeUnit.NANOSECONDS)) {
            texts.add(said(done));
        }
        return texts;
    }

    private static String said(Future<String> done) throws InterruptedException {
        if (done.isCancelled()) {
            return "not had within the time for it";
        }
        try {
            return done.get();
        } catch (ExecutionException failed) {
            Throwable cause = failed.getCause();
            // What we say ourselves says enough.
            return "not to be had: "
                    + (cause != null && cause.getClass() == IOException.class ? cause.getMessage() : cause);
        }
    }

    private interface Look {
        String at(Subject subject) throws IOException, InterruptedException;
    }

    private static String state(Subject subject) {
        String state =
                subject.lives() ? ProcessLook.at(ProcFile.PROC, subject.pid()).state() : subject.end();
        return state.isEmpty() ? "gone" : state;
    }

    private String look(Subject subject) {
        String text = ProcessLook.at(ProcFile.PROC, subject.pid()).text();
        return text.substring(0, Math.min(text.length(), LOOK_BYTES));
    }

    private String javaStacks(Subject subject) throws IOException, InterruptedException {
        ProcessLook process = ProcessLook.at(ProcFile.PROC, subject.pid());
        if (!process.runs()) {
            return "none: the process does not run, its state is " + process.state();
        }
        return process.catchesQuit()
                ? ThreadDump.of(subject.pid(), JAVA_BYTES)
                : "none: the process is not yet, or not any more, a JVM that answers";
    }

    private String nativeStacks(Subject subject) throws IOException {
        return natives.tool().isEmpty()
                ? "none: the node has neither eu-stack nor gdb nor pstack"
                : "by " + natives.tool() + "\n" + natives.of(subject.pid(), NATIVE_BYTES);
    }
}
