package org.nixlconform.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import net.schmizz.sshj.SSHClient;
import net.schmizz.sshj.connection.ConnectionException;
import net.schmizz.sshj.connection.channel.direct.Session;
import net.schmizz.sshj.connection.channel.direct.Signal;

/** A node that is reached by SSH. */
final class SshLauncher implements Launcher {
    private final SSHClient client;
    private final List<SSHClient> jumps;

    /** @param jumps the clients that carry this one, nearest to us first */
    SshLauncher(SSHClient client, List<SSHClient> jumps) {
        this.client = client;
        this.jumps = List.copyOf(jumps);
    }

    @Override
    public Started launch(List<String> words) throws IOException {
        try {
            Session session = client.startSession();
            return new RemoteProcess(session, session.exec("exec " + ShellWords.line(words)));
        } catch (IllegalStateException over) {
            throw new IOException("the connection is over", over);
        }
    }

    @Override
    public void close() {
        List<SSHClient> outwards = new ArrayList<>(List.of(client));
        for (int jump = jumps.size() - 1; jump >= 0; jump--) {
            outwards.add(jumps.get(jump));
        }
        for (SSHClient each : outwards) {
            try {
                each.disconnect();
            } catch (IOException gone) {
                // Then it is closed already.
            }
        }
    }

    private record RemoteProcess(Session session, Session.Command command) implements Started {
        @Override
        public OutputStream stdin() {
            return command.getOutputStream();
        }

        @Override
        public InputStream stdout() {
            return command.getInputStream();
        }

        @Override
        public String complaint() {
            try {
                InputStream errors = command.getErrorStream();
                return new String(errors.readNBytes(errors.available()), StandardCharsets.UTF_8).strip();
            } catch (IOException closed) {
                return "";
            }
        }

        @Override
        public Optional<ProcessEnd> await(long millis) {
            try {
                command.join(Math.max(1, millis), TimeUnit.MILLISECONDS);
            } catch (ConnectionException runsOrLost) {
                if (command.isOpen()) {
                    return Optional.empty();
                }
            }
            Signal signal = command.getExitSignal();
            Integer status = command.getExitStatus();
            // A connection that is gone takes what ran there with it, as far as we can tell: killed.
            return Optional.of(
                    status != null
                            ? new ProcessEnd(status)
                            : new ProcessEnd(signal == null ? ProcessEnd.KILLED : ProcessEnd.codeOf("SIG" + signal)));
        }

        @Override
        public void drop() {
            try {
                // Closing a session whose program still runs waits half a minute; its input alone ends ours.
                command.getOutputStream().close();
            } catch (IOException gone) {
                // Then there is nothing to end.
            }
        }
    }
}
