package org.nixlconform.engine.process;

import java.io.File;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.nixlconform.engine.protocol.FromRank;

/**
 * What this process holds while it works: open files, threads, resident memory, looked at by a thread of its own from the
 * beginning to the end. Ever more seldom, so that hours of it are as many looks as seconds.
 */
final class ResourceWatch implements AutoCloseable {
    private static final int MOST_LOOKS = 128;
    private static final long FIRST_PAUSE_MILLIS = 10;
    private static final Pattern THREADS = Pattern.compile("Threads:\\s+(\\d+)");
    private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+(\\d+) kB");

    private final LongSupplier repeats;
    private final Thread thread = new Thread(this::watch, "resources");
    private final List<FromRank.Resources> looks = new ArrayList<>();
    private final long begun = System.nanoTime();
    private volatile boolean closed;

    /** @param repeats how often it did by now what it does again and again, asked on another thread */
    ResourceWatch(LongSupplier repeats) {
        this.repeats = repeats;
        thread.setDaemon(true);
        thread.start();
    }

    private void watch() {
        long pause = FIRST_PAUSE_MILLIS;
        while (!closed) {
            looks.add(look());
            if (looks.size() == MOST_LOOKS) {
                for (int i = MOST_LOOKS - 1; i > 0; i -= 2) {
                    looks.remove(i);
                }
                pause *= 2;
            }
            try {
                Thread.sleep(pause);
            } catch (InterruptedException over) {
                break;
            }
        }
        looks.add(look());
    }

    private FromRank.Resources look() {
        String status = ProcFile.read(ProcFile.PROC.resolve("self/status"));
        String[] files = new File("/proc/self/fd").list();
        return new FromRank.Resources(
                System.nanoTime() - begun,
                repeats.getAsLong(),
                files == null ? 0 : files.length,
                (int) number(THREADS, status),
                number(RESIDENT, status) * 1024);
    }

    private static long number(Pattern pattern, String status) {
        Matcher found = pattern.matcher(status);
        return found.find() ? Long.parseLong(found.group(1)) : 0;
    }

    /** With a last look. */
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException again) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** In order of time, the first and the last among them; to be asked when it is closed. */
    List<FromRank.Resources> samples() {
        return List.copyOf(looks);
    }
}
