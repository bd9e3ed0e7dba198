package org.nixlconform.engine;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.BiConsumer;
import org.nixlconform.cluster.NodeProcess;
import org.nixlconform.engine.protocol.ToRank;
import org.nixlconform.engine.protocol.ToWarden;
import org.nixlconform.engine.protocol.Wire;
import org.nixlconform.plan.RankId;

/** The one channel to a node: lines to and from its warden and, through it, its ranks. */
final class WardenChannel implements AutoCloseable {
    private static final Duration END_WITHIN = Duration.ofSeconds(10);
    /** Stands for a line when the channel has ended. */
    static final String ENDED = "";

    private static final Duration PING_EVERY = Duration.ofSeconds(3);

    private final NodeProcess warden;
    private volatile boolean closed;

    /** @param onLine gets label and message of each line, on a thread of its own; {@link #ENDED} twice at the end */
    WardenChannel(NodeProcess warden, String nodeName, BiConsumer<String, String> onLine) {
        this.warden = warden;
        Thread reader = new Thread(() -> read(onLine), "warden on " + nodeName);
        reader.setDaemon(true);
        reader.start();
        Thread pings = new Thread(this::ping, "pings to the warden on " + nodeName);
        pings.setDaemon(true);
        pings.start();
    }

    /** A warden that hears nothing for long takes us for gone. */
    private void ping() {
        try {
            while (!closed) {
                Thread.sleep(PING_EVERY.toMillis());
                send(new ToWarden.Ping());
            }
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
        }
    }

    private void read(BiConsumer<String, String> onLine) {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(warden.stdout(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                int space = line.indexOf(' ');
                onLine.accept(line.substring(0, Math.max(0, space)), line.substring(space + 1));
            }
        } catch (IOException closed) {
            // The end is reported below, whatever its cause.
        }
        onLine.accept(ENDED, ENDED);
    }

    void send(RankId rank, ToRank message) {
        write(rank.label() + " " + Wire.encode(message));
    }

    void send(ToWarden message) {
        write(Wire.WARDEN + " " + Wire.encode(message));
    }

    /** As it is, without its end. */
    synchronized void write(String line) {
        try {
            warden.stdin().write((line + "\n").getBytes(StandardCharsets.UTF_8));
            warden.stdin().flush();
        } catch (IOException gone) {
            // A warden that is gone is noticed by the reader.
        }
    }

    /** Ends the warden's input, which ends its ranks; then the warden itself. Never throws. */
    @Override
    public void close() {
        closed = true;
        try {
            warden.stdin().close();
        } catch (IOException gone) {
            // Then there is nothing to end.
        }
        if (warden.awaitExit(END_WITHIN).isEmpty()) {
            warden.kill();
        }
    }
}
