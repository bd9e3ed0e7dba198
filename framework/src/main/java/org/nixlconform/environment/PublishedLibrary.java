package org.nixlconform.environment;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.nixlconform.cluster.Node;
import org.nixlconform.configuration.InstallSpec.WheelInstall;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;

/**
 * A library that a wheel in the package index has beside what the wheel is for: where a node has no such library, it is
 * taken from there, as NIXL's own wheel comes.
 *
 * @param name that others need it by
 * @param wheel that has it
 * @param release such as {@code libfabric 2.5.1}
 * @param sha256 of the library, hexadecimal
 */
record PublishedLibrary(String name, WheelInstall wheel, String release, String sha256) {
    /** For the processor that all of them are for. */
    private static final String MACHINE = "x86_64";

    /** As deep as {@code local/lib/python3.11/dist-packages/nvidia/cuda_runtime/lib}, and the file. */
    private static final int DEPTH = 9;

    private static final Duration OTHERS_DEADLINE = Duration.ofMinutes(20);
    private static final List<PublishedLibrary> ALL = List.of(
            new PublishedLibrary(
                    "libfabric.so.1",
                    new WheelInstall("mpich", "5.0.2"),
                    "libfabric 2.5.1",
                    "774cf3f9fc0edd82cfbee15e1610c36f94f2b8d1410115d7bab7ca5cd7764003"),
            new PublishedLibrary(
                    "libhwloc.so.15",
                    new WheelInstall("tcmlib", "1.6.0"),
                    "hwloc 2",
                    "34e1ad15a2d207dc116d9f88fbf5f9ab97cc5ce5e6a704e54a587e8bc7ddefff"),
            new PublishedLibrary(
                    "libcudart.so.12",
                    new WheelInstall("nvidia-cuda-runtime-cu12", "12.9.79"),
                    "CUDA runtime 12.9.79",
                    "256e6409e4f06f618e1fb53d4844a6b81cdded1013afa8ade40c22f99eb133b7"),
            new PublishedLibrary(
                    "libcudart.so.13",
                    new WheelInstall("nvidia-cuda-runtime", "13.0.96"),
                    "CUDA runtime 13.0.96",
                    "96c42e418cec19054186b9429c321603cc190bf26a18104e19408117a2a817b0"));

    /** Empty where none is known for such a name and the node's processor. */
    static Optional<PublishedLibrary> of(String name, Node node) {
        return ALL.stream()
                .filter(each -> each.name.equals(name) && node.facts().machine().equals(MACHINE))
                .findFirst();
    }

    String described() {
        return "%s of %s".formatted(release, wheel.described());
    }

    /**
     * Puts it into a folder of its own under the work folder, once; later runs find it there.
     *
     * @param console takes a line when it is fetched
     * @return the library's file, on the node
     * @throws FindingException when it cannot be had, or is another than the one that is known
     */
    Path bring(Node node, Consumer<String> console) throws IOException {
        return bring(node, console, CarriedFolders.ofThisProcess());
    }

    /** @param carried where it may lie, so that it is fetched from nowhere */
    Path bring(Node node, Consumer<String> console, CarriedFolders carried) throws IOException {
        NodeFiles files = new NodeFiles(node.connection());
        Path parent = node.workFolder().resolve("environments");
        Path folder = parent.resolve(Digest.of(List.of("library", name, wheel.requirement(), sha256)));
        Path file = folder.resolve(name);
        if (files.sha256(file).equals(sha256)) {
            return file;
        }
        files.makeFolders(parent);
        Path lock = parent.resolve(folder.getFileName() + ".lock");
        try (NodeLock ignored = NodeLock.taken(node, lock, OTHERS_DEADLINE)) {
            if (!files.sha256(file).equals(sha256)) {
                Optional<Path> ours = carried.folder(String.valueOf(folder.getFileName()));
                if (ours.isPresent()) {
                    put(node, files, ours.get(), folder);
                } else {
                    fetch(node, files, folder, console);
                }
            }
            return file;
        }
    }

    /** The lock is held. */
    private void put(Node node, NodeFiles files, Path ours, Path folder) throws IOException {
        Path partial = folder.resolveSibling(folder.getFileName() + ".partial");
        files.remove(partial);
        try {
            Optional<String> failure = node.connection().send(ours, partial);
            if (failure.isPresent() || !files.sha256(partial.resolve(name)).equals(sha256)) {
                throw new IOException("%s cannot be put on node %s from %s: %s"
                        .formatted(name, node, ours, failure.orElse("it is another file than the one that is known")));
            }
            files.makeFolders(folder);
            files.rename(partial.resolve(name), folder.resolve(name));
        } finally {
            files.remove(partial);
        }
    }

    /** The lock is held: what another run left in parts is in nobody's use. */
    private void fetch(Node node, NodeFiles files, Path folder, Consumer<String> console) throws IOException {
        WheelTool tool = WheelTool.find(node);
        Path partial = folder.resolveSibling(folder.getFileName() + ".partial");
        Path temporary = folder.resolveSibling(folder.getFileName() + ".partial-tmp");
        Path log = node.workFolder().resolve("logs").resolve("install-" + folder.getFileName() + ".log");
        files.remove(partial);
        files.makeFolders(temporary);
        try {
            console.accept("fetching %s from %s with %s".formatted(name, wheel.requirement(), tool.description()));
            new WheelRun(node, wheel, tool, temporary, log, console)
                    .install(requirement -> tool.installBelow(partial, requirement));
            List<Path> found = files.find(partial, DEPTH, name);
            if (found.isEmpty() || !files.sha256(found.get(0)).equals(sha256)) {
                throw new FindingException(other(node, found, files));
            }
            files.makeFolders(folder);
            files.rename(found.get(0), folder.resolve(name));
        } finally {
            files.remove(partial);
            files.remove(temporary);
        }
    }

    private Finding other(Node node, List<Path> found, NodeFiles files) {
        return Finding.of(
                        FindingKind.PREREQUISITE,
                        "environment",
                        "%s of the package index is not the one that is known".formatted(wheel.described()))
                .with("expected", "%s with sha256 %s".formatted(name, sha256))
                .with("actual", found.isEmpty() ? "no such file" : "sha256 " + files.sha256(found.get(0)))
                .with("node", node.name())
                .with(
                        "remedy",
                        "see which index the node's pip uses; or install the library there and name its folder in LD_LIBRARY_PATH");
    }
}
