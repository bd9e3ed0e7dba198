package org.nixlconform.environment;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.nixlconform.cluster.NodeConnection;
import org.nixlconform.configuration.EnvironmentSpec;
import org.nixlconform.message.Fact;

/** The environment variables of an engine's process, each with who set it. */
record EngineVariables(Map<String, String> values, List<Fact> described) {
    /** Folders, parted by colons, in which the loader looks before its own. */
    static final String SEARCHED = "LD_LIBRARY_PATH";

    /** Which library is loaded depends on them, so the report shows them though the node's own shell sets them. */
    private static final List<String> SHOWN_WHEN_INHERITED = List.of(SEARCHED, "LD_PRELOAD");

    /**
     * @param emptyConfiguration a file without settings
     * @param installation what it needs to be loaded; a search path goes before that of the node, and after that of the
     *     environment file
     * @param inherited the node's own environment, as {@code env} prints it
     */
    static EngineVariables of(
            EnvironmentSpec spec,
            Path emptyConfiguration,
            Map<String, String> installation,
            NodeConnection connection,
            String inherited) {
        Map<String, String> ours = ours(emptyConfiguration);
        ours.putAll(installation);
        String searched = searched(spec, installation, inherited);
        if (!searched.isEmpty()) {
            ours.put(SEARCHED, searched);
        }
        Map<String, String> values = new LinkedHashMap<>(ours);
        values.putAll(spec.variables());
        if (installation.containsKey(SEARCHED)) {
            values.put(SEARCHED, searched);
        }
        List<Fact> described = new ArrayList<>();
        for (Map.Entry<String, String> variable : values.entrySet()) {
            String name = variable.getKey();
            boolean byUser = spec.variables().containsKey(name);
            String shown = byUser ? spec.shownVariables().getOrDefault(name, "") : variable.getValue();
            String origin = !byUser
                    ? "always set"
                    : ours.containsKey(name) ? "environment file, in place of ours" : "environment file";
            described.add(new Fact("variable " + name, (shown.isEmpty() ? "(empty)" : shown) + ", " + origin));
        }
        inherited
                .lines()
                .map(line -> line.split("=", 2))
                .filter(line -> SHOWN_WHEN_INHERITED.contains(line[0]) && !values.containsKey(line[0]))
                .forEach(line -> described.add(new Fact("variable " + line[0], line[1] + ", inherited from the node")));
        for (String name : connection.droppedVariables()) {
            if (!values.containsKey(name)) {
                described.add(
                        new Fact("variable " + name, "not passed on: set in the shell, not in the environment file"));
            }
        }
        return new EngineVariables(Map.copyOf(values), List.copyOf(described));
    }

    private static String searched(EnvironmentSpec spec, Map<String, String> installation, String inherited) {
        if (!installation.containsKey(SEARCHED)) {
            return "";
        }
        return Stream.of(spec.variables().getOrDefault(SEARCHED, ""), installation.get(SEARCHED), searched(inherited))
                .filter(folders -> !folders.isEmpty())
                .collect(Collectors.joining(":"));
    }

    private static String searched(String inherited) {
        return inherited
                .lines()
                .filter(line -> line.startsWith(SEARCHED + "="))
                .map(line -> line.substring(SEARCHED.length() + 1))
                .findFirst()
                .orElse("");
    }

    /** Has the loader search a folder before all others. */
    static void searchFirst(Map<String, String> variables, Path folder) {
        variables.merge(SEARCHED, folder.toString(), (others, first) -> first + ":" + others);
    }

    /** Those that are set, with the loader's search path also where the node's own environment gives it. */
    Map<String, String> forLoader(String inherited) {
        Map<String, String> all = new LinkedHashMap<>(values);
        all.putIfAbsent(SEARCHED, searched(inherited));
        return all;
    }

    EngineVariables with(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(values);
        more.put(name, value);
        return new EngineVariables(Map.copyOf(more), described);
    }

    private static Map<String, String> ours(Path emptyConfiguration) {
        Map<String, String> ours = new LinkedHashMap<>();
        // UCX would catch SIGSEGV and others, which the JVM uses for itself (null checks, safepoints): it would print a
        // crash that is none, or end the process.
        ours.put("UCX_ERROR_SIGNALS", "");
        // UCX would take SIGHUP for its debugger, and an engine would no longer end with its session.
        ours.put("UCX_DEBUG_SIGNO", "");
        // Otherwise a stray ~/.nixl.cfg or /etc/nixl.cfg changes results. Read from 1.1.0 on, ignored by earlier
        // releases. A file that is not there would be an error, an empty one is no settings.
        ours.put("NIXL_CONFIG_FILE", emptyConfiguration.toString());
        // Reasons of the system ("Connection refused") are looked for in logs, in one language.
        ours.put("LC_ALL", "C");
        // Not set: NIXL_TELEMETRY_ENABLE, which from 1.3.1 on beats what an agent asks for; log levels, because
        // defaults are what users run with.
        return ours;
    }
}
