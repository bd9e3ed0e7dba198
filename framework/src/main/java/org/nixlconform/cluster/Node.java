package org.nixlconform.cluster;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.nixlconform.configuration.ClusterSpec.NodeSpec;
import org.nixlconform.configuration.ClusterSpec.SshSpec;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;

/**
 * A machine of the cluster that was reached.
 *
 * @param bundle our programs, as they lie on the node
 * @param workFolder absolute, on the node; exists and is ours
 * @param runFolder on the node, for this run alone; empty on this machine, where files lie in the report at once
 * @param dataInterface that has the data address of the cluster's file; empty where the file names none
 */
public record Node(
        NodeSpec spec,
        NodeFacts facts,
        NodeConnection connection,
        EngineBundle bundle,
        Path workFolder,
        Optional<Path> runFolder,
        Optional<String> dataInterface) {
    private static final Duration DISK_TOLD_WITHIN = Duration.ofSeconds(5);

    public String name() {
        return spec.name();
    }

    /** GPUs that ranks may use: those found, or fewer where the cluster file says so. */
    public int gpus() {
        int found = facts.gpus().size();
        return spec.gpus().map(declared -> Math.min(declared, found)).orElse(found);
    }

    /** Memory that ranks may use, of what is free: that too may be less in the cluster file. */
    public long memoryAvailableBytes() {
        long found = facts.memoryAvailableBytes();
        return spec.memoryBytes().map(declared -> Math.min(declared, found)).orElse(found);
    }

    /** Under which others reach it for data; empty for this machine where the file names no address of it. */
    public Optional<String> dataHost() {
        return spec.dataHost();
    }

    /**
     * That it is gone, and the reason for whatever else seemed wrong there.
     *
     * @param activity of ours, to follow "while"
     */
    public Finding lostWhile(String activity) {
        return Finding.of(FindingKind.NODE, "cluster", "node " + name() + " was lost while " + activity)
                .with("expected", "a connection that lasts until the run ends")
                .with("actual", "it ended or was silent for too long")
                .with("where", spec.ssh().map(SshSpec::described).orElse("this machine"))
                .with(
                        "remedy",
                        "see that the node runs, that its SSH server does, and its network; the next run sweeps what is left"
                                + " there");
    }

    /** What keeps blocks from its interface for data; empty where that is up or the cluster's file names none. */
    Optional<Finding> dataLinkDown() {
        return dataInterface()
                .filter(name -> connection
                        .readText(Path.of("/sys/class/net", name, "operstate"))
                        .filter(state -> state.strip().equals("down"))
                        .isPresent())
                .map(name -> Finding.of(
                                FindingKind.NODE, "cluster", "the interface for data of node " + name() + " is down")
                        .with(
                                "expected",
                                "a link at " + name + ", which has "
                                        + spec.dataAddress().orElse("the data address"))
                        .with("actual", "down")
                        .with("remedy", "see `ip link` on the node, cable and switch"));
    }

    /** What of a case its disk did not take. @param what such as {@code the log of prefill-0-rank-0} */
    public Finding diskFull(String what) {
        String free = connection
                .run(Command.of("df", "-B1", "--output=avail", workFolder.toString()), DISK_TOLD_WITHIN)
                .stdout();
        return Finding.of(FindingKind.LEFTOVER, "cluster", "the disk of node " + name() + " did not take " + what)
                .with("expected", "space for some megabytes")
                .with("actual", free.lines().reduce("", (head, last) -> last.strip()) + " bytes free")
                .with("where", workFolder + ", on the node")
                .with("remedy", "free space there, or name another folder as workFolder in the cluster's file");
    }

    /** Whether it is this machine. */
    public boolean isHere() {
        return runFolder.isEmpty();
    }

    /** What our programs there wait for a word of ours before they end; 0 on this machine, where they end with us. */
    public int leaseSeconds() {
        return runFolder.isPresent() ? Reach.LEASE_SECONDS : 0;
    }

    /** The place on the node for what belongs into a folder of the report. */
    public Path place(Path reportFolder) {
        return runFolder
                .map(folder -> folder.resolve(
                                Integer.toHexString(reportFolder.toString().hashCode()))
                        .resolve(String.valueOf(reportFolder.getFileName())))
                .orElse(reportFolder);
    }

    /**
     * Brings what lies in the {@link #place} of a folder of the report into that folder.
     *
     * @return why it could not, empty when it could
     */
    public Optional<String> bring(Path reportFolder) {
        return runFolder.flatMap(folder -> connection.fetch(place(reportFolder), reportFolder));
    }

    @Override
    public String toString() {
        return name();
    }
}
