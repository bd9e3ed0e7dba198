package org.nixlconform.environment;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import org.nixlconform.cluster.Node;
import org.nixlconform.configuration.EnvironmentSpec;
import org.nixlconform.configuration.InstallSpec;
import org.nixlconform.configuration.InstallSpec.InstalledAt;
import org.nixlconform.configuration.InstallSpec.SourceInstall;
import org.nixlconform.configuration.InstallSpec.WheelInstall;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;

/** Brings NIXL onto a node in the way that an environment's file asks for. What is there already is left as it is. */
final class Provisioning {
    private final EnvironmentSpec spec;
    private final Node node;
    private final Path evidence;
    private final Consumer<String> console;

    /**
     * @param evidence folder for what an installation leaves, made if needed
     * @param console takes lines about what is done
     */
    Provisioning(EnvironmentSpec spec, Node node, Path evidence, Consumer<String> console) {
        this.spec = spec;
        this.node = node;
        this.evidence = evidence;
        this.console = console;
    }

    /** @throws FindingException when it cannot be brought there */
    Installation provide() {
        InstallSpec install = spec.install();
        try {
            if (install instanceof WheelInstall wheel) {
                return wheel.efaPrefix().isPresent()
                        ? fixed(wheel, wheel.efaPrefix().get())
                        : wheel(wheel);
            }
            if (install instanceof SourceInstall source) {
                return source(source);
            }
            Installation found = new ExistingInstallation(node).find((InstalledAt) install);
            return new Plugins(node).missing(found, spec.backends(), "this installation has none");
        } catch (IOException | UncheckedIOException e) {
            throw new FindingException(
                    Finding.of(FindingKind.PREREQUISITE, "environment", "NIXL cannot be put on node " + node.name())
                            .with("expected", "to provide " + install.described())
                            .with("actual", e)
                            .with("where", node.workFolder())
                            .with("node", node.name())
                            .with(
                                    "remedy",
                                    "make the folder writable, free space there, or choose another work folder"),
                    e);
        }
    }

    private Installation wheel(WheelInstall wheel) throws IOException {
        return wheel.system()
                ? new SystemWheel(node, wheel, spec.name(), console).install()
                : new WheelInstaller(node, wheel, console).install();
    }

    private Installation fixed(WheelInstall wheel, Path efaPrefix) throws IOException {
        EfaFix efa = new EfaFix(node, efaPrefix, spec.name(), console);
        EfaFix fix = spec.fabric().isPresent() ? efa.orStandIn(this::publishedLibfabric) : efa;
        // Before the wheel comes: without them there is nothing to do.
        fix.refuseWithoutLibraries();
        Installation installation = wheel(wheel);
        NodeFiles files = new NodeFiles(node.connection());
        InstalledWheel installed = InstalledWheel.inspect(
                        files, installation.folder(), wheel.distribution(), wheel.version(), "", "")
                .orElseThrow();
        return fix.apply(installation, installed.libraries(files, installation.folder()));
    }

    /** What LIBFABRIC without EFA runs over where the node has nothing. */
    private Optional<Path> publishedLibfabric() {
        return PublishedLibrary.of("libfabric.so.1", node).map(library -> {
            try {
                return library.bring(node, console);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private Installation source(SourceInstall source) throws IOException {
        Installation built =
                new SourceBuild(node, source, spec.name(), new LinkerCache(node), evidence, console).install();
        Plugins plugins = new Plugins(node);
        if (source.pluginsFrom().isPresent()) {
            Installation wheel = wheel(source.pluginsFrom().get());
            built = plugins.completed(built, spec.backends(), wheel, "plugins-of-" + spec.name());
        }
        return plugins.missing(
                built,
                spec.backends(),
                "it was not built (build.log says why), and pluginsFrom names no wheel with it");
    }
}
