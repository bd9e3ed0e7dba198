package org.nixlconform.configuration;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** How NIXL comes onto a node. */
public sealed interface InstallSpec {
    /** What a wheel, a build or a folder is called in messages; shows no credentials. */
    String described();

    /**
     * The place on a node that is changed and that other programs use too; two environments of one run must not name the
     * same. Empty where only our own work folder is written.
     */
    Optional<String> sharedPlace();

    /**
     * A wheel from the package index that the node's pip uses.
     *
     * @param distribution such as {@code nixl-cu12}
     * @param version exact, as written in the file
     * @param system whether it goes into a Python of the node, in place of every other NIXL there, and not into a folder
     *     of ours
     * @param python that Python, a command or a path; the first {@code python3} when empty
     * @param efaPrefix where the node's own libfabric, libefa and libibverbs are to be taken from, in place of those that
     *     the wheel bundles; the wheel's stay when empty
     */
    record WheelInstall(
            String distribution, String version, boolean system, Optional<String> python, Optional<Path> efaPrefix)
            implements InstallSpec {

        /** Into a folder of its own, as it is. */
        public WheelInstall(String distribution, String version) {
            this(distribution, version, false, Optional.empty(), Optional.empty());
        }

        /**
         * The same at another release. Up to 0.7.0 there is one distribution, {@code nixl}; from 0.7.1 on that has no libraries
         * of its own, and those for CUDA 12 are meant.
         */
        public WheelInstall at(String release) {
            boolean first = release.matches("0\\.([0-6](\\..*)?|7(\\.0.*)?)");
            String named = first ? "nixl" : distribution.equals("nixl") ? "nixl-cu12" : distribution;
            return new WheelInstall(named, release, system, python, efaPrefix);
        }

        /** As pip takes it. */
        public String requirement() {
            return distribution + "==" + version;
        }

        @Override
        public String described() {
            return distribution + " " + version;
        }

        @Override
        public Optional<String> sharedPlace() {
            return system ? Optional.of("Python " + python.orElse("python3")) : Optional.empty();
        }
    }

    /**
     * A build on the node by meson and ninja.
     *
     * @param options of {@code meson setup}, in order
     * @param prefix where it is installed; a folder of ours when empty
     * @param bindings whether the Python package is built and installed too
     * @param pluginsFrom wheel whose plug-ins stand in for those that were not built
     */
    record SourceInstall(
            Origin origin,
            List<String> options,
            Optional<Path> prefix,
            boolean bindings,
            Optional<WheelInstall> pluginsFrom)
            implements InstallSpec {
        public SourceInstall {
            Objects.requireNonNull(origin);
            options = List.copyOf(options);
        }

        @Override
        public String described() {
            return origin.described();
        }

        @Override
        public Optional<String> sharedPlace() {
            return prefix.map(Path::toString);
        }
    }

    /** Where sources come from. */
    sealed interface Origin {
        /** Shows no credentials. */
        String described();

        /**
         * A repository that the node reaches.
         *
         * @param url may hold a user and a password; nothing may show them
         * @param ref branch, tag or commit
         */
        record Git(String url, String ref) implements Origin {
            /** Without a user and a password. */
            public String shownUrl() {
                return url.replaceFirst("(?<=//)[^/]*@", "");
            }

            /** {@code user:password} as the URL holds them. */
            public Optional<String> credentials() {
                int begin = url.indexOf("//") + 2;
                int end = url.lastIndexOf('@', url.indexOf('/', begin) < 0 ? url.length() : url.indexOf('/', begin));
                return url.contains("//") && end > begin ? Optional.of(url.substring(begin, end)) : Optional.empty();
            }

            @Override
            public String described() {
                return shownUrl() + " at " + ref;
            }

            /** Shows no credentials. */
            @Override
            public String toString() {
                return "Git[" + described() + "]";
            }
        }

        /** @param path a folder of this machine, absolute; it is copied to the node and built in the copy */
        record Folder(Path path) implements Origin {
            @Override
            public String described() {
                return path.toString();
            }
        }
    }

    /**
     * What is there already; nothing is installed or changed.
     *
     * @param path on the node
     */
    record InstalledAt(Place place, Path path) implements InstallSpec {
        @Override
        public String described() {
            return path.toString();
        }

        @Override
        public Optional<String> sharedPlace() {
            return Optional.empty();
        }
    }

    /** What the path of an installation is. */
    enum Place {
        /** Of {@code meson install} or a package: libraries lie in its {@code lib} or {@code lib64}, or below. */
        PREFIX,
        /** A folder with the libraries, such as an unpacked wheel. */
        FOLDER,
        /** An interpreter, or the folder of a virtual environment. */
        PYTHON
    }
}
