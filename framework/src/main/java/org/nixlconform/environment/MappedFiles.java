package org.nixlconform.environment;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.nixlconform.cluster.Command;
import org.nixlconform.cluster.Node;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;

/** Files that running processes of a node have mapped: to replace them would break those processes. */
final class MappedFiles {
    private static final Duration DEADLINE = Duration.ofSeconds(60);
    private static final int COMMAND_LENGTH = 100;
    /** Only what this user may see; as root, all. */
    private static final String SCRIPT = """
            for maps in /proc/[0-9]*/maps; do
                for begin in "$@"; do
                    if grep -qF -- " $begin" "$maps" 2> /dev/null; then
                        process=${maps%/maps}
                        printf '%s %s\\n' "${process#/proc/}" "$(tr '\\0\\n' '  ' < "$process/cmdline")"
                        break
                    fi
                done
            done
            """;

    private MappedFiles() {}

    /**
     * @param begins of the files' paths; links in them are followed as far as they exist
     * @param what is about to be done, as in "to %s"
     * @throws FindingException when a process maps one
     */
    static void refuse(Node node, List<Path> begins, String what) {
        List<String> words = new ArrayList<>(List.of("sh", "-c", SCRIPT, "sh"));
        begins.forEach(begin -> words.add(begin.toString()));
        List<String> holders = node.connection()
                .run(Command.of(words), DEADLINE)
                .stdout()
                .lines()
                .map(MappedFiles::shortened)
                .toList();
        if (!holders.isEmpty()) {
            throw new FindingException(Finding.of(
                            FindingKind.PREREQUISITE,
                            "environment",
                            "NIXL is in use on node %s: nothing is changed under a running process"
                                    .formatted(node.name()))
                    .with("expected", "to " + what + ", with no process that has its files mapped")
                    .with("actual", String.join("\n", holders))
                    .with("where", begins)
                    .with("node", node.name())
                    .with(
                            "remedy",
                            "end these processes, or let NIXL go into a folder of ours (see docs/environments.md)"));
        }
    }

    private static String shortened(String line) {
        String text = "process " + line.strip();
        return text.length() <= COMMAND_LENGTH ? text : text.substring(0, COMMAND_LENGTH) + "...";
    }
}
