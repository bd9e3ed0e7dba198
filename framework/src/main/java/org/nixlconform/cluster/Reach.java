package org.nixlconform.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.nixlconform.configuration.ClusterSpec;
import org.nixlconform.configuration.ClusterSpec.NodeSpec;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;

/** Reaches all nodes of a cluster at the same time; of several that fail, all are told. */
final class Reach {
    /** What a node's programs wait for a word of ours before they end. */
    static final int LEASE_SECONDS = 16;

    private static final Duration SWEEP_WITHIN = Duration.ofSeconds(30);
    /** Kills what a dead run left: processes of this user whose command line names the run's folder. Argument: folder. */
    private static final String SWEEP = "for process in /proc/[0-9]*; do [ -O \"$process\" ] || continue; "
            + "case $(tr '\\0' ' ' < \"$process/cmdline\" 2>/dev/null) in *\"$1/\"*) "
            + "[ \"${process#/proc/}\" = $$ ] || kill -KILL \"${process#/proc/}\" 2>/dev/null;; esac; done; "
            + "rm -rf -- \"$1\"";

    private final ClusterSpec spec;
    private final EngineBundle bundle;
    /** Taken while connections are made. */
    private final CompletableFuture<String> digest;

    private final String run;

    Reach(ClusterSpec spec, EngineBundle bundle) {
        this.spec = spec;
        this.bundle = bundle;
        this.digest = spec.nodes().stream().anyMatch(node -> node.ssh().isPresent())
                ? CompletableFuture.supplyAsync(bundle::digest)
                : CompletableFuture.completedFuture("");
        this.run = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString().replace(":", "") + "-"
                + ProcessHandle.current().pid();
    }

    /** @throws FindingException with all that failed; then no connection is left open */
    List<Node> all() {
        return AtOnce.each(
                spec.nodes(),
                node -> node.ssh().isPresent() ? remote(node) : here(node),
                node -> node.connection().close());
    }

    private Node here(NodeSpec node) {
        Path workFolder = node.workFolder()
                .map(text -> Path.of(text.replaceFirst("^~(?=/)", System.getProperty("user.home"))))
                .orElse(spec.workFolder())
                .toAbsolutePath()
                .normalize();
        try {
            Files.createDirectories(workFolder);
            Files.delete(Files.createTempFile(workFolder, "writable-", ""));
        } catch (IOException e) {
            throw new FindingException(
                    Finding.of(
                                    FindingKind.PREREQUISITE,
                                    "cluster",
                                    "the work folder on node %s cannot be written".formatted(node.name()))
                            .with("expected", "a folder that can be made and written")
                            .with("actual", e)
                            .with("where", workFolder + ", of " + spec.file())
                            .with("remedy", "make it writable, or name another as workFolder in the cluster's file"),
                    e);
        }
        NodeConnection connection = LocalConnection.open(bundle, System.getenv(), log(workFolder));
        return new Node(
                node,
                new NodeDiscovery(connection, node.variables()).discover(),
                connection,
                bundle,
                workFolder,
                Optional.empty(),
                dataInterface(node, connection));
    }

    private static Path log(Path workFolder) {
        return workFolder.resolve("logs").resolve("node.log");
    }

    private Node remote(NodeSpec node) {
        SshLauncher launcher = SshClients.connect(node.name(), node.ssh().orElseThrow());
        ProgramConnection connection = null;
        try {
            Shipment.Shipped shipped = new Shipment(launcher, bundle, node.name())
                    .ship(digest(), node.workFolder().orElse(spec.workFolder().toString()));
            Path workFolder = shipped.workFolder();
            connection = ProgramConnection.open(
                    launcher, shipped.shell(), shipped.bundle(), log(workFolder), node.name(), LEASE_SECONDS);
            claim(node, connection, workFolder);
            Path runs = workFolder.resolve("runs");
            sweep(connection, runs);
            Path runFolder = runs.resolve(run);
            connection.hold(runFolder.resolve("owner"), owner(), Duration.ZERO);
            return new Node(
                    node,
                    new NodeDiscovery(connection, node.variables()).discover(),
                    connection,
                    shipped.bundle(),
                    workFolder,
                    Optional.of(runFolder),
                    dataInterface(node, connection));
        } catch (RuntimeException failed) {
            if (connection != null) {
                connection.close();
            }
            launcher.close();
            throw failed;
        }
    }

    private String digest() {
        try {
            return digest.join();
        } catch (CompletionException failed) {
            throw failed.getCause() instanceof FindingException refused ? refused : failed;
        }
    }

    private Optional<String> dataInterface(NodeSpec node, NodeConnection connection) {
        return node.dataAddress()
                .map(address -> connection
                        .interfaceOf(address)
                        .orElseThrow(() -> new FindingException(Finding.of(
                                        FindingKind.NODE,
                                        "cluster",
                                        "node " + node.name() + " has no such data address")
                                .with("expected", "an interface that has " + address)
                                .with("actual", "none has it")
                                .with("where", spec.file())
                                .with("remedy", "name one that `ip address` on the node shows"))));
    }

    /** One run at a time on a cluster: two would falsify each other's figures. */
    private void claim(NodeSpec node, NodeConnection connection, Path workFolder) {
        Path lock = workFolder.resolve("run.lock");
        connection.hold(lock, owner(), Duration.ofSeconds(1)).ifPresent(holder -> {
            throw new FindingException(
                    Finding.of(FindingKind.NODE, "cluster", "another run is using node " + node.name())
                            .with("expected", "a node that no other run of this user holds")
                            .with("actual", "held by " + holder)
                            .with("where", lock + ", on the node")
                            .with("remedy", "wait for that run to end, or name another workFolder"));
        });
    }

    private String owner() {
        return System.getProperty("user.name") + ", process "
                + ProcessHandle.current().pid() + " on " + hostName() + ", run " + run;
    }

    private static String hostName() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException elsewhere) {
            return "unknown";
        }
    }

    /** Whoever can lock a run's folder knows that its controller is gone. */
    private static void sweep(NodeConnection connection, Path runs) {
        for (String name : connection.list(runs)) {
            Path owner = runs.resolve(name).resolve("owner");
            if (connection.hold(owner, "swept", Duration.ZERO).isEmpty()) {
                connection.run(
                        Command.of(
                                "/bin/sh", "-c", SWEEP, "sh", runs.resolve(name).toString()),
                        SWEEP_WITHIN);
                connection.release(owner);
            }
        }
    }
}
