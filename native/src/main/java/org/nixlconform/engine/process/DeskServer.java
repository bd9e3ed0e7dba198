package org.nixlconform.engine.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.nixlconform.engine.protocol.FromDesk;
import org.nixlconform.engine.protocol.FromWarden.LedgerEntry;
import org.nixlconform.engine.protocol.FromWarden.LedgerPart;
import org.nixlconform.engine.protocol.ToDesk;
import org.nixlconform.engine.protocol.ToWarden.OpenDesk;
import org.nixlconform.engine.protocol.Wire;

/**
 * Where ranks that serve reach their {@link Desk}: lines over TCP, a connection for each, let in by the run's secret. Lines of those
 * that get no connection come, and go, by the controller.
 */
final class DeskServer implements AutoCloseable {
    private static final int STACK_BYTES = 256 * 1024;
    private static final int ENTRIES_PER_PART = 500;
    private static final int BACKLOG = 1024;
    /** Ends a writer; no message is empty. */
    private static final String NO_MORE = "";

    private final OpenDesk ask;
    private final BiConsumer<String, String> relay;
    private final Desk desk;
    private final ServerSocket listening;
    private final Map<String, BlockingQueue<String>> outboxes = new HashMap<>();
    private final Set<String> missing;

    /**
     * @param relay takes a line to the rank with a label that has no connection
     * @throws IOException when the address cannot be listened at
     */
    DeskServer(OpenDesk ask, BiConsumer<String, String> relay) throws IOException {
        this.ask = ask;
        this.relay = relay;
        desk = new Desk(ask, this::send, System::nanoTime);
        missing = new HashSet<>(desk.ranks());
        InetAddress address =
                ask.address().isEmpty() ? InetAddress.getLoopbackAddress() : InetAddress.getByName(ask.address());
        listening = new ServerSocket(0, BACKLOG, address);
        begin("desk", this::accept);
        if (ask.serving().leaseMillis() > 0) {
            begin("desk leases", this::tick);
        }
    }

    int port() {
        return listening.getLocalPort();
    }

    private static void begin(String name, Runnable work) {
        Thread thread = new Thread(null, work, name, STACK_BYTES);
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            while (true) {
                Socket rank = listening.accept();
                begin("desk reads", () -> read(rank));
            }
        } catch (IOException closed) {
            // As it is at the end.
        }
    }

    private void tick() {
        try {
            while (!listening.isClosed()) {
                TimeUnit.NANOSECONDS.sleep(desk.tickNanos());
                desk.tick();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void read(Socket rank) {
        try (rank;
                BufferedReader in =
                        new BufferedReader(new InputStreamReader(rank.getInputStream(), StandardCharsets.UTF_8))) {
            rank.setTcpNoDelay(true);
            String first = in.readLine();
            if (first == null || !(Wire.decode(first, ToDesk.class) instanceof ToDesk.Join join) || !knows(join)) {
                System.err.println("nixlconform engine: desk: one that is no rank of this run was sent away");
                return;
            }
            Writer out = new OutputStreamWriter(rank.getOutputStream(), StandardCharsets.UTF_8);
            join(join.label(), (line, last) -> {
                out.write(line);
                out.write('\n');
                if (last) {
                    out.flush();
                }
            });
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                desk.take(Wire.decode(line, ToDesk.class));
            }
        } catch (IOException | IllegalArgumentException | IllegalStateException unreadable) {
            System.err.println("nixlconform engine: desk: " + unreadable.getMessage());
        }
    }

    /** What a rank says that has no connection. */
    void relayed(String label, String line) {
        try {
            ToDesk said = Wire.decode(line, ToDesk.class);
            if (!(said instanceof ToDesk.Join join)) {
                desk.take(said);
            } else if (knows(join)) {
                join(label, (answer, last) -> relay.accept(label, answer));
            }
        } catch (IllegalArgumentException | IllegalStateException unreadable) {
            System.err.println("nixlconform engine: desk: " + unreadable.getMessage());
        }
    }

    private boolean knows(ToDesk.Join join) {
        return MessageDigest.isEqual(
                        join.secret().getBytes(StandardCharsets.UTF_8),
                        ask.secret().getBytes(StandardCharsets.UTF_8))
                && desk.ranks().contains(join.label());
    }

    /** A way to a rank. */
    private interface Lines {
        /** @param last whether there is no other to come at once */
        void put(String line, boolean last) throws IOException;
    }

    private void join(String label, Lines out) {
        BlockingQueue<String> outbox = new LinkedBlockingQueue<>();
        // A frozen rank does not read: writing to it must not hold up the others.
        begin("desk writes", () -> write(outbox, out));
        boolean all;
        synchronized (outboxes) {
            outboxes.put(label, outbox);
            missing.remove(label);
            all = missing.isEmpty();
        }
        if (all) {
            desk.begin();
        }
    }

    private static void write(BlockingQueue<String> outbox, Lines out) {
        try {
            for (String line = outbox.take(); !line.equals(NO_MORE); line = outbox.take()) {
                out.put(line, outbox.isEmpty());
            }
        } catch (IOException gone) {
            // Its reader sees it too.
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void send(String label, FromDesk message) {
        BlockingQueue<String> outbox;
        synchronized (outboxes) {
            outbox = outboxes.get(label);
        }
        if (outbox != null) {
            outbox.add(Wire.encode(message));
        }
    }

    /** All that is in the ledger by now, part by part. */
    void ledger(Consumer<LedgerPart> into) {
        List<LedgerEntry> entries = desk.entries();
        long took = desk.tookNanos();
        for (int from = 0; from == 0 || from < entries.size(); from += ENTRIES_PER_PART) {
            int to = Math.min(entries.size(), from + ENTRIES_PER_PART);
            into.accept(new LedgerPart(took, entries.subList(from, to), to == entries.size()));
        }
    }

    @Override
    public void close() {
        try {
            listening.close();
        } catch (IOException ignored) {
            // Nothing is left to do about it.
        }
        synchronized (outboxes) {
            outboxes.values().forEach(outbox -> outbox.add(NO_MORE));
        }
    }
}
