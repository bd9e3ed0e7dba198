package org.nixlconform.jupiter;

import java.time.Duration;

/** Says what a cell is doing when it takes long: nobody should have to guess whether a run still lives. */
final class Heartbeat implements AutoCloseable {
    private static final Duration SILENCE = Duration.ofSeconds(20);

    private final Thread clock = new Thread(this::beat, "heartbeat");
    private volatile String doing = "";
    private volatile long begunNanos;

    Heartbeat() {
        clock.setDaemon(true);
        clock.start();
    }

    void begin(String cell) {
        begunNanos = System.nanoTime();
        doing = cell;
    }

    void step(String cell, String step) {
        doing = cell + ": " + step;
    }

    void end() {
        doing = "";
    }

    private void beat() {
        try {
            while (true) {
                Thread.sleep(SILENCE.toMillis());
                String what = doing;
                long seconds = Duration.ofNanos(System.nanoTime() - begunNanos).toSeconds();
                if (!what.isEmpty() && seconds >= SILENCE.toSeconds()) {
                    System.out.println("       ... " + what + ", " + seconds + " s");
                }
            }
        } catch (InterruptedException over) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        clock.interrupt();
    }
}
