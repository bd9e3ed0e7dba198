package org.nixlconform.cluster;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import org.nixlconform.engine.protocol.FromNode;
import org.nixlconform.engine.protocol.ToNode;
import org.nixlconform.engine.protocol.Wire;

/** Questions to the program that does small errands on a node, and its answers; any number at a time. */
final class NodeChannel implements AutoCloseable {
    private static final Duration PING_EVERY = Duration.ofSeconds(3);

    private final OutputStream out;
    private final BufferedReader in;
    private final Map<Long, CompletableFuture<FromNode>> open = new ConcurrentHashMap<>();
    private final AtomicLong next = new AtomicLong();
    private volatile boolean ended;

    NodeChannel(Launcher.Started program, String nodeName) {
        this.out = program.stdin();
        this.in = new BufferedReader(new InputStreamReader(program.stdout(), StandardCharsets.UTF_8));
        open.put(0L, new CompletableFuture<>());
        daemon(this::read, "errands on " + nodeName);
        daemon(this::ping, "pings to " + nodeName);
    }

    private static void daemon(Runnable work, String name) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    /** What the program says first. */
    Optional<FromNode.Ready> ready(Duration within) {
        return await(0, within).map(FromNode.Ready.class::cast);
    }

    /** @return empty when the node is no longer reached, or does not answer in time */
    Optional<FromNode> ask(LongFunction<ToNode> question, Duration within) {
        long id = next.incrementAndGet();
        open.put(id, new CompletableFuture<>());
        if (!write(Wire.encode(question.apply(id))) || ended) {
            open.remove(id);
            return Optional.empty();
        }
        return await(id, within);
    }

    private Optional<FromNode> await(long id, Duration within) {
        CompletableFuture<FromNode> answer = open.get(id);
        if (answer == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(answer.get(within.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } catch (ExecutionException | TimeoutException none) {
            return Optional.empty();
        } finally {
            open.remove(id);
        }
    }

    private synchronized boolean write(String line) {
        try {
            out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
            out.flush();
            return true;
        } catch (IOException gone) {
            return false;
        }
    }

    private void read() {
        try (in) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                FromNode answer = Wire.decode(line, FromNode.class);
                CompletableFuture<FromNode> waiting = open.get(answer.id());
                if (waiting != null) {
                    waiting.complete(answer);
                }
            }
        } catch (IOException | IllegalArgumentException gone) {
            // Told to whoever waits.
        }
        ended = true;
        open.values().forEach(waiting -> waiting.completeExceptionally(new IOException("the channel ended")));
    }

    private void ping() {
        boolean reached = true;
        while (reached && !ended) {
            try {
                Thread.sleep(PING_EVERY.toMillis());
            } catch (InterruptedException ending) {
                return;
            }
            reached = write(Wire.encode(new ToNode.Ping(next.incrementAndGet())));
        }
    }

    boolean isOpen() {
        return !ended;
    }

    /** The end of the program's input, which ends it and what it runs. */
    @Override
    public void close() {
        ended = true;
        try {
            out.close();
        } catch (IOException gone) {
            // Then there is nothing to end.
        }
    }
}
