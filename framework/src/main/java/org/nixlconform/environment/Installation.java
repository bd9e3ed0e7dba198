package org.nixlconform.environment;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.nixlconform.message.Fact;

/**
 * NIXL on a node, however it came there.
 *
 * @param distribution such as {@code nixl-cu12}, or how a build or a folder is called
 * @param version of the release; empty where nothing says it
 * @param folder that its files lie in
 * @param core {@code libnixl.so}
 * @param capi {@code libnixl_capi.so}; empty for releases that have none
 * @param variables that an engine needs to load it, where the environment file names none
 * @param withoutPlugin why there is no plug-in, by backend; such a backend is not probed
 * @param facts for the report, in display order
 */
record Installation(
        String distribution,
        Optional<String> version,
        Path folder,
        Path core,
        Optional<Path> capi,
        Map<String, String> variables,
        Map<String, String> withoutPlugin,
        List<Fact> facts) {
    static final String CAPI_NAME = "libnixl_capi.so";
    static final String CORE_NAME = "libnixl.so";

    Installation {
        variables = Map.copyOf(variables);
        withoutPlugin = Map.copyOf(withoutPlugin);
        facts = List.copyOf(facts);
    }

    /** Where the loader finds {@value #CORE_NAME}, and NIXL its plug-ins unless it is told otherwise. */
    Path coreFolder() {
        return core.resolveSibling("");
    }

    /** The same with other variables and facts. */
    Installation with(Map<String, String> otherVariables, List<Fact> otherFacts) {
        return new Installation(distribution, version, folder, core, capi, otherVariables, withoutPlugin, otherFacts);
    }

    /** The same with a library that has the C interface. */
    Installation withCapi(Path library) {
        return new Installation(
                distribution, version, folder, core, Optional.of(library), variables, withoutPlugin, facts);
    }

    /** The same with other backends that have no plug-in. */
    Installation without(Map<String, String> otherPlugins) {
        return new Installation(distribution, version, folder, core, capi, variables, otherPlugins, facts);
    }

    /** Such as {@code nixl-cu12 1.5.1}. */
    String described() {
        return distribution + version.map(" "::concat).orElse("");
    }
}
