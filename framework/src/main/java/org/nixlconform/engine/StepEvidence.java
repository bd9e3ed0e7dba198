package org.nixlconform.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.nixlconform.cluster.Node;
import org.nixlconform.engine.EngineStep.RequestEnd;
import org.nixlconform.engine.EngineStep.TransferEnd;
import org.nixlconform.engine.protocol.FromRank;
import org.nixlconform.engine.protocol.FromWarden;
import org.nixlconform.plan.RankId;

/**
 * What ranks said of themselves, and wardens of their ranks and nodes, when a step did not end as it should; as files for a
 * reader. What is missing is said where it would stand.
 */
final class StepEvidence {
    private static final String NONE = "-";

    private final String step;
    private final Set<RankId> pending;
    private final Instant begun = Instant.now();
    private final Map<RankId, FromRank.Sampled> samples = new HashMap<>();
    private final Map<RankId, FromWarden.Inspected> inspected = new HashMap<>();
    private final Map<Node, FromWarden.Counted> counted = new LinkedHashMap<>();

    /** @param pending who had not ended it */
    StepEvidence(String step, Set<RankId> pending) {
        this.step = step;
        this.pending = Set.copyOf(pending);
    }

    void sampled(RankId rank, FromRank.Sampled sample) {
        samples.put(rank, sample);
    }

    void inspected(RankId rank, FromWarden.Inspected look) {
        inspected.put(rank, look);
    }

    void counted(Node node, FromWarden.Counted counters) {
        counted.put(node, counters);
    }

    Map<Node, FromWarden.Counted> counted() {
        return counted;
    }

    Map<RankId, FromRank.Sampled> samples() {
        return samples;
    }

    /** As its warden has them, which has the end of a long log before the file has it. */
    Optional<List<String>> lastLogLines(RankId rank) {
        return Optional.ofNullable(inspected.get(rank)).map(FromWarden.Inspected::lastLogLines);
    }

    boolean hasAll(Set<RankId> asked, Set<RankId> looked, Set<Node> nodes) {
        return samples.keySet().containsAll(asked)
                && looked.stream().allMatch(rank -> {
                    FromWarden.Inspected look = inspected.get(rank);
                    return look != null && look.complete();
                })
                && counted.keySet().containsAll(nodes);
    }

    /**
     * Writes the files. A disk that takes none makes no difference to what is found: it is said on standard error.
     *
     * @param places node of each rank, in the order of the tables
     * @param pids of those that have said hello
     */
    void write(Path folder, Map<RankId, Node> places, Map<RankId, Integer> pids) {
        try {
            Path stacks = Files.createDirectories(folder.resolve("stacks"));
            Files.writeString(folder.resolve("state.txt"), state(places, pids));
            Files.writeString(folder.resolve("sockets.txt"), sockets(places));
            Files.writeString(folder.resolve("counters.txt"), counters(places));
            for (RankId rank : places.keySet()) {
                FromWarden.Inspected look = inspected.get(rank);
                Files.writeString(
                        stacks.resolve(rank.label() + ".txt"),
                        look == null ? "not had: its warden did not answer in time\n" : look.stacks());
            }
        } catch (IOException unwritable) {
            System.err.println("nixlconform: evidence cannot be written: " + unwritable);
        }
    }

    private String state(Map<RankId, Node> places, Map<RankId, Integer> pids) {
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {
            "rank",
            "node",
            "pid",
            "state",
            step,
            "requests posted",
            "done",
            "failed",
            "slices landed",
            "notifications",
            "last change",
            "call"
        });
        places.forEach((rank, node) -> {
            FromWarden.Inspected look = inspected.get(rank);
            List<String> row = new ArrayList<>(List.of(
                    rank.label(),
                    node.name(),
                    pids.containsKey(rank) ? Integer.toString(pids.get(rank)) : NONE,
                    look == null ? "not known" : look.state(),
                    pending.contains(rank) ? "not ended" : NONE));
            row.addAll(progress(samples.get(rank)));
            rows.add(row.toArray(String[]::new));
        });
        return "Ranks at " + begun + ", when step " + step
                + " did not end as it should. A rank without numbers did not answer.\n\n"
                + table(rows) + lastWords(places);
    }

    /**
     * Adds what became of the requests once their initiators have left them, with NIXL's own telemetry of those that had
     * ended. It is not asked of an agent that is busy.
     */
    static void writeRequests(Path folder, Map<RankId, TransferEnd> ends) {
        List<String[]> rows = new ArrayList<>();
        rows.add(
                new String[] {"initiator", "with", "status", "bytes", "post", "total", "telemetry [B]", "descriptors"});
        new TreeMap<>(ends).forEach((rank, end) -> end.requests().forEach(request -> rows.add(row(rank, request))));
        if (rows.size() == 1) {
            return;
        }
        try {
            Files.writeString(
                    folder.resolve("state.txt"),
                    "\nRequests as their initiators left them.\n\n" + table(rows),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException unwritable) {
            System.err.println("nixlconform: evidence cannot be written: " + unwritable);
        }
    }

    private static String[] row(RankId rank, RequestEnd request) {
        return new String[] {
            rank.label(),
            request.target().label(),
            request.statusName() + (request.failedCall().isEmpty() ? "" : " of " + request.failedCall()),
            Long.toString(request.bytes()),
            ago(request.post().toNanos()),
            request.status() > 0 ? NONE : ago(request.total().toNanos()),
            known(request.telemetryBytes()),
            known(request.telemetryDescriptors())
        };
    }

    private static String known(OptionalLong count) {
        return count.isPresent() ? Long.toString(count.getAsLong()) : NONE;
    }

    private static List<String> progress(FromRank.@Nullable Sampled sample) {
        if (sample == null) {
            return List.of(NONE, NONE, NONE, NONE, NONE, NONE, NONE);
        }
        return List.of(
                sample.posted() + " of " + sample.requests(),
                Integer.toString(sample.done()),
                Integer.toString(sample.failed()),
                sample.slicesLanded() + " of " + sample.slices(),
                sample.noticesReceived() + " of " + sample.noticesExpected(),
                ago(sample.sinceChangeNanos()) + " ago",
                sample.call().isEmpty() ? NONE : sample.call() + " for " + ago(sample.callNanos()));
    }

    private static String ago(long nanos) {
        return Duration.ofNanos(nanos).toMillis() + " ms";
    }

    private String lastWords(Map<RankId, Node> places) {
        StringBuilder text = new StringBuilder();
        for (RankId rank : places.keySet()) {
            FromWarden.Inspected look = inspected.get(rank);
            if (look != null && !look.lastLogLines().isEmpty()) {
                text.append("\nlast log lines of ").append(rank.label()).append("\n");
                look.lastLogLines()
                        .forEach(line -> text.append("  ").append(line).append('\n'));
            }
        }
        return text.toString();
    }

    private String sockets(Map<RankId, Node> places) {
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {
            "rank", "node", "descriptor", "kind", "state", "to send [B]", "to read [B]", "local", "remote"
        });
        List<String> left = new ArrayList<>();
        places.forEach((rank, node) -> {
            FromWarden.Inspected look = inspected.get(rank);
            if (look == null) {
                left.add(rank.label() + ": not had, its warden did not answer in time");
                return;
            }
            if (look.sockets().isEmpty()) {
                left.add(rank.label() + ": none to be seen");
            }
            if (look.socketsLeftOut() > 0) {
                left.add(rank.label() + ": " + look.socketsLeftOut() + " more");
            }
            look.sockets()
                    .forEach(socket -> rows.add(new String[] {
                        rank.label(),
                        node.name(),
                        Integer.toString(socket.fd()),
                        socket.kind(),
                        socket.state(),
                        bytes(socket.sendQueueBytes()),
                        bytes(socket.receiveQueueBytes()),
                        socket.local(),
                        socket.remote()
                    }));
        });
        return table(rows) + String.join("\n", left) + "\n";
    }

    private static String bytes(long count) {
        return count < 0 ? NONE : Long.toString(count);
    }

    private String counters(Map<RankId, Node> places) {
        StringBuilder text = new StringBuilder();
        for (Node node : Set.copyOf(places.values())) {
            FromWarden.Counted counters = counted.get(node);
            text.append("node ").append(node.name()).append('\n');
            if (counters == null) {
                text.append("  not had: its warden did not answer in time\n");
                continue;
            }
            text.append("  looked at ")
                    .append(String.join(", ", counters.devices()))
                    .append("\n\n");
            List<String[]> rows = new ArrayList<>();
            rows.add(new String[] {"  device", "counter", "before", "after", "change"});
            counters.changed()
                    .forEach(counter -> rows.add(new String[] {
                        "  " + counter.device(),
                        counter.name(),
                        Long.toString(counter.before()),
                        Long.toString(counter.after()),
                        Long.toString(counter.after() - counter.before())
                    }));
            text.append(table(rows)).append('\n');
        }
        return text.toString();
    }

    private static String table(List<String[]> rows) {
        int[] widths = new int[rows.get(0).length];
        rows.forEach(row -> {
            for (int i = 0; i < row.length; i++) {
                widths[i] = Math.max(widths[i], row[i].length());
            }
        });
        StringBuilder text = new StringBuilder();
        for (String[] row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < row.length; i++) {
                line.append(row[i]).append(" ".repeat(widths[i] - row[i].length() + 2));
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }
}
