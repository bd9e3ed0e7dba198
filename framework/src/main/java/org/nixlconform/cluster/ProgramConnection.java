package org.nixlconform.cluster;

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
import java.util.concurrent.ConcurrentHashMap;
import org.nixlconform.engine.protocol.FromNode;
import org.nixlconform.engine.protocol.ToNode;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;

/**
 * A node through the program of ours that runs there for as long as the connection lives; the same for this machine and for
 * any other. Only processes that are talked to at length get a way of their own.
 */
final class ProgramConnection implements NodeConnection {
    private static final Duration READY_WITHIN = Duration.ofSeconds(20);
    private static final Duration ERRAND_WITHIN = Duration.ofSeconds(30);
    /** Beyond a command's own deadline, for the way there and back. */
    private static final Duration GRACE = Duration.ofSeconds(10);

    private static final Duration COPY_WITHIN = Duration.ofMinutes(2);
    /** Arguments: what it says first, folder. */
    private static final String PACK = "echo \"$1\"; exec tar -C \"$2\" -cf - .";

    private final Launcher launcher;
    private final String nodeName;
    private final NodeChannel channel;
    private final List<String> dropped;
    private final Set<Talking> talking = ConcurrentHashMap.newKeySet();

    private ProgramConnection(Launcher launcher, String nodeName, NodeChannel channel, List<String> dropped) {
        this.launcher = launcher;
        this.nodeName = nodeName;
        this.channel = channel;
        this.dropped = List.copyOf(dropped);
    }

    /**
     * Starts the program.
     *
     * @param shell that runs {@link Launcher#TOLD} and was told nothing yet; becomes the program
     * @param bundle as it lies on the node
     * @param log of the program, on the node
     * @param leaseSeconds after which the program ends when it hears nothing; 0 for ever
     * @throws FindingException when it does not come up
     */
    static ProgramConnection open(
            Launcher launcher,
            Launcher.Started shell,
            EngineBundle bundle,
            Path log,
            String nodeName,
            int leaseSeconds) {
        List<String> words = new ArrayList<>(List.of(log.toString(), "."));
        words.addAll(bundle.command(parent(log), EngineBundle.NODE_PROGRAM, List.of(Integer.toString(leaseSeconds))));
        try {
            shell.tell((String.join("\n", words) + "\n\n" + Launcher.lines(Map.of())).getBytes(StandardCharsets.UTF_8));
            shell.word(); // Its process id.
            NodeChannel channel = new NodeChannel(shell, nodeName);
            FromNode.Ready ready = channel.ready(READY_WITHIN)
                    .orElseThrow(() -> new IOException("it ended, or did not say within " + READY_WITHIN.toSeconds()
                            + " s that it is ready; " + shell.complaint()));
            return new ProgramConnection(launcher, nodeName, channel, ready.droppedVariables());
        } catch (IOException e) {
            throw new FindingException(
                    Finding.of(FindingKind.NODE, "cluster", "our program does not run on node " + nodeName)
                            .with("expected", "to start " + bundle.folder() + "/start")
                            .with("actual", String.valueOf(e.getMessage()))
                            .with("where", log + ", on the node")
                            .with("remedy", "run that program there by hand; a folder mounted noexec is a usual cause"),
                    e);
        }
    }

    private static List<String> scripted(List<String> words, Path log, Optional<Path> folder) {
        List<String> all = new ArrayList<>(List.of("/bin/sh", "-c", Launcher.SCRIPT, "sh", log.toString()));
        all.add(folder.map(Path::toString).orElse(""));
        all.addAll(words);
        return all;
    }

    private static Path parent(Path file) {
        return Optional.ofNullable(file.toAbsolutePath().getParent()).orElse(file);
    }

    @Override
    public NodeProcess start(Command command, Path standardError) {
        try {
            Launcher.Started started = launcher.launch(scripted(command.words(), standardError, command.folder()));
            started.tell(Launcher.lines(command.variables()).getBytes(StandardCharsets.UTF_8));
            Talking process = new Talking(started, Long.parseLong(started.word()));
            talking.add(process);
            return process;
        } catch (IOException e) {
            throw new FindingException(
                    Finding.of(FindingKind.NODE, "cluster", "a process cannot be started on node " + nodeName)
                            .with("expected", "to start " + command.program())
                            .with("actual", String.valueOf(e.getMessage()))
                            .with("where", command.folder().map(Path::toString).orElse("the connection's own folder"))
                            .with(
                                    "remedy",
                                    "see that the node runs and that its disk has space: df -h "
                                            + parent(standardError)),
                    e);
        }
    }

    @Override
    public CommandOutcome run(Command command, Duration deadline) {
        long startedAt = System.nanoTime();
        Optional<FromNode> answer = channel.ask(
                id -> new ToNode.Run(
                        id,
                        command.words(),
                        command.variables(),
                        command.folder().map(Path::toString).orElse(""),
                        deadline.toMillis(),
                        OUTPUT_LIMIT_BYTES),
                deadline.plus(GRACE));
        if (answer.isPresent() && answer.get() instanceof FromNode.Ran ran) {
            Optional<ProcessEnd> end =
                    ran.exitCode() < 0 ? Optional.empty() : Optional.of(new ProcessEnd(ran.exitCode()));
            return new CommandOutcome(end, ran.stdout(), ran.stderr(), Duration.ofNanos(ran.nanos()));
        }
        return new CommandOutcome(
                Optional.empty(),
                "",
                "node " + nodeName + " is no longer reached",
                Duration.ofNanos(System.nanoTime() - startedAt));
    }

    @Override
    public Optional<String> readText(Path file) {
        return readBytes(file, TEXT_LIMIT_BYTES)
                .map(text -> new String(text.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8));
    }

    @Override
    public Optional<String> readBytes(Path file, int limitBytes) {
        return channel.ask(id -> new ToNode.Read(id, file.toString(), limitBytes), ERRAND_WITHIN)
                .map(FromNode.Text.class::cast)
                .filter(FromNode.Text::there)
                .map(FromNode.Text::text);
    }

    @Override
    public Optional<String> writeText(Path file, String text) {
        return error(channel.ask(id -> new ToNode.Write(id, file.toString(), text), ERRAND_WITHIN));
    }

    @Override
    public List<String> list(Path folder) {
        return channel.ask(id -> new ToNode.ListFolder(id, folder.toString()), ERRAND_WITHIN)
                .map(answer -> ((FromNode.Names) answer).names())
                .orElse(List.of());
    }

    @Override
    public List<SeenFile> examine(List<Path> files, boolean digests) {
        List<String> names = files.stream().map(Path::toString).toList();
        return channel.ask(id -> new ToNode.Examine(id, names, digests), COPY_WITHIN)
                .filter(FromNode.Examined.class::isInstance)
                .map(answer -> ((FromNode.Examined) answer)
                        .files().stream()
                                .map(seen -> new SeenFile(seen.sizeBytes(), seen.sha256()))
                                .toList())
                .orElseGet(
                        () -> files.stream().map(file -> new SeenFile(-1, "")).toList());
    }

    @Override
    public Optional<String> hold(Path file, String owner, Duration wait) {
        return error(channel.ask(
                id -> new ToNode.Hold(id, file.toString(), owner, wait.toMillis()), wait.plus(ERRAND_WITHIN)));
    }

    @Override
    public void release(Path file) {
        channel.ask(id -> new ToNode.Release(id, file.toString()), ERRAND_WITHIN);
    }

    @Override
    public List<InterfaceAddress> addresses() {
        return channel.ask(ToNode.Interfaces::new, ERRAND_WITHIN)
                .filter(FromNode.Names.class::isInstance)
                .map(answer -> ((FromNode.Names) answer)
                        .names().stream()
                                .map(line -> line.split(" ", 2))
                                .map(parts -> new InterfaceAddress(parts[0], parts[1]))
                                .toList())
                .orElse(List.of());
    }

    @Override
    public void kill(long pid) {
        channel.ask(id -> new ToNode.Kill(id, pid), ERRAND_WITHIN);
    }

    private Optional<String> error(Optional<FromNode> answer) {
        return answer.isEmpty()
                ? Optional.of("node " + nodeName + " is no longer reached")
                : Optional.of(((FromNode.Done) answer.get()).error()).filter(text -> !text.isEmpty());
    }

    @Override
    public Optional<String> fetch(Path folder, Path into) {
        try {
            Files.createDirectories(into);
            Launcher.Started packing =
                    launcher.launch(List.of("/bin/sh", "-c", PACK, "sh", Launcher.WORD, folder.toString()));
            packing.stdin().close();
            packing.word();
            return Tar.unpack(packing.stdout(), into)
                    .or(() -> Optional.of(packing.complaint()).filter(text -> !text.isEmpty()));
        } catch (IOException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public Optional<String> send(Path folder, Path into) {
        try {
            Launcher.Started unpacking = launcher.launch(
                    List.of("/bin/sh", "-c", "mkdir -p \"$1\" && exec tar -C \"$1\" -xf -", "sh", into.toString()));
            try (OutputStream out = unpacking.stdin()) {
                Tar.pack(folder, false, List.of(), out);
            }
            Optional<ProcessEnd> end = unpacking.await(COPY_WITHIN.toMillis());
            boolean done = end.isPresent() && end.get().exitCode() == 0;
            return done
                    ? Optional.empty()
                    : Optional.of(
                            end.map(ProcessEnd::description).orElse("it did not end") + " " + unpacking.complaint());
        } catch (IOException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
            return Optional.of("interrupted");
        }
    }

    @Override
    public boolean isOpen() {
        return channel.isOpen();
    }

    @Override
    public List<String> droppedVariables() {
        return dropped;
    }

    @Override
    public void close() {
        talking.forEach(Talking::kill);
        channel.close();
        launcher.close();
    }

    private final class Talking implements NodeProcess {
        private final Launcher.Started started;
        private final long pid;

        Talking(Launcher.Started started, long pid) {
            this.started = started;
            this.pid = pid;
        }

        @Override
        public OutputStream stdin() {
            return started.stdin();
        }

        @Override
        public InputStream stdout() {
            return started.stdout();
        }

        @Override
        public long pid() {
            return pid;
        }

        @Override
        public Optional<ProcessEnd> awaitExit(Duration deadline) {
            try {
                Optional<ProcessEnd> end = started.await(deadline.toMillis());
                end.ifPresent(over -> talking.remove(this));
                return end;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new FindingException(
                        Finding.of(
                                FindingKind.STAGE, "cluster", "the run was interrupted while it waited for a process"),
                        e);
            }
        }

        @Override
        public void kill() {
            if (talking.remove(this)) {
                ProgramConnection.this.kill(pid);
                started.drop();
            }
        }
    }
}
