package org.nixlconform.environment;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.nixlconform.cluster.CommandOutcome;
import org.nixlconform.cluster.Node;
import org.nixlconform.configuration.InstallSpec.SourceInstall;
import org.nixlconform.environment.NodeChanges.Kind;
import org.nixlconform.message.Fact;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;

/**
 * Builds NIXL on a node by meson and ninja, in a folder of ours that is gone afterwards, and installs it under a prefix.
 * The same sources, options and compiler are not built twice.
 */
final class SourceBuild {
    private static final Duration OTHERS_DEADLINE = Duration.ofMinutes(60);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int DEPTH = 5;

    private final Node node;
    private final SourceInstall source;
    private final String environment;
    private final LinkerCache linker;
    private final NodeFiles files;
    private final NodeChanges changes;
    private final Path evidence;
    private final Consumer<String> console;

    /**
     * What a build left, kept under its prefix as {@value #FILE_NAME}.
     *
     * @param digest of all that decides what is built
     * @param identity of the sources: a commit, or a digest of a folder's files
     * @param version that the project says it has
     * @param core path of {@code libnixl.so} within the prefix
     * @param compiler its first line about itself
     * @param plugins names of backends
     */
    record Built(
            String digest,
            String identity,
            String version,
            String core,
            String coreSha256,
            String compiler,
            List<String> plugins,
            String builtAt) {
        static final String FILE_NAME = "nixlconform-built.json";
    }

    /**
     * @param environment that asks for it, by name
     * @param evidence folder for the build's log
     */
    SourceBuild(
            Node node,
            SourceInstall source,
            String environment,
            LinkerCache linker,
            Path evidence,
            Consumer<String> console) {
        this.node = node;
        this.source = source;
        this.environment = environment;
        this.linker = linker;
        this.files = new NodeFiles(node.connection());
        this.changes = new NodeChanges(node);
        this.evidence = evidence;
        this.console = console;
    }

    /** @throws FindingException when it cannot be built, with the build's last words */
    Installation install() throws IOException {
        Path parent = node.workFolder().resolve("environments");
        files.makeFolders(parent);
        Path log = node.workFolder().resolve("logs").resolve("build-" + environment + ".log");
        BuildLog looking = new BuildLog(node, log, evidence, Optional.empty());
        String compiler = compiler(looking);
        String identity = new Sources(node, source.origin(), looking).identity();
        String digest = digest(identity, compiler);
        Path prefix = source.prefix().orElse(parent.resolve(digest));
        Path lock = parent.resolve("build.lock");
        try (NodeLock ignored = NodeLock.taken(node, lock, OTHERS_DEADLINE)) {
            Optional<Built> present = read(prefix).filter(built -> isWhole(built, prefix, digest));
            Built built = present.isPresent() ? present.get() : build(identity, digest, compiler, prefix, log);
            if (present.isPresent()) {
                console.accept("%s is built already, in %s".formatted(source.described(), prefix));
                looking.bring();
            }
            return described(built, prefix);
        }
    }

    private String digest(String identity, String compiler) {
        List<String> parts = new ArrayList<>(List.of(
                "source",
                identity,
                source.prefix().map(Path::toString).orElse(""),
                compiler,
                node.facts().machine(),
                source.bindings() ? "with bindings" : ""));
        parts.addAll(source.options());
        return Digest.of(parts);
    }

    /** The tools that must be there, asked before anything is fetched. */
    private String compiler(BuildLog log) {
        List<String> missing = new ArrayList<>();
        String first = "";
        for (String tool : List.of("c++", "ninja", "meson")) {
            CommandOutcome outcome = log.run(List.of(tool, "--version"), Map.of());
            if (!outcome.succeeded()) {
                missing.add(tool);
            } else if (tool.equals("c++")) {
                first = outcome.stdout().lines().findFirst().orElse("");
            }
        }
        if (!missing.isEmpty()) {
            throw new FindingException(Finding.of(
                            FindingKind.PREREQUISITE,
                            "environment",
                            "node %s lacks what builds NIXL".formatted(node.name()))
                    .with("expected", "c++, ninja and meson, in the PATH of a session over SSH")
                    .with("actual", "no " + String.join(", no ", missing))
                    .with("node", node.name())
                    .with(
                            "remedy",
                            "sudo apt-get install g++ pkg-config; python3 -m pip install meson ninja pybind11"));
        }
        return first;
    }

    private Optional<Built> read(Path prefix) {
        return node.connection().readText(prefix.resolve(Built.FILE_NAME)).flatMap(text -> {
            try {
                return Optional.of(JSON.readValue(text, Built.class));
            } catch (JsonProcessingException otherVersion) {
                return Optional.empty();
            }
        });
    }

    private boolean isWhole(Built built, Path prefix, String digest) {
        Path core = prefix.resolve(built.core());
        return built.digest().equals(digest)
                && files.sha256(core).equals(built.coreSha256())
                && built.plugins().stream()
                        .allMatch(plugin ->
                                files.sizeBytes(core.resolveSibling("plugins").resolve("libplugin_" + plugin + ".so"))
                                        >= 0);
    }

    private Built build(String identity, String digest, String compiler, Path prefix, Path log) throws IOException {
        removePartial();
        long startedAt = System.nanoTime();
        Path scratch = node.workFolder().resolve("environments").resolve("build.partial-" + digest);
        Path temporary = scratch.resolve("tmp");
        files.makeFolders(temporary);
        try {
            BuildLog steps = new BuildLog(node, log, evidence, Optional.of(temporary));
            console.accept("building %s with %s".formatted(source.described(), compiler));
            Path stage = scratch.resolve("stage");
            new Sources(node, source.origin(), steps).bring(identity, scratch.resolve("src"));
            String version = make(scratch, stage, prefix, steps);
            Path staged = stage.resolve(prefix.toString().substring(1));
            Built built = inspect(staged, identity, digest, version, compiler);
            files.write(
                    staged.resolve(Built.FILE_NAME),
                    JSON.writerWithDefaultPrettyPrinter().writeValueAsString(built) + "\n");
            steps.keep();
            place(staged, prefix, digest);
            console.accept(String.format(
                    Locale.ROOT,
                    "%s built into %s, plug-ins %s, %.0f s",
                    source.described(),
                    prefix,
                    built.plugins().isEmpty() ? "none" : String.join(", ", built.plugins()),
                    (System.nanoTime() - startedAt) / 1e9));
            return built;
        } finally {
            removePartial();
        }
    }

    /** @return the version that the project says it has */
    private String make(Path scratch, Path stage, Path prefix, BuildLog log) throws IOException {
        String sources = scratch.resolve("src").toString();
        String build = scratch.resolve("build").toString();
        List<String> setup = new ArrayList<>(List.of("meson", "setup", build, sources, "--prefix=" + prefix));
        // Some releases of NIXL make a debug build otherwise; what a user asks for comes later and wins.
        setup.add("-Dbuildtype=release");
        setup.addAll(source.options());
        CommandOutcome configured = log.run(setup, Map.of());
        if (!configured.succeeded()) {
            // Why something was not found stands there alone, and the folder is gone afterwards.
            log.take(scratch.resolve("build/meson-logs/meson-log.txt"));
        }
        log.check(configured, "meson setup");
        log.check(log.run(List.of("ninja", "-C", build), Map.of()), "ninja");
        log.check(
                log.run(
                        List.of("meson", "install", "-C", build, "--no-rebuild", "--destdir", stage.toString()),
                        Map.of()),
                "meson install");
        if (source.bindings()) {
            Path target = stage.resolve(prefix.resolve("python").toString().substring(1));
            List<String> pip = new ArrayList<>(List.of(
                    "python3", "-m", "pip", "install", "--no-deps", "--no-input", "--disable-pip-version-check"));
            source.options().forEach(option -> pip.add("--config-settings=setup-args=" + option));
            pip.addAll(List.of("--target", target.toString(), sources));
            log.check(log.run(pip, Map.of("PIP_ROOT_USER_ACTION", "ignore")), "pip install of the Python package");
        }
        CommandOutcome project = log.run(List.of("meson", "introspect", "--projectinfo", build), Map.of());
        try {
            return JSON.readTree(project.stdout()).path("version").asText("");
        } catch (JsonProcessingException unsaid) {
            return "";
        }
    }

    private Built inspect(Path staged, String identity, String digest, String version, String compiler)
            throws IOException {
        Path core = files.find(staged, DEPTH, Installation.CORE_NAME).stream()
                .findFirst()
                .orElseThrow(() -> new FindingException(Finding.of(
                                FindingKind.PREREQUISITE,
                                "environment",
                                "%s was built, and has no %s".formatted(source.described(), Installation.CORE_NAME))
                        .with("expected", Installation.CORE_NAME + " among what meson install puts in place")
                        .with("node", node.name())
                        .with("evidence", evidence.resolve("build.log"))
                        .with("remedy", "check that the sources are NIXL's, and the options")));
        List<String> plugins = node.connection().list(core.resolveSibling("plugins")).stream()
                .filter(name -> name.matches("libplugin_.*\\.so"))
                .map(name -> name.substring("libplugin_".length(), name.length() - ".so".length()))
                .toList();
        String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        return new Built(
                digest,
                identity,
                version,
                staged.relativize(core).toString(),
                files.sha256(core),
                compiler,
                plugins,
                now);
    }

    private void place(Path staged, Path prefix, String digest) throws IOException {
        if (source.prefix().isEmpty()) {
            files.remove(prefix);
            files.rename(staged, prefix);
            return;
        }
        MappedFiles.refuse(node, List.of(files.real(prefix)), "install into " + prefix);
        new Restoration(node, console)
                .undoOrRefuse(change -> (change.kind() == Kind.PLACED
                                && change.subject().equals(prefix.toString()))
                        || (change.kind() == Kind.LINKER && change.detail().equals(prefix.toString())));
        Path record = NodeChanges.folder(node).resolve(digest);
        changes.add(Kind.PLACED, prefix.toString(), record.toString(), environment);
        try {
            new PlacedFiles(files, record).place(staged, prefix);
        } catch (IOException refused) {
            throw new FindingException(
                    Finding.of(
                                    FindingKind.PREREQUISITE,
                                    "environment",
                                    "node %s does not let us install into %s".formatted(node.name(), prefix))
                            .with("expected", "a folder that this user may write")
                            .with("actual", String.valueOf(refused.getMessage()))
                            .with("node", node.name())
                            .with(
                                    "remedy",
                                    "make it writable, or write 'prefix: isolated'; -Drestore takes away what was begun"),
                    refused);
        }
        if (linker.isOurs()) {
            Path file = linker.file(digest);
            changes.add(Kind.LINKER, file.toString(), prefix.toString(), environment);
            linker.tell(
                    file,
                    files.find(prefix, DEPTH, "libnixl*.so").stream()
                            .map(library -> library.resolveSibling(""))
                            .distinct()
                            .toList());
        } else {
            console.accept(
                    "%s may not be written: engines find the libraries in %s, other programs need LD_LIBRARY_PATH"
                            .formatted(linker.configuration(), prefix));
        }
    }

    private void removePartial() throws IOException {
        Path parent = node.workFolder().resolve("environments");
        for (String name : node.connection().list(parent)) {
            if (name.startsWith("build.partial-")) {
                files.remove(parent.resolve(name));
            }
        }
    }

    private Installation described(Built built, Path prefix) throws IOException {
        Path core = prefix.resolve(built.core());
        Path capi = core.resolveSibling(Installation.CAPI_NAME);
        String plugins = built.plugins().isEmpty() ? "none" : String.join(", ", built.plugins());
        return new Installation(
                "NIXL of " + source.described(),
                Optional.of(built.version()).filter(version -> !version.isEmpty()),
                prefix,
                core,
                files.sizeBytes(capi) < 0 ? Optional.empty() : Optional.of(capi),
                Map.of("LD_LIBRARY_PATH", String.valueOf(core.getParent())),
                Map.of(),
                List.of(
                        new Fact("nixl", "%s, version %s".formatted(source.described(), built.version())),
                        new Fact("sources", built.identity()),
                        new Fact("built with", built.compiler() + ", " + built.builtAt()),
                        new Fact("options", source.options().isEmpty() ? "none" : String.join(" ", source.options())),
                        new Fact("plug-ins built", plugins),
                        new Fact("environment digest", built.digest()),
                        new Fact(Installation.CORE_NAME, "sha256 " + built.coreSha256())));
    }
}
