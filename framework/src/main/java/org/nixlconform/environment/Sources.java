package org.nixlconform.environment;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.nixlconform.cluster.CommandOutcome;
import org.nixlconform.cluster.Node;
import org.nixlconform.configuration.InstallSpec.Origin;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;

/** Which sources are to be built, and how they come onto a node. */
final class Sources {
    private static final String COMMIT = "[0-9a-f]{40}";

    private final Node node;
    private final Origin origin;
    private final BuildLog log;

    /** @param log runs the commands */
    Sources(Node node, Origin origin, BuildLog log) {
        this.node = node;
        this.origin = origin;
        this.log = log;
    }

    /**
     * The commit that a ref is now, or a digest of the files of a folder: the same for the same sources.
     *
     * @throws FindingException when it cannot be told
     */
    String identity() {
        if (origin instanceof Origin.Folder folder) {
            return digest(folder.path());
        }
        Origin.Git git = (Origin.Git) origin;
        if (git.ref().matches(COMMIT)) {
            return git.ref();
        }
        CommandOutcome outcome =
                log.run(List.of("git", "ls-remote", git.shownUrl(), git.ref(), git.ref() + "^{}"), variables(git));
        List<String> lines = outcome.stdout()
                .lines()
                .filter(line -> line.matches(COMMIT + "\\s.*"))
                .toList();
        if (!outcome.succeeded()) {
            throw new FindingException(unreached(git, outcome, ""));
        }
        // git lists every ref that ends so. A tag with a message of its own is listed twice, its commit with "^{}".
        return Stream.of(
                        "refs/tags/" + git.ref() + "^{}",
                        "refs/tags/" + git.ref(),
                        "refs/heads/" + git.ref(),
                        git.ref())
                .flatMap(name -> lines.stream().filter(line -> line.endsWith("\t" + name)))
                .findFirst()
                .map(line -> line.substring(0, 40))
                .orElseThrow(() -> new FindingException(unreached(git, outcome, "no such ref there")));
    }

    /**
     * @param identity as {@link #identity} gave it
     * @param into folder on the node, made if absent
     */
    void bring(String identity, Path into) throws IOException {
        if (origin instanceof Origin.Folder folder) {
            Path copy = Files.createTempDirectory("nixlconform-sources");
            try {
                copy(folder.path(), copy);
                Optional<String> failure = node.connection().send(copy, into);
                if (failure.isPresent()) {
                    throw new IOException("sources cannot be put on node " + node + ": " + failure.get());
                }
            } finally {
                delete(copy);
            }
            return;
        }
        Origin.Git git = (Origin.Git) origin;
        NodeFiles files = new NodeFiles(node.connection());
        files.makeFolders(into);
        log.check(log.run(List.of("git", "-C", into.toString(), "init", "--quiet"), Map.of()), "git init");
        CommandOutcome fetched = log.run(
                List.of("git", "-C", into.toString(), "fetch", "--quiet", "--depth=1", git.shownUrl(), git.ref()),
                variables(git));
        if (!fetched.succeeded()) {
            throw new FindingException(unreached(git, fetched, ""));
        }
        // The very commit that was looked up: the ref may have moved since.
        CommandOutcome taken =
                log.run(List.of("git", "-C", into.toString(), "checkout", "--quiet", identity), Map.of());
        if (!taken.succeeded()) {
            throw new IOException("%s was moved while it was fetched: run again".formatted(git.ref()));
        }
    }

    /** A password in the environment alone: every user of the node can read command lines. */
    private static Map<String, String> variables(Origin.Git git) {
        Map<String, String> variables = new LinkedHashMap<>(Map.of("GIT_TERMINAL_PROMPT", "0"));
        git.credentials().ifPresent(credentials -> {
            String encoded = Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8));
            variables.put("GIT_CONFIG_COUNT", "1");
            variables.put("GIT_CONFIG_KEY_0", "http.extraHeader");
            variables.put("GIT_CONFIG_VALUE_0", "Authorization: Basic " + encoded);
        });
        return variables;
    }

    private Finding unreached(Origin.Git git, CommandOutcome outcome, String actual) {
        boolean noGit = outcome.end().isPresent() && outcome.end().get().exitCode() == 127;
        return Finding.of(
                        FindingKind.PREREQUISITE,
                        "environment",
                        noGit
                                ? "node %s has no git, which fetches sources".formatted(node.name())
                                : "node %s cannot fetch %s".formatted(node.name(), git.described()))
                .with("expected", git.described())
                .with("actual", actual.isEmpty() ? outcome.ending() : actual)
                .with("node", node.name())
                .with("log", InstallFailure.lastLines(outcome))
                .with(
                        "remedy",
                        noGit
                                ? "sudo apt-get install git"
                                : "check the URL, the ref and the way there, or name a 'folder' of this machine instead");
    }

    private static String digest(Path folder) {
        List<String> parts = new ArrayList<>();
        try {
            for (Path file : files(folder)) {
                parts.add(folder.relativize(file) + " " + Digest.ofFile(file));
            }
        } catch (IOException unreadable) {
            throw new FindingException(
                    Finding.of(FindingKind.PREREQUISITE, "environment", "sources cannot be read")
                            .with("expected", "a folder with a meson.build, on this machine")
                            .with("actual", unreadable)
                            .with("where", folder),
                    unreadable);
        }
        return Digest.of(parts);
    }

    private static void copy(Path from, Path to) throws IOException {
        for (Path file : files(from)) {
            Path target = to.resolve(from.relativize(file));
            Files.createDirectories(target.resolveSibling(""));
            Files.copy(file, target, StandardCopyOption.COPY_ATTRIBUTES);
        }
    }

    /**
     * Without the history, and without what earlier builds left. A link to a file stands for that file; one to a folder is
     * left out, because it may lead anywhere.
     */
    private static List<Path> files(Path folder) throws IOException {
        List<Path> files = new ArrayList<>();
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path each, BasicFileAttributes attributes) {
                return each.endsWith(".git") || Files.isDirectory(each.resolve("meson-private"))
                        ? FileVisitResult.SKIP_SUBTREE
                        : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (Files.isRegularFile(file)) {
                    files.add(file);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        files.sort(Comparator.naturalOrder());
        return files;
    }

    private static void delete(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
