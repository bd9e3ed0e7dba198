package org.nixlconform.cluster;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.nixlconform.configuration.ClusterSpec.NodeSpec;

/**
 * A few bytes from every node to every other, over the addresses for data, on ports of the kernel's choice as NIXL uses
 * them: what a security group closes, it closes silently. Runs by the nodes' own Python and writes nothing.
 */
final class PairExchange implements AutoCloseable {
    private static final String SCRIPT = "exchange.py";

    private final List<Launcher> open = new ArrayList<>();
    private final Map<NodeSpec, Integer> ports = new LinkedHashMap<>();
    private final Map<NodeSpec, String> pythons;

    /** @param pythons of the nodes that take part */
    PairExchange(Map<NodeSpec, String> pythons) {
        this.pythons = new LinkedHashMap<>(pythons);
    }

    /**
     * @param seconds there and back, where it worked
     * @param failure why it did not
     */
    record Line(String from, String to, String address, double seconds, Optional<String> failure) {}

    /** One line for each ordered pair. */
    List<Line> run() throws IOException {
        for (Map.Entry<NodeSpec, String> each : pythons.entrySet()) {
            NodeSpec node = each.getKey();
            Launcher.Started listening = launch(
                    node,
                    List.of(
                            each.getValue(),
                            "-c",
                            NodeScript.text(SCRIPT),
                            "listen",
                            node.dataAddress().orElse("")));
            String port = reader(listening).readLine();
            if (port != null && port.matches("\\d+")) {
                ports.put(node, Integer.valueOf(port));
            }
        }
        List<Line> lines = new ArrayList<>();
        for (NodeSpec node : pythons.keySet()) {
            lines.addAll(from(node));
        }
        return lines;
    }

    private List<Line> from(NodeSpec node) throws IOException {
        List<String> words = new ArrayList<>(
                List.of(Objects.requireNonNull(pythons.get(node)), "-c", NodeScript.text(SCRIPT), "ask"));
        List<NodeSpec> others =
                pythons.keySet().stream().filter(other -> !other.equals(node)).toList();
        others.stream()
                .filter(ports::containsKey)
                .forEach(other -> words.addAll(
                        List.of(other.name(), other.dataHost().orElseThrow(), String.valueOf(ports.get(other)))));
        Map<String, String> answers = new LinkedHashMap<>();
        reader(launch(node, words)).lines().forEach(line -> {
            int space = line.indexOf(' ');
            answers.put(line.substring(0, Math.max(0, space)), line.substring(space + 1));
        });
        return others.stream()
                .map(other -> line(node, other, answers.get(other.name())))
                .toList();
    }

    private Line line(NodeSpec from, NodeSpec to, @Nullable String answer) {
        String address = to.dataHost().orElseThrow()
                + Optional.ofNullable(ports.get(to)).map(port -> ":" + port).orElse("");
        if (!ports.containsKey(to)) {
            return new Line(
                    from.name(), to.name(), address, 0, Optional.of("nothing can listen at this address on the node"));
        }
        if (answer == null) {
            return new Line(from.name(), to.name(), address, 0, Optional.of(from.name() + " could not ask"));
        }
        return answer.startsWith("ok ")
                ? new Line(from.name(), to.name(), address, Double.parseDouble(answer.substring(3)), Optional.empty())
                : new Line(
                        from.name(),
                        to.name(),
                        address,
                        0,
                        Optional.of(answer.replaceFirst("^failed ", "").toLowerCase(Locale.ROOT)));
    }

    private Launcher.Started launch(NodeSpec node, List<String> words) throws IOException {
        Launcher launcher = Launcher.to(node);
        open.add(launcher);
        return launcher.launch(words);
    }

    private static BufferedReader reader(Launcher.Started started) {
        return new BufferedReader(new InputStreamReader(started.stdout(), StandardCharsets.UTF_8));
    }

    /** What still listens ends with its connection. */
    @Override
    public void close() {
        open.forEach(Launcher::close);
    }
}
