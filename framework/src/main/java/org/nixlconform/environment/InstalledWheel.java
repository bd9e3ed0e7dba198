package org.nixlconform.environment;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.nixlconform.cluster.NodeConnection;
import org.nixlconform.message.Fact;

/**
 * What lies in an installed environment's folder; kept there as {@value #FILE_NAME}.
 *
 * @param wheelTag such as {@code cp311-cp311-manylinux_2_28_x86_64}
 * @param recordSha256 of the wheel's {@code RECORD}, which lists every file with its digest; hexadecimal
 * @param library path within the folder of {@code libnixl_capi.so}, or of {@code libnixl.so} where there is no other
 * @param librarySizeBytes of the same file
 * @param librarySha256 of the same file, hexadecimal
 * @param installedBy such as {@code pip 23.2.1, Python 3.11.7}
 * @param installedAt ISO 8601
 */
record InstalledWheel(
        String distribution,
        String version,
        String wheelTag,
        String recordSha256,
        String library,
        long librarySizeBytes,
        String librarySha256,
        String installedBy,
        String installedAt) {
    static final String FILE_NAME = "nixlconform-installed.json";

    private static final Pattern RECORD_LINE = Pattern.compile("(.+),sha256=[^,]*,(\\d+)");
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Looks at what was installed in a folder; empty when it holds no library of NIXL's. */
    static Optional<InstalledWheel> inspect(
            NodeFiles files, Path folder, String distribution, String version, String installedBy, String installedAt)
            throws IOException {
        Path metadata = metadataFolder(files, folder, distribution);
        List<String> paths = entries(files, metadata).stream().map(Entry::path).toList();
        Optional<Path> library = named(Installation.CAPI_NAME, paths)
                .or(() -> named(Installation.CORE_NAME, paths))
                .map(folder::resolve);
        if (library.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new InstalledWheel(
                distribution,
                version,
                wheelTag(files, metadata),
                files.sha256(metadata.resolve("RECORD")),
                folder.relativize(library.get()).toString(),
                files.sizeBytes(library.get()),
                files.sha256(library.get()),
                installedBy,
                installedAt));
    }

    static Optional<InstalledWheel> read(NodeFiles files, Path folder) {
        return files.connection().readText(folder.resolve(FILE_NAME)).flatMap(text -> {
            try {
                return Optional.of(JSON.readValue(text, InstalledWheel.class));
            } catch (JsonProcessingException otherVersion) {
                return Optional.empty(); // Of another version of ours: it is installed anew.
            }
        });
    }

    void write(NodeFiles files, Path folder) throws IOException {
        files.write(
                folder.resolve(FILE_NAME), JSON.writerWithDefaultPrettyPrinter().writeValueAsString(this) + "\n");
    }

    /** A part of it, with a list of files of its own. */
    InstalledWheel asParts(String otherRecordSha256, String installedBy) {
        return new InstalledWheel(
                distribution,
                version,
                wheelTag,
                otherRecordSha256,
                library,
                librarySizeBytes,
                librarySha256,
                installedBy,
                installedAt);
    }

    String described() {
        return distribution + " " + version;
    }

    Path libraryIn(Path folder) {
        return folder.resolve(library);
    }

    /** Wheels keep {@code libnixl_capi.so} beside {@code libnixl.so}. */
    Installation in(Path folder, Fact place) {
        Path found = libraryIn(folder);
        return new Installation(
                distribution,
                Optional.of(version),
                folder,
                found.resolveSibling(Installation.CORE_NAME),
                found.endsWith(Installation.CAPI_NAME) ? Optional.of(found) : Optional.empty(),
                Map.of(),
                Map.of(),
                List.of(
                        new Fact("nixl", distribution + " " + version),
                        new Fact("wheel", "%s, by %s".formatted(wheelTag, installedBy)),
                        place,
                        new Fact(String.valueOf(found.getFileName()), "sha256 " + librarySha256)));
    }

    /**
     * What in the folder is no longer as it was installed; empty when nothing is. Sizes of all files, and the digest of the
     * library and of the list of files: a few milliseconds.
     *
     * @param efaFixed whether libraries for EFA may have been replaced by links; then those that were kept are looked at
     */
    Optional<String> changedIn(NodeFiles files, Path folder, boolean efaFixed) throws IOException {
        Path file = libraryIn(folder);
        if (files.sizeBytes(file) < 0) {
            return Optional.of(library + " is missing");
        }
        if (files.sizeBytes(file) != librarySizeBytes || !files.sha256(file).equals(librarySha256)) {
            return Optional.of(library + " is not the file that was installed");
        }
        Path metadata = metadataFolder(files, folder, distribution);
        Path record = metadata.resolve("RECORD");
        if (!files.sha256(record).equals(recordSha256)) {
            return Optional.of(folder.relativize(record) + " is not the file that was installed");
        }
        List<Entry> entries = entries(files, metadata);
        List<NodeConnection.SeenFile> seen = files.connection()
                .examine(
                        entries.stream()
                                .map(entry -> folder.resolve(entry.path()))
                                .toList(),
                        false);
        for (int at = 0; at < entries.size(); at++) {
            Entry entry = entries.get(at);
            boolean right = seen.get(at).sizeBytes() == entry.sizeBytes();
            if (!right && efaFixed && EfaFix.replaces(entry.path())) {
                right = files.sizeBytes(EfaFix.kept(folder.resolve(entry.path()))) == entry.sizeBytes();
            }
            if (!right) {
                return Optional.of(entry.path() + (seen.get(at).isThere() ? " has another size" : " is missing"));
            }
        }
        return Optional.empty();
    }

    /** Paths within the folder of the libraries that the wheel brought. */
    List<Path> libraries(NodeFiles files, Path folder) {
        return entries(files, metadataFolder(files, folder, distribution)).stream()
                .map(entry -> Path.of(entry.path()))
                .filter(path -> path.getFileName().toString().contains(".so"))
                .toList();
    }

    private record Entry(String path, long sizeBytes) {}

    /** Scripts and headers are listed as ../../, relative to a place that an installation into a folder does not have. */
    private static List<Entry> entries(NodeFiles files, Path metadata) {
        return files.connection()
                .readText(metadata.resolve("RECORD"))
                .orElse("")
                .lines()
                .map(RECORD_LINE::matcher)
                .filter(entry -> entry.matches() && !entry.group(1).startsWith(".."))
                .map(entry -> new Entry(entry.group(1), Long.parseLong(entry.group(2))))
                .toList();
    }

    private static Optional<String> named(String name, List<String> paths) {
        return paths.stream().filter(path -> path.endsWith("/" + name)).findFirst();
    }

    /** {@code nixl_cu12-1.5.1.dist-info}; the name of a folder that is not there when there is none. */
    static Path metadataFolder(NodeFiles files, Path folder, String distribution) {
        String prefix = normalized(distribution) + "-";
        return files.connection().list(folder).stream()
                .filter(name -> name.endsWith(".dist-info"))
                .filter(name -> normalized(name).startsWith(prefix))
                .findFirst()
                .map(folder::resolve)
                .orElse(folder.resolve(prefix + ".dist-info"));
    }

    private static String normalized(String distribution) {
        // Only up to the version's hyphen: the rest of a folder's name is compared as it is.
        int hyphen = distribution.endsWith(".dist-info") ? distribution.indexOf('-') : -1;
        String name = hyphen < 0 ? distribution : distribution.substring(0, hyphen);
        String rest = hyphen < 0 ? "" : distribution.substring(hyphen);
        return name.replaceAll("[-_.]+", "_").toLowerCase(Locale.ROOT) + rest;
    }

    private static String wheelTag(NodeFiles files, Path metadata) {
        return files.connection()
                .readText(metadata.resolve("WHEEL"))
                .orElse("")
                .lines()
                .filter(line -> line.startsWith("Tag: "))
                .map(line -> line.substring("Tag: ".length()).strip())
                .findFirst()
                .orElse("unknown");
    }
}
