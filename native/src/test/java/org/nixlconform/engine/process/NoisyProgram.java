package org.nixlconform.engine.process;

import java.util.ArrayList;
import java.util.List;
import org.nixlconform.binding.NativeNoise;
import org.nixlconform.binding.Posix;

/** Prints in every way that a rank's code and libraries can, between the lines that it sends. */
final class NoisyProgram {
    static final int THREADS = 4;
    static final int LINES = 50;

    private NoisyProgram() {}

    /** Longer than what a pipe takes at once. */
    static String line(int thread, int number) {
        return thread + " " + number + " "
                + String.valueOf((char) ('a' + thread)).repeat(10_000 + number);
    }

    public static void main(String[] arguments) throws InterruptedException {
        MessageChannel channel = MessageChannel.open();
        NativeNoise.puts("native noise");
        System.out.println("Java's noise");
        System.err.println("standard error");
        List<Thread> threads = new ArrayList<>();
        for (int thread = 0; thread < THREADS; thread++) {
            int own = thread;
            threads.add(new Thread(() -> {
                for (int number = 0; number < LINES; number++) {
                    channel.send(line(own, number));
                    NativeNoise.puts("native noise");
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread each : threads) {
            each.join();
        }
        // As a rank does: nobody flushes for native code.
        Posix.exitNow(0);
    }
}
