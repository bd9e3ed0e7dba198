package org.nixlconform.binding;

/**
 * A TCP stream to a rank on another node, which moves bytes of its own without NIXL. Methods give minus the error number
 * where they fail, as the kernel does.
 */
public final class LinkStream {
    private static final int PORT_BYTES = 2;

    private LinkStream() {}

    /** Where others connect to. */
    public record Listening(int descriptor, int port) {
        /** Whether there is one; else the descriptor is minus the error number. */
        public boolean works() {
            return descriptor >= 0;
        }
    }

    /** @param address numeric, of this node; empty for all it has */
    public static Listening listen(String address) {
        try (NativeMemory port = NativeMemory.allocate(PORT_BYTES)) {
            int descriptor = Conform.nxc_stream_listen(address, port.pointer());
            return new Listening(descriptor, port.pointer().getShort(0) & 0xffff);
        }
    }

    /** Waits for the next to connect, until the listening one is closed. Gives its descriptor. */
    public static int accept(int listening) {
        return Conform.nxc_stream_accept(listening);
    }

    /** Moves what the other end asks for until that closes; closes then too. */
    public static int serve(int stream) {
        return Conform.nxc_stream_serve(stream);
    }

    /** @return a descriptor */
    public static int connect(String host, int port) {
        return Conform.nxc_stream_connect(host, (short) port);
    }

    /**
     * @param write from here to there; else from there to here
     * @return nanoseconds until all bytes had arrived
     */
    public static long copy(int stream, long bytes, boolean write) {
        return Conform.nxc_stream_copy(stream, bytes, write ? 1 : 0);
    }

    public static void close(int stream) {
        Conform.nxc_stream_close(stream);
    }
}
