package org.nixlconform.environment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.nixlconform.cluster.BuiltEngine;
import org.nixlconform.cluster.EngineBundle;
import org.nixlconform.cluster.Node;
import org.nixlconform.cluster.NodeConnection;
import org.nixlconform.cluster.NodeFacts;
import org.nixlconform.configuration.ClusterSpec.NodeSpec;

/** A node whose {@code PATH} holds only what a test puts there, and a few programs that every machine has. */
final class PlantedNode {
    private static final List<String> EVERYWHERE = List.of(
            "mkdir",
            "cat",
            "ldd",
            "env",
            "sed",
            "sort",
            "dirname",
            "uname",
            "test",
            "mv",
            "rm",
            "find",
            "df",
            "sh",
            "readlink");

    /** What a Python answers when it is asked for its version and its pip's. */
    private static final String PYTHON = """
            #!/bin/sh
            case "$1" in
            -c) printf '%s\\n%s\\n' ; exit 0 ;;
            esac
            # What follows are the words of pip.
            shift 2
            if [ "$1" = config ]; then
                echo "global.index-url='https://somebody:planted-secret@index.invalid/simple'"
                exit 0
            fi
            while [ "$1" != --target ]; do shift; done
            target=$2
            %s
            """;

    /** Installs a wheel of four files, in the layout of NIXL's. */
    static final String INSTALLS = """
            mkdir -p "$target/.nixl_cu12.mesonpy.libs/plugins" "$target/nixl_cu12-1.5.1.dist-info"
            printf planted-library > "$target/.nixl_cu12.mesonpy.libs/libnixl_capi.so"
            printf planted-plugin > "$target/.nixl_cu12.mesonpy.libs/plugins/libplugin_UCX.so"
            echo 'Tag: cp311-cp311-manylinux_2_28_x86_64' > "$target/nixl_cu12-1.5.1.dist-info/WHEEL"
            cat > "$target/nixl_cu12-1.5.1.dist-info/RECORD" <<'END'
            ../../bin/nixl_example,sha256=FO7bKeOKgmA6BR4T15qa8iC2Ym29dmVSqH8cEWt572c,243
            .nixl_cu12.mesonpy.libs/libnixl_capi.so,sha256=a,15
            .nixl_cu12.mesonpy.libs/plugins/libplugin_UCX.so,sha256=b,14
            nixl_cu12-1.5.1.dist-info/RECORD,,
            END
            """;

    private final Path folder;
    private final Path bin;
    private String name = "this-machine";

    PlantedNode(Path folder) throws IOException {
        this.folder = folder;
        this.bin = Files.createDirectories(folder.resolve("bin"));
        for (String program : EVERYWHERE) {
            program(program, "#!/bin/sh\nPATH=/usr/bin:/bin exec %s \"$@\"\n".formatted(program));
        }
    }

    /**
     * @param pip its version; {@code -} for none
     * @param install what its {@code pip install} does, in shell; {@code $target} is the folder
     */
    PlantedNode python(String name, String version, String pip, String install) throws IOException {
        return program(name, PYTHON.formatted(version, pip, install));
    }

    PlantedNode program(String name, String text) throws IOException {
        Path program = Files.writeString(bin.resolve(name), text);
        if (!program.toFile().setExecutable(true)) {
            throw new IOException(program + " cannot be made executable");
        }
        return this;
    }

    PlantedNode named(String another) {
        name = another;
        return this;
    }

    Path bin() {
        return bin;
    }

    Path workFolder() {
        return folder.resolve("work");
    }

    Node node() {
        return node(BuiltEngine.bundle());
    }

    /** @param bundle that its probe is started from */
    Node node(EngineBundle bundle) {
        return node(name, BuiltEngine.here(Map.of("PATH", bin.toString()), folder), bundle, workFolder(), List.of());
    }

    static Node node(NodeConnection connection, EngineBundle bundle, Path workFolder) {
        return node("this-machine", connection, bundle, workFolder, List.of());
    }

    /** With GPUs that are not there. */
    static Node node(NodeConnection connection, EngineBundle bundle, Path workFolder, int gpus) {
        return node(
                "this-machine",
                connection,
                bundle,
                workFolder,
                IntStream.range(0, gpus)
                        .mapToObj(index -> new NodeFacts.Gpu(index, "GPU", "580", 1L << 33))
                        .toList());
    }

    private static Node node(
            String name, NodeConnection connection, EngineBundle bundle, Path workFolder, List<NodeFacts.Gpu> gpus) {
        NodeFacts facts = new NodeFacts(
                "host", "x86_64", "6", "Debian", "cpu", 2, 1L << 33, 1L << 33, gpus, List.of(), List.of(), List.of(),
                List.of());
        return new Node(
                NodeSpec.local(name), facts, connection, bundle, workFolder, Optional.empty(), Optional.empty());
    }
}
