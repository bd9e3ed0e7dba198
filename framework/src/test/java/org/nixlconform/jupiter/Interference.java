package org.nixlconform.jupiter;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Does something from outside to a running engine, on a thread of its own, and remembers whether it did. */
final class Interference implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** What has passed through the loopback device when a transfer over TCP is surely under way. */
    private static final long UNDER_WAY_BYTES = 20_000_000;

    private final Path root;
    private final String rank;
    private final Act act;
    private final Thread thread;
    private volatile boolean closed;
    private volatile long process;
    private volatile String outcome = "no engine was seen";
    private volatile Instant doneAt = Instant.MAX;

    private interface Act {
        /** @return what came of it, empty to be asked again at once */
        Optional<String> on(long process) throws IOException, InterruptedException;
    }

    private Interference(Path root, String rank, Act act) {
        this.root = root;
        this.rank = rank;
        this.act = act;
        thread = new Thread(this::work, "interference with " + rank);
        thread.setDaemon(true);
        thread.start();
    }

    /** Sends a signal to a rank once its transfer, over TCP, is under way. */
    static Interference signal(String signal, Path root, String rank) {
        long[] before = {-1};
        return new Interference(root, rank, process -> {
            long passed = loopbackBytes();
            if (before[0] < 0) {
                before[0] = passed;
            }
            if (passed - before[0] < UNDER_WAY_BYTES) {
                return Optional.empty();
            }
            new ProcessBuilder("kill", "-" + signal, Long.toString(process))
                    .start()
                    .waitFor();
            return Optional.of("sent " + signal);
        });
    }

    /**
     * Writes the same eight bytes into a rank's memory again and again, three quarters into its arena.
     *
     * @param arenaBytes so many that no other mapping of the process is as large
     */
    static Interference scribble(Path root, String rank, long arenaBytes) {
        return new Interference(root, rank, process -> {
            Optional<Long> arena = arena(process, arenaBytes);
            if (arena.isPresent()) {
                try (RandomAccessFile memory = new RandomAccessFile("/proc/" + process + "/mem", "rw")) {
                    memory.seek(arena.get() + arenaBytes / 4 * 3);
                    memory.write("scribble".getBytes(StandardCharsets.US_ASCII));
                }
            }
            return Optional.empty();
        });
    }

    private void work() {
        long end = System.nanoTime() + PATIENCE.toNanos();
        try {
            while (!closed && System.nanoTime() < end) {
                if (process == 0) {
                    List<Long> found = LiveProject.processes(root, rank);
                    process = found.isEmpty() ? 0 : found.get(0);
                } else {
                    Optional<String> done = act.on(process);
                    if (done.isPresent()) {
                        outcome = done.get();
                        doneAt = Instant.now();
                        return;
                    }
                    outcome = "watched process " + process;
                }
                Thread.sleep(process == 0 ? 20 : 2);
            }
        } catch (IOException | InterruptedException failed) {
            outcome = failed.toString();
        }
    }

    String outcome() {
        return outcome;
    }

    Instant doneAt() {
        return doneAt;
    }

    @Override
    public void close() throws InterruptedException {
        closed = true;
        thread.join(PATIENCE.toMillis());
    }

    private static long loopbackBytes() {
        Matcher line = Pattern.compile("lo:\\s*(\\d+)")
                .matcher(LiveProject.read(Path.of("/proc/net/dev")).orElse(""));
        return line.find() ? Long.parseLong(line.group(1)) : 0;
    }

    /** Neighbouring mappings may be shown as one, to whose beginning new ones are added. */
    private static Optional<Long> arena(long process, long bytes) {
        Matcher mapping = Pattern.compile("(?m)^([0-9a-f]+)-([0-9a-f]+) rw-p 00000000 00:00 0 *$")
                .matcher(LiveProject.read(Path.of("/proc/" + process + "/maps")).orElse(""));
        while (mapping.find()) {
            long from = Long.parseUnsignedLong(mapping.group(1), 16);
            if (Long.parseUnsignedLong(mapping.group(2), 16) - from >= bytes) {
                return Optional.of(from);
            }
        }
        return Optional.empty();
    }
}
