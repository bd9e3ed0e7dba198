package org.nixlconform.environment;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.nixlconform.environment.ProbeReport.BackendReport;
import org.nixlconform.environment.ProbeReport.FabricReport;
import org.nixlconform.environment.VariableTable.Line;
import org.nixlconform.message.Fact;

/**
 * Who reads the environment variables that somebody set, in one environment on one node. NIXL's are known from the
 * project's table, libfabric's from the one that was loaded there; UCX itself says which of its variables it did not
 * read. Where none of them can tell, nothing is claimed.
 */
final class VariableReaders {
    /** UCX's own words, such as {@code unused environment variables: UCX_TSL (maybe: UCX_TLS?); UCX_FOO}. */
    private static final Pattern UNUSED = Pattern.compile("unused env(?:ironment)? variables?: (.*)");

    /** At the beginning or after a separator: in parentheses are names that were not set. */
    private static final Pattern UCX_NAME = Pattern.compile("(?:^|[;,] *)(UCX_\\w+)");
    /** Levels at which UCX does not say what it did not read. */
    private static final Pattern SILENT_LEVEL = Pattern.compile("(?i)fatal|error");

    private static final Pattern NO = Pattern.compile("(?i)n|no|0|off");

    private final VariableTable table;
    private final List<String> backends;
    private final Optional<String> version;
    private final Map<String, String> variables;
    private final Probe.Outcome probe;

    /**
     * @param backends of the environment that have a plug-in here
     * @param version of NIXL; empty where nothing says it
     * @param variables of the process that was probed
     */
    VariableReaders(
            VariableTable table,
            List<String> backends,
            Optional<String> version,
            Map<String, String> variables,
            Probe.Outcome probe) {
        this.table = table;
        this.backends = List.copyOf(backends);
        this.version = version;
        this.variables = Map.copyOf(variables);
        this.probe = probe;
    }

    /** What is known of a variable's readers. */
    enum Known {
        READ,
        UNREAD,
        NOT_KNOWN
    }

    /** @param words who reads it, why nobody does, or why that is not known */
    record Reading(String variable, Known known, String words) {
        Fact fact() {
            return new Fact("reader of " + variable, sentence());
        }

        private String sentence() {
            return switch (known) {
                case READ -> words;
                case UNREAD -> "set, but nothing in this environment reads it: " + words;
                case NOT_KNOWN -> "not known: " + words;
            };
        }
    }

    List<Reading> of(Collection<String> names) {
        return names.stream().map(this::of).toList();
    }

    /** Tells of each variable that nobody reads. */
    static void announce(List<Reading> readings, Consumer<String> console) {
        readings.stream()
                .filter(reading -> reading.known() == Known.UNREAD)
                .forEach(reading -> console.accept(reading.variable() + " is " + reading.sentence()));
    }

    Reading of(String name) {
        if (name.startsWith("FI_")) {
            return ofLibfabric(name);
        }
        if (name.startsWith("UCX_")) {
            return ofUcx(name);
        }
        List<Line> lines = table.about(name);
        if (lines.isEmpty()) {
            return name.startsWith("NIXL_")
                    ? unknownToNixl(name)
                    : notKnown(name, "the table of variables does not have it");
        }
        List<Reading> readings = lines.stream().map(line -> ofTable(name, line)).toList();
        return readings.stream()
                .filter(reading -> reading.known() == Known.READ)
                .findFirst()
                .orElse(readings.get(0));
    }

    private Reading ofTable(String name, Line line) {
        if (line.reader().equals("nobody")) {
            return unread(name, line.words());
        }
        Optional<String> program = line.readerAfter("program");
        if (program.isPresent()) {
            return unread(name, program.get() + " reads it, which is no part of it");
        }
        Optional<String> library = line.readerAfter("library");
        if (library.isPresent()) {
            return read(name, library.get());
        }
        Optional<String> plugin = line.readerAfter("plug-in");
        String reader = plugin.map("NIXL's plug-in %s"::formatted).orElse("NIXL");
        if (plugin.isPresent() && !backends.contains(plugin.get())) {
            return unread(name, reader + " reads it, which is no part of it");
        }
        if (version.isPresent() && !line.releases().contain(version.get())) {
            return unread(name, "%s reads it %s, this is %s".formatted(reader, line.releases(), version.get()));
        }
        return read(
                name,
                version.isPresent() ? reader : reader + ", %s; which this is, is not said".formatted(line.releases()));
    }

    private Reading unknownToNixl(String name) {
        String last = table.releases().last();
        boolean covered = version.isPresent() && table.releases().contain(version.get());
        return covered
                ? unread(name, "no release of NIXL %s has it%s".formatted(table.releases(), meant(name, Set.of())))
                : notKnown(
                        name,
                        "the table of variables, which does not have it, ends with NIXL %s%s"
                                .formatted(last, meant(name, Set.of())));
    }

    private Reading ofLibfabric(String name) {
        List<FabricReport> fabrics = probe.report().map(ProbeReport::fabrics).orElse(List.of());
        if (fabrics.isEmpty()) {
            return withoutLibfabric(name);
        }
        String all = fabrics.stream()
                .map(fabric -> "libfabric %s (%s)".formatted(fabric.version(), fabric.file()))
                .collect(Collectors.joining(" and "));
        Optional<FabricReport> reader = fabrics.stream()
                .filter(fabric -> fabric.variables().contains(name))
                .findFirst();
        if (reader.isPresent()) {
            return read(
                    name,
                    "libfabric %s (%s)"
                            .formatted(reader.get().version(), reader.get().file()));
        }
        Optional<String> outside = table.about(name).stream()
                .map(Line::reader)
                .filter("libfabric, outside its list"::equals)
                .findFirst();
        if (outside.isPresent()) {
            return read(name, all + ", outside its list");
        }
        Set<String> known = fabrics.stream()
                .flatMap(fabric -> fabric.variables().stream())
                .collect(Collectors.toCollection(TreeSet::new));
        return unread(name, "%s does not list it%s%s".formatted(all, withoutProvider(name, known), hint(name, known)));
    }

    private Reading withoutLibfabric(String name) {
        Optional<Line> nobody = table.about(name).stream()
                .filter(line -> line.reader().equals("nobody"))
                .findFirst();
        if (nobody.isPresent()) {
            return unread(name, nobody.get().words());
        }
        return backends.contains("LIBFABRIC")
                ? notKnown(name, "no libfabric was loaded that could be asked" + hint(name, Set.of()))
                : unread(name, "without the backend LIBFABRIC there is no libfabric in it" + hint(name, Set.of()));
    }

    /** {@code FI_EFA_IFACE} is real, but not where the provider {@code efa} was not built in. */
    private static String withoutProvider(String name, Set<String> known) {
        String[] words = name.split("_", 3);
        boolean has = words.length < 3 || known.stream().anyMatch(each -> each.startsWith("FI_" + words[1] + "_"));
        return has ? "" : ", nor any other of FI_" + words[1] + "_*";
    }

    /** What the table says to set instead, or a name that may have been meant. */
    private String hint(String name, Set<String> known) {
        List<Line> lines = table.about(name);
        if (lines.isEmpty()) {
            return meant(name, known);
        }
        return lines.get(0).reader().equals("nobody") ? "; " + lines.get(0).words() : "";
    }

    private String meant(String name, Set<String> known) {
        return table.nearest(name, known)
                .filter(nearest -> !nearest.equals(name))
                .map("; did you mean %s?"::formatted)
                .orElse("");
    }

    private Reading ofUcx(String name) {
        if (!backends.contains("UCX")) {
            return unread(name, "without the backend UCX there is no UCX in it");
        }
        if (unusedByUcx(probe.log()).anyMatch(name::equals)) {
            return unread(name, "UCX says that it does not use it here" + meantOfUcx(name));
        }
        Optional<String> silence = silence();
        if (silence.isEmpty()) {
            return read(name, "UCX");
        }
        return table.about(name).isEmpty()
                ? notKnown(name, silence.get() + meantOfUcx(name))
                : read(name, "UCX, as far as the table of variables goes: " + silence.get());
    }

    private String meantOfUcx(String name) {
        return table.about(name).isEmpty() ? meant(name, Set.of()) : "";
    }

    static Stream<String> unusedByUcx(String log) {
        return UNUSED.matcher(log)
                .results()
                .flatMap(line -> UCX_NAME.matcher(line.group(1)).results())
                .map(name -> name.group(1));
    }

    /** Why UCX would not have told that it does not read a variable; empty when it would have. */
    private Optional<String> silence() {
        Optional<BackendReport> created = probe.report()
                .map(report -> report.backends().get("UCX"))
                .filter(backend -> backend.refusal().isEmpty());
        if (created.isEmpty()) {
            return Optional.of("UCX, which tells it, did not come so far");
        }
        return Stream.of(
                        given("UCX_LOG_LEVEL", value -> matches(SILENT_LEVEL, value)),
                        given("UCX_LOG_FILE", value -> !value.isEmpty()),
                        given("UCX_WARN_UNUSED_ENV_VARS", value -> matches(NO, value)))
                .flatMap(Optional::stream)
                .findFirst()
                .map(variable -> variable + " keeps UCX from telling it");
    }

    private Optional<String> given(String variable, Predicate<String> silences) {
        return Optional.ofNullable(variables.get(variable)).filter(silences).map(value -> variable);
    }

    private static boolean matches(Pattern pattern, String value) {
        return pattern.matcher(value.strip()).matches();
    }

    private static Reading read(String name, String words) {
        return new Reading(name, Known.READ, words);
    }

    private static Reading unread(String name, String words) {
        return new Reading(name, Known.UNREAD, words);
    }

    private static Reading notKnown(String name, String words) {
        return new Reading(name, Known.NOT_KNOWN, words);
    }
}
