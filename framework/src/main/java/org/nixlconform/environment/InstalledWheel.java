package org.nixlconform.environment;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What lies in an installed environment's folder; kept there as {@value #FILE_NAME}.
 *
 * @param wheelTag such as {@code cp311-cp311-manylinux_2_28_x86_64}
 * @param recordSha256 of the wheel's {@code RECORD}, which lists every file with its digest; hexadecimal
 * @param library path of {@code libnixl_capi.so} within the folder
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
    static final String LIBRARY_NAME = "libnixl_capi.so";

    /** In a wheel the library lies in {@code .nixl_cu12.mesonpy.libs}. */
    private static final int LIBRARY_DEPTH = 3;

    private static final Pattern RECORD_LINE = Pattern.compile("(.+),sha256=[^,]*,(\\d+)");
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Looks at what was installed in a folder; empty when it has no {@value #LIBRARY_NAME}. */
    static Optional<InstalledWheel> inspect(
            Path folder, String distribution, String version, String installedBy, String installedAt)
            throws IOException {
        Optional<Path> library = findLibrary(folder);
        if (library.isEmpty()) {
            return Optional.empty();
        }
        Path metadata = metadataFolder(folder, distribution);
        return Optional.of(new InstalledWheel(
                distribution,
                version,
                wheelTag(metadata),
                Digest.sha256(metadata.resolve("RECORD")),
                folder.relativize(library.get()).toString(),
                Files.size(library.get()),
                Digest.sha256(library.get()),
                installedBy,
                installedAt));
    }

    static Optional<InstalledWheel> read(Path folder) {
        try {
            return Optional.of(JSON.readValue(folder.resolve(FILE_NAME).toFile(), InstalledWheel.class));
        } catch (IOException e) {
            return Optional.empty(); // Absent, or of another version of ours: it is installed anew.
        }
    }

    void write(Path folder) throws IOException {
        try {
            Files.writeString(
                    folder.resolve(FILE_NAME),
                    JSON.writerWithDefaultPrettyPrinter().writeValueAsString(this) + "\n");
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a record of plain values has a JSON form", e);
        }
    }

    Path libraryIn(Path folder) {
        return folder.resolve(library);
    }

    /**
     * What in the folder is no longer as it was installed; empty when nothing is. Sizes of all files, and the digest of the
     * library and of the list of files: a few milliseconds.
     */
    Optional<String> changedIn(Path folder) throws IOException {
        Path file = libraryIn(folder);
        if (!Files.isRegularFile(file)) {
            return Optional.of(library + " is missing");
        }
        if (Files.size(file) != librarySizeBytes || !Digest.sha256(file).equals(librarySha256)) {
            return Optional.of(library + " is not the file that was installed");
        }
        Path record = metadataFolder(folder, distribution).resolve("RECORD");
        if (!Files.isRegularFile(record) || !Digest.sha256(record).equals(recordSha256)) {
            return Optional.of(folder.relativize(record) + " is not the file that was installed");
        }
        for (String line : Files.readAllLines(record, StandardCharsets.UTF_8)) {
            Matcher entry = RECORD_LINE.matcher(line);
            // Scripts and headers are listed as ../../, relative to a place that --target does not have.
            if (entry.matches() && !entry.group(1).startsWith("..")) {
                Path listed = folder.resolve(entry.group(1));
                if (!Files.isRegularFile(listed)) {
                    return Optional.of(entry.group(1) + " is missing");
                }
                if (Files.size(listed) != Long.parseLong(entry.group(2))) {
                    return Optional.of(entry.group(1) + " has another size");
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<Path> findLibrary(Path folder) throws IOException {
        try (Stream<Path> files = Files.find(
                folder,
                LIBRARY_DEPTH,
                (path, attributes) -> path.endsWith(LIBRARY_NAME) && attributes.isRegularFile())) {
            return files.sorted().findFirst();
        }
    }

    /** {@code nixl_cu12-1.5.1.dist-info}; the name of a folder that is not there when there is none. */
    private static Path metadataFolder(Path folder, String distribution) throws IOException {
        String prefix = normalized(distribution) + "-";
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(entry -> entry.getFileName().toString().endsWith(".dist-info"))
                    .filter(entry -> normalized(entry.getFileName().toString()).startsWith(prefix))
                    .findFirst()
                    .orElse(folder.resolve(prefix + ".dist-info"));
        }
    }

    private static String normalized(String distribution) {
        // Only up to the version's hyphen: the rest of a folder's name is compared as it is.
        int hyphen = distribution.endsWith(".dist-info") ? distribution.indexOf('-') : -1;
        String name = hyphen < 0 ? distribution : distribution.substring(0, hyphen);
        String rest = hyphen < 0 ? "" : distribution.substring(hyphen);
        return name.replaceAll("[-_.]+", "_").toLowerCase(Locale.ROOT) + rest;
    }

    private static String wheelTag(Path metadata) throws IOException {
        List<String> lines = Files.readAllLines(metadata.resolve("WHEEL"), StandardCharsets.UTF_8);
        return lines.stream()
                .filter(line -> line.startsWith("Tag: "))
                .map(line -> line.substring("Tag: ".length()).strip())
                .findFirst()
                .orElse("unknown");
    }
}
