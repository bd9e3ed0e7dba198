package org.nixlconform.configuration;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * One file under {@code config/environments}: how NIXL is installed and what an engine's process sees.
 *
 * @param name the file's own {@code name}, or its base name
 * @param file absolute
 * @param nodes that it is put on
 * @param variables of every engine process, in the order of the file; on top of those that the product always sets
 * @param backends plug-ins that the environment is to have, at least one: {@code UCX}, {@code LIBFABRIC}
 * @param backendParameters of {@code create_backend}, by plug-in
 * @param shimHeaders where on this machine the C++ headers of a release without a C interface are: a checkout, or the
 *     folder that has {@code nixl.h}; absolute
 * @param fabric what LIBFABRIC runs over; what the node has for EFA when empty
 */
public record EnvironmentSpec(
        String name,
        Path file,
        InstallSpec install,
        NodeChoice nodes,
        Map<String, String> variables,
        List<String> backends,
        Map<String, Map<String, String>> backendParameters,
        AgentSpec agent,
        Optional<Path> shimHeaders,
        Optional<FabricSpec> fabric) {

    static final String HIDDEN = "(hidden)";

    private static final Pattern SECRET_NAME =
            Pattern.compile(".*(TOKEN|SECRET|PASSWORD|KEY)(_.*)?", Pattern.CASE_INSENSITIVE);

    public EnvironmentSpec {
        Objects.requireNonNull(name);
        Objects.requireNonNull(file);
        Objects.requireNonNull(install);
        Objects.requireNonNull(nodes);
        variables = inOrder(variables);
        backends = List.copyOf(backends);
        Map<String, Map<String, String>> parameters = new LinkedHashMap<>();
        backendParameters.forEach((backend, values) -> parameters.put(backend, inOrder(values)));
        backendParameters = Collections.unmodifiableMap(parameters);
        Objects.requireNonNull(agent);
        Objects.requireNonNull(shimHeaders);
        Objects.requireNonNull(fabric);
    }

    /** One that names neither headers nor a fabric. */
    public EnvironmentSpec(
            String name,
            Path file,
            InstallSpec install,
            NodeChoice nodes,
            Map<String, String> variables,
            List<String> backends,
            Map<String, Map<String, String>> backendParameters,
            AgentSpec agent) {
        this(
                name,
                file,
                install,
                nodes,
                variables,
                backends,
                backendParameters,
                agent,
                Optional.empty(),
                Optional.empty());
    }

    /** The variables as logs, reports and evidence may show them: without the values of those that look secret. */
    public Map<String, String> shownVariables() {
        Map<String, String> shown = new LinkedHashMap<>(variables);
        shown.replaceAll((variable, value) -> SECRET_NAME.matcher(variable).matches() ? HIDDEN : value);
        return Collections.unmodifiableMap(shown);
    }

    /** The same environment with more variables, or with other values. */
    public EnvironmentSpec withVariables(Map<String, String> others) {
        Map<String, String> more = new LinkedHashMap<>(variables);
        more.putAll(others);
        return new EnvironmentSpec(
                name, file, install, nodes, more, backends, backendParameters, agent, shimHeaders, fabric);
    }

    /** The same environment, called {@code NAME@RELEASE}, with that release of NIXL; empty where that is no wheel. */
    public Optional<EnvironmentSpec> at(String release) {
        return install instanceof InstallSpec.WheelInstall wheel
                ? Optional.of(new EnvironmentSpec(
                        name + "@" + release,
                        file,
                        wheel.at(release),
                        nodes,
                        variables,
                        backends,
                        backendParameters,
                        agent,
                        shimHeaders,
                        fabric))
                : Optional.empty();
    }

    /** The same environment without some of its backends. */
    public EnvironmentSpec withoutBackends(Set<String> others) {
        Map<String, Map<String, String>> parameters = new LinkedHashMap<>(backendParameters);
        parameters.keySet().removeAll(others);
        List<String> left =
                backends.stream().filter(backend -> !others.contains(backend)).toList();
        return new EnvironmentSpec(name, file, install, nodes, variables, left, parameters, agent, shimHeaders, fabric);
    }

    /** Shows no value that looks secret. */
    @Override
    public String toString() {
        return "EnvironmentSpec[name=%s, file=%s, install=%s, nodes=%s, variables=%s, backends=%s, backendParameters=%s, agent=%s, shimHeaders=%s, fabric=%s]"
                .formatted(
                        name,
                        file,
                        install,
                        nodes,
                        shownVariables(),
                        backends,
                        backendParameters,
                        agent,
                        shimHeaders,
                        fabric);
    }

    private static Map<String, String> inOrder(Map<String, String> values) {
        return Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /** @param progressDelayMicroseconds pause of a progress thread between two rounds, 0 to 1 000 000 */
    public record AgentSpec(ProgressThread progressThread, ThreadSync threadSync, long progressDelayMicroseconds) {}

    /** The nodes that an environment is put on. */
    public enum NodeChoice {
        ALL,
        /** Those with GPUs, and the first of the cluster. */
        GPU
    }

    public enum ProgressThread {
        /** On, as vLLM has it, unless the ranks of a node outnumber its cores. */
        AUTO,
        ON,
        OFF
    }

    /** How an agent guards itself against several threads. */
    public enum ThreadSync {
        NONE,
        STRICT,
        RW
    }
}
