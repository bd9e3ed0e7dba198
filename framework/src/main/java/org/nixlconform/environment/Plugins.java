package org.nixlconform.environment;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nixlconform.cluster.Node;
import org.nixlconform.message.Fact;

/** Which of the backends that an environment is to have have a plug-in, and from where. */
final class Plugins {
    static final String FOLDER_VARIABLE = "NIXL_PLUGIN_DIR";

    private final Node node;
    private final NodeFiles files;

    Plugins(Node node) {
        this.node = node;
        this.files = new NodeFiles(node.connection());
    }

    static String fileName(String backend) {
        return "libplugin_" + backend + ".so";
    }

    /** The same installation, which says of each backend without a plug-in why that is so. */
    Installation missing(Installation installation, List<String> backends, String because) {
        Map<String, String> without = new LinkedHashMap<>(installation.withoutPlugin());
        absent(installation, backends)
                .forEach(backend -> without.put(
                        backend,
                        "no %s in %s: %s"
                                .formatted(
                                        fileName(backend), installation.core().resolveSibling("plugins"), because)));
        return installation.without(without);
    }

    /**
     * The same installation with the plug-ins that it lacks taken from a wheel. They are copied beside the wheel's own,
     * because they find the wheel's libraries from where they lie; those that were built are linked.
     *
     * @param name of a folder, made anew
     */
    Installation completed(Installation installation, List<String> backends, Installation wheel, String name)
            throws IOException {
        List<String> absent = absent(installation, backends);
        Path offered = wheel.core().resolveSibling("plugins");
        List<String> taken = absent.stream()
                .filter(backend -> files.sizeBytes(offered.resolve(fileName(backend))) >= 0)
                .toList();
        if (taken.isEmpty()) {
            return installation;
        }
        Path both = offered.resolveSibling(name);
        Path partial = offered.resolveSibling(name + ".partial");
        files.remove(partial);
        files.makeFolders(partial);
        Path own = installation.core().resolveSibling("plugins");
        for (String plugin : node.connection().list(own)) {
            files.link(partial.resolve(plugin), own.resolve(plugin));
        }
        for (String backend : taken) {
            files.run("cp", "--", offered.resolve(fileName(backend)).toString(), partial.toString());
        }
        files.remove(both);
        files.rename(partial, both);
        Map<String, String> variables = new LinkedHashMap<>(installation.variables());
        variables.put(FOLDER_VARIABLE, both.toString());
        List<Fact> facts = new ArrayList<>(installation.facts());
        facts.add(new Fact("plug-ins of " + wheel.described(), String.join(", ", taken)));
        return installation.with(variables, facts).without(unloadable(installation, wheel, both, taken));
    }

    /** A wheel's compiler may be newer than the build's; NIXL says of a plug-in that does not load only that it is none. */
    private Map<String, String> unloadable(Installation built, Installation wheel, Path folder, List<String> taken) {
        List<Path> loaded = node.connection().list(built.coreFolder()).stream()
                .filter(name -> name.endsWith(".so"))
                .map(built.coreFolder()::resolve)
                .toList();
        Map<String, String> reasons = new LinkedHashMap<>();
        for (String backend : taken) {
            List<String> undefined =
                    SharedLibraries.undefined(node.connection(), folder.resolve(fileName(backend)), loaded);
            if (!undefined.isEmpty()) {
                reasons.put(
                        backend,
                        "%s of %s does not load beside this build: undefined symbol %s"
                                .formatted(fileName(backend), wheel.described(), undefined.get(0)));
            }
        }
        return reasons;
    }

    /** @param variables of a process that loads it */
    static Path folder(Installation installation, Map<String, String> variables) {
        String configured = variables.getOrDefault(FOLDER_VARIABLE, "");
        return configured.isEmpty() ? installation.coreFolder().resolve("plugins") : Path.of(configured);
    }

    private List<String> absent(Installation installation, List<String> backends) {
        Path folder = folder(installation, installation.variables());
        return backends.stream()
                .filter(backend -> files.sizeBytes(folder.resolve(fileName(backend))) < 0)
                .toList();
    }
}
