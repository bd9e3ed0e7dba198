package org.nixlconform.engine.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.nixlconform.engine.protocol.FromDesk;
import org.nixlconform.engine.protocol.ToDesk;
import org.nixlconform.engine.protocol.ToRank;
import org.nixlconform.engine.protocol.Wire;

/** A rank's connection to the desk, or, where it gets none, the way over its channel to the controller. */
final class DeskLink implements AutoCloseable {
    private final Relay relay;
    private final @Nullable Socket socket;
    private final @Nullable Writer out;
    private final BlockingQueue<FromDesk> asks;
    private volatile boolean gone;

    /**
     * The way over the controller.
     *
     * @param asks what came by it
     * @param out takes a line
     */
    record Relay(BlockingQueue<FromDesk> asks, Consumer<String> out) {}

    /** @throws IOException when the desk is gone again */
    DeskLink(ToRank.Serve ask, String label, Relay relay) throws IOException {
        this.relay = relay;
        Socket connected = connected(ask);
        socket = connected;
        if (connected == null) {
            out = null;
            asks = relay.asks();
        } else {
            asks = new LinkedBlockingQueue<>();
            connected.setTcpNoDelay(true);
            out = new OutputStreamWriter(connected.getOutputStream(), StandardCharsets.UTF_8);
            Thread reader = new Thread(() -> read(connected), "desk");
            reader.setDaemon(true);
            reader.start();
        }
        say(new ToDesk.Join(label, ask.secret()));
    }

    /** Null where the desk cannot be connected to, for whatever reason: a firewall, no route, no address of its node. */
    private static @Nullable Socket connected(ToRank.Serve ask) {
        if (ask.host().isEmpty()) {
            return null;
        }
        Socket socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(ask.host(), ask.port()), ToRank.Serve.CONNECT_MILLIS);
            return socket;
        } catch (IOException refused) {
            // Not marked as an engine's error: it is none, and the report names the rank.
            System.err.println("desk: relayed, for there is no connection to " + ask.host() + " port " + ask.port()
                    + ": " + refused.getMessage());
            return null;
        }
    }

    private void read(Socket from) {
        try (BufferedReader in =
                new BufferedReader(new InputStreamReader(from.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                asks.add(Wire.decode(line, FromDesk.class));
            }
        } catch (IOException | IllegalArgumentException unreadable) {
            if (!from.isClosed()) {
                System.err.println("nixlconform engine: desk: " + unreadable.getMessage());
            }
        }
        gone = true;
    }

    /** @throws IOException when the desk is gone */
    void say(ToDesk message) throws IOException {
        Writer direct = out;
        if (direct == null) {
            relay.out().accept(Wire.encode(message));
            return;
        }
        direct.write(Wire.encode(message));
        direct.write('\n');
        direct.flush();
    }

    /** The next that the desk asks, null when there is none by then. @throws IOException when there will be none any more */
    @Nullable
    FromDesk next(long waitNanos) throws IOException {
        try {
            FromDesk ask = waitNanos == 0 ? asks.poll() : asks.poll(waitNanos, TimeUnit.NANOSECONDS);
            if (ask == null && gone && asks.isEmpty()) {
                throw new IOException("the desk closed the connection");
            }
            return ask;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    @Override
    public void close() throws IOException {
        if (socket != null) {
            socket.close();
        }
    }
}
