package org.nixlconform.configuration;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.nixlconform.configuration.KnownIssueSpec.Condition;
import org.nixlconform.configuration.KnownIssueSpec.Condition.Key;
import org.nixlconform.configuration.KnownIssueSpec.Expectation;
import org.nixlconform.configuration.KnownIssueSpec.Signature;
import org.nixlconform.message.FindingKind;

/** The schema of {@code config/known-issues.yaml}. */
final class KnownIssueReader {
    private static final int MOST_RANKS = 1_000_000;
    private static final Pattern SENTENCE = Pattern.compile("(?s).*\\S.*");
    private static final Pattern LINK = Pattern.compile("https?://\\S+");
    /** The normal form of a Python version, which neither a range nor a wildcard has. */
    private static final String ONE_VERSION =
            "([0-9]+!)?[0-9]+(\\.[0-9]+)*((a|b|rc)[0-9]+)?(\\.post[0-9]+)?(\\.dev[0-9]+)?(\\+[a-z0-9]+(\\.[a-z0-9]+)*)?";
    /** Of prefill and decode, where they differ. */
    private static final Pattern VERSION = Pattern.compile(ONE_VERSION + "(:" + ONE_VERSION + ")?");

    private static final String VERSION_EXPECTED =
            "an exact version, such as 1.5.1; no range, because release numbers do not order what a release contains";

    private static final Set<FindingKind> WITH_PHASE = EnumSet.of(
            FindingKind.NEVER_STARTED,
            FindingKind.STALLED,
            FindingKind.NOT_NOTIFIED,
            FindingKind.SLOW,
            FindingKind.ENGINE_DIED,
            FindingKind.PEER_LOST,
            FindingKind.REFUSED,
            FindingKind.CALL_NEVER_RETURNED,
            FindingKind.METADATA_MISREAD,
            FindingKind.LIFECYCLE);

    /** What is no fault of the library under test is nothing that a record could excuse. */
    private static final Set<FindingKind> OURS = EnumSet.of(
            FindingKind.LEDGER,
            FindingKind.NOT_CAUGHT,
            FindingKind.VACUOUS,
            FindingKind.DECLARATION,
            FindingKind.CONFIGURATION,
            FindingKind.PREREQUISITE,
            FindingKind.NODE,
            FindingKind.STAGE,
            FindingKind.CHECK,
            FindingKind.LEFTOVER);

    private static final List<String> KINDS =
            EnumSet.complementOf(EnumSet.copyOf(OURS)).stream().map(Enum::name).toList();

    private static final Signature NO_SIGNATURE = new Signature(Set.of(), Optional.empty(), Optional.empty());

    private KnownIssueReader() {}

    static List<KnownIssueSpec> read(YamlObject file) {
        List<KnownIssueSpec> issues = new ArrayList<>();
        List<YamlValue> ids = new ArrayList<>();
        List<YamlValue> entries = file.required("issues", "a list of records")
                .map(YamlValue::list)
                .orElse(List.of());
        for (YamlValue entry : entries) {
            entry.object("record", record -> issue(record, ids)).ifPresent(issues::add);
        }
        Names.refuseRepeats(ids);
        return issues;
    }

    private static KnownIssueSpec issue(YamlObject record, List<YamlValue> ids) {
        Optional<YamlValue> id = record.required("id", "a name");
        id.ifPresent(ids::add);
        String name = id.flatMap(Names::read).orElse("");
        String statement = text(record, "statement", SENTENCE, "a sentence that says what is wrong");
        Release release = record.required("nixl", "keys and values")
                .flatMap(value -> value.object("nixl", KnownIssueReader::release))
                .orElse(new Release(Optional.empty(), Set.of()));
        return new KnownIssueSpec(
                name,
                statement,
                release.distribution(),
                release.versions(),
                record.optional("backend").flatMap(value -> value.oneOf(Names.BACKENDS)),
                record.optional("provider").map(KnownIssueReader::names).orElse(Set.of()),
                record.optional("condition")
                        .flatMap(value -> value.object("condition", KnownIssueReader::condition))
                        .orElse(Condition.NONE),
                record.required("signature", "keys and values")
                        .flatMap(value -> value.object("signature", KnownIssueReader::signature))
                        .orElse(NO_SIGNATURE),
                record.required("expectation", "always or sometimes")
                        .flatMap(value -> value.oneOf(List.of("always", "sometimes")))
                        .filter("sometimes"::equals)
                        .map(sometimes -> Expectation.SOMETIMES)
                        .orElse(Expectation.ALWAYS),
                text(record, "link", LINK, "a link to where it is told, https://..."),
                text(record, "since", SENTENCE, "a date or a version"));
    }

    private record Release(Optional<String> distribution, Set<String> versions) {}

    private static Release release(YamlObject nixl) {
        Optional<String> distribution = nixl.optional("distribution")
                .flatMap(value -> value.text(InstallReader.DISTRIBUTION, InstallReader.DISTRIBUTION_EXPECTED));
        List<YamlValue> entries = nixl.required("versions", "a list of exact versions")
                .map(YamlValue::oneOrMore)
                .orElse(List.of());
        Set<String> versions = new LinkedHashSet<>();
        entries.forEach(entry -> entry.text(VERSION, VERSION_EXPECTED).ifPresent(versions::add));
        Names.refuseRepeats(entries);
        return new Release(distribution, versions);
    }

    private static Set<String> names(YamlValue value) {
        List<YamlValue> entries = value.oneOrMore();
        Set<String> names = new LinkedHashSet<>();
        entries.forEach(entry -> Names.read(entry).ifPresent(names::add));
        Names.refuseRepeats(entries);
        return names;
    }

    private static Condition condition(YamlObject condition) {
        Map<Key, String> wanted = new EnumMap<>(Key.class);
        for (Key key : Key.values()) {
            condition
                    .optional(name(key))
                    .flatMap(value -> wanted(key, value))
                    .ifPresent(value -> wanted.put(key, value));
        }
        return new Condition(wanted);
    }

    /** Such as {@code prefillTp}. */
    private static String name(Key key) {
        String[] words = key.name().toLowerCase(Locale.ROOT).split("_");
        StringBuilder name = new StringBuilder(words[0]);
        for (int i = 1; i < words.length; i++) {
            name.append(words[i].substring(0, 1).toUpperCase(Locale.ROOT)).append(words[i].substring(1));
        }
        return name.toString();
    }

    private static Optional<String> wanted(Key key, YamlValue value) {
        return switch (key) {
            case PLACEMENT -> value.oneOf(Names.PLACEMENTS);
            case OPERATION -> value.oneOf(Names.OPERATIONS);
            case INITIATOR -> value.oneOf(Names.ROLES);
            case MEMORY -> value.oneOf(Names.MEMORIES);
            case LAYOUT -> value.oneOf(Names.LAYOUTS);
            case DTYPE -> value.oneOf(Names.DATA_TYPES);
            case ATTENTION -> value.oneOf(Names.ATTENTIONS);
            case PREFILL_TP, DECODE_TP, MIN_RANKS ->
                value.wholeNumber(1, MOST_RANKS).map(String::valueOf);
            case RAILS -> value.oneOf(List.of("equal", "unequal"));
            case TARGET_ENDS -> value.oneOf(Names.MOMENTS);
            case STREAM_ORDER -> value.oneOf(Names.STREAM_WORK);
            case TRIAL -> value.oneOf(Names.TRIALS);
            case DEVICE_CACHE -> value.oneOf(Names.DEVICE_CACHES);
        };
    }

    private static Signature signature(YamlObject signature) {
        List<YamlValue> entries = signature
                .required("kind", "one or more of " + String.join(", ", KINDS))
                .map(YamlValue::oneOrMore)
                .orElse(List.of());
        Set<FindingKind> kinds = EnumSet.noneOf(FindingKind.class);
        entries.forEach(entry -> entry.oneOf(KINDS).map(FindingKind::valueOf).ifPresent(kinds::add));
        Names.refuseRepeats(entries);
        Optional<YamlValue> phase = signature.optional("phase");
        Optional<YamlValue> log = signature.optional("log");
        phase.ifPresent(value -> kinds.stream()
                .filter(kind -> !WITH_PHASE.contains(kind))
                .forEach(kind -> value.mistake(
                        "phase for kind %s, expected none: such a finding is of no phase".formatted(kind))));
        if (kinds.contains(FindingKind.LOG) && log.isEmpty()) {
            entries.get(0).mistake("kind LOG without 'log', expected the pattern of the lines that are meant");
        }
        return new Signature(
                kinds, phase.flatMap(value -> value.oneOf(Names.PHASES)), log.flatMap(KnownIssueReader::pattern));
    }

    private static Optional<String> pattern(YamlValue value) {
        return value.text(SENTENCE, "a regular expression").flatMap(text -> {
            try {
                return Optional.of(Pattern.compile(text).pattern());
            } catch (PatternSyntaxException e) {
                return value.wrong("a regular expression (" + e.getDescription() + " near index " + e.getIndex() + ")");
            }
        });
    }

    private static String text(YamlObject object, String key, Pattern shape, String expected) {
        return object.required(key, expected)
                .flatMap(value -> value.text(shape, expected))
                .orElse("");
    }
}
