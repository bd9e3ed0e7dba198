package org.nixlconform.engine.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.nixlconform.binding.Children;
import org.nixlconform.binding.Posix;
import org.nixlconform.engine.protocol.FromWarden;
import org.nixlconform.engine.protocol.ToWarden;
import org.nixlconform.engine.protocol.Wire;

/**
 * One warden a node: starts ranks, carries their lines, keeps their standard error, says how each ended, and kills their
 * process groups at the end of its input. The main thread does all of it in turns, and must: Linux kills a child when the
 * thread that started it ends.
 */
final class WardenProgram {
    private static final int POLL_MILLIS = 20;
    private static final int WARNINGS_PER_RANK = 100;
    private static final long LAST_WORD_MILLIS = 1_000;

    /** Set where caches are on GPUs. */
    private static final String LINKS = "NIXLCONFORM_COUNT_NVLINK";

    private final MessageChannel channel = MessageChannel.open();
    /** Whoever adds to the inbox, or ends it, wakes the main thread: each step of a case would wait for it else. */
    private final int woken = Posix.wakeable();

    private final BlockingQueue<String> inbox = new LinkedBlockingQueue<>();
    private final Map<String, WardedRank> ranks = new LinkedHashMap<>();
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private final boolean links = System.getenv(LINKS) != null;
    private final NodeCounters countersAtStart = NodeCounters.read(links);
    private volatile boolean inputEnded;
    private @Nullable DeskServer desk;

    private final Lease lease;

    private record Waiting(String label, ToWarden.Start ask) {}

    private WardenProgram(Lease lease) {
        this.lease = lease;
    }

    /** @param leaseSeconds without a word from the controller after which it counts as gone; 0 for ever */
    static void run(long leaseSeconds) {
        // An interrupt from the terminal goes to a whole process group: the warden must outlive the controller to clean
        // up.
        Posix.setsid();
        WardenProgram warden = new WardenProgram(new Lease(leaseSeconds));
        warden.lease.begin(warden::giveUp);
        Thread reader = new Thread(warden::read, "channel");
        reader.setDaemon(true);
        reader.start();
        Runtime.getRuntime().addShutdownHook(new Thread(warden::killAll));
        warden.say(new FromWarden.Up(Posix.getpid()));
        try {
            warden.work();
        } finally {
            warden.killAll();
            warden.ranks.values().forEach(WardedRank::close);
            Posix.exitNow(0);
        }
    }

    private void read() {
        try {
            for (String line = channel.in().readLine();
                    line != null;
                    line = channel.in().readLine()) {
                lease.renew();
                inbox.add(line);
                Posix.wake(woken);
            }
        } catch (IOException gone) {
            System.err.println("nixlconform engine: warden's channel: " + gone);
        }
        inputEnded = true;
        Posix.wake(woken);
    }

    /** A controller that was there all the same learns whose end this was. A pipe that nobody empties must not keep us. */
    private void giveUp() {
        Thread word = new Thread(() -> say(new FromWarden.GaveUp(lease.length().toSeconds())), "last word");
        word.setDaemon(true);
        word.start();
        try {
            word.join(LAST_WORD_MILLIS);
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
        }
        inputEnded = true;
        Posix.wake(woken);
    }

    private void work() {
        while (!inputEnded || !inbox.isEmpty()) {
            for (String line = inbox.poll(); line != null; line = inbox.poll()) {
                take(line);
            }
            startMore();
            pump(POLL_MILLIS);
            reap();
        }
    }

    private void take(String line) {
        int space = line.indexOf(' ');
        String label = line.substring(0, Math.max(space, 0));
        String body = line.substring(space + 1);
        if (label.equals(Wire.WARDEN)) {
            obey(Wire.decode(body, ToWarden.class));
            return;
        }
        if (label.equals(Wire.DESK)) {
            relayed(body);
            return;
        }
        WardedRank rank = ranks.get(label);
        if (rank != null) {
            rank.send(body);
        }
    }

    /** From a rank that has no connection to the desk here. */
    private void relayed(String body) {
        int space = body.indexOf(' ');
        if (desk != null) {
            desk.relayed(body.substring(0, Math.max(space, 0)), body.substring(space + 1));
        }
    }

    private void obey(ToWarden message) {
        if (message instanceof ToWarden.Count) {
            say(countersAtStart.until(NodeCounters.read(links)));
            return;
        }
        if (message instanceof ToWarden.OpenDesk ask) {
            openDesk(ask);
            return;
        }
        if (message instanceof ToWarden.GiveLedger) {
            if (desk != null) {
                desk.ledger(this::say);
            }
            return;
        }
        if (message instanceof ToWarden.Ping) {
            return; // Its arrival is all that it means.
        }
        if (message instanceof ToWarden.Start ask) {
            ask.labels().forEach(label -> waiting.add(new Waiting(label, ask)));
        } else if (message instanceof ToWarden.Kill ask) {
            waiting.removeIf(each -> ask.labels().contains(each.label()));
            for (String label : ask.labels()) {
                WardedRank rank = ranks.get(label);
                if (rank != null) {
                    rank.kill();
                }
            }
        } else if (message instanceof ToWarden.Inspect ask) {
            ask.labels().forEach(this::tellLogSize);
            Inspection.begin(
                    ask.labels().stream()
                            .flatMap(label -> Optional.ofNullable(ranks.get(label)).stream())
                            .map(WardedRank::subject)
                            .toList(),
                    ask.withinMillis(),
                    countersAtStart,
                    this::say);
        }
    }

    private void openDesk(ToWarden.OpenDesk ask) {
        try {
            desk = new DeskServer(ask, (rank, line) -> channel.send(Wire.DESK + " " + rank + " " + line));
            say(new FromWarden.DeskOpen(desk.port(), ""));
        } catch (IOException refused) {
            say(new FromWarden.DeskOpen(0, String.valueOf(refused.getMessage())));
        }
    }

    private void startMore() {
        long starting = ranks.values().stream().filter(WardedRank::starting).count();
        while (!waiting.isEmpty() && starting++ < waiting.element().ask().parallel()) {
            Waiting next = waiting.remove();
            String label = next.label();
            try {
                ranks.put(label, begin(next.ask(), label));
            } catch (IOException | IllegalStateException refused) {
                say(new FromWarden.CannotStart(label, String.valueOf(refused.getMessage())));
            }
        }
    }

    private WardedRank begin(ToWarden.Start ask, String label) throws IOException {
        List<String> command = new ArrayList<>(ask.command());
        command.add(label);
        command.add(Integer.toString(Posix.getpid()));
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.putAll(ask.variables());
        int[] left = {WARNINGS_PER_RANK};
        Path logFile = Path.of(ask.logFolder(), label + ".log");
        WardedRank before = ranks.get(label);
        if (before != null) {
            Files.move(logFile, logFile.resolveSibling(label + ".before-" + before.pid() + ".log"));
        }
        BoundedLog log = new BoundedLog(
                logFile,
                ask.logLimitBytes(),
                text -> LogLevel.of(text).ifPresent(level -> {
                    if (left[0]-- > 0) {
                        say(new FromWarden.Logged(label, level.name(), text));
                    }
                }));
        Children.Child child = Children.spawn(command, environment);
        return new WardedRank(label, child, RailCounters.fileOf(environment, child.pid()), log, line -> {
            tellLogSize(label);
            channel.send(label + " " + line);
        });
    }

    private void tellLogSize(String label) {
        Optional.ofNullable(ranks.get(label)).flatMap(WardedRank::newLogSize).ifPresent(this::say);
    }

    /** Moves what ranks wrote, for a short while. */
    private void pump(int millis) {
        List<WardedRank> open =
                ranks.values().stream().filter(rank -> !rank.drained()).toList();
        WardedRank.pump(open, woken, millis);
    }

    private void reap() {
        for (Posix.ChildEnd end = Posix.reap(); end.pid() != 0; end = Posix.reap()) {
            for (WardedRank rank : ranks.values()) {
                if (rank.pid() == end.pid()) {
                    rank.ended(end);
                }
            }
        }
        for (WardedRank rank : ranks.values()) {
            Posix.ChildEnd end = rank.takeEnd();
            if (end != null) {
                tellLogSize(rank.label());
                say(new FromWarden.Ended(rank.label(), end.exitCode(), end.signal(), rank.lastLogLines()));
                rank.close();
            }
        }
    }

    private void killAll() {
        ranks.values().forEach(WardedRank::kill);
    }

    private void say(FromWarden message) {
        channel.send(Wire.WARDEN + " " + Wire.encode(message));
    }
}
