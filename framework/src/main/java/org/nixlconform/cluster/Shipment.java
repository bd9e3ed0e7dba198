package org.nixlconform.cluster;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;

/** Our programs on their way to a node: once, into a folder that is named after what is in it. */
final class Shipment {
    private static final Duration UNPACKED_WITHIN = Duration.ofMinutes(2);
    private static final Duration COMPLAINT_WITHIN = Duration.ofSeconds(10);
    /** What is unpacked and archived, and some room for a run's own files. */
    private static final long SPACE_TO_UPLOAD_KIB = 112 << 10;

    private static final long SPACE_TO_RUN_KIB = 16 << 10;
    private static final int ANSWERS = 4;

    /**
     * Arguments: work folder, digest. Says the machine, whether the folder is there, KiB free, the work folder's real path;
     * then waits to become our program, for what a login does before a shell runs may take longer than all else here.
     */
    private static final String LOOK = "( w=$1; case $w in '~/'*) w=$HOME/${w#??};; esac; "
            + "mkdir -p \"$w/engines\" && cd \"$w\" && t=$(mktemp writable-XXXXXX) && rm \"$t\" && w=$(pwd -P) && "
            + "free=$(df -Pk . | awk 'END {print $4}') && "
            + "if [ -e \"engines/$2/complete\" ]; then seen=there; else seen=absent; fi && "
            + "echo \"" + Launcher.WORD + "$(uname -m) $seen $free $w\" ) || exit; shift 2; " + Launcher.TOLD;

    /**
     * Arguments: folder of engines, digest. Unpacks beside the place and moves, so that it is there whole or not at all; then
     * archives the classes likewise, for an archive is valid only where it was made. Without one engines only start later.
     * Nodes may share the folder and do this at the same time; their process ids may be the same.
     */
    static final String UNPACK = "cd \"$1\" && p=$(mktemp -d \"$2.partial-XXXXXX\") && chmod 755 \"$p\" && "
            + "{ tar -xzf - -C \"$p\" 2>\"$p.said\" || "
            + "{ head -1 \"$p.said\" >&2; df -Pk . | awk 'END {print $4 \" KiB free\"}' >&2; rm -rf \"$p\" \"$p.said\"; exit 1; }; } && "
            + "rm -f \"$p.said\" && { mv -T \"$p\" \"$2\" 2>/dev/null || rm -rf \"$p\"; } && cd \"$2\" && "
            + "a=" + EngineBundle.ARCHIVE + " && t=$a.${p##*-} && { ./start -XX:ArchiveClassesAtExit=\"$1/$2/$t\""
            + " org.nixlconform.engine.process.Main warm-up >/dev/null 2>&1 && mv \"$t\" \"$a\" || rm -f \"$t\"; }"
            + " && : > complete";

    private final Launcher launcher;
    private final EngineBundle bundle;
    private final String nodeName;

    /**
     * @param shell on the node, to become our program there
     * @param workFolder absolute, on the node; exists
     */
    record Shipped(Launcher.Started shell, EngineBundle bundle, Path workFolder) {}

    Shipment(Launcher launcher, EngineBundle bundle, String nodeName) {
        this.launcher = launcher;
        this.bundle = bundle;
        this.nodeName = nodeName;
    }

    /**
     * @param digest of the bundle
     * @param wantedWorkFolder absolute, or from {@code ~/} on
     */
    Shipped ship(String digest, String wantedWorkFolder) {
        try {
            Launcher.Started shell = launcher.launch(List.of("/bin/sh", "-c", LOOK, "sh", wantedWorkFolder, digest));
            String[] seen = shell.word().split(" ", ANSWERS);
            refuseOtherMachine(seen[0]);
            Path workFolder = Path.of(seen[ANSWERS - 1]);
            Path engines = workFolder.resolve("engines");
            boolean absent = seen[1].equals("absent");
            refuseFullDisk(Long.parseLong(seen[2]), absent ? SPACE_TO_UPLOAD_KIB : SPACE_TO_RUN_KIB, workFolder);
            if (absent) {
                upload(engines, digest);
            }
            return new Shipped(shell, EngineBundle.at(engines.resolve(digest)), workFolder);
        } catch (IOException failed) {
            throw new FindingException(
                    Finding.of(FindingKind.NODE, "cluster", "our programs cannot be put on node " + nodeName)
                            .with("expected", "a folder that can be made and written, and tar")
                            .with("actual", String.valueOf(failed.getMessage()))
                            .with("where", wantedWorkFolder + ", on the node")
                            .with("remedy", "make it writable, free space there, or name another as workFolder"),
                    failed);
        }
    }

    private void refuseOtherMachine(String machine) {
        String ours = System.getProperty("os.arch").equals("amd64") ? "x86_64" : System.getProperty("os.arch");
        if (!machine.equals(ours)) {
            throw new FindingException(
                    Finding.of(FindingKind.NODE, "cluster", "our programs do not run on node " + nodeName)
                            .with("expected", "a machine like this one, " + ours)
                            .with("actual", machine)
                            .with("remedy", "run Maven on a machine of the nodes' kind, and build there"));
        }
    }

    private void refuseFullDisk(long freeKib, long neededKib, Path workFolder) {
        if (freeKib < neededKib) {
            throw new FindingException(Finding.of(
                            FindingKind.PREREQUISITE, "cluster", "the disk of node " + nodeName + " is full")
                    .with("expected", "at least " + bytes(neededKib) + " free for our programs and a run's files")
                    .with("actual", bytes(freeKib) + " free")
                    .with("where", workFolder + ", on the node")
                    .with("remedy", "free space there, or name another folder as workFolder in the cluster's file"));
        }
    }

    private static String bytes(long kib) {
        return String.format(Locale.ROOT, "%,d bytes", kib * 1024);
    }

    private void upload(Path engines, String digest) throws IOException {
        Launcher.Started started = launcher.launch(List.of("/bin/sh", "-c", UNPACK, "sh", engines.toString(), digest));
        try {
            try (OutputStream out = started.stdin()) {
                Tar.pack(bundle.folder(), true, List.of(EngineBundle.ARCHIVE), out);
            } catch (IOException cut) {
                // The shell there says why it stopped reading; the end of the channel says nothing.
                if (started.await(COMPLAINT_WITHIN.toMillis()).isEmpty()) {
                    throw cut;
                }
            }
            Optional<ProcessEnd> end = started.await(UNPACKED_WITHIN.toMillis());
            if (end.isEmpty() || end.get().exitCode() != 0) {
                throw new IOException("unpacking ended with "
                        + end.map(ProcessEnd::description)
                                .orElse("nothing within " + UNPACKED_WITHIN.toSeconds() + " s")
                        + "; " + started.complaint());
            }
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", ending);
        }
    }
}
