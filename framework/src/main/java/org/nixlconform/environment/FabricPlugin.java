package org.nixlconform.environment;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.nixlconform.cluster.Node;
import org.nixlconform.message.Fact;

/**
 * The LIBFABRIC plug-in of an installation on a node, and what the loader finds there for it.
 *
 * @param found file by the name that it is needed by, empty text where there is none
 */
record FabricPlugin(Node node, Path file, SymbolVersions versions, Map<String, String> found) {
    static final String BACKEND = "LIBFABRIC";

    private static final int LIBRARY_LIMIT_BYTES = 64 << 20;

    /** What it needs beside NIXL itself. */
    enum Need {
        LIBFABRIC("libfabric", "libfabric", "install EFA's software, which has it in /opt/amazon/efa/lib"),
        HWLOC("libhwloc", "hwloc", "sudo apt-get install libhwloc15 (Fedora: sudo dnf install hwloc-libs)"),
        CUDA_RUNTIME("libcudart", "the CUDA runtime", "install CUDA's toolkit, or its runtime by pip"),
        CUDA_DRIVER("libcuda", "the CUDA driver", "install NVIDIA's driver");

        private final String stem;
        private final String title;
        private final String origin;

        /**
         * @param stem with which the names of its files begin
         * @param origin how a node gets it
         */
        Need(String stem, String title, String origin) {
            this.stem = stem;
            this.title = title;
            this.origin = origin;
        }

        String title() {
            return title;
        }

        String origin() {
            return origin;
        }

        /** Wheels that bundle it have a digest in its name. */
        boolean isMeantBy(String name) {
            return name.startsWith(stem + ".so") || name.startsWith(stem + "-");
        }

        /** For the report. */
        String label() {
            return stem;
        }
    }

    /**
     * @param variables of the process that would load it
     * @return empty where there is no such plug-in, or nothing on the node can look at it
     */
    static Optional<FabricPlugin> of(Node node, Installation installation, Map<String, String> variables) {
        return of(node, Plugins.folder(installation, variables).resolve(Plugins.fileName(BACKEND)), variables);
    }

    private static Optional<FabricPlugin> of(Node node, Path file, Map<String, String> variables) {
        return versions(node, file)
                .flatMap(versions -> SharedLibraries.found(node.connection(), file, variables)
                        .map(found -> new FabricPlugin(node, file, versions, found)));
    }

    /**
     * The plug-in whose libfabric {@code LD_LIBRARY_PATH} decides. One with an RPATH of its own takes what the wheel bundles;
     * the wheel of 0.6.1 has a second copy, in a folder beside its bundled libraries, without one.
     *
     * @param variables of the process that would load it
     * @return this one where it is such, or where there is no other
     */
    FabricPlugin withoutPathOfItsOwn(Map<String, String> variables) {
        return Optional.of(this)
                .filter(own -> !own.versions.searchedFirst().isEmpty())
                .flatMap(own -> own.file(Need.LIBFABRIC))
                .map(bundled -> bundled.normalize().resolveSibling("nixl").resolve(Plugins.fileName(BACKEND)))
                .flatMap(copy -> of(node, copy, variables))
                .filter(copy -> copy.versions.searchedFirst().isEmpty())
                .orElse(this);
    }

    static Optional<SymbolVersions> versions(Node node, Path library) {
        return node.connection().readBytes(library, LIBRARY_LIMIT_BYTES).flatMap(SymbolVersions::of);
    }

    /** The name that it needs something by; empty when it does not. */
    Optional<String> name(Need need) {
        return found.keySet().stream().filter(need::isMeantBy).findFirst();
    }

    /** What the loader finds for that; empty when nothing. */
    Optional<Path> file(Need need) {
        return name(need)
                .map(name -> found.getOrDefault(name, ""))
                .filter(path -> !path.isEmpty())
                .map(Path::of);
    }

    /** Of its libfabric. */
    Set<String> neededVersions() {
        return name(Need.LIBFABRIC).map(name -> versions.needed().get(name)).orElse(Set.of());
    }

    boolean isServedBy(Path libfabric) {
        return definesAll(libfabric, neededVersions());
    }

    boolean definesAll(Path libfabric, Set<String> wanted) {
        return versions(node, libfabric)
                .filter(library -> library.defined().containsAll(wanted))
                .isPresent();
    }

    /**
     * Which step of the loader's search led to a file.
     *
     * @param searched the value of {@code LD_LIBRARY_PATH}
     */
    String why(Path chosen, String searched) {
        if (leadsTo(versions.searchedFirst(), chosen)) {
            return "by the plug-in's own RPATH, which comes before LD_LIBRARY_PATH";
        }
        if (leadsTo(searched, chosen)) {
            return "by LD_LIBRARY_PATH";
        }
        if (leadsTo(versions.searchedAfter(), chosen)) {
            return "by the plug-in's own RUNPATH, as no folder of LD_LIBRARY_PATH has it";
        }
        return "by the loader's cache or default folders, as neither LD_LIBRARY_PATH nor the plug-in leads to one";
    }

    private boolean leadsTo(String folders, Path chosen) {
        Path folder = chosen.normalize().getParent();
        for (String each : folders.split(":", -1)) {
            String expanded = each.replace("${ORIGIN}", "$ORIGIN").replace("$ORIGIN", String.valueOf(file.getParent()));
            if (!each.isEmpty() && Path.of(expanded).normalize().equals(folder)) {
                return true;
            }
        }
        return false;
    }

    /** What was found for a need, for the report. */
    Optional<Fact> fact(Need need, String searched) {
        return file(need).map(path -> {
            Path real = new NodeFiles(node.connection()).real(path);
            String target = real.equals(path.normalize()) ? "" : ", which is " + real;
            return new Fact(need.label(), "%s%s, %s".formatted(path.normalize(), target, why(path, searched)));
        });
    }
}
