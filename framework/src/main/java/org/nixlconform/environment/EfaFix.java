package org.nixlconform.environment;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.nixlconform.cluster.Command;
import org.nixlconform.cluster.Node;
import org.nixlconform.environment.NodeChanges.Kind;
import org.nixlconform.message.Fact;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;

/**
 * Lets a wheel use the node's own libraries for EFA: a bundled libfabric, libefa and libibverbs is kept beside its place,
 * which becomes a link. All three, because otherwise two of one kind would be loaded together.
 */
final class EfaFix {
    private static final Pattern BUNDLED =
            Pattern.compile("(?:.*/)?lib(fabric|efa|ibverbs)(?:-[0-9a-f]+)?\\.so(?:\\.[0-9.]+)?");
    /** What may need symbols of the three; nothing else of a wheel is read. */
    private static final Pattern USERS = Pattern.compile("lib(plugin_LIBFABRIC|rdmacm|mlx5|uct_ib|doca_).*");

    private static final Pattern PLUGIN = Pattern.compile("libplugin_LIBFABRIC.*");
    private static final int LIBRARY_LIMIT_BYTES = 64 << 20;
    private static final Duration DEADLINE = Duration.ofSeconds(30);

    private final Node node;
    private final Path prefix;
    private final String environment;
    private final NodeFiles files;
    private final NodeChanges changes;
    private final Consumer<String> console;
    /** Where a node has no EFA and needs none: alone, in place of the bundled libfabric. */
    private final Optional<Path> standIn;

    /**
     * @param prefix of the node's EFA installation, such as {@code /opt/amazon/efa}
     * @param environment that asks for it, by name
     */
    EfaFix(Node node, Path prefix, String environment, Consumer<String> console) {
        this(node, prefix, environment, console, Optional.empty());
    }

    private EfaFix(Node node, Path prefix, String environment, Consumer<String> console, Optional<Path> standIn) {
        this.node = node;
        this.prefix = prefix;
        this.environment = environment;
        this.files = new NodeFiles(node.connection());
        this.changes = new NodeChanges(node);
        this.console = console;
        this.standIn = standIn;
    }

    /**
     * The same, but where the node has no EFA, a libfabric takes the place of the wheel's; its libefa and libibverbs stay, as
     * nothing else would use them.
     *
     * @param libfabric on the node; brought only where it is needed
     */
    EfaFix orStandIn(Supplier<Optional<Path>> libfabric) {
        return inPrefix("libfabric.so.1").isPresent()
                ? this
                : new EfaFix(node, prefix, environment, console, libfabric.get());
    }

    /** Whether a path of a wheel is one that is replaced. */
    static boolean replaces(String path) {
        return BUNDLED.matcher(path).matches();
    }

    /** Where the wheel's own file is kept. */
    static Path kept(Path bundled) {
        return bundled.resolveSibling(bundled.getFileName() + ".bundled");
    }

    /** @throws FindingException when the node has no libfabric for EFA */
    void refuseWithoutLibraries() {
        libfabric();
    }

    private Path libfabric() {
        return standIn.orElseGet(() -> library("libfabric.so.1", false));
    }

    /**
     * Does what is left to do: nothing on an installation that has it already.
     *
     * @param libraries of the wheel, within its folder
     * @throws FindingException when the node has no such libraries, or too old ones
     */
    Installation apply(Installation installation, List<Path> libraries) throws IOException {
        Path folder = installation.folder();
        Path fabric = libfabric();
        List<Path> bundled = libraries.stream()
                .filter(path -> replaces(path.toString()))
                .filter(path -> standIn.isEmpty() || kind(path).equals("fabric"))
                .map(folder::resolve)
                .toList();
        Map<Path, Path> links = new LinkedHashMap<>();
        if (bundled.stream().anyMatch(path -> kind(path).equals("fabric"))) {
            for (Path each : bundled) {
                String kind = kind(each);
                links.put(each, kind.equals("fabric") ? fabric : library("lib" + kind + ".so.1", true));
            }
        }
        Map<Path, Path> missing = new LinkedHashMap<>(links);
        missing.entrySet()
                .removeIf(link -> files.linkTarget(link.getKey())
                        .equals(Optional.of(link.getValue().toString())));
        List<Fact> facts = new ArrayList<>(installation.facts());
        if (links.isEmpty()) {
            console.accept("fix efa: nothing to fix, %s bundles no libfabric; engines are told of %s"
                    .formatted(installation.described(), fabric.getParent()));
            facts.add(new Fact("efa fix", "nothing to fix, the wheel bundles no libfabric"));
        } else {
            if (missing.isEmpty()) {
                console.accept("fix efa: %d libraries are links already".formatted(links.size()));
            } else {
                replace(folder, libraries, missing, links)
                        .ifPresent(note -> facts.add(new Fact("efa fix left out", note)));
            }
            links.forEach((link, target) -> facts.add(new Fact("efa fix", link.getFileName() + " is " + target)));
            standIn.ifPresent(
                    file -> facts.add(new Fact("efa fix stands in", "the node has no libfabric in " + prefix)));
        }
        Map<String, String> variables = new LinkedHashMap<>(installation.variables());
        EngineVariables.searchFirst(variables, fabric.resolveSibling(""));
        return installation.with(variables, facts);
    }

    private static String kind(Path bundled) {
        Matcher matcher = BUNDLED.matcher(bundled.toString());
        return matcher.matches() ? matcher.group(1) : "";
    }

    /** @return what else in the wheel no longer finds what it needs, empty when all does */
    private Optional<String> replace(Path folder, List<Path> libraries, Map<Path, Path> missing, Map<Path, Path> links)
            throws IOException {
        Optional<String> note = refuseLacking(folder, libraries, links);
        MappedFiles.refuse(
                node,
                missing.keySet().stream().map(files::real).toList(),
                "replace the wheel's libraries for EFA in " + folder);
        for (Map.Entry<Path, Path> link : missing.entrySet()) {
            Path bundled = link.getKey();
            if (files.linkTarget(bundled).isPresent()) {
                // One of ours, to another place: the wheel's own file is kept already.
                changes.forget(change ->
                        change.kind() == Kind.LINKED && change.subject().equals(bundled.toString()));
                changes.add(Kind.LINKED, bundled.toString(), link.getValue().toString(), environment);
            } else {
                changes.add(Kind.LINKED, bundled.toString(), link.getValue().toString(), environment);
                files.rename(bundled, kept(bundled));
            }
            files.link(bundled, link.getValue());
            console.accept("fix efa: %s is now %s".formatted(bundled.getFileName(), link.getValue()));
        }
        return note;
    }

    private Path library(String name, boolean alsoOfTheSystem) {
        Optional<Path> found = inPrefix(name);
        if (found.isEmpty() && alsoOfTheSystem) {
            found = known(name);
        }
        return found.orElseThrow(() -> new FindingException(Finding.of(
                        FindingKind.PREREQUISITE,
                        "environment",
                        "node %s has no %s to put in place of the wheel's".formatted(node.name(), name))
                .with("expected", name + " of the EFA installation")
                .with(
                        "actual",
                        "not in %s%s".formatted(folders(), alsoOfTheSystem ? ", and the linker knows none" : ""))
                .with("node", node.name())
                .with("remedy", "install EFA's software there, or name its folder with efaPrefix")));
    }

    private List<Path> folders() {
        return List.of(prefix.resolve("lib64"), prefix.resolve("lib"));
    }

    private Optional<Path> inPrefix(String name) {
        return folders().stream()
                .map(folder -> folder.resolve(name))
                .filter(file -> files.sizeBytes(file) >= 0)
                .findFirst();
    }

    /** Where the dynamic linker finds a library of this machine type. */
    private Optional<Path> known(String name) {
        String cache = node.connection()
                .run(Command.of("sh", "-c", "PATH=$PATH:/sbin:/usr/sbin ldconfig -p"), DEADLINE)
                .stdout();
        return cache.lines()
                .map(String::strip)
                .filter(line -> line.startsWith(name + " ") && line.contains("64") && line.contains("=> "))
                .map(line -> Path.of(line.substring(line.indexOf("=> ") + 3)))
                .findFirst();
    }

    private Optional<String> refuseLacking(Path folder, List<Path> libraries, Map<Path, Path> links) {
        Map<String, Set<String>> defined = new LinkedHashMap<>();
        links.forEach((bundled, target) -> {
            Set<String> versions = versions(target).map(SymbolVersions::defined).orElse(Set.of());
            defined.put(String.valueOf(bundled.getFileName()), versions);
            defined.put("lib" + kind(bundled) + ".so.1", versions);
        });
        Map<String, String> lacking = new LinkedHashMap<>();
        Stream<Path> users = Stream.concat(
                libraries.stream()
                        .filter(path -> USERS.matcher(String.valueOf(path.getFileName()))
                                .matches())
                        .map(folder::resolve),
                links.values().stream().distinct());
        users.forEach(user -> {
            List<String> absent = lackedBy(user, defined);
            if (!absent.isEmpty()) {
                lacking.put(String.valueOf(user.getFileName()), String.join(", ", absent));
            }
        });
        Map<String, String> blocking = new LinkedHashMap<>(lacking);
        Set<String> targets = new LinkedHashSet<>();
        links.values().forEach(target -> targets.add(String.valueOf(target.getFileName())));
        blocking.keySet().removeIf(user -> !PLUGIN.matcher(user).matches() && !targets.contains(user));
        if (!blocking.isEmpty()) {
            throw new FindingException(Finding.of(
                            FindingKind.PREREQUISITE,
                            "environment",
                            "the libraries for EFA of node %s are not those that the wheel's can be replaced by"
                                    .formatted(node.name()))
                    .with("expected", "every symbol version that the wheel's plug-in needs")
                    .with("actual", "not defined: " + told(blocking))
                    .with("where", new LinkedHashSet<>(links.values()))
                    .with("node", node.name())
                    .with(
                            "remedy",
                            "install a newer EFA release there, or name another with efaPrefix; nothing was changed"));
        }
        return lacking.isEmpty() ? Optional.empty() : Optional.of("will not load any more: " + told(lacking));
    }

    private static String told(Map<String, String> lacking) {
        List<String> parts = new ArrayList<>();
        lacking.forEach((user, versions) -> parts.add("%s for %s".formatted(versions, user)));
        return String.join("; ", parts);
    }

    private List<String> lackedBy(Path user, Map<String, Set<String>> defined) {
        List<String> absent = new ArrayList<>();
        versions(user)
                .ifPresent(versions -> versions.needed().forEach((library, needed) -> {
                    Set<String> offered = defined.getOrDefault(library, needed);
                    needed.stream()
                            .filter(version -> !offered.contains(version))
                            .forEach(absent::add);
                }));
        return absent;
    }

    private Optional<SymbolVersions> versions(Path library) {
        return node.connection().readBytes(library, LIBRARY_LIMIT_BYTES).flatMap(SymbolVersions::of);
    }

    /**
     * Holds what a process has mapped against what was asked for.
     *
     * @param mapped paths, through all links
     * @return the wheel's own libraries that are loaded all the same
     */
    static List<String> stillBundled(Installation installation, List<String> mapped) {
        return mapped.stream()
                .filter(file -> Path.of(file).startsWith(installation.folder()))
                .filter(file -> replaces(file.replaceFirst("\\.bundled$", "")))
                .toList();
    }
}
