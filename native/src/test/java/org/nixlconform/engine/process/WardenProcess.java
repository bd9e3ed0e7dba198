package org.nixlconform.engine.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.nixlconform.engine.protocol.FromRank;
import org.nixlconform.engine.protocol.FromWarden;
import org.nixlconform.engine.protocol.ToRank;
import org.nixlconform.engine.protocol.ToWarden;
import org.nixlconform.engine.protocol.Wire;

/** A real warden over pipes, and the ranks that it starts. All processes carry a mark, so that none can be left unseen. */
final class WardenProcess implements AutoCloseable {
    private static final String MARK = "NIXLCONFORM_TEST_RUN";
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final String mark = MARK + "=" + UUID.randomUUID();
    private final Path folder;
    private final Process process;
    private final OutputStream input;
    private final BlockingQueue<Line> arriving = new LinkedBlockingQueue<>();
    private final List<Line> passedOver = new ArrayList<>();
    private final List<String> seen = new ArrayList<>();
    private volatile int relayed;

    /** @param from a label, or {@link Wire#WARDEN} */
    record Line(String from, String json) {}

    WardenProcess(Path folder, Map<String, String> environment) throws IOException {
        this(folder, environment, 0);
    }

    /** @param leaseSeconds 0 for ever */
    WardenProcess(Path folder, Map<String, String> environment, int leaseSeconds) throws IOException {
        this.folder = folder;
        ProcessBuilder builder = new ProcessBuilder(EngineProgram.command("warden", Integer.toString(leaseSeconds)))
                .directory(folder.toFile())
                .redirectError(folder.resolve("warden.log").toFile());
        builder.environment().putAll(environment);
        builder.environment().put(MARK, mark.substring(MARK.length() + 1));
        process = builder.start();
        input = process.getOutputStream();
        Thread reader = new Thread(this::read, "warden's lines");
        reader.setDaemon(true);
        reader.start();
    }

    private void read() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                int space = line.indexOf(' ');
                Line one = new Line(line.substring(0, Math.max(0, space)), line.substring(space + 1));
                if (!relay(one)) {
                    arriving.add(one);
                }
            }
        } catch (IOException ended) {
            arriving.add(new Line("", ended.toString()));
        }
    }

    /** What the controller does with lines between ranks and a desk that they cannot connect to. */
    private boolean relay(Line line) throws IOException {
        if (line.from().equals(Wire.DESK)) {
            int space = line.json().indexOf(' ');
            sendRaw(line.json().substring(0, space), Wire.DESK + line.json().substring(space));
            return true;
        }
        if (line.json().startsWith(Wire.DESK + " ")) {
            sendRaw(Wire.DESK, line.from() + line.json().substring(Wire.DESK.length()));
            relayed++;
            return true;
        }
        return false;
    }

    /** Lines that ranks had for a desk. */
    int relayed() {
        return relayed;
    }

    long pid() {
        return process.pid();
    }

    /** Ranks that are what {@code command} starts; the warden adds the label and its own process id. */
    void start(List<String> command, int parallel, String... labels) throws IOException {
        start(command, Map.of(), parallel, labels);
    }

    void start(List<String> command, Map<String, String> variables, int parallel, String... labels) throws IOException {
        send(new ToWarden.Start(
                List.of(labels), command, variables, folder.resolve("logs").toString(), 1 << 20, parallel));
    }

    void send(ToWarden message) throws IOException {
        sendRaw(Wire.WARDEN, Wire.encode(message));
    }

    void send(String label, ToRank message) throws IOException {
        sendRaw(label, Wire.encode(message));
    }

    synchronized void sendRaw(String label, String body) throws IOException {
        input.write((label + " " + body + "\n").getBytes(StandardCharsets.UTF_8));
        input.flush();
    }

    /** Its input ends, as when the controller's process ends. */
    void endInput() throws IOException {
        input.close();
    }

    /** The next answer of a rank; it must be of that type. */
    <T extends FromRank> T answer(String label, Class<T> type) throws InterruptedException {
        Line line = await(label + "'s answer", PATIENCE, each -> each.from().equals(label));
        FromRank answer = Wire.decode(line.json(), FromRank.class);
        if (!type.isInstance(answer)) {
            throw new AssertionError(label + " answered " + line.json() + "; seen: " + seen);
        }
        return type.cast(answer);
    }

    FromWarden.Ended ended(String label) throws InterruptedException {
        return said(FromWarden.Ended.class, each -> each.label().equals(label));
    }

    <T extends FromWarden> T said(Class<T> type, Predicate<T> which) throws InterruptedException {
        Line line = await(type.getSimpleName(), PATIENCE, each -> {
            FromWarden message = each.from().equals(Wire.WARDEN) ? Wire.decode(each.json(), FromWarden.class) : null;
            return type.isInstance(message) && which.test(type.cast(message));
        });
        return type.cast(Wire.decode(line.json(), FromWarden.class));
    }

    /** The first line that is so, also among those that earlier calls passed over. */
    Line await(String what, Duration within, Predicate<Line> wanted) throws InterruptedException {
        for (Iterator<Line> lines = passedOver.iterator(); lines.hasNext(); ) {
            Line line = lines.next();
            if (wanted.test(line)) {
                lines.remove();
                return line;
            }
        }
        long end = System.nanoTime() + within.toNanos();
        while (true) {
            Line line = arriving.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (line == null) {
                throw new AssertionError("no " + what + " within " + within.toMillis() + " ms; seen: " + seen);
            }
            seen.add(line.from() + " "
                    + line.json().substring(0, Math.min(300, line.json().length())));
            if (wanted.test(line)) {
                return line;
            }
            passedOver.add(line);
        }
    }

    /** What the warden said besides what was waited for; to be asked when it has ended. */
    <T extends FromWarden> List<T> restOf(Class<T> type) {
        arriving.drainTo(passedOver);
        return passedOver.stream()
                .filter(line -> line.from().equals(Wire.WARDEN))
                .map(line -> Wire.decode(line.json(), FromWarden.class))
                .filter(type::isInstance)
                .map(type::cast)
                .toList();
    }

    /** Exit code of the warden, 128 + signal when it was killed. */
    int exitCode() throws InterruptedException {
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("the warden lives; seen: " + seen);
        }
        return process.exitValue();
    }

    Path log(String label) {
        return folder.resolve("logs").resolve(label + ".log");
    }

    /** Processes of this warden that still run, itself included. A zombie does not. */
    List<String> living() throws IOException {
        try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
            return processes
                    .filter(each -> each.getFileName().toString().matches("\\d+"))
                    .filter(each -> read(each.resolve("environ")).contains(mark))
                    .filter(each -> !read(each.resolve("stat")).matches("(?s).*\\) [ZX] .*"))
                    .map(each -> each.getFileName() + " "
                            + read(each.resolve("cmdline")).replace('\0', ' ').replaceAll("^(.{200}).*", "$1"))
                    .toList();
        }
    }

    /** Waits for the end of all, and fails with those that do not. */
    void expectNobodyLeftWithin(Duration limit) throws IOException, InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        List<String> living = living();
        while (!living.isEmpty()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("still running after " + limit.toMillis() + " ms: " + living);
            }
            Thread.sleep(10);
            living = living();
        }
    }

    private static String read(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        } catch (IOException gone) {
            return "";
        }
    }

    /** Ends the test as a run ends: nothing may be left behind. */
    @Override
    public void close() throws IOException, InterruptedException {
        try {
            endInput();
        } catch (IOException alreadyGone) {
            // The warden is.
        }
        try {
            expectNobodyLeftWithin(Duration.ofSeconds(15));
        } finally {
            for (String each : living()) {
                ProcessHandle.of(Long.parseLong(each.replaceAll(" .*", ""))).ifPresent(ProcessHandle::destroyForcibly);
            }
        }
    }
}
