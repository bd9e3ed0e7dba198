package org.nixlconform.cluster;

import java.io.Console;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import net.schmizz.keepalive.KeepAliveProvider;
import net.schmizz.keepalive.KeepAliveRunner;
import net.schmizz.sshj.Config;
import net.schmizz.sshj.DefaultConfig;
import net.schmizz.sshj.SSHClient;
import net.schmizz.sshj.common.Buffer;
import net.schmizz.sshj.common.KeyType;
import net.schmizz.sshj.common.SecurityUtils;
import net.schmizz.sshj.transport.verification.OpenSSHKnownHosts;
import net.schmizz.sshj.userauth.UserAuthException;
import net.schmizz.sshj.userauth.keyprovider.KeyProvider;
import net.schmizz.sshj.userauth.password.PasswordFinder;
import net.schmizz.sshj.userauth.password.Resource;
import org.jspecify.annotations.Nullable;
import org.nixlconform.configuration.ClusterSpec.SshSpec;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;

/** Makes SSH connections, and says in our words why one cannot be made. */
final class SshClients {
    /** The passphrase of a key, where there is nobody to ask; never on a command line. */
    static final String PASSPHRASE = "NIXLCONFORM_SSH_PASSPHRASE";

    private static final Duration CONNECT_WITHIN = Duration.ofSeconds(10);
    private static final int ATTEMPTS = 3;
    private static final Duration PAUSE = Duration.ofMillis(500);
    /** A node that stays silent is given up sooner than its programs give us up, see {@link Reach#LEASE_SECONDS}. */
    private static final int KEEP_ALIVE_SECONDS = 4;

    private static final int SILENT_KEEP_ALIVES = 3;

    /** For all clients: to find out which ciphers there are costs as much as a connection. */
    private static final Config CONFIG = config();

    private SshClients() {}

    private static Config config() {
        // All that OpenSSH speaks is in the JDK; to load the other provider takes longer than all connections do.
        SecurityUtils.setRegisterBouncyCastle(false);
        DefaultConfig config = new DefaultConfig();
        config.setKeepAliveProvider(KeepAliveProvider.KEEP_ALIVE);
        return config;
    }

    /** @throws FindingException that says why not, and what to do */
    static SshLauncher connect(String nodeName, SshSpec spec) {
        List<SSHClient> opened = new ArrayList<>();
        try {
            List<SshSpec> way = new ArrayList<>();
            for (Optional<SshSpec> next = Optional.of(spec);
                    next.isPresent();
                    next = next.get().jump()) {
                way.add(0, next.get());
            }
            for (SshSpec hop : way) {
                opened.add(connected(nodeName, hop, opened));
            }
            return new SshLauncher(opened.get(opened.size() - 1), opened.subList(0, opened.size() - 1));
        } catch (FindingException refused) {
            opened.forEach(SshClients::close);
            throw refused;
        }
    }

    /** Only what may pass by itself is tried again; a refusal is not. */
    private static SSHClient connected(String nodeName, SshSpec spec, List<SSHClient> before) {
        for (int attempt = 1; ; attempt++) {
            try {
                return once(nodeName, spec, before);
            } catch (IOException failed) {
                boolean passing = failed instanceof SocketTimeoutException || failed instanceof ConnectException;
                if (!passing || attempt == ATTEMPTS) {
                    throw new FindingException(unreached(nodeName, spec, failed), failed);
                }
                try {
                    Thread.sleep(PAUSE.toMillis());
                } catch (InterruptedException ending) {
                    Thread.currentThread().interrupt();
                    throw new FindingException(unreached(nodeName, spec, failed), ending);
                }
            }
        }
    }

    private static SSHClient once(String nodeName, SshSpec spec, List<SSHClient> before) throws IOException {
        SSHClient client = new SSHClient(CONFIG);
        TrustedHosts trusted = new TrustedHosts(spec.knownHosts());
        client.addHostKeyVerifier(trusted);
        client.setConnectTimeout((int) CONNECT_WITHIN.toMillis());
        client.setTimeout((int) CONNECT_WITHIN.toMillis());
        // Begins when the client connects, if it is asked for by then; later it would never begin.
        if (client.getConnection().getKeepAlive() instanceof KeepAliveRunner keepAlive) {
            keepAlive.setKeepAliveInterval(KEEP_ALIVE_SECONDS);
            keepAlive.setMaxAliveCount(SILENT_KEEP_ALIVES);
        }
        try {
            if (before.isEmpty()) {
                client.connect(spec.host(), spec.port());
            } else {
                client.connectVia(
                        before.get(before.size() - 1).newDirectConnection(spec.host(), spec.port()),
                        spec.host(),
                        spec.port());
            }
            authenticate(client, nodeName, spec);
            // Timeouts are for the beginning: a warden may be silent for minutes.
            client.setTimeout(0);
            return client;
        } catch (IOException | RuntimeException failed) {
            close(client);
            if (trusted.refusal != null) {
                throw new FindingException(hostKey(nodeName, spec, trusted.refusal), failed);
            }
            throw failed;
        }
    }

    private static void authenticate(SSHClient client, String nodeName, SshSpec spec) throws IOException {
        List<KeyProvider> keys = new ArrayList<>();
        List<FindingException> closed = new ArrayList<>();
        for (Path file : spec.keys()) {
            if (!Files.isReadable(file)) {
                throw new FindingException(Finding.of(
                                FindingKind.PREREQUISITE, "cluster", "the key for node " + nodeName + " cannot be read")
                        .with("expected", "a file with a private key")
                        .with("actual", Files.exists(file) ? "it may not be read" : "it is absent")
                        .with("where", file)
                        .with("remedy", "name the right file as key in the cluster's file"));
            }
            Passphrases passphrases = new Passphrases(file);
            try {
                KeyProvider key = client.loadKeys(file.toString(), passphrases);
                key.getPrivate(); // Opens it: the server's refusal would not say that it was never tried.
                keys.add(key);
            } catch (IOException | RuntimeException unopened) {
                closed.add(new FindingException(
                        unopened(
                                nodeName,
                                file,
                                passphrases.lacking ? "it has a passphrase, and none was given" : reason(unopened)),
                        unopened));
            }
        }
        if (keys.isEmpty() && !closed.isEmpty()) {
            throw closed.get(0);
        }
        if (keys.isEmpty()) {
            throw new FindingException(Finding.of(
                            FindingKind.PREREQUISITE, "cluster", "there is no key for node " + nodeName)
                    .with("expected", "a key in the cluster's file, or id_ed25519, id_ecdsa or id_rsa in ~/.ssh")
                    .with("actual", "none of them")
                    .with("remedy", "make one with ssh-keygen -t ed25519, and add it to that node"));
        }
        try {
            client.authPublickey(spec.user(), keys);
        } catch (UserAuthException refused) {
            throw new FindingException(
                    Finding.of(FindingKind.NODE, "cluster", "node " + nodeName + " refuses to let us in")
                            .with("expected", "to log in as " + spec.user() + " with a key")
                            .with("actual", reason(refused))
                            .with("where", spec.described() + ", keys " + spec.keys())
                            .with(
                                    "remedy",
                                    "try ssh -p " + spec.port() + " " + spec.user() + "@" + spec.host()
                                            + "; the user's authorized_keys there must hold the key"),
                    refused);
        }
    }

    private static Finding unopened(String nodeName, Path file, String reason) {
        return Finding.of(FindingKind.PREREQUISITE, "cluster", "the key for node " + nodeName + " does not open")
                .with("expected", "a private key in OpenSSH's or PEM format, and its passphrase where it has one")
                .with("actual", reason)
                .with("where", file)
                .with(
                        "remedy",
                        "give the passphrase in " + PASSPHRASE + " or at the prompt; try it with: ssh-keygen -yf "
                                + file);
    }

    private static String reason(Throwable failed) {
        Throwable deepest = failed;
        while (deepest.getCause() != null) {
            deepest = deepest.getCause();
        }
        return String.valueOf(deepest.getMessage());
    }

    private static Finding unreached(String nodeName, SshSpec spec, IOException failed) {
        String remedy = "see that the node runs and that port " + spec.port() + " is open from here";
        if (failed instanceof UnknownHostException) {
            remedy = "see that the name is right, or name the address";
        } else if (failed instanceof NoRouteToHostException) {
            remedy = "see that the address is right and routed from here; a jump host may be needed";
        }
        return Finding.of(FindingKind.NODE, "cluster", "node " + nodeName + " is not reached")
                .with("expected", "an SSH server at " + spec.host() + " port " + spec.port())
                .with("actual", failed.getClass().getSimpleName() + ": " + failed.getMessage())
                .with("where", spec.described())
                .with("remedy", remedy);
    }

    private static Finding hostKey(String nodeName, SshSpec spec, Refusal refusal) {
        Finding finding = refusal.changed()
                ? Finding.of(FindingKind.NODE, "cluster", "the host key of node " + nodeName + " has changed")
                        .with("expected", "the key that " + spec.knownHosts() + " has for it")
                : Finding.of(FindingKind.NODE, "cluster", "the host key of node " + nodeName + " is not known")
                        .with("expected", "its key in " + spec.knownHosts());
        String scan = "ssh-keyscan -p " + spec.port() + " " + spec.host();
        return finding.with("actual", refusal.type() + " " + refusal.fingerprint())
                .with("where", spec.described())
                .with(
                        "remedy",
                        refusal.changed()
                                ? "if the node was set up anew, compare the fingerprint there (ssh-keygen -lf), then"
                                        + " ssh-keygen -R '[" + spec.host() + "]:" + spec.port() + "' and " + scan
                                        + "; if not, somebody may be in between"
                                : "compare the fingerprint there (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub),"
                                        + " then " + scan + " >> " + spec.knownHosts());
    }

    private static void close(SSHClient client) {
        try {
            client.close();
        } catch (IOException gone) {
            // Then it is closed already.
        }
    }

    private record Refusal(boolean changed, String type, String fingerprint) {}

    /** OpenSSH's own file; a key that it does not have is refused, never asked about. */
    private static final class TrustedHosts extends OpenSSHKnownHosts {
        private @Nullable Refusal refusal;

        TrustedHosts(Path file) throws IOException {
            super(file.toFile());
        }

        @Override
        protected boolean hostKeyUnverifiableAction(String hostname, PublicKey key) {
            refusal = refusal(false, key);
            return false;
        }

        @Override
        protected boolean hostKeyChangedAction(String hostname, PublicKey key) {
            refusal = refusal(true, key);
            return false;
        }

        private static Refusal refusal(boolean changed, PublicKey key) {
            return new Refusal(changed, KeyType.fromKey(key).toString(), fingerprint(key));
        }

        /** As {@code ssh-keygen -l} shows it. */
        private static String fingerprint(PublicKey key) {
            try {
                byte[] blob = new Buffer.PlainBuffer().putPublicKey(key).getCompactData();
                return "SHA256:"
                        + Base64.getEncoder()
                                .withoutPadding()
                                .encodeToString(
                                        MessageDigest.getInstance("SHA-256").digest(blob));
            } catch (NoSuchAlgorithmException never) {
                throw new IllegalStateException(never);
            }
        }
    }

    /** From the environment, else from whoever sits at the terminal. */
    private static final class Passphrases implements PasswordFinder {
        private final Path key;
        private boolean lacking;

        Passphrases(Path key) {
            this.key = key;
        }

        /** @param resource not to be relied on: some readers of keys give none */
        @Override
        public char @Nullable [] reqPassword(@Nullable Resource<?> resource) {
            String given = System.getenv(PASSPHRASE);
            if (given != null) {
                return given.toCharArray();
            }
            @SuppressWarnings("SystemConsoleNull") // From JDK 22 on there is one, which then asks standard input.
            Console console = System.console();
            char[] typed = console == null ? null : console.readPassword("Passphrase of %s: ", key);
            lacking = typed == null;
            // Without any, a reader of keys would fail in words of its own.
            return typed == null ? new char[0] : typed;
        }

        @Override
        public boolean shouldRetry(@Nullable Resource<?> resource) {
            return false;
        }
    }
}
