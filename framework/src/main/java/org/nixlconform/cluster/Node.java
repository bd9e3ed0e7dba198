package org.nixlconform.cluster;

import java.nio.file.Path;
import java.util.Optional;
import org.nixlconform.configuration.ClusterSpec;
import org.nixlconform.configuration.ClusterSpec.NodeSpec;

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
        return spec.dataAddress().or(() -> spec.ssh().map(ClusterSpec.SshSpec::host));
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
