package org.nixlconform.environment;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.nixlconform.cluster.Command;
import org.nixlconform.cluster.CommandOutcome;
import org.nixlconform.cluster.NodeConnection;

/** Files and folders on a node, with an exception where something cannot be done. */
record NodeFiles(NodeConnection connection) {
    private static final Duration DEADLINE = Duration.ofMinutes(2);

    void makeFolders(Path folder) throws IOException {
        run("mkdir", "-p", "--", folder.toString());
    }

    void write(Path file, String text) throws IOException {
        Optional<String> error = connection.writeText(file, text);
        if (error.isPresent()) {
            throw new IOException(error.get());
        }
    }

    /** Under its new name at once, on one file system. */
    void rename(Path from, Path to) throws IOException {
        run("mv", "-T", "--", from.toString(), to.toString());
    }

    void remove(Path folder) throws IOException {
        run("rm", "-rf", "--", folder.toString());
    }

    boolean exists(Path folder) {
        return connection
                .run(Command.of("test", "-e", folder.toString()), DEADLINE)
                .succeeded();
    }

    /** Files whose names match a shell pattern, at most {@code depth} folders deep, sorted; links are not followed. */
    List<Path> find(Path folder, int depth, String pattern) throws IOException {
        return run("find", folder.toString(), "-maxdepth", Integer.toString(depth), "-type", "f", "-name", pattern)
                .lines()
                .map(Path::of)
                .sorted()
                .toList();
    }

    /** What a link says; empty when it is none. */
    Optional<String> linkTarget(Path link) {
        CommandOutcome outcome = connection.run(Command.of("readlink", "--", link.toString()), DEADLINE);
        return outcome.succeeded() ? Optional.of(outcome.stdout().strip()) : Optional.empty();
    }

    /** The file itself, through all links; the path as it is when there is none. */
    Path real(Path path) {
        String real = connection
                .run(Command.of("readlink", "-f", "--", path.toString()), DEADLINE)
                .stdout()
                .strip();
        return real.isEmpty() ? path : Path.of(real);
    }

    /** In place of a link that may be there. */
    void link(Path link, Path target) throws IOException {
        run("ln", "-sfn", "--", target.toString(), link.toString());
    }

    long sizeBytes(Path file) {
        return connection.examine(List.of(file), false).get(0).sizeBytes();
    }

    /** Hexadecimal; empty when it is no file that can be read. */
    String sha256(Path file) {
        return connection.examine(List.of(file), true).get(0).sha256();
    }

    /** @return 0 when it is not known */
    long freeBytes(Path folder) {
        CommandOutcome outcome = connection.run(Command.of("df", "-Pk", folder.toString()), DEADLINE);
        String[] columns = outcome.stdout()
                .strip()
                .lines()
                .reduce("", (first, last) -> last)
                .split("\\s+", -1);
        return outcome.succeeded() && columns.length > 3 && columns[3].matches("\\d+")
                ? Long.parseLong(columns[3]) * 1024
                : 0;
    }

    /** @throws IOException with what it said, when it fails */
    String run(String... words) throws IOException {
        CommandOutcome outcome = connection.run(Command.of(words), DEADLINE);
        if (!outcome.succeeded()) {
            String said = outcome.stderr().strip();
            throw new IOException(said.isEmpty() ? words[0] + ": " + outcome.ending() : said);
        }
        return outcome.stdout();
    }
}
