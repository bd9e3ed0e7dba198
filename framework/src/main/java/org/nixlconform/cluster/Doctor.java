package org.nixlconform.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.nixlconform.configuration.ClusterSpec;
import org.nixlconform.configuration.ClusterSpec.NodeSpec;
import org.nixlconform.configuration.EnvironmentSpec;
import org.nixlconform.configuration.InstallSpec;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;
import org.nixlconform.message.FindingRenderer;

/** Says what a cluster's file means: which nodes are reached, what they have, and what stands in a run's way. */
public final class Doctor {
    private static final String SCRIPT = "doctor.sh";

    private final ClusterSpec spec;
    private final List<EnvironmentSpec> environments;
    private final Predicate<EnvironmentSpec> carried;
    private final Consumer<String> out;
    /** Of nodes that can take part in an exchange. */
    private final Map<NodeSpec, String> pythons = new LinkedHashMap<>();

    /**
     * @param environments that a run would set up
     * @param carried whether an environment's files lie beside our programs, so that a node needs nothing to install them
     * @param out takes the lines
     */
    public Doctor(
            ClusterSpec spec,
            List<EnvironmentSpec> environments,
            Predicate<EnvironmentSpec> carried,
            Consumer<String> out) {
        this.spec = spec;
        this.environments = List.copyOf(environments);
        this.carried = carried;
        this.out = out;
    }

    /**
     * Asks every node with one script that changes nothing.
     *
     * @return whether a run could begin
     */
    public boolean examine() {
        out.accept("cluster " + spec.name() + ", " + spec.file());
        out.accept("would put our programs into " + spec.workFolder()
                + "/engines of each node, or of its own work folder");
        environments.forEach(each ->
                out.accept("environment " + each.name() + ": " + each.install().described() + ", " + change(each)));
        List<NodeSpec> nodes;
        try {
            nodes = spec.ray().isPresent() ? askRay() : spec.nodes();
        } catch (FindingException refused) {
            out.accept(FindingRenderer.render(refused.findings()));
            return false;
        }
        boolean right = true;
        for (NodeSpec node : nodes) {
            right &= examine(node);
        }
        return exchange() && right;
    }

    private String change(EnvironmentSpec environment) {
        InstallSpec install = environment.install();
        if (carried.test(environment)) {
            return "to be put in a folder of ours, from those that were taken along";
        }
        return install instanceof InstallSpec.InstalledAt
                ? "used as it is there"
                : "to be installed "
                        + install.sharedPlace().map(place -> "into " + place).orElse("in a folder of ours");
    }

    private List<NodeSpec> askRay() {
        try (RayHead head = RayHead.open(spec)) {
            Map<String, NodeSpec> ours = head.ours();
            Map<String, Integer> free = head.free();
            out.accept("");
            out.accept(head.described() + " knows these nodes");
            for (RayNodes.RayNode node : head.nodes()) {
                String use = ours.containsKey(node.id()) ? "" : ", not used";
                out.accept("    " + node.described() + ", " + free.getOrDefault(node.id(), 0) + " free" + use);
            }
            return List.copyOf(ours.values());
        }
    }

    private boolean exchange() {
        if (pythons.size() < 2) {
            return true;
        }
        out.accept("");
        out.accept(
                "64 KiB from each node to each other and back, to the address for data, on a port of the kernel's choice");
        boolean right = true;
        try (PairExchange exchange = new PairExchange(pythons)) {
            for (PairExchange.Line line : exchange.run()) {
                String pair = String.format("%s -> %s", line.from(), line.to());
                out.accept(String.format(
                        Locale.ROOT,
                        "  %s%-24s %-22s %s",
                        line.failure().isEmpty() ? "  " : "! ",
                        pair,
                        line.address(),
                        line.failure().orElse(String.format(Locale.ROOT, "%.1f ms", line.seconds() * 1e3))));
                right &= line.failure().isEmpty();
            }
        } catch (FindingException refused) {
            out.accept(FindingRenderer.render(refused.findings()));
            return false;
        } catch (IOException lost) {
            out.accept("  ! the exchange did not end: " + lost.getMessage());
            return false;
        }
        if (!right) {
            out.accept(
                    "    Between data addresses all ports must be open, in both directions: see the security group (a rule that"
                            + " allows all traffic of the group itself), the firewall of the node, and the routes; or name another"
                            + " dataAddress");
        }
        return right;
    }

    private boolean examine(NodeSpec node) {
        out.accept("");
        out.accept("node " + node.name() + ", "
                + node.ssh().map(ClusterSpec.SshSpec::described).orElse("this machine"));
        Examination seen;
        try {
            seen = ask(node);
        } catch (FindingException refused) {
            out.accept(FindingRenderer.render(refused.findings()));
            return false;
        }
        if (!seen.python().isEmpty() && node.dataHost().isPresent()) {
            pythons.put(node, seen.python());
        }
        boolean right = true;
        for (Examination.Line line : seen.lines()) {
            String mark = line.remedy().isEmpty() ? "  " : line.blocks() ? "! " : "? ";
            out.accept(String.format("  %s%-16s %s", mark, line.name(), line.value()));
            line.remedy().ifPresent(remedy -> out.accept("                     " + remedy));
            right &= !line.blocks();
        }
        return right;
    }

    private Examination ask(NodeSpec node) {
        try (Launcher launcher = Launcher.to(node)) {
            Launcher.Started started = launcher.launch(List.of(
                    "/bin/sh", "-s", node.workFolder().orElse(spec.workFolder().toString())));
            double before = now();
            started.stdin().write((NodeScript.text(SCRIPT) + Nearness.script()).getBytes(StandardCharsets.UTF_8));
            started.stdin().close();
            String text = new String(started.stdout().readAllBytes(), StandardCharsets.UTF_8);
            Map<String, List<String>> said = new LinkedHashMap<>();
            text.lines().filter(line -> line.indexOf(' ') > 0).forEach(line -> {
                int space = line.indexOf(' ');
                said.computeIfAbsent(line.substring(0, space), none -> new ArrayList<>())
                        .add(line.substring(space + 1).strip());
            });
            double after = now();
            return new Examination(
                    node,
                    said,
                    offset(said, before, after),
                    environments.isEmpty() || !environments.stream().allMatch(carried));
        } catch (IOException failed) {
            throw new FindingException(
                    Finding.of(FindingKind.NODE, "doctor", "node " + node.name() + " could not be asked")
                            .with("actual", String.valueOf(failed.getMessage())),
                    failed);
        }
    }

    /** Zero where the node's clock lies between our two looks. */
    private static double offset(Map<String, List<String>> said, double before, double after) {
        try {
            double there =
                    Double.parseDouble(said.getOrDefault("seconds", List.of("")).get(0));
            return there < before ? there - before : there > after ? there - after : 0;
        } catch (NumberFormatException unsaid) {
            return 0;
        }
    }

    private static double now() {
        return Instant.now().toEpochMilli() / 1e3;
    }
}
