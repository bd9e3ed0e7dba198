package org.nixlconform.cluster;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;

/** This machine. */
public final class LocalConnection implements NodeConnection {
    private static final List<String> DROPPED_PREFIXES = List.of("NIXL_", "UCX_", "FI_");
    /** They would change the flags of every engine's JVM, and announce that on its standard error. */
    private static final Set<String> DROPPED_NAMES = Set.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS");

    private static final int TEXT_LIMIT_BYTES = 1 << 20;
    private static final Duration PIPES_CLOSE_WITHIN = Duration.ofSeconds(2);

    private final Map<String, String> inherited = new TreeMap<>();
    private final List<String> dropped = new ArrayList<>();
    private final Set<LocalProcess> started = ConcurrentHashMap.newKeySet();

    public LocalConnection() {
        this(System.getenv());
    }

    /** @param environment in place of this JVM's own; its {@code PATH} decides where programs are found */
    public LocalConnection(Map<String, String> environment) {
        for (Map.Entry<String, String> variable : new TreeMap<>(environment).entrySet()) {
            if (isDropped(variable.getKey())) {
                dropped.add(variable.getKey());
            } else {
                inherited.put(variable.getKey(), variable.getValue());
            }
        }
    }

    private static boolean isDropped(String name) {
        return DROPPED_NAMES.contains(name) || DROPPED_PREFIXES.stream().anyMatch(name::startsWith);
    }

    @Override
    public NodeProcess start(Command command, Path standardError) {
        try {
            Files.createDirectories(standardError.toAbsolutePath().getParent());
            ProcessBuilder builder = builder(command, program(command));
            builder.redirectError(ProcessBuilder.Redirect.appendTo(standardError.toFile()));
            LocalProcess process = new LocalProcess(builder.start());
            started.removeIf(LocalProcess::isOver);
            started.add(process);
            return process;
        } catch (IOException e) {
            throw new FindingException(
                    Finding.of(FindingKind.NODE, "cluster", "a process cannot be started on this machine")
                            .with("expected", "to start " + command.program())
                            .with("actual", String.valueOf(e.getMessage()))
                            .with("where", command.folder().map(Path::toString).orElse("the current folder")),
                    e);
        }
    }

    @Override
    public CommandOutcome run(Command command, Duration deadline) {
        long startedAt = System.nanoTime();
        Process process;
        try {
            ProcessBuilder builder = builder(command, program(command));
            builder.redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
            process = builder.start();
        } catch (IOException e) {
            String reason = String.valueOf(e.getMessage());
            int code = reason.contains("error=13") ? 126 : 127;
            return new CommandOutcome(Optional.of(new ProcessEnd(code)), "", reason, since(startedAt));
        }
        LocalProcess local = new LocalProcess(process);
        started.add(local);
        Collector stdout = new Collector(process.getInputStream());
        Collector stderr = new Collector(process.getErrorStream());
        try {
            Optional<ProcessEnd> end = local.awaitExit(deadline);
            if (end.isEmpty()) {
                local.kill();
            }
            stdout.await(PIPES_CLOSE_WITHIN);
            stderr.await(PIPES_CLOSE_WITHIN);
            return new CommandOutcome(end, stdout.text(), stderr.text(), since(startedAt));
        } finally {
            local.kill();
            started.remove(local);
        }
    }

    @Override
    public Optional<String> readText(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return Optional.of(new String(in.readNBytes(TEXT_LIMIT_BYTES), StandardCharsets.UTF_8));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    @Override
    public List<String> list(Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(entry -> String.valueOf(entry.getFileName()))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    @Override
    public List<String> droppedVariables() {
        return List.copyOf(dropped);
    }

    @Override
    public void close() {
        started.forEach(LocalProcess::kill);
        started.clear();
    }

    private ProcessBuilder builder(Command command, Path program) {
        List<String> words = new ArrayList<>(command.words());
        words.set(0, program.toString());
        ProcessBuilder builder = new ProcessBuilder(words);
        builder.environment().clear();
        builder.environment().putAll(inherited);
        builder.environment().putAll(command.variables());
        command.folder().ifPresent(folder -> builder.directory(folder.toFile()));
        return builder;
    }

    /** {@link ProcessBuilder} would look in this JVM's own {@code PATH}, not in the command's. */
    private Path program(Command command) throws IOException {
        String name = command.program();
        if (name.contains("/")) {
            return Path.of(name);
        }
        String path = command.variables().getOrDefault("PATH", inherited.getOrDefault("PATH", "/usr/bin:/bin"));
        for (String folder : path.split(":", -1)) {
            Path candidate = Path.of(folder).resolve(name);
            if (Files.isRegularFile(candidate) && Files.isExecutable(candidate)) {
                return candidate.toAbsolutePath();
            }
        }
        throw new IOException(name + ": not found in PATH " + path);
    }

    private static Duration since(long startedAt) {
        return Duration.ofNanos(System.nanoTime() - startedAt);
    }

    /** Reads a stream to its end on a thread of its own, so that the process never waits for us; keeps the beginning. */
    private static final class Collector {
        private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
        private final Thread reader;

        Collector(InputStream in) {
            reader = new Thread(() -> read(in), "nixlconform-output");
            reader.setDaemon(true);
            reader.start();
        }

        private void read(InputStream in) {
            byte[] buffer = new byte[1 << 14];
            try (in) {
                for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                    synchronized (kept) {
                        kept.write(buffer, 0, Math.min(count, OUTPUT_LIMIT_BYTES - kept.size()));
                    }
                }
            } catch (IOException e) {
                // The process was killed and its pipe closed under us: what was read so far is all there is.
            }
        }

        void await(Duration deadline) {
            try {
                reader.join(deadline.toMillis());
            } catch (InterruptedException e) {
                throw interrupted(e);
            }
        }

        String text() {
            synchronized (kept) {
                return kept.toString(StandardCharsets.UTF_8);
            }
        }
    }

    private static FindingException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new FindingException(
                Finding.of(FindingKind.STAGE, "cluster", "the run was interrupted while it waited for a process"), e);
    }

    private static final class LocalProcess implements NodeProcess {
        private final Process process;

        LocalProcess(Process process) {
            this.process = process;
        }

        @Override
        public OutputStream stdin() {
            return process.getOutputStream();
        }

        @Override
        public InputStream stdout() {
            return process.getInputStream();
        }

        @Override
        public long pid() {
            return process.pid();
        }

        boolean isOver() {
            return !process.isAlive();
        }

        @Override
        public Optional<ProcessEnd> awaitExit(Duration deadline) {
            try {
                return process.waitFor(deadline.toNanos(), TimeUnit.NANOSECONDS)
                        ? Optional.of(new ProcessEnd(process.exitValue()))
                        : Optional.empty();
            } catch (InterruptedException e) {
                throw interrupted(e);
            }
        }

        @Override
        public void kill() {
            List<ProcessHandle> descendants = process.descendants().toList();
            process.destroyForcibly();
            descendants.forEach(ProcessHandle::destroyForcibly);
        }
    }
}
