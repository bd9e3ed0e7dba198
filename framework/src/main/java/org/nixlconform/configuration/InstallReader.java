package org.nixlconform.configuration;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.nixlconform.configuration.InstallSpec.InstalledAt;
import org.nixlconform.configuration.InstallSpec.Origin;
import org.nixlconform.configuration.InstallSpec.Place;
import org.nixlconform.configuration.InstallSpec.SourceInstall;
import org.nixlconform.configuration.InstallSpec.WheelInstall;

/** The schema of how NIXL comes onto a node: {@code install} in an environment file. */
final class InstallReader {
    static final String DISTRIBUTION_EXPECTED = "the name of a wheel, such as nixl-cu12";
    static final Pattern DISTRIBUTION = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?");
    private static final String VERSION_EXPECTED = "an exact version, such as 1.5.1";
    private static final Pattern EXACT_VERSION = Pattern.compile("[0-9][0-9A-Za-z.!+_-]*");
    private static final List<String> MODES = List.of("wheel", "source", "installed");
    private static final String ISOLATED = "isolated";
    private static final Path EFA_PREFIX = Path.of("/opt/amazon/efa");
    private static final Path SOURCE_PREFIX = Path.of("/usr/local/nixl");
    private static final Pattern ABSOLUTE = Pattern.compile("/.*");
    private static final Pattern PYTHON = Pattern.compile("/.*|[A-Za-z0-9][A-Za-z0-9._-]*");
    // Neither begins with '-': git would take it for an option.
    private static final Pattern URL = Pattern.compile("[A-Za-z0-9/][^\\s]*");
    private static final Pattern REF = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_./+-]*");
    private static final Pattern OPTION = Pattern.compile("-[^\\s].*");
    private static final Pattern PLACEHOLDER =
            Pattern.compile("(?:.*@|.*//)?[^/@]+\\.(?:example|invalid|test)(?:[:/].*)?");

    private final YamlObject install;
    private final Path root;

    /** @param root paths of this machine are relative to it */
    private InstallReader(YamlObject install, Path root) {
        this.install = install;
        this.root = root;
    }

    static InstallSpec read(YamlObject install, Path root) {
        InstallReader reader = new InstallReader(install, root);
        Optional<String> mode =
                install.required("mode", String.join(", ", MODES)).flatMap(value -> value.oneOf(MODES));
        return switch (mode.orElse("")) {
            case "wheel" -> reader.wheel();
            case "source" -> reader.source();
            case "installed" -> reader.installed();
            default -> {
                // Which keys there may be is not known: none is refused.
                install.ignoreOtherKeys();
                yield new WheelInstall("", "");
            }
        };
    }

    private WheelInstall wheel() {
        WheelInstall plain = plainWheel(install);
        boolean system = isTrue("system");
        Optional<String> python = install.optional("python")
                .flatMap(value -> system
                        ? value.text(PYTHON, "a command, such as python3, or an absolute path")
                        : value.onlyWith("system: true"));
        boolean fixed = install.optional("fix")
                .flatMap(value -> value.oneOf(List.of("efa")))
                .isPresent();
        Optional<Path> efaPrefix =
                install.optional("efaPrefix").flatMap(value -> fixed ? absolute(value) : value.onlyWith("fix: efa"));
        return new WheelInstall(
                plain.distribution(),
                plain.version(),
                system,
                python,
                fixed ? Optional.of(efaPrefix.orElse(EFA_PREFIX)) : Optional.empty());
    }

    private static WheelInstall plainWheel(YamlObject wheel) {
        return new WheelInstall(
                wheel.required("distribution", DISTRIBUTION_EXPECTED)
                        .flatMap(value -> value.text(DISTRIBUTION, DISTRIBUTION_EXPECTED))
                        .orElse(""),
                wheel.required("version", VERSION_EXPECTED)
                        .flatMap(value -> value.text(EXACT_VERSION, VERSION_EXPECTED))
                        .orElse(""));
    }

    private SourceInstall source() {
        List<String> options = install.optional("options").map(YamlValue::list).orElse(List.of()).stream()
                .flatMap(value -> value.text(OPTION, "an option of meson setup, such as -Dbuildtype=release").stream())
                .toList();
        Optional<YamlValue> prefix = install.optional("prefix");
        boolean isolated =
                prefix.flatMap(YamlValue::text).filter(ISOLATED::equals).isPresent();
        Optional<Path> outside = isolated
                ? Optional.empty()
                : Optional.of(prefix.flatMap(InstallReader::absolute).orElse(SOURCE_PREFIX));
        return new SourceInstall(
                origin(),
                options,
                outside,
                isTrue("python"),
                install.optional("pluginsFrom")
                        .flatMap(value -> value.object("pluginsFrom", InstallReader::plainWheel)));
    }

    private Origin origin() {
        Optional<YamlValue> git = install.optional("git");
        Optional<YamlValue> folder = install.optional("folder");
        if (folder.isPresent() && git.isEmpty()) {
            install.optional("ref").ifPresent(value -> value.onlyWith("git"));
            return new Origin.Folder(
                    root.resolve(folder.get().text().orElse("")).normalize());
        }
        folder.ifPresent(value -> value.onlyWith("no git"));
        Optional<String> ref = (git.isPresent()
                        ? install.required("ref", "a branch, a tag or a commit")
                        : install.optional("ref"))
                .flatMap(value -> value.text(REF, "a branch, a tag or a commit"));
        if (git.isEmpty()) {
            install.required("git", "the URL of a repository, or 'folder' with sources");
        }
        return new Origin.Git(git.flatMap(InstallReader::url).orElse(""), ref.orElse(""));
    }

    private static Optional<String> url(YamlValue value) {
        // What is wrong with it must not show a password, so the value is not repeated.
        Optional<String> url = value.text();
        if (url.isPresent() && !URL.matcher(url.get()).matches()) {
            value.mistake("wrong URL for 'git' in install, expected one that git clone takes");
            return Optional.empty();
        }
        if (url.isPresent() && PLACEHOLDER.matcher(url.get()).matches()) {
            value.mistake("placeholder '%s' for 'git' in install, expected the URL of the repository to build"
                    .formatted(new Origin.Git(url.get(), "").shownUrl()));
            return Optional.empty();
        }
        return url;
    }

    private InstalledAt installed() {
        List<String> places = List.of(Place.values()).stream()
                .map(place -> place.name().toLowerCase(Locale.ROOT))
                .toList();
        InstalledAt first = null;
        for (String place : places) {
            Optional<YamlValue> value = install.optional(place);
            if (value.isPresent() && first != null) {
                value.get().onlyWith("no other of " + String.join(", ", places));
            } else if (value.isPresent()) {
                Path path = absolute(value.get()).orElse(Path.of("/"));
                first = new InstalledAt(Place.valueOf(place.toUpperCase(Locale.ROOT)), path);
            }
        }
        if (first == null) {
            install.required("prefix", "one of " + String.join(", ", places) + ": where NIXL is on the nodes");
            return new InstalledAt(Place.PREFIX, Path.of("/"));
        }
        return first;
    }

    private boolean isTrue(String key) {
        return install.optional(key).flatMap(YamlValue::trueOrFalse).orElse(false);
    }

    private static Optional<Path> absolute(YamlValue value) {
        return value.text(ABSOLUTE, "an absolute path")
                .map(text -> Path.of(text).normalize());
    }
}
