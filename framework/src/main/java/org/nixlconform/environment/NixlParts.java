package org.nixlconform.environment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.nixlconform.cluster.Node;
import org.nixlconform.configuration.EnvironmentSpec;
import org.nixlconform.configuration.InstallSpec.WheelInstall;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;

/**
 * What UCX and LIBFABRIC need of an installed wheel, and the published libraries that they need beside it, as {@link
 * CarriedFolders}. Of a wheel's 240 MB these are 74: the rest are other plug-ins, kernels for PyTorch, headers and Python.
 */
public final class NixlParts {
    /** Loaded by a name of their own, not because another library needs them. */
    private static final Set<String> ROOTS = Set.of(
            Installation.CAPI_NAME,
            Installation.CORE_NAME,
            Plugins.fileName("UCX"),
            Plugins.fileName(FabricPlugin.BACKEND));

    private static final String SECOND_COPIES = "nixl";
    private static final String UCX_MODULES = "ucx";
    private static final String UCX_BENCHMARK = "libucx_perftest";

    private final EnvironmentSpec spec;
    private final Node node;
    private final Path parent;
    private final Consumer<String> console;

    private NixlParts(EnvironmentSpec spec, Node node, Path parent, Consumer<String> console) {
        this.spec = spec;
        this.node = node;
        this.parent = parent;
        this.console = console;
    }

    /**
     * Installs an environment's wheel on this machine, where it is not yet, and copies its parts.
     *
     * @param here this machine
     * @param parent takes a folder for the wheel and one for each library; those that are there are left as they are
     * @param console takes lines about what is done
     * @throws FindingException when the environment has no wheel in a folder of ours, or one that cannot be had
     */
    public static void take(EnvironmentSpec spec, Node here, Path parent, Consumer<String> console) throws IOException {
        new NixlParts(spec, here, parent, console).take();
    }

    /** Whether a node of this machine's kind gets the environment's NIXL from here, and has nothing to install it with. */
    public static boolean areCarried(EnvironmentSpec spec) {
        String machine = System.getProperty("os.arch").equals("amd64") ? "x86_64" : System.getProperty("os.arch");
        return wheel(spec)
                .flatMap(wheel -> CarriedFolders.ofThisProcess().folder(Digest.ofWheel(wheel, machine)))
                .isPresent();
    }

    /** Empty for what lies elsewhere than in a folder of ours, and for what is changed there. */
    private static Optional<WheelInstall> wheel(EnvironmentSpec spec) {
        return spec.install() instanceof WheelInstall wheel
                        && !wheel.system()
                        && wheel.efaPrefix().isEmpty()
                ? Optional.of(wheel)
                : Optional.empty();
    }

    private void take() throws IOException {
        WheelInstall wheel = wheel(spec)
                .orElseThrow(() -> new FindingException(Finding.of(
                                FindingKind.CONFIGURATION,
                                "environment",
                                "NIXL of environment %s cannot be taken along".formatted(spec.name()))
                        .with("expected", "a wheel in a folder of ours, as it is (mode: wheel, without system and fix)")
                        .with("actual", spec.install().described())
                        .with("where", spec.file())
                        .with("remedy", "leave it out of -Dbundle.nixl; the machine needs it, or what it comes from")));
        Installation installation = new WheelInstaller(node, wheel, console).install();
        Path from = installation.folder();
        NodeFiles files = new NodeFiles(node.connection());
        InstalledWheel installed = InstalledWheel.read(files, from).orElseThrow();
        boolean old = installation.capi().isEmpty();
        List<Path> roots = installed.libraries(files, from).stream()
                .filter(library -> isRoot(library, old))
                .toList();
        Set<Path> parts = new TreeSet<>(roots);
        Set<String> beside = new TreeSet<>();
        for (Path root : roots) {
            needed(installation, from.resolve(root)).forEach((name, file) -> {
                Path path = Path.of(file).normalize();
                if (path.startsWith(from)) {
                    parts.add(from.relativize(path));
                } else {
                    beside.add(name);
                }
            });
        }
        if (Files.notExists(parent.resolve(from.getFileName()))) {
            copy(installed, files, from, parts);
        }
        for (String name : beside) {
            bring(name);
        }
    }

    /** @param old whether it is a wheel whose second copies of plug-ins are used, as those of 0.6.1 are for LIBFABRIC */
    private static boolean isRoot(Path library, boolean old) {
        String name = String.valueOf(library.getFileName());
        String folder = String.valueOf(library.resolveSibling("").getFileName());
        return (ROOTS.contains(name) && (old || !folder.equals(SECOND_COPIES)))
                || (folder.equals(UCX_MODULES) && !name.startsWith(UCX_BENCHMARK));
    }

    /** Files by the name that they are needed by; empty text for what this machine has not. */
    private Map<String, String> needed(Installation installation, Path library) {
        Map<String, String> searched =
                Map.of(EngineVariables.SEARCHED, installation.coreFolder().toString());
        return SharedLibraries.found(node.connection(), library, searched)
                .orElseThrow(() -> new FindingException(Finding.of(
                                FindingKind.PREREQUISITE, "environment", "what a library of NIXL's needs is not told")
                        .with("expected", "ldd on this machine, and that it reads the file")
                        .with("where", library)
                        .with("remedy", "sudo apt-get install libc-bin; see what ldd says of the file")));
    }

    private void copy(InstalledWheel installed, NodeFiles files, Path from, Collection<Path> parts) throws IOException {
        Path partial = parent.resolve(from.getFileName() + ".partial");
        Path metadata = from.relativize(InstalledWheel.metadataFolder(files, from, installed.distribution()));
        Set<Path> all = new TreeSet<>(parts);
        try (Stream<Path> others = Files.walk(from.resolve(metadata))) {
            others.filter(Files::isRegularFile).map(from::relativize).forEach(all::add);
        }
        for (Path part : all) {
            Path to = partial.resolve(part);
            Files.createDirectories(to.getParent());
            Files.copy(from.resolve(part), to, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
        }
        Path record = partial.resolve(metadata).resolve("RECORD");
        String kept = Files.readString(record)
                .lines()
                .filter(line -> all.contains(Path.of(line.replaceFirst(",[^,]*,[^,]*$", ""))))
                .collect(Collectors.joining("\n", "", "\n"));
        Files.writeString(record, kept);
        installed
                .asParts(
                        Digest.ofFile(record),
                        "a bundle: %d libraries of it, for UCX and LIBFABRIC".formatted(parts.size()))
                .write(files, partial);
        Files.move(partial, parent.resolve(from.getFileName()));
        console.accept("%s: %d libraries taken along".formatted(installed.described(), parts.size()));
    }

    private void bring(String name) throws IOException {
        PublishedLibrary library = PublishedLibrary.of(name, node).orElse(null);
        if (library == null) {
            return; // The C library's, the driver's: a machine has it or goes without.
        }
        Path file = library.bring(node, console);
        Path folder = parent.resolve(file.resolveSibling("").getFileName());
        Files.createDirectories(folder);
        Files.copy(file, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
        console.accept("%s: taken along".formatted(library.described()));
    }
}
