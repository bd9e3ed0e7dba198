package org.nixlconform.engine.process;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.nixlconform.engine.protocol.FromNode;
import org.nixlconform.engine.protocol.ToNode;

/** Short commands, run to their end or to their deadline. */
final class Errands {
    private static final Duration PIPES_CLOSE_WITHIN = Duration.ofSeconds(2);
    private static final int NOT_EXECUTABLE = 126;
    private static final int NOT_FOUND = 127;
    private static final int KILLED_AT_DEADLINE = -1;

    private final Set<Process> running = ConcurrentHashMap.newKeySet();
    /** Kept for the next command: to start two for each would take as long as many a command. */
    private final ExecutorService readers = NodeProgram.daemons("output");

    FromNode.Ran run(ToNode.Run ask) {
        long startedAt = System.nanoTime();
        Process process;
        try {
            ProcessBuilder builder = builder(ask);
            builder.redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
            process = builder.start();
        } catch (IOException e) {
            String reason = String.valueOf(e.getMessage());
            return new FromNode.Ran(
                    ask.id(),
                    reason.contains("error=13") ? NOT_EXECUTABLE : NOT_FOUND,
                    "",
                    reason,
                    System.nanoTime() - startedAt);
        }
        running.add(process);
        Collector stdout = new Collector(process.getInputStream(), ask.limitBytes(), readers);
        Collector stderr = new Collector(process.getErrorStream(), ask.limitBytes(), readers);
        try {
            boolean ended = process.waitFor(ask.deadlineMillis(), TimeUnit.MILLISECONDS);
            if (!ended) {
                kill(process.toHandle());
            }
            stdout.await(PIPES_CLOSE_WITHIN);
            stderr.await(PIPES_CLOSE_WITHIN);
            return new FromNode.Ran(
                    ask.id(),
                    ended ? process.exitValue() : KILLED_AT_DEADLINE,
                    stdout.text(),
                    stderr.text(),
                    System.nanoTime() - startedAt);
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
            kill(process.toHandle());
            return new FromNode.Ran(ask.id(), KILLED_AT_DEADLINE, "", "interrupted", System.nanoTime() - startedAt);
        } finally {
            running.remove(process);
        }
    }

    void killAll() {
        running.forEach(process -> kill(process.toHandle()));
    }

    static void kill(ProcessHandle process) {
        List<ProcessHandle> descendants = process.descendants().toList();
        process.destroyForcibly();
        descendants.forEach(ProcessHandle::destroyForcibly);
    }

    private static ProcessBuilder builder(ToNode.Run ask) throws IOException {
        List<String> words = new ArrayList<>(ask.words());
        words.set(0, program(ask));
        ProcessBuilder builder = new ProcessBuilder(words);
        builder.environment().remove(NodeProgram.DROPPED);
        builder.environment().putAll(ask.variables());
        if (!ask.folder().isEmpty()) {
            builder.directory(new File(ask.folder()));
        }
        return builder;
    }

    /** {@link ProcessBuilder} would look in this JVM's own {@code PATH}, not in the command's. */
    private static String program(ToNode.Run ask) throws IOException {
        String name = ask.words().get(0);
        if (name.contains("/")) {
            return name;
        }
        String path = ask.variables().getOrDefault("PATH", System.getenv().getOrDefault("PATH", "/usr/bin:/bin"));
        for (String folder : path.split(":", -1)) {
            Path candidate = Path.of(folder).resolve(name);
            if (Files.isRegularFile(candidate) && Files.isExecutable(candidate)) {
                return candidate.toAbsolutePath().toString();
            }
        }
        throw new IOException(name + ": not found in PATH " + path);
    }

    /** Reads a stream to its end on another thread, so that the process never waits for us; keeps the beginning. */
    private static final class Collector {
        private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
        private final int limitBytes;
        private final Future<?> reading;

        Collector(InputStream in, int limitBytes, ExecutorService readers) {
            this.limitBytes = limitBytes;
            reading = readers.submit(() -> read(in));
        }

        private void read(InputStream in) {
            byte[] buffer = new byte[1 << 14];
            try (in) {
                for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                    synchronized (kept) {
                        kept.write(buffer, 0, Math.min(count, limitBytes - kept.size()));
                    }
                }
            } catch (IOException e) {
                // The process was killed and its pipe closed under us: what was read so far is all there is.
            }
        }

        void await(Duration deadline) throws InterruptedException {
            try {
                reading.get(deadline.toMillis(), TimeUnit.MILLISECONDS);
            } catch (ExecutionException | TimeoutException incomplete) {
                // What was read so far is all there is.
            }
        }

        String text() {
            synchronized (kept) {
                return kept.toString(StandardCharsets.UTF_8);
            }
        }
    }
}
