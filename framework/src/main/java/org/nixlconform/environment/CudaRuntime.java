package org.nixlconform.environment;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.nixlconform.cluster.Node;
import org.nixlconform.configuration.EnvironmentSpec;
import org.nixlconform.message.Fact;
import org.nixlconform.message.FindingException;
import org.nixlconform.plan.Backend;

/**
 * Gives UCX's modules for CUDA the runtime library that they need. Where the loader does not find it, UCX leaves the modules out
 * without a word, and blocks between GPUs are staged through the host.
 */
final class CudaRuntime {
    private static final String MODULES = "libuc[mt]_cuda.so*";
    private static final String RUNTIME = "libcudart.so.";
    /** As deep as {@code local/lib/python3.11/dist-packages/nixl_cu12.libs/ucx}, and the file. */
    private static final int DEPTH = 7;

    private CudaRuntime() {}

    /**
     * The installation with what its modules lack: the node's own library first, else a published one. As it is where the node has
     * no GPU or nothing is lacking. What cannot be had is no failure here, since host memory does without; it stands among the facts.
     *
     * @param searched the variables of a process that would load it as it is
     */
    static Installation completed(
            EnvironmentSpec spec,
            Node node,
            Installation installation,
            Map<String, String> searched,
            Consumer<String> console) {
        return completed(spec, node, installation, searched, name -> {
            Optional<PublishedLibrary> published = PublishedLibrary.of(name, node);
            return published.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new Had(
                            published.get().bring(node, console),
                            published.get().described()));
        });
    }

    /** A library on the node. @param described where it is from */
    record Had(Path file, String described) {}

    /** Where a library comes from that the node has not; empty where none is known. */
    @FunctionalInterface
    interface Source {
        Optional<Had> get(String name) throws IOException;
    }

    static Installation completed(
            EnvironmentSpec spec, Node node, Installation installation, Map<String, String> searched, Source source) {
        if (node.facts().gpus().isEmpty() || !spec.backends().contains(Backend.UCX.name())) {
            return installation;
        }
        try {
            for (Path module : new NodeFiles(node.connection()).find(installation.folder(), DEPTH, MODULES)) {
                Optional<String> lacking = SharedLibraries.found(node.connection(), module, searched).stream()
                        .flatMap(found -> found.entrySet().stream())
                        .filter(found ->
                                found.getValue().isEmpty() && found.getKey().startsWith(RUNTIME))
                        .map(Map.Entry::getKey)
                        .findFirst();
                if (lacking.isPresent()) {
                    return with(lacking.get(), node, installation, source);
                }
            }
            return installation;
        } catch (FindingException lacks) {
            return lacking(installation, lacks.findings().get(0).headline());
        } catch (IOException lacks) {
            return lacking(installation, lacks.toString());
        }
    }

    private static Installation with(String name, Node node, Installation installation, Source source)
            throws IOException {
        Optional<Path> own = FabricLibraries.usual(node, name);
        Optional<Had> had = own.isPresent() ? own.map(file -> new Had(file, file.toString())) : source.get(name);
        if (had.isEmpty()) {
            return lacking(installation, "node %s has no %s".formatted(node.name(), name));
        }
        Map<String, String> variables = new LinkedHashMap<>(installation.variables());
        EngineVariables.searchFirst(
                variables, LinkFolder.of(node, "cuda", Map.of(name, had.get().file())));
        return installation.with(
                variables,
                and(installation, new Fact(name + " for UCX", had.get().described())));
    }

    private static Installation lacking(Installation installation, String why) {
        return installation.with(
                installation.variables(),
                and(
                        installation,
                        new Fact("UCX without CUDA", why + "; blocks between GPUs will be staged through the host")));
    }

    private static List<Fact> and(Installation installation, Fact fact) {
        List<Fact> facts = new ArrayList<>(installation.facts());
        facts.add(fact);
        return facts;
    }
}
