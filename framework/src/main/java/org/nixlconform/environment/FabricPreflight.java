package org.nixlconform.environment;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.nixlconform.cluster.Node;
import org.nixlconform.configuration.EnvironmentSpec;
import org.nixlconform.configuration.FabricSpec.Provider;
import org.nixlconform.environment.FabricPlugin.Need;
import org.nixlconform.message.Fact;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;

/**
 * Holds what the LIBFABRIC plug-in will need on a node against what a process there will find, before one is started: NIXL
 * itself says only that the backend is not supported.
 */
final class FabricPreflight {
    private static final Pattern MINOR = Pattern.compile("FABRIC_1\\.(\\d{1,4})");
    private static final Comparator<String> BY_AGE =
            Comparator.comparingInt(FabricPreflight::minor).thenComparing(Comparator.naturalOrder());

    private final EnvironmentSpec spec;
    private final Node node;
    private final Map<String, String> variables;
    private final FabricPlugin plugin;
    private final List<Finding> failures = new ArrayList<>();
    private final List<Fact> facts = new ArrayList<>();

    private FabricPreflight(EnvironmentSpec spec, Map<String, String> variables, FabricPlugin plugin) {
        this.spec = spec;
        this.node = plugin.node();
        this.variables = variables;
        this.plugin = plugin;
    }

    /**
     * @param failures for each thing that would keep the plug-in from being loaded, or its blocks from being sent
     * @param facts for the report: which files will be loaded and why
     * @param libfabric that will be loaded, through all links; empty where nothing could be seen
     */
    record Outcome(List<Finding> failures, List<Fact> facts, Optional<Path> libfabric) {
        Outcome {
            failures = List.copyOf(failures);
            facts = List.copyOf(facts);
        }

        /**
         * Holds the process that loaded the plug-in against what was foreseen.
         *
         * @param mapped its files, through all links
         * @throws FindingException when another libfabric was loaded
         */
        void refuseOther(Node node, List<String> mapped) {
            if (libfabric.isPresent() && !mapped.contains(libfabric.get().toString())) {
                throw new FindingException(
                        prerequisite("another libfabric is loaded on node %s than its loader leads to"
                                        .formatted(node.name()))
                                .with("expected", libfabric.get())
                                .with(
                                        "actual",
                                        mapped.stream()
                                                .filter(file -> file.contains("/libfabric"))
                                                .toList())
                                .with("node", node.name())
                                .with("remedy", "look for LD_PRELOAD, and for libraries that other plug-ins bring"));
            }
        }
    }

    /** @param variables of the process that is going to load it */
    static Outcome of(EnvironmentSpec spec, Node node, Installation installation, Map<String, String> variables) {
        boolean asked = spec.backends().contains(FabricPlugin.BACKEND)
                && !installation.withoutPlugin().containsKey(FabricPlugin.BACKEND);
        Optional<FabricPlugin> plugin = asked ? FabricPlugin.of(node, installation, variables) : Optional.empty();
        return plugin.map(found -> new FabricPreflight(spec, variables, found).checked())
                .orElse(new Outcome(List.of(), List.of(), Optional.empty()));
    }

    private Outcome checked() {
        String searched = variables.getOrDefault(EngineVariables.SEARCHED, "");
        for (Need need : Need.values()) {
            plugin.fact(need, searched).ifPresent(facts::add);
            if (plugin.name(need).isPresent() && plugin.file(need).isEmpty()) {
                failures.add(absent(need, plugin.name(need).get()));
            }
        }
        plugin.file(Need.LIBFABRIC).ifPresent(this::compare);
        checkInterface();
        return new Outcome(failures, facts, plugin.file(Need.LIBFABRIC).map(this::real));
    }

    private void compare(Path libfabric) {
        Set<String> needed = plugin.neededVersions();
        Set<String> defined = FabricPlugin.versions(node, libfabric)
                .map(SymbolVersions::defined)
                .orElse(Set.of());
        String newest = newest(defined);
        facts.add(new Fact("libfabric symbols", "%s needed, %s defined".formatted(newest(needed), newest)));
        Set<String> lacking = new TreeSet<>(BY_AGE);
        lacking.addAll(needed);
        lacking.removeAll(defined);
        if (!lacking.isEmpty()) {
            failures.add(prerequisite(
                            "libfabric of node %s is too old for the LIBFABRIC plug-in".formatted(node.name()))
                    .with("expected", "%s, which %s needs".formatted(String.join(", ", lacking), plugin.file()))
                    .with("actual", "%s is the newest that it defines".formatted(newest))
                    .with("where", real(libfabric))
                    .with("chosen", plugin.why(libfabric, variables.getOrDefault(EngineVariables.SEARCHED, "")))
                    .with("node", node.name())
                    .with("remedy", remedy(Need.LIBFABRIC)));
        }
        boolean simulated = spec.fabric().stream().anyMatch(each -> each.provider() == Provider.SIMULATED_EFA);
        Path ours = node.bundle().fabricLibrary();
        if (simulated && !real(libfabric).equals(new NodeFiles(node.connection()).real(ours))) {
            failures.add(prerequisite(
                            "another libfabric than that of the simulated EFA is found on node " + node.name())
                    .with("expected", ours)
                    .with("actual", real(libfabric))
                    .with("chosen", plugin.why(libfabric, variables.getOrDefault(EngineVariables.SEARCHED, "")))
                    .with("node", node.name())
                    .with(
                            "remedy",
                            plugin.versions().searchedFirst().isEmpty()
                                    ? "take its folder out of LD_LIBRARY_PATH in " + spec.file()
                                    : "let NIXL_PLUGIN_DIR lead to a copy of the plug-in without RPATH, or leave it out, in "
                                            + spec.file()));
        }
    }

    private Finding absent(Need need, String name) {
        return prerequisite("%s is not found on node %s, and the LIBFABRIC plug-in needs it"
                        .formatted(need.title(), node.name()))
                .with("expected", "%s, which %s needs".formatted(name, plugin.file()))
                .with("actual", "none by RPATH, LD_LIBRARY_PATH, RUNPATH, the loader's cache and its default folders")
                .with(
                        "searched",
                        EngineVariables.SEARCHED + "=" + variables.getOrDefault(EngineVariables.SEARCHED, "(not set)"))
                .with("node", node.name())
                .with("remedy", remedy(need));
    }

    private String remedy(Need need) {
        String brought = spec.fabric().isPresent() ? "" : "; over tcp, 'fabric' there brings what is missing";
        return "%s, or name the folder of one in %s in %s%s"
                .formatted(need.origin(), EngineVariables.SEARCHED, spec.file(), brought);
    }

    private void checkInterface() {
        String provider = variables.getOrDefault("FI_PROVIDER", "");
        boolean simulated = variables.containsKey(FabricLibraries.RAILS);
        Arrays.stream(Provider.values())
                .filter(each -> each == Provider.SIMULATED_EFA
                        ? simulated
                        : !simulated && each.ofLibfabric().equals(provider))
                .forEach(used -> checkInterface(used.interfaceVariable()));
    }

    private void checkInterface(String variable) {
        String name = variables.getOrDefault(variable, "");
        if (name.isEmpty()) {
            return;
        }
        NodeInterfaces interfaces = NodeInterfaces.of(node);
        interfaces
                .obstacle(name)
                .ifPresent(obstacle -> failures.add(
                        prerequisite("LIBFABRIC cannot send through %s of node %s".formatted(name, node.name()))
                                .with("expected", "an interface that is up and has an address")
                                .with("actual", obstacle)
                                .with("usable", interfaces.usable())
                                .with("where", "%s=%s, for environment %s".formatted(variable, name, spec.name()))
                                .with("node", node.name())
                                .with("remedy", "name one of these as 'interface' under 'fabric' in " + spec.file())));
    }

    private Path real(Path file) {
        return new NodeFiles(node.connection()).real(file);
    }

    private static String newest(Set<String> versions) {
        return versions.stream()
                .filter(each -> MINOR.matcher(each).matches())
                .max(BY_AGE)
                .orElse("none");
    }

    private static int minor(String version) {
        Matcher number = MINOR.matcher(version);
        return number.matches() ? Integer.parseInt(number.group(1)) : 0;
    }

    private static Finding prerequisite(String headline) {
        return Finding.of(FindingKind.PREREQUISITE, "environment", headline);
    }
}
