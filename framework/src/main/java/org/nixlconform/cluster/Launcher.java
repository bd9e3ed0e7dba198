package org.nixlconform.cluster;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.nixlconform.configuration.ClusterSpec.NodeSpec;

/** How a process comes to run on a node. All else goes through the node's own program, see {@link NodeChannel}. */
interface Launcher extends AutoCloseable {
    /** Begins what our scripts say to us. */
    String WORD = "nixlconform ";

    /** For the end of a process whose output has ended. */
    int COMPLAINT_MILLIS = 2000;

    /**
     * Starts a shell with these words; they show no variable, for every user of the node can read them.
     *
     * @throws IOException when the node is not reached or refuses
     */
    Started launch(List<String> words) throws IOException;

    /**
     * A way to a node, over SSH or on this machine.
     *
     * @throws org.nixlconform.message.FindingException when it is not reached
     */
    static Launcher to(NodeSpec node) {
        return node.ssh().isPresent()
                ? SshClients.connect(node.name(), node.ssh().get())
                : new LocalLauncher(System.getenv());
    }

    /** Ends the way to the node. What was started there ends by the end of its input. Never throws. */
    @Override
    void close();

    /** A process and the streams to it. */
    interface Started {
        OutputStream stdin();

        /** Its first input. One that has ended already does not take it: why is in what it said. */
        default void tell(byte[] input) {
            try {
                stdin().write(input);
                stdin().flush();
            } catch (IOException ended) {
                // Whoever reads its output learns it.
            }
        }

        InputStream stdout();

        /**
         * The rest of the first line of its output that begins with {@link #WORD}; what a login prints comes before that.
         * Not a byte further is read, for what follows may be another's.
         *
         * @throws IOException with what it complained of, when its output ends without
         */
        default String word() throws IOException {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            for (int next = stdout().read(); next >= 0; next = stdout().read()) {
                if (next != '\n') {
                    line.write(next);
                    continue;
                }
                String text = line.toString(StandardCharsets.UTF_8);
                if (text.startsWith(WORD)) {
                    return text.substring(WORD.length());
                }
                line.reset();
            }
            try {
                await(COMPLAINT_MILLIS);
            } catch (InterruptedException ending) {
                Thread.currentThread().interrupt();
            }
            String complaint = complaint();
            throw new IOException(complaint.isEmpty() ? "the shell there said nothing" : complaint);
        }

        /** What it wrote to standard error before anything of ours ran, such as a shell's complaint. */
        String complaint();

        /** @return empty when it still runs after that many milliseconds */
        Optional<ProcessEnd> await(long millis) throws InterruptedException;

        /** Lets go of it; what still runs is ended as far as can be from here. */
        void drop();
    }

    /**
     * Takes variables off that only an environment file may set; takes others in from standard input, a line each and an
     * empty one at the end; says the process's id; becomes the program. Arguments: file for standard error, working folder
     * or nothing, program, its arguments.
     */
    String SCRIPT =
            "dropped=$(export -p | sed -n 's/^export \\(NIXL_[A-Za-z0-9_]*\\|UCX_[A-Za-z0-9_]*\\|FI_[A-Za-z0-9_]*"
                    + "\\|JAVA_TOOL_OPTIONS\\|JDK_JAVA_OPTIONS\\|_JAVA_OPTIONS\\)=.*/\\1/p' | sort); "
                    + "for name in $dropped; do unset \"$name\"; done; "
                    + "while IFS= read -r variable && [ -n \"$variable\" ]; do export \"$variable\"; done; "
                    + "export NIXLCONFORM_DROPPED=\"$(echo $dropped)\"; "
                    + "log=$1; folder=$2; shift 2; mkdir -p \"$(dirname \"$log\")\" && { [ -z \"$folder\" ] || cd \"$folder\"; } "
                    + "&& { command -v \"$1\" > /dev/null || { echo \"$1: not found\" >&2; exit 127; }; } "
                    + "&& echo \"" + WORD + "$$\" && exec \"$@\" 2>>\"$log\"";

    /** The same where standard input says the arguments too, a line each and an empty one at the end; none is empty. */
    String TOLD = "while IFS= read -r word || exit 0; [ -n \"$word\" ]; do set -- \"$@\" \"$word\"; done; " + SCRIPT;

    /** Variables as {@link #SCRIPT} reads them. */
    static String lines(Map<String, String> variables) {
        StringBuilder lines = new StringBuilder();
        variables.forEach((name, value) -> {
            if (!name.matches("[A-Za-z_][A-Za-z0-9_]*") || value.indexOf('\n') >= 0 || value.indexOf('\0') >= 0) {
                throw new IllegalArgumentException("variable " + name
                        + " cannot be passed on: a name of letters, digits and _, a value of one line");
            }
            lines.append(name).append('=').append(value).append('\n');
        });
        return lines.append('\n').toString();
    }
}
