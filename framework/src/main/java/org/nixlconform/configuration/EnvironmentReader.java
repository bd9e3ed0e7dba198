package org.nixlconform.configuration;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.nixlconform.configuration.EnvironmentSpec.AgentSpec;
import org.nixlconform.configuration.EnvironmentSpec.NodeChoice;
import org.nixlconform.configuration.EnvironmentSpec.ProgressThread;
import org.nixlconform.configuration.EnvironmentSpec.ThreadSync;
import org.nixlconform.configuration.InstallSpec.WheelInstall;

/** The schema of an environment file. */
final class EnvironmentReader {
    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    private static final int MOST_DELAY_MICROSECONDS = 1_000_000;

    private final Path file;
    private final Path root;

    EnvironmentReader(Path file, Path root) {
        this.file = file;
        this.root = root.toAbsolutePath().normalize();
    }

    EnvironmentSpec read(YamlObject environment) {
        String name = environment.optional("name").flatMap(Names::read).orElse(FileKind.ENVIRONMENT.nameOf(file));
        InstallSpec install = environment
                .required("install", "keys and values")
                .flatMap(value -> value.object("install", keys -> InstallReader.read(keys, root)))
                .orElse(new WheelInstall("", ""));
        NodeChoice nodes = NodeChoice.valueOf(choice(environment, "nodes", List.of("all", "gpu")));
        List<YamlValue.Entry> variableEntries = environment
                .optional("variables")
                .map(value -> value.entries("variables"))
                .orElse(List.of());
        Map<String, String> variables = variables(variableEntries);
        List<String> backends = environment
                .required("backends", "a list of backends")
                .map(EnvironmentReader::backends)
                .orElse(List.of());
        Map<String, Map<String, String>> parameters = environment
                .optional("backendParameters")
                .map(value -> backendParameters(value, backends))
                .orElse(Map.of());
        AgentSpec agent = environment
                .optional("agent")
                .flatMap(value -> value.object("agent", EnvironmentReader::agent))
                .orElse(new AgentSpec(ProgressThread.AUTO, ThreadSync.NONE, 0));
        Optional<Path> shimHeaders = environment
                .optional("shim")
                .flatMap(value -> value.object("shim", this::shimHeaders))
                .flatMap(headers -> headers);
        Optional<YamlValue> fabricValue = environment.optional("fabric");
        Optional<FabricSpec> fabric = fabricValue
                .flatMap(value -> value.object("fabric", FabricReader::read))
                .flatMap(read -> read);
        fabricValue.ifPresent(value -> FabricReader.refuseContradictions(value, fabric, backends, variableEntries));
        return new EnvironmentSpec(
                name, file, install, nodes, variables, backends, parameters, agent, shimHeaders, fabric);
    }

    private static Map<String, String> variables(List<YamlValue.Entry> entries) {
        Map<String, String> variables = new LinkedHashMap<>();
        for (YamlValue.Entry entry : entries) {
            entry.key().text(VARIABLE, "the name of a variable: letters, digits and '_', no digit first");
            entry.value().text().ifPresent(text -> variables.put(entry.name(), text));
        }
        return variables;
    }

    private static List<String> backends(YamlValue list) {
        List<YamlValue> entries = list.nonEmptyList();
        List<String> backends = new ArrayList<>();
        entries.forEach(entry -> entry.oneOf(Names.BACKENDS).ifPresent(backends::add));
        Names.refuseRepeats(entries);
        return backends;
    }

    private static Map<String, Map<String, String>> backendParameters(YamlValue value, List<String> backends) {
        Map<String, Map<String, String>> parameters = new LinkedHashMap<>();
        for (YamlValue.Entry entry : value.entries("backendParameters")) {
            if (!backends.contains(entry.name())) {
                entry.key().unknown("backend", "backendParameters", backends);
            }
            Map<String, String> values = new LinkedHashMap<>();
            for (YamlValue.Entry parameter : entry.value().entries(entry.name())) {
                parameter.value().text().ifPresent(text -> values.put(parameter.name(), text));
            }
            parameters.put(entry.name(), values);
        }
        return parameters;
    }

    private Optional<Path> shimHeaders(YamlObject shim) {
        return shim.required("headers", "a checkout of NIXL, or the folder with its nixl.h")
                .flatMap(YamlValue::text)
                .map(path -> root.resolve(path).normalize());
    }

    private static AgentSpec agent(YamlObject agent) {
        return new AgentSpec(
                ProgressThread.valueOf(choice(agent, "progressThread", List.of("auto", "on", "off"))),
                ThreadSync.valueOf(choice(agent, "threadSync", List.of("none", "strict", "rw"))),
                agent.optional("progressDelayMicroseconds")
                        .flatMap(value -> value.wholeNumber(0, MOST_DELAY_MICROSECONDS))
                        .orElse(0));
    }

    /** The name of an enum's constant. The first choice is the default. */
    private static String choice(YamlObject object, String key, List<String> choices) {
        return object.optional(key)
                .flatMap(value -> value.oneOf(choices))
                .orElse(choices.get(0))
                .toUpperCase(Locale.ROOT);
    }
}
