package org.nixlconform.engine;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.nixlconform.cluster.Command;
import org.nixlconform.cluster.EngineBundle;
import org.nixlconform.cluster.Node;
import org.nixlconform.cluster.ProcessEnd;
import org.nixlconform.cluster.RankAssignment;
import org.nixlconform.engine.EngineStep.LostRank;
import org.nixlconform.engine.EngineStep.PhaseTook;
import org.nixlconform.engine.EngineStep.RefusedCall;
import org.nixlconform.engine.protocol.FromRank;
import org.nixlconform.engine.protocol.FromWarden;
import org.nixlconform.engine.protocol.ToRank;
import org.nixlconform.engine.protocol.ToWarden;
import org.nixlconform.engine.protocol.Wire;
import org.nixlconform.environment.EnvironmentPair;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.RankId;
import org.nixlconform.plan.Role;

/**
 * The processes of one case: who is alive, what each said last, how each ended. One thread uses it; the wardens' readers
 * only put lines into its inbox.
 */
public final class RankRoster {
    private static final Duration HELLO_WITHIN = Duration.ofSeconds(60);
    private static final Duration SIGNAL_WITHIN = Duration.ofSeconds(5);
    private static final Duration COUNTED_WITHIN = Duration.ofSeconds(5);
    /** Has a warden look at NVLink too. */
    private static final String COUNT_NVLINK = "NIXLCONFORM_COUNT_NVLINK";

    private static final String LOOPBACK = "lo";
    /** Names as the driver of EFA has them: of all, then of each kind. */
    private static final List<String> RECEIVED_ON_EFA =
            List.of("rx_bytes", "recv_bytes", "rdma_read_bytes", "rdma_write_recv_bytes");

    private static final List<String> SENT_ON_EFA =
            List.of("tx_bytes", "send_bytes", "rdma_read_resp_bytes", "rdma_write_bytes");
    private static final Duration GONE_WITHIN = Duration.ofSeconds(10);

    private static final long LOG_LIMIT_BYTES = 4L << 20;
    private static final int LAST_LINES = 30;
    private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cntrl}\\uFFFD&&[^\\t]]");
    private static final Pattern JVM_CRASH = Pattern.compile("^# +(SIG[A-Z0-9]+) \\(0x");

    private final RankAssignment assignment;
    private final Path logFolder;
    private final boolean wholeHeap;
    private final BlockingQueue<Line> inbox = new LinkedBlockingQueue<>();
    private final Map<Node, WardenChannel> channels = new LinkedHashMap<>();
    private final Map<RankId, Integer> pids = new HashMap<>();
    /** As each was started, alone. */
    private final Map<RankId, ToWarden.Start> starts = new HashMap<>();

    private final Map<RankId, LostRank> lost = new LinkedHashMap<>();
    private final EngineLogs logs = new EngineLogs();
    private final Set<Node> wardensGone = new HashSet<>();
    private @Nullable StepEvidence evidence;
    private Consumer<FromWarden> desk = said -> {};
    private volatile @Nullable DeskRelay relay;
    private boolean ended;

    /** @param level {@code WARN}, {@code ERROR}, or {@code BINARY} or {@code LENGTH} for what is odd about a whole log */
    public record LogLine(RankId rank, String level, String text) {}

    /** One line of a warden's channel. */
    record Line(Node node, String label, String text) {}

    private RankRoster(RankAssignment assignment, Path logFolder, boolean wholeHeap) {
        this.assignment = assignment;
        this.wholeHeap = wholeHeap;
        this.logFolder = logFolder.toAbsolutePath();
    }

    /**
     * @param wholeHeap whether ranks hold all of their heaps from the beginning: then what they hold says what NIXL and we keep
     * @throws FindingException when a rank does not come up; then none is left
     */
    static RankRoster start(RankAssignment assignment, EnvironmentPair environment, Path logFolder, boolean wholeHeap) {
        RankRoster roster = new RankRoster(assignment, logFolder, wholeHeap);
        try {
            for (Node node : assignment.nodes()) {
                roster.startOn(node, environment);
            }
            roster.awaitHellos();
            return roster;
        } catch (RuntimeException failed) {
            roster.end();
            List<Finding> gone = assignment.nodes().stream()
                    .filter(node -> !node.connection().isOpen())
                    .map(node -> node.lostWhile("engines were started"))
                    .toList();
            throw gone.isEmpty() ? failed : new FindingException(gone);
        }
    }

    /** What the ranks of both roles have alike is the warden's own; the rest goes with each role's. */
    private void startOn(Node node, EnvironmentPair environment) {
        Map<Role, List<RankId>> ranks = assignment.ranksOn(node).stream()
                .collect(Collectors.groupingBy(RankId::role, TreeMap::new, Collectors.toList()));
        Path there = node.place(logFolder);
        Map<Role, Map<String, String>> variables = new EnumMap<>(Role.class);
        ranks.keySet().forEach(role -> variables.put(role, environment.of(role).variables(node, there)));
        List<Map<String, String>> all = List.copyOf(variables.values());
        Map<String, String> shared = new LinkedHashMap<>(all.get(0));
        all.forEach(each -> shared.entrySet().retainAll(each.entrySet()));
        if (assignment.ranksOn(node).stream()
                .anyMatch(rank -> assignment.device(rank).isPresent())) {
            shared.put(COUNT_NVLINK, "1");
        }
        List<String> words = node.bundle()
                .command(there, EngineBundle.WARDEN_PROGRAM, List.of(Integer.toString(node.leaseSeconds())));
        WardenChannel channel = new WardenChannel(
                node.connection()
                        .start(Command.of(words).with(shared), there.resolve("warden-" + node.name() + ".log")),
                node.name(),
                (label, text) -> arrived(new Line(node, label, text)));
        channels.put(node, channel);
        ranks.forEach((role, own) -> {
            Map<String, String> besides = new LinkedHashMap<>(variables.getOrDefault(role, Map.of()));
            besides.entrySet().removeAll(shared.entrySet());
            own.forEach(rank -> starts.put(rank, start(node, List.of(rank), besides)));
            channel.send(start(node, own, besides));
        });
    }

    /** On the thread of the node's channel. */
    private void arrived(Line line) {
        DeskRelay way = relay;
        if (way == null || !way.take(line.label(), line.text())) {
            inbox.add(line);
        }
    }

    private ToWarden.Start start(Node node, List<RankId> ranks, Map<String, String> besides) {
        Path there = node.place(logFolder);
        return new ToWarden.Start(
                ranks.stream().map(RankId::label).toList(),
                node.bundle().rank(there, wholeHeap),
                besides,
                there.toString(),
                LOG_LIMIT_BYTES,
                node.facts().cores() * 2);
    }

    /**
     * Kills the process of a rank, sees it go, and starts another in its place, which says hello.
     *
     * @throws FindingException when the new one does not come up
     */
    void replace(RankId rank) {
        signal(rank, "KILL");
        heedUntil("kill", () -> lost.containsKey(rank), GONE_WITHIN);
        lost.remove(rank);
        send(assignment.node(rank), Objects.requireNonNull(starts.get(rank)));
        awaitHellos(new HashSet<>(Set.of(rank)));
    }

    private void awaitHellos() {
        awaitHellos(new HashSet<>(assignment.ranks()));
    }

    private void awaitHellos(Set<RankId> pending) {
        EngineStep.Collector<Integer> hellos = new EngineStep.Collector<>("start");
        long deadline = System.nanoTime() + HELLO_WITHIN.toNanos();
        while (!pending.isEmpty() && lost.isEmpty() && hellos.broken.isEmpty()) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                break;
            }
            take(poll(left), hellos, pending, (rank, answer) -> {
                int pid = ((FromRank.Hello) answer).pid();
                pids.put(rank, pid);
                return pid;
            });
        }
        if (!pending.isEmpty()) {
            throw new FindingException(notUp(pending, hellos.broken));
        }
    }

    private Finding notUp(Set<RankId> pending, List<EngineStep.BrokenRank> broken) {
        RankId first = lost.isEmpty()
                ? pending.iterator().next()
                : lost.keySet().iterator().next();
        String actual = broken.isEmpty()
                ? Optional.ofNullable(lost.get(first))
                        .map(RankRoster::describe)
                        .orElse("no message within " + HELLO_WITHIN.toSeconds() + " s")
                : broken.get(0).message();
        return Finding.of(
                        FindingKind.STAGE,
                        "engine",
                        pending.size() + " of " + assignment.ranks().size() + " engine processes did not start")
                .with("expected", "a process for each rank that says hello")
                .with("first", first.label())
                .with("actual", actual)
                .with("node", assignment.node(first).name())
                .with("where", logFolder.resolve(first.label() + ".log"))
                .with(
                        "remedy",
                        "read that log; `mvn -pl native process-classes` builds the engine anew, and its warm-up tries"
                                + " it");
    }

    private static String describe(LostRank lost) {
        String how = lost.signal()
                .map(signal -> "ended by " + signal)
                .or(() -> lost.exitCode().map(code -> "exited with " + code))
                .orElse("lost");
        return lost.lastLogLines().isEmpty() ? how : how + ": " + String.join(" | ", lost.lastLogLines());
    }

    /** From any thread. @return whether the process was there to take it */
    boolean signal(RankId rank, String name) {
        Integer pid = pids.get(rank);
        return pid != null
                && assignment
                        .node(rank)
                        .connection()
                        .run(Command.of("sh", "-c", "kill -s \"$0\" \"$1\"", name, pid.toString()), SIGNAL_WITHIN)
                        .succeeded();
    }

    int pidOf(RankId rank) {
        return pids.getOrDefault(rank, 0);
    }

    List<LogLine> logLines() {
        return logs.lines();
    }

    List<LogLine> pathLines() {
        return logs.path();
    }

    @Nullable
    Line poll(long nanos) {
        try {
            return inbox.poll(Math.max(1, nanos), TimeUnit.NANOSECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new FindingException(
                    Finding.of(FindingKind.STAGE, "engine", "the run was interrupted while it waited for engines"),
                    interrupted);
        }
    }

    <T> void take(@Nullable Line line, EngineStep.Collector<T> step, Set<RankId> pending, AnswerReading<T> reading) {
        if (line == null) {
            return;
        }
        if (line.label().equals(Wire.WARDEN)) {
            heed(line.node(), Wire.decode(line.text(), FromWarden.class), step, pending);
        } else if (line.label().equals(WardenChannel.ENDED)) {
            wardenEnded(line.node(), step, pending);
        } else {
            RankId rank = PlanTranslation.rank(line.label());
            record(rank, Wire.decode(line.text(), FromRank.class), step, pending, reading);
        }
    }

    private <T> void record(
            RankId rank, FromRank answer, EngineStep.Collector<T> step, Set<RankId> pending, AnswerReading<T> reading) {
        if (answer instanceof FromRank.Sampled) {
            return;
        }
        if (answer instanceof FromRank.Refused refused) {
            keepPhases(rank, refused.phases(), step);
            step.refused.add(new RefusedCall(
                    rank, refused.phase(), refused.call(), refused.status(), refused.statusName(), lastLogLines(rank)));
        } else if (answer instanceof FromRank.Misread misread) {
            keepPhases(rank, misread.phases(), step);
            step.refused.add(
                    new RefusedCall(rank, misread.phase(), misread.call(), 0, misread.what(), lastLogLines(rank)));
        } else if (answer instanceof FromRank.Broken broken) {
            step.broken.add(new EngineStep.BrokenRank(rank, broken.phase(), broken.message()));
        } else {
            keepPhases(rank, PhasesOf.answer(answer), step);
            step.answers.put(rank, reading.read(rank, answer));
        }
        pending.remove(rank);
    }

    private static void keepPhases(RankId rank, List<FromRank.Phase> phases, EngineStep.Collector<?> step) {
        phases.forEach(phase -> step.phases.add(new PhaseTook(rank, phase.name(), Duration.ofNanos(phase.nanos()))));
    }

    private void heed(Node node, FromWarden message, EngineStep.Collector<?> step, Set<RankId> pending) {
        if (message instanceof FromWarden.Logged logged) {
            logs.heed(logged);
        } else if (message instanceof FromWarden.LogSize size) {
            logs.heed(size);
        } else if (message instanceof FromWarden.Ended over) {
            RankId rank = PlanTranslation.rank(over.label());
            Optional<String> signal = over.signal() == 0
                    ? Optional.empty()
                    : new ProcessEnd(128 + over.signal()).signal().map(name -> firstSignal(name, over.lastLogLines()));
            Optional<Integer> code = over.signal() == 0 ? Optional.of(over.exitCode()) : Optional.empty();
            lose(new LostRank(rank, signal, code, over.lastLogLines()), step, pending);
        } else if (message instanceof FromWarden.CannotStart refused) {
            RankId rank = PlanTranslation.rank(refused.label());
            step.broken.add(new EngineStep.BrokenRank(rank, "start", refused.message()));
        } else if (message instanceof FromWarden.GaveUp silent) {
            givenUp(node, silent, step, pending);
        } else if (evidence != null && message instanceof FromWarden.Inspected inspected) {
            evidence.inspected(PlanTranslation.rank(inspected.label()), inspected);
        } else if (evidence != null && message instanceof FromWarden.Counted counted) {
            evidence.counted(node, counted);
        } else if (message instanceof FromWarden.DeskOpen || message instanceof FromWarden.LedgerPart) {
            desk.accept(message);
        }
    }

    /** From now on ranks that cannot connect to the desk on a node reach it over their channels. */
    DeskRelay relayTo(Node node) {
        Map<String, Consumer<String>> ranks = new HashMap<>();
        channels.forEach(
                (other, channel) -> assignment.ranksOn(other).forEach(rank -> ranks.put(rank.label(), channel::write)));
        DeskRelay way = new DeskRelay(Objects.requireNonNull(channels.get(node))::write, ranks);
        relay = way;
        return way;
    }

    /** Who gets what a desk says. */
    void onDesk(Consumer<FromWarden> listener) {
        desk = listener;
    }

    /** A JVM that crashes in native code aborts itself after it has said why: that is the signal to name. */
    private static String firstSignal(String name, List<String> lastLogLines) {
        return lastLogLines.stream()
                .map(JVM_CRASH::matcher)
                .filter(Matcher::find)
                .map(crash -> crash.group(1))
                .findFirst()
                .orElse(name);
    }

    private void lose(LostRank gone, EngineStep.Collector<?> step, Set<RankId> pending) {
        // A rank that answered to close has ended as it should.
        if (step.name.equals("close") && step.answers.containsKey(gone.rank())) {
            return;
        }
        lost.put(gone.rank(), gone);
        step.lost.add(gone);
        pending.remove(gone.rank());
    }

    /** Its ranks lived, and so did the connection: that nobody asked them for so long is ours. */
    private void givenUp(Node node, FromWarden.GaveUp silent, EngineStep.Collector<?> step, Set<RankId> pending) {
        wardensGone.add(node);
        List<RankId> ended = new ArrayList<>(assignment.ranksOn(node));
        ended.removeAll(lost.keySet());
        for (RankId rank : ended) {
            step.broken.add(new EngineStep.BrokenRank(
                    rank,
                    step.name,
                    "the warden on " + node.name() + " heard nothing of this machine for " + silent.silentSeconds()
                            + " s and ended its ranks",
                    "see that this machine was not suspended, nor this process stopped; run the case again"));
            pending.remove(rank);
        }
    }

    private void wardenEnded(Node node, EngineStep.Collector<?> step, Set<RankId> pending) {
        if (!wardensGone.add(node)) {
            return;
        }
        for (RankId rank : assignment.ranksOn(node)) {
            if (!lost.containsKey(rank)) {
                lose(
                        new LostRank(
                                rank,
                                Optional.empty(),
                                Optional.empty(),
                                List.of("the channel to the warden on " + node.name() + " ended")),
                        step,
                        pending);
            }
        }
    }

    /** Takes what comes, outside of any step, until that is so or the time is over. */
    void heedUntil(String name, BooleanSupplier over, Duration within) {
        EngineStep.Collector<Boolean> nothing = new EngineStep.Collector<>(name);
        long deadline = System.nanoTime() + within.toNanos();
        while (!over.getAsBoolean() && System.nanoTime() < deadline) {
            take(poll(deadline - System.nanoTime()), nothing, new HashSet<>(), (rank, answer) -> true);
        }
    }

    /** What all nodes that answer counted. */
    EngineStep.Counted counted() {
        Set<Node> asked = wardens();
        StepEvidence counts = new StepEvidence("count", Set.of());
        gather(counts);
        asked.forEach(node -> send(node, new ToWarden.Count()));
        heedUntil("count", () -> counts.counted().keySet().containsAll(asked), COUNTED_WITHIN);
        evidence = null;
        List<EngineStep.Carried> interfaces = new ArrayList<>();
        List<EngineStep.RdmaDevice> devices = new ArrayList<>();
        List<EngineStep.Links> links = new ArrayList<>();
        counts.counted().forEach((node, counted) -> {
            node.dataInterface().ifPresent(data -> interfaces.addAll(interfaces(node, counted, data)));
            counted.rdma()
                    .forEach(device -> devices.add(new EngineStep.RdmaDevice(
                            node.name(),
                            device,
                            counted.efa().contains(device),
                            most(counted, device, RECEIVED_ON_EFA),
                            most(counted, device, SENT_ON_EFA))));
            counted.gpus()
                    .forEach(gpu -> links.add(new EngineStep.Links(
                            node.name(),
                            gpu,
                            counted.nvlinks().contains(gpu),
                            bytes(counted, gpu, "nvlink received bytes"),
                            bytes(counted, gpu, "nvlink sent bytes"),
                            bytes(counted, gpu, "pci received bytes"),
                            bytes(counted, gpu, "pci sent bytes"))));
        });
        return new EngineStep.Counted(interfaces, devices, links);
    }

    private static List<EngineStep.Carried> interfaces(Node node, FromWarden.Counted counted, String data) {
        return counted.devices().stream()
                .filter(device -> !device.equals(LOOPBACK)
                        && !counted.rdma().contains(device)
                        && !counted.gpus().contains(device))
                .map(device -> new EngineStep.Carried(
                        node.name(),
                        device,
                        device.equals(data),
                        bytes(counted, device, "receive bytes"),
                        bytes(counted, device, "send bytes")))
                .toList();
    }

    /** Whether the sum of all that a device did is in its own counter, or only in those of each kind, is not known. */
    private static long most(FromWarden.Counted counted, String device, List<String> names) {
        long kinds = names.stream()
                .skip(1)
                .mapToLong(name -> bytes(counted, device, name))
                .sum();
        return Math.max(bytes(counted, device, names.get(0)), kinds);
    }

    private static long bytes(FromWarden.Counted counted, String device, String name) {
        return counted.changed().stream()
                .filter(counter ->
                        counter.device().equals(device) && counter.name().equals(name))
                .mapToLong(counter -> counter.after() - counter.before())
                .sum();
    }

    RankAssignment assignment() {
        return assignment;
    }

    /** Lost so far, whichever step lost them. */
    Map<RankId, LostRank> lost() {
        return lost;
    }

    /** Nodes whose wardens still talk to us. */
    Set<Node> wardens() {
        Set<Node> talking = new HashSet<>(channels.keySet());
        talking.removeAll(wardensGone);
        return talking;
    }

    /** From now on, what wardens see goes there. */
    void gather(StepEvidence seen) {
        evidence = seen;
    }

    void write(StepEvidence seen) {
        Map<RankId, Node> places = new LinkedHashMap<>();
        assignment.ranks().forEach(rank -> places.put(rank, assignment.node(rank)));
        seen.write(caseFolder(), places, pids);
    }

    /** Where the evidence of the case is, logs among it. */
    Path caseFolder() {
        return Optional.ofNullable(logFolder.getParent()).orElse(logFolder);
    }

    void send(Node node, ToWarden message) {
        WardenChannel channel = channels.get(node);
        if (channel != null) {
            channel.send(message);
        }
    }

    void send(RankId rank, ToRank message) {
        WardenChannel channel = channels.get(assignment.node(rank));
        if (channel != null) {
            channel.send(rank, message);
        }
    }

    /** The end of a rank's standard error: the only place where NIXL says why. */
    List<String> lastLogLines(RankId rank) {
        if (evidence != null && evidence.lastLogLines(rank).isPresent()) {
            return evidence.lastLogLines(rank).get();
        }
        List<String> lines = assignment
                .node(rank)
                .connection()
                .readText(assignment.node(rank).place(logFolder).resolve(rank.label() + ".log"))
                .map(text -> text.lines().map(RankRoster::printable).toList())
                .orElse(List.of());
        return lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size());
    }

    /** The file has whatever was written, text or not. */
    private static String printable(String line) {
        return UNPRINTABLE.matcher(line).replaceAll("?");
    }

    /** Ends all processes. Never throws. @return findings about what is left */
    List<Finding> end() {
        if (ended) {
            return List.of();
        }
        ended = true;
        channels.values().forEach(WardenChannel::close);
        // A process that was killed takes a moment to be gone on a busy node.
        long deadline = System.nanoTime() + GONE_WITHIN.toNanos();
        while (System.nanoTime() < deadline
                && pids.entrySet().stream().anyMatch(each -> alive(each.getKey(), each.getValue()))) {
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
        List<Finding> leftovers = new ArrayList<>(bringLogs());
        logs.unwritten().forEach(rank -> leftovers.add(assignment.node(rank).diskFull("the log of " + rank)));
        pids.forEach((rank, pid) -> {
            if (alive(rank, pid)) {
                leftovers.add(Finding.of(FindingKind.LEFTOVER, "engine", rank + " is still running after its case")
                        .with("actual", "process " + pid)
                        .with("node", assignment.node(rank).name())
                        .with("remedy", "end it with `kill -9 " + pid + "`"));
            }
        });
        return leftovers;
    }

    private List<Finding> bringLogs() {
        List<Finding> lost = new ArrayList<>();
        for (Node node : assignment.nodes()) {
            node.bring(logFolder)
                    .filter(failure -> node.connection().isOpen())
                    .ifPresent(failure -> lost.add(Finding.of(
                                    FindingKind.LEFTOVER,
                                    "engine",
                                    "the logs of node " + node + " were not brought here")
                            .with("actual", failure)
                            .with("where", node.place(logFolder) + ", on the node")));
        }
        return lost;
    }

    /** A process that is over but not yet collected has no command line any more. */
    private boolean alive(RankId rank, int pid) {
        return assignment
                .node(rank)
                .connection()
                .readText(Path.of("/proc", Integer.toString(pid), "cmdline"))
                .filter(command -> command.contains(rank.label()))
                .isPresent();
    }
}
