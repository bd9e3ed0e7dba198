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
import org.jspecify.annotations.Nullable;
import org.nixlconform.engine.protocol.FromDesk;
import org.nixlconform.engine.protocol.ToDesk;
import org.nixlconform.engine.protocol.ToRank;
import org.nixlconform.engine.protocol.Wire;

/** A rank's connection to the desk. */
final class DeskLink implements AutoCloseable {
    private static final int CONNECT_MILLIS = 10_000;

    private final Socket socket = new Socket();
    private final Writer out;
    private final BlockingQueue<FromDesk> asks = new LinkedBlockingQueue<>();
    private volatile boolean gone;

    /** @throws IOException when the desk cannot be reached */
    DeskLink(ToRank.Serve ask, String label) throws IOException {
        socket.connect(new InetSocketAddress(ask.host(), ask.port()), CONNECT_MILLIS);
        socket.setTcpNoDelay(true);
        out = new OutputStreamWriter(socket.getOutputStream(), StandardCharsets.UTF_8);
        Thread reader = new Thread(this::read, "desk");
        reader.setDaemon(true);
        reader.start();
        say(new ToDesk.Join(label, ask.secret()));
    }

    private void read() {
        try (BufferedReader in =
                new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                asks.add(Wire.decode(line, FromDesk.class));
            }
        } catch (IOException | IllegalArgumentException unreadable) {
            if (!socket.isClosed()) {
                System.err.println("nixlconform engine: desk: " + unreadable.getMessage());
            }
        }
        gone = true;
    }

    /** @throws IOException when the desk is gone */
    void say(ToDesk message) throws IOException {
        out.write(Wire.encode(message));
        out.write('\n');
        out.flush();
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
        socket.close();
    }
}
