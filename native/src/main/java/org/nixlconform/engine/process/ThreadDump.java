package org.nixlconform.engine.process;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.nixlconform.binding.Posix;

/**
 * Asks another JVM for its Java stacks in the way in which the JDK's own tools do: SIGQUIT with a file beside it makes the
 * JVM listen on a socket, so that the stacks come to us and not into its standard error. A thread inside a native call is
 * no obstacle.
 */
final class ThreadDump {
    private static final int SIGQUIT = 3;
    private static final int LOOK_EVERY_MILLIS = 5;
    /** Version of the protocol, command, three arguments. */
    private static final byte[] REQUEST = "1\0threaddump\0\0\0\0".getBytes(StandardCharsets.US_ASCII);

    private ThreadDump() {}

    /**
     * To be asked only of a JVM that runs; waits for it until interrupted.
     *
     * @param limitBytes of the answer, the rest is left
     * @throws IOException when the JVM ends, or does not talk to us
     */
    static String of(int pid, int limitBytes) throws IOException, InterruptedException {
        // HotSpot uses this folder whatever the properties say.
        Path asked = Path.of("/tmp/.attach_pid" + pid);
        Path socket = Path.of("/tmp/.java_pid" + pid);
        try {
            if (!Files.exists(socket)) {
                Files.deleteIfExists(asked);
                Files.createFile(asked);
                Posix.kill(pid, SIGQUIT);
                await(socket, pid);
            }
            return ask(socket, limitBytes);
        } finally {
            // A JVM that is killed leaves its socket lying about.
            Files.deleteIfExists(asked);
            Files.deleteIfExists(socket);
        }
    }

    private static void await(Path socket, int pid) throws IOException, InterruptedException {
        while (!Files.exists(socket)) {
            if (!ProcessLook.at(ProcFile.PROC, pid).runs()) {
                throw new IOException("the process does not run any more");
            }
            Thread.sleep(LOOK_EVERY_MILLIS);
        }
    }

    private static String ask(Path socket, int limitBytes) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            ByteBuffer request = ByteBuffer.wrap(REQUEST);
            while (request.hasRemaining()) {
                channel.write(request);
            }
            ByteBuffer answer = ByteBuffer.allocate(limitBytes);
            while (answer.hasRemaining() && channel.read(answer) >= 0) {
                // Until the JVM has said all.
            }
            String text = new String(answer.array(), 0, answer.position(), StandardCharsets.UTF_8);
            // The first line is the status of the answer.
            return text.startsWith("0\n") ? text.substring(2) : text;
        }
    }
}
