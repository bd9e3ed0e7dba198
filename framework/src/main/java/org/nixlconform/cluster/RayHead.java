package org.nixlconform.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.nixlconform.cluster.RayNodes.RayNode;
import org.nixlconform.configuration.ClusterSpec;
import org.nixlconform.configuration.ClusterSpec.NodeSpec;
import org.nixlconform.configuration.ClusterSpec.RaySpec;
import org.nixlconform.message.FindingException;

/**
 * Ray, through a program of ours in the head's own Python. It lives as long as this does: what it holds of Ray's GPUs is
 * free again when it ends, and it ends with its connection, however that ends.
 */
final class RayHead implements AutoCloseable {
    private static final String PROGRAM = "ray.py";
    /** Arguments: interpreter, Python that reads the program from its input, the arguments of that. */
    private static final String START = "p=$1; shift; case $p in '~/'*) p=$HOME/${p#??};; esac; "
            + "command -v \"$p\" > /dev/null || { echo \"$p: not found\" >&2; exit 127; }; exec \"$p\" -c \"$@\"";

    private static final String READ_PROGRAM =
            "import sys; exec(compile(sys.stdin.buffer.read(int(sys.argv.pop(1))), 'ray.py', 'exec'))";

    private static final Duration CONNECTED_WITHIN = Duration.ofSeconds(60);
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(30);
    /** A task for each GPU says which it is; where Ray has no idle worker, it starts one. */
    private static final Duration GPU_IDS_WITHIN = Duration.ofSeconds(70);

    private static final Duration COMPLAINT_WITHIN = Duration.ofSeconds(2);
    private static final Duration PING_EVERY = Duration.ofSeconds(3);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final RaySpec ray;
    private final RayRefusal refusal;
    private final Launcher launcher;
    private final Launcher.Started program;
    private final BlockingQueue<Optional<String>> lines = new LinkedBlockingQueue<>();
    private String address = "";
    private String version = "";
    private List<RayNode> nodes = List.of();
    private int groups;

    /** @param node by its id in Ray */
    record Granted(String node, String gpu) {}

    private RayHead(ClusterSpec spec, Launcher launcher, Launcher.Started program) {
        this.ray = spec.ray().orElseThrow();
        this.refusal = new RayRefusal(spec);
        this.launcher = launcher;
        this.program = program;
        daemon(this::read, "answers of Ray");
        daemon(this::ping, "pings to Ray");
    }

    private static void daemon(Runnable work, String name) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Connects to Ray.
     *
     * @param spec of a cluster with {@code discovery: ray}
     * @throws FindingException that says why not: the head is not reached, has no such Python, no ray, one of another
     *     version, or Ray does not run
     */
    static RayHead open(ClusterSpec spec) {
        RaySpec ray = spec.ray().orElseThrow();
        Launcher launcher = Launcher.to(ray.head());
        try {
            byte[] source = NodeScript.text(PROGRAM).getBytes(StandardCharsets.UTF_8);
            Launcher.Started program = launcher.launch(List.of(
                    "/bin/sh",
                    "-c",
                    START,
                    "sh",
                    ray.python(),
                    READ_PROGRAM,
                    Integer.toString(source.length),
                    ray.address().orElse("auto"),
                    Integer.toString(Reach.LEASE_SECONDS)));
            program.tell(source);
            RayHead head = new RayHead(spec, launcher, program);
            head.greet();
            return head;
        } catch (IOException failed) {
            launcher.close();
            throw new FindingException(new RayRefusal(spec).noPython(String.valueOf(failed.getMessage())), failed);
        } catch (FindingException refused) {
            launcher.close();
            throw refused;
        }
    }

    private void greet() {
        Optional<String> line =
                next(CONNECTED_WITHIN).orElseThrow(() -> new FindingException(refusal.silent(CONNECTED_WITHIN)));
        JsonNode hello = parsed(line.orElseThrow(() -> new FindingException(refusal.noPython(complaint()))));
        if (hello.has("refused")) {
            throw new FindingException(refusal.of(
                    hello.get("refused").asText(),
                    hello.path("actual").asText(),
                    hello.path("python").asText()));
        }
        address = hello.path("address").asText();
        version = hello.path("ray").asText();
        List<RayNode> all = new ArrayList<>();
        hello.path("nodes")
                .forEach(node -> all.add(new RayNode(
                        node.path("id").asText(),
                        node.path("alive").asBoolean(),
                        node.path("hostName").asText(),
                        node.path("address").asText(),
                        node.path("gpus").asInt(),
                        node.path("head").asBoolean())));
        nodes = List.copyOf(all);
    }

    private String complaint() {
        try {
            Optional<ProcessEnd> end = program.await(COMPLAINT_WITHIN.toMillis());
            String said = program.complaint();
            return said.isEmpty() ? end.map(ProcessEnd::description).orElse("it said nothing") : said;
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }

    /** Such as {@code ray 2.60.0 at 10.0.0.1:6379}. */
    String described() {
        return "ray " + version + " at " + address;
    }

    /** All that Ray knew when we connected, the dead among them. */
    List<RayNode> nodes() {
        return nodes;
    }

    /**
     * The nodes to use, by id in Ray.
     *
     * @throws FindingException when there is none
     */
    Map<String, NodeSpec> ours() {
        Map<String, NodeSpec> ours = RayNodes.ours(nodes, ray);
        if (ours.isEmpty()) {
            throw new FindingException(refusal.noNodes(nodes));
        }
        return ours;
    }

    /** Whole GPUs that nobody holds now, by the node's id; a node that is gone is absent. */
    Map<String, Integer> free() {
        Map<String, Integer> free = new LinkedHashMap<>();
        ask(Map.of("ask", "free"), ANSWER_WITHIN)
                .path("free")
                .fields()
                .forEachRemaining(
                        node -> free.put(node.getKey(), node.getValue().asInt()));
        return free;
    }

    /**
     * Holds GPUs in one placement group, a bundle for each.
     *
     * @param wanted number by the node's id
     * @param within how long Ray may take
     * @param name to {@link #release} them by
     * @return one for each GPU; none where they are not all to be had
     */
    List<Granted> hold(Map<String, Integer> wanted, Duration within, String name) {
        List<Granted> granted = new ArrayList<>();
        ask(
                        Map.of("ask", "hold", "name", name, "wanted", wanted, "seconds", within.toMillis() / 1e3),
                        within.plus(GPU_IDS_WITHIN))
                .path("granted")
                .forEach(each -> granted.add(
                        new Granted(each.path("node").asText(), each.path("gpu").asText())));
        return granted;
    }

    /** A name that no group of ours has had. */
    synchronized String nextName() {
        return "case-" + ++groups;
    }

    /** Gives back what is held under a name, if anything is. Never throws. */
    void release(String name) {
        try {
            ask(Map.of("ask", "release", "name", name), ANSWER_WITHIN);
        } catch (FindingException gone) {
            // Then Ray has it back already.
        }
    }

    private synchronized JsonNode ask(Map<String, Object> question, Duration within) {
        try {
            write(JSON.writeValueAsString(question));
        } catch (IOException gone) {
            // That its input is closed says nothing; its last words may.
            throw new FindingException(refusal.lost(address, complaint()), gone);
        }
        JsonNode answer = next(within).flatMap(line -> line).map(this::parsed).orElseThrow(() -> {
            // An answer that comes late would be taken for that to the next question.
            close();
            return new FindingException(refusal.lost(address, "no answer within " + within.toSeconds() + " s"));
        });
        if (answer.has("failed")) {
            throw new FindingException(
                    refusal.lost(address, answer.get("failed").asText()));
        }
        return answer;
    }

    private JsonNode parsed(String line) {
        try {
            return JSON.readTree(line);
        } catch (JsonProcessingException other) {
            throw new FindingException(refusal.noPython("it said '" + line + "'"), other);
        }
    }

    /** @return empty when nothing came in time; an empty line when nothing will come any more */
    private Optional<Optional<String>> next(Duration within) {
        try {
            return Optional.ofNullable(lines.poll(within.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private void read() {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(program.stdout(), StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                // What a login prints comes before the program's first word.
                if (line.startsWith("{")) {
                    lines.add(Optional.of(line));
                }
            }
        } catch (IOException gone) {
            // Told to whoever waits.
        }
        lines.add(Optional.empty());
    }

    private void write(String line) throws IOException {
        OutputStream out = program.stdin();
        synchronized (out) {
            out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
            out.flush();
        }
    }

    /** Where the network goes silent, the program there ends by itself. */
    private void ping() {
        try {
            while (true) {
                Thread.sleep(PING_EVERY.toMillis());
                write("");
            }
        } catch (IOException | InterruptedException ended) {
            // Nobody hears it any more.
        }
    }

    /** All that is held is free again. Never throws. */
    @Override
    public void close() {
        program.drop();
        launcher.close();
    }
}
