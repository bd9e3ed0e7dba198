package org.nixlconform.cluster;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The few things that the pipeline does on a node. Paths are the node's own, absolute.
 *
 * <p>A command inherits the environment of the connection but for the variables that change what NIXL, its libraries or
 * an engine's JVM do ({@link #droppedVariables()}): only an environment file sets those, so that a run does not
 * depend on the shell it was started from.
 *
 * <p>A node that is no longer reached answers as one that has nothing: a command has no end, a file is absent. {@link
 * #isOpen} tells.
 */
public interface NodeConnection extends AutoCloseable {
    /** Of standard output and of standard error of {@link #run}, each. */
    int OUTPUT_LIMIT_BYTES = 4 << 20;

    /** Of {@link #readText}. */
    int TEXT_LIMIT_BYTES = 1 << 20;

    /**
     * Starts a process that is talked to.
     *
     * @param standardError file that its standard error is appended to
     * @throws org.nixlconform.message.FindingException when it cannot be started
     */
    NodeProcess start(Command command, Path standardError);

    /**
     * Runs a short command without input to its end, and kills it with its descendants at the deadline. A program that is
     * not there ends with 127, one that may not be executed with 126, as in a shell.
     */
    CommandOutcome run(Command command, Duration deadline);

    /** A small text file, at most 1 MiB of it; empty when it is absent or may not be read. */
    Optional<String> readText(Path file);

    /** The same of any file, at most so many bytes of it, each as one character. */
    Optional<String> readBytes(Path file, int limitBytes);

    /**
     * Makes a text file, and the folders above it; it appears whole or not at all.
     *
     * @return why it could not, empty when it could
     */
    Optional<String> writeText(Path file, String text);

    /** Names in a folder, sorted; none when it is absent or may not be read. */
    List<String> list(Path folder);

    /**
     * One for each file, in order.
     *
     * @param digests whether contents are to be hashed
     */
    List<SeenFile> examine(List<Path> files, boolean digests);

    /**
     * @param sizeBytes -1 when it is no regular file
     * @param sha256 hexadecimal; empty when it was not asked for or cannot be read
     */
    record SeenFile(long sizeBytes, String sha256) {
        public boolean isThere() {
            return sizeBytes >= 0;
        }
    }

    /**
     * Locks a file until it is released or the connection ends, however it ends.
     *
     * @param owner is written into the file
     * @return who has it, empty when it is ours now
     */
    Optional<String> hold(Path file, String owner, Duration wait);

    void release(Path file);

    /** The addresses of all network interfaces, loopback too. */
    List<InterfaceAddress> addresses();

    /** @param address numeric; one that holds for a link alone is without that link's name */
    record InterfaceAddress(String interfaceName, String address) {}

    /** Name of the network interface that has an address; empty when none has. */
    default Optional<String> interfaceOf(String address) {
        return addresses().stream()
                .filter(each -> each.address().equals(address))
                .map(InterfaceAddress::interfaceName)
                .findFirst();
    }

    /** Kills a process and its descendants (SIGKILL). */
    void kill(long pid);

    /**
     * Copies what is in a folder of the node into one of this machine, which is made if absent.
     *
     * @return why it could not, empty when it could
     */
    Optional<String> fetch(Path folder, Path into);

    /**
     * Copies what is in a folder of this machine into one of the node, which is made if absent.
     *
     * @return why it could not, empty when it could
     */
    Optional<String> send(Path folder, Path into);

    /** Whether the node is still reached, as far as is known. */
    boolean isOpen();

    /** Names of the variables of the connection's environment that no command inherits, sorted. */
    List<String> droppedVariables();

    /** Kills what it started and still runs. */
    @Override
    void close();
}
