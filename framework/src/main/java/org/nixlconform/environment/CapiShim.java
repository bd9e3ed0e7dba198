package org.nixlconform.environment;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.nixlconform.cluster.Command;
import org.nixlconform.cluster.CommandOutcome;
import org.nixlconform.cluster.Node;
import org.nixlconform.configuration.EnvironmentSpec;
import org.nixlconform.message.Fact;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;

/**
 * Decides which library engines load: that of the installation, where it has one. Releases before 0.10.1 have none; ours
 * stands in for it, over NIXL's C++ interface. The one in our bundle is made for the files below and for no others, as a
 * difference between the two would crash or, worse, not. Any other release needs one built against its own headers.
 */
final class CapiShim {
    /** {@code libnixl.so} by SHA-256, as the package index has it: all have one binary interface. */
    private static final Map<String, String> KNOWN = Map.ofEntries(
            Map.entry("77fc8cf94502cd4de2a5f1a6ce77b956fb45eac5527572f3b9addbf6c42138d0", "nixl 0.6.1"),
            Map.entry("29b12b371c9185e2a484aaa7ce3346f2aa4711e128f1bcfcd1d5830bde839ee4", "nixl 0.7.0"),
            Map.entry("521ffbff84bf44cc9151ca31408bd3878ec72f37dacc8be06669aef6a7eeaf80", "nixl-cu12 0.7.1"),
            Map.entry("75529c221f782830f14ebed5bf94c425bad80e267730b327fcc5d425a1a32430", "nixl-cu13 0.7.1"),
            Map.entry("62da29f7763fa33b1b4a8af6298e0c87db8fcaa46804065253f6f513b6b0258e", "nixl-cu12 0.8.0"),
            Map.entry("5a76c0d33ea5b801743278b15749ef733051fce58c36fed381f784098a6de36e", "nixl-cu13 0.8.0"),
            Map.entry("c3d53448204ce2e6b6515f2facf07847ca9c896482e8b7bfcb24011dffd66fa6", "nixl-cu12 0.9.0"),
            Map.entry("63d3b79fc054337046d04cb3a75a17c2bad1ab5e5ea29cebb3503313feea950d", "nixl-cu13 0.9.0"),
            Map.entry("ae03c3174802ba2968c35a50460ae1f1db59bacf2996d3e663b7c817dc69fca7", "nixl-cu12 0.10.0"),
            Map.entry("6b3ea2c75afb2d95bc3668f407a4faf56c79d6ca00af03f9c4bca732fe16ce3d", "nixl-cu13 0.10.0"));

    private static final Duration BUILD_DEADLINE = Duration.ofMinutes(5);
    private static final String HEADER = "nixl.h";
    private static final List<String> FOLDERS_OF_HEADERS = List.of("", "src/api/cpp", "include");
    private static final Pattern RELEASE_OF_CHECKOUT = Pattern.compile("\\bversion:\\s*'([0-9][0-9.]*)'");

    private final EnvironmentSpec spec;
    private final Node node;
    private final Consumer<String> console;

    /** @param console takes one line when something is built */
    CapiShim(EnvironmentSpec spec, Node node, Consumer<String> console) {
        this.spec = spec;
        this.node = node;
        this.console = console;
    }

    /**
     * The installation with a C interface: itself, or with ours and what the loader needs to find {@code libnixl.so} for it.
     *
     * @throws FindingException when it has none and none can be made for it
     */
    Installation completed(Installation installation) {
        if (installation.capi().isPresent()) {
            return installation;
        }
        String digest = new NodeFiles(node.connection()).sha256(installation.core());
        Optional<String> known = Optional.ofNullable(KNOWN.get(digest));
        if (known.isPresent()) {
            return with(installation, node.bundle().shimLibrary(), "made for " + known.get());
        }
        Path headers = headers(installation, digest);
        refuseOtherRelease(installation, headers);
        return with(
                installation,
                built(headers),
                "built against " + spec.shimHeaders().orElse(headers));
    }

    private static Installation with(Installation installation, Path library, String how) {
        Map<String, String> variables = new LinkedHashMap<>(installation.variables());
        variables.merge(
                EngineVariables.SEARCHED, installation.coreFolder().toString(), (others, core) -> core + ":" + others);
        List<Fact> facts = new ArrayList<>(installation.facts());
        facts.add(new Fact("C interface", "ours, as this release has none; " + how));
        return installation.with(variables, facts).withCapi(library);
    }

    /**
     * Ours is made for one {@code libnixl.so}; a search path may lead to another.
     *
     * @param mapped by a process that loaded it
     * @throws FindingException when another was loaded
     */
    void refuseOtherCore(Installation installation, List<String> mapped) {
        NodeFiles files = new NodeFiles(node.connection());
        String digest = files.sha256(installation.core());
        List<String> others = mapped.stream()
                .filter(file -> file.endsWith("/" + Installation.CORE_NAME))
                .filter(file -> !files.sha256(Path.of(file)).equals(digest))
                .toList();
        if (!others.isEmpty()) {
            throw refused(
                    "another %s is loaded on node %s than that of %s"
                            .formatted(Installation.CORE_NAME, node, installation.described()),
                    installation.core().toString(),
                    "mapped by the probe: " + String.join(", ", others),
                    "take its folder out of LD_LIBRARY_PATH in " + spec.file());
        }
    }

    /** The folder that has {@value #HEADER}. */
    private Path headers(Installation installation, String digest) {
        Path named = spec.shimHeaders()
                .orElseThrow(() -> refused(
                        "%s has no %s, and ours was not made for it"
                                .formatted(installation.described(), Installation.CAPI_NAME),
                        "%s, which NIXL has from 0.10.1 on, or %s as published with %s"
                                .formatted(
                                        Installation.CAPI_NAME,
                                        Installation.CORE_NAME,
                                        String.join(
                                                ", ",
                                                KNOWN.values().stream().sorted().toList())),
                        "%s has sha256 %s".formatted(installation.core(), digest),
                        "name the C++ headers that it was built with, so that ours can be built against them: "
                                + "shim: {headers: <a checkout of NIXL at that release, or a folder with nixl.h>} in "
                                + spec.file()));
        return FOLDERS_OF_HEADERS.stream()
                .map(named::resolve)
                .filter(folder -> Files.isRegularFile(folder.resolve(HEADER)))
                .findFirst()
                .orElseThrow(() -> refused(
                        "the headers that %s names are not there"
                                .formatted(spec.file().getFileName()),
                        "%s in %s, or in its folder src/api/cpp or include".formatted(HEADER, named),
                        Files.isDirectory(named) ? "a folder without it" : "no such folder on this machine",
                        "correct headers under shim in " + spec.file()));
    }

    /** Only a checkout says which release its headers are of. */
    private void refuseOtherRelease(Installation installation, Path headers) {
        Path checkout = spec.shimHeaders().orElse(headers);
        Optional<String> release = text(checkout.resolve("meson.build")).flatMap(build -> {
            Matcher version = RELEASE_OF_CHECKOUT.matcher(build);
            return version.find() ? Optional.of(version.group(1)) : Optional.empty();
        });
        if (release.isPresent() && installation.version().isPresent() && !release.equals(installation.version())) {
            throw refused(
                    "the headers that %s names are of another release"
                            .formatted(spec.file().getFileName()),
                    "those of " + installation.described(),
                    "those of " + release.get() + ", says " + checkout.resolve("meson.build"),
                    "check out the release that is installed");
        }
    }

    /** On the node, once for these headers and this version of ours. */
    private Path built(Path headers) {
        long begun = System.nanoTime();
        String digest = Digest.of(List.of(contents(headers), sources()));
        Path folder = node.workFolder().resolve("shims").resolve(digest);
        Path library = folder.resolve("libnixlconform_shim.so");
        if (new NodeFiles(node.connection()).sizeBytes(library) >= 0) {
            return library;
        }
        Optional<String> unsent = node.connection().send(headers, folder.resolve("headers"));
        if (unsent.isPresent()) {
            throw refused("the headers cannot be put on node " + node, "them in " + folder, unsent.get(), "see there");
        }
        CommandOutcome outcome = node.connection()
                .run(
                        Command.of(
                                "bash",
                                node.bundle().shimBuild().toString(),
                                folder.resolve("headers").toString(),
                                library.toString()),
                        BUILD_DEADLINE);
        if (!outcome.succeeded()) {
            throw refused(
                    "our C interface cannot be built against %s on node %s".formatted(headers, node),
                    "a C++17 compiler on the node, and headers of a release from 0.6.0 on",
                    outcome.ending() + "\n"
                            + outcome.stderr().lines().limit(5).reduce("", (all, line) -> all + line + "\n"),
                    "install a compiler there, or name headers of the release that is installed");
        }
        console.accept(String.format(
                Locale.ROOT,
                "built a C interface against %s by %s, %.1f s",
                headers,
                outcome.stdout().strip(),
                (System.nanoTime() - begun) / 1e9));
        return library;
    }

    /** Digests of what is compiled. */
    private String sources() {
        Path folder = node.bundle().shimBuild().resolveSibling("");
        List<Path> files =
                node.connection().list(folder).stream().map(folder::resolve).toList();
        return node.connection().examine(files, true).toString();
    }

    private static String contents(Path headers) {
        try (Stream<Path> files = Files.list(headers)) {
            return files.filter(file -> file.toString().endsWith(".h"))
                    .sorted()
                    .map(file -> file.getFileName() + "\0" + text(file).orElse("") + "\0")
                    .reduce("", String::concat);
        } catch (IOException unreadable) {
            return "";
        }
    }

    private static Optional<String> text(Path file) {
        try {
            return Optional.of(Files.readString(file, StandardCharsets.ISO_8859_1));
        } catch (IOException absent) {
            return Optional.empty();
        }
    }

    private FindingException refused(String headline, String expected, String actual, String remedy) {
        return new FindingException(Finding.of(FindingKind.PREREQUISITE, "environment", headline)
                .with("expected", expected)
                .with("actual", actual.strip())
                .with("node", node.name())
                .with("remedy", remedy));
    }
}
