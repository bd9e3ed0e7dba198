package org.nixlconform.jupiter;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.Backend;

/**
 * Which cells of the matrix a run takes.
 *
 * @param cells patterns of names, {@code *} for any text, without one any part of the name; any of them suffices; empty
 *     for all
 * @param backends empty for all
 * @param releases of NIXL, in place of those that environments have; empty for these
 * @param level of {@link FromLevel} up to which cells are taken
 * @param replay the one cell to be run again; empty for those that the rest selects
 * @param listOnly name the cells, run none
 */
record Selection(
        List<String> cells,
        List<Backend> backends,
        List<Releases> releases,
        Level level,
        boolean listOnly,
        Optional<Replay> replay) {
    private static final String VERSIONS = "nixl.versions";
    private static final String REPLAY = "replay";
    private static final Pattern RELEASE = Pattern.compile("[0-9][0-9A-Za-z.!+_-]*");

    /** Of a run that does not begin. */
    static final Selection EVERYTHING =
            new Selection(List.of(), List.of(), List.of(), Level.SOAK, false, Optional.empty());

    /** A release of NIXL for each role. */
    record Releases(String prefill, String decode) {
        /** {@code 1.4.0}, or {@code 1.4.0:1.3.2} where they differ. */
        String label() {
            return prefill.equals(decode) ? prefill : prefill + ":" + decode;
        }
    }

    /**
     * @param property gives the value of {@code cells}, {@code backends}, {@code nixl.versions}, {@code level}, {@code list}
     *     and {@code replay}, a file relative to {@code root}
     * @throws FindingException when a backend or the level is unknown, a release is none, or the file is no replay
     */
    static Selection of(Function<String, @Nullable String> property) {
        Optional<Replay> replay = Optional.ofNullable(property.apply(REPLAY))
                .map(file -> Replay.read(
                        Path.of(Optional.ofNullable(property.apply("root")).orElse(""))
                                .toAbsolutePath()
                                .resolve(file)));
        String releases = property.apply(VERSIONS);
        if (releases == null && replay.isPresent()) {
            releases = replay.get().releases().orElse(null);
        }
        return new Selection(
                parts(property.apply("cells"), ";"),
                parts(property.apply("backends"), ",").stream()
                        .map(backend -> named(Backend.values(), "backends", backend))
                        .toList(),
                parts(releases, ",").stream()
                        .map(Selection::releases)
                        .distinct()
                        .toList(),
                Optional.ofNullable(property.apply("level"))
                        .map(level -> named(Level.values(), "level", level))
                        .orElse(Level.QUICK),
                isOn(property.apply("list")),
                replay);
    }

    private static boolean isOn(@Nullable String value) {
        return value != null && !value.equalsIgnoreCase("false");
    }

    /** A cell's name holds commas, so patterns of cells are parted by semicolons. */
    private static List<String> parts(@Nullable String value, String separator) {
        return value == null
                ? List.of()
                : Arrays.stream(value.split(separator, -1))
                        .map(String::strip)
                        .filter(part -> !part.isEmpty())
                        .toList();
    }

    private static <E extends Enum<E>> E named(E[] values, String property, String name) {
        return Arrays.stream(values)
                .filter(value -> value.name().equalsIgnoreCase(name.strip()))
                .findFirst()
                .orElseThrow(() -> new FindingException(Finding.of(
                                FindingKind.CONFIGURATION,
                                "selection",
                                "-D" + property + " names an unknown " + property.replaceFirst("s$", ""))
                        .with("expected", "of " + Arrays.toString(values))
                        .with("actual", name)
                        .with("where", "-D" + property + " on the command line")
                        .with("remedy", "for example -D" + property + "=" + values[0])));
    }

    /** Whether what is taken from a level on is taken here. */
    boolean takes(Level from) {
        return replay.isPresent() || from.compareTo(level) <= 0;
    }

    private static Releases releases(String text) {
        String[] roles = text.split(":", -1);
        if (roles.length > 2
                || !Arrays.stream(roles).allMatch(each -> RELEASE.matcher(each).matches())) {
            throw new FindingException(Finding.of(
                            FindingKind.CONFIGURATION, "selection", "-Dnixl.versions names what is no release of NIXL")
                    .with("expected", "exact releases parted by commas; PREFILL:DECODE where the sides differ")
                    .with("actual", text)
                    .with("where", "-Dnixl.versions on the command line")
                    .with("remedy", "for example -Dnixl.versions=1.4.0,1.4.0:1.3.2"));
        }
        return new Releases(roles[0], roles[roles.length - 1]);
    }

    boolean takes(Cell cell, Optional<Backend> backend) {
        return replay.map(again -> again.isOf(cell)).orElse(takes(cell.name(), backend));
    }

    private boolean takes(String cell, Optional<Backend> backend) {
        boolean wanted = backends.isEmpty() || backend.map(backends::contains).orElse(true);
        return wanted && (cells.isEmpty() || cells.stream().anyMatch(pattern -> matches(pattern, cell)));
    }

    /** {@code *} is any text. */
    static Pattern pattern(String text) {
        return Pattern.compile(Arrays.stream(text.split("\\*", -1))
                .map(Pattern::quote)
                .reduce((a, b) -> a + ".*" + b)
                .orElse(""));
    }

    private static boolean matches(String pattern, String cell) {
        String name = cell.toLowerCase(Locale.ROOT);
        Pattern compiled = pattern(pattern.toLowerCase(Locale.ROOT));
        return pattern.contains("*")
                ? compiled.matcher(name).matches()
                : compiled.matcher(name).find();
    }

    /** For the report; empty when everything is taken. */
    Map<String, String> described() {
        Map<String, String> described = new LinkedHashMap<>();
        if (!cells.isEmpty()) {
            described.put("cells", String.join(";", cells));
        }
        if (!backends.isEmpty()) {
            described.put("backends", backends.toString());
        }
        if (!releases.isEmpty()) {
            described.put(
                    VERSIONS,
                    String.join(",", releases.stream().map(Releases::label).toList()));
        }
        if (level != Level.QUICK) {
            described.put("level", level.name().toLowerCase(Locale.ROOT));
        }
        replay.ifPresent(again -> described.put(REPLAY, again.cell() + ", " + again.environment()));
        if (listOnly) {
            described.put("list", "true");
        }
        return described;
    }
}
