package org.nixlconform.binding;

import java.util.ArrayList;
import java.util.List;

/**
 * One rank's part of a storm of notifications, {@code nxc_storm}: as an initiator it makes many small transfers and notifies, as a
 * target it collects. One thread.
 */
public final class Storm implements AutoCloseable {
    /** What an oddity can be, by its number. */
    public static final List<String> KINDS = List.of("NONE", "ALTERED", "OTHERS", "AGAIN", "STRANGER");

    static final Mirror ODDITY = new Mirror("nxc_storm_oddity", 136);
    private static final int SENDER = ODDITY.field("sender", 0, 64);
    private static final int KIND = ODDITY.field("kind", 64, 4);
    private static final int ODDITY_MESSAGE = ODDITY.field("message", 72, 8);
    private static final int LENGTH = ODDITY.field("length", 80, 4);
    private static final int EXPECTED_LENGTH = ODDITY.field("expected_length", 84, 4);
    private static final int NAMED_KEY = ODDITY.field("key", 88, 8);
    private static final int AT = ODDITY.field("at", 96, 8);
    private static final int EXPECTED = ODDITY.field("expected", 104, 16);
    private static final int FOUND = ODDITY.field("found", 120, 16);

    static final Mirror TIME = new Mirror("nxc_storm_time", 32);
    private static final int SENT = TIME.field("sent_ns", 0, 8);
    private static final int POLLED = TIME.field("polled_ns", 8, 8);
    private static final int DONE_AT = TIME.field("done_ns", 16, 8);
    private static final int SEEN = TIME.field("seen_ns", 24, 8);

    static final Mirror PAIR = new Mirror("nxc_storm_pair", 232);
    private static final int PEER = PAIR.field("peer", 0, 64);
    private static final int KEY = PAIR.field("key", 64, 8);
    private static final int LOCAL = PAIR.field("local", 72, 8);
    private static final int REMOTE = PAIR.field("remote", 80, 8);
    private static final int LOCAL_INDICES = PAIR.field("local_indices", 88, 8);
    private static final int REMOTE_INDICES = PAIR.field("remote_indices", 96, 8);
    private static final int TAILS = PAIR.field("tails", 104, 8);
    private static final int REGIONS = PAIR.field("regions", 112, 4);
    private static final int BLOCKS = PAIR.field("blocks", 116, 4);
    private static final int BOUND = PAIR.field("bound", 120, 8);
    private static final int STANDALONE_TIMES = PAIR.field("standalone", 128, 8);
    private static final int DONE = PAIR.field("done", 136, 8);
    private static final int IN_POST = PAIR.field("in_post", 144, 8);
    private static final int SENT_ALONE = PAIR.field("sent", 152, 8);
    private static final int DESCRIPTORS = PAIR.field("descriptors", 160, 8);
    private static final int HOLLOW = PAIR.field("hollow", 168, 8);
    private static final int FIRST_HOLLOW = PAIR.field("first_hollow", 176, 8);
    private static final int FAILED_STATUS = PAIR.field("failed_status", 184, 4);
    private static final int FAILED_CALL = PAIR.field("failed_call", 188, 4);
    private static final int RECEIVED_BOUND = PAIR.field("received_bound", 192, 8);
    private static final int RECEIVED_STANDALONE = PAIR.field("received_standalone", 200, 8);
    private static final int AGAIN = PAIR.field("again", 208, 8);
    private static final int ALTERED = PAIR.field("altered", 216, 8);
    private static final int FIRST_MISSING = PAIR.field("first_missing", 224, 8);

    static final Mirror MIRROR = new Mirror("nxc_storm", 128);
    private static final int SEED = MIRROR.field("seed", 0, 8);
    private static final int SIZES = MIRROR.field("sizes", 8, 8);
    private static final int SIZE_COUNT = MIRROR.field("size_count", 16, 4);
    private static final int IN_FLIGHT = MIRROR.field("in_flight", 20, 4);
    private static final int TRANSFERS = MIRROR.field("transfers", 24, 8);
    private static final int STANDALONE = MIRROR.field("standalone", 32, 8);
    private static final int MOST_BLOCKS = MIRROR.field("most_blocks", 40, 8);
    private static final int POLL_DELAY = MIRROR.field("poll_delay_ns", 48, 8);
    private static final int PERIOD = MIRROR.field("period_ns", 56, 8);
    private static final int TARGET_POLL = MIRROR.field("target_poll_ns", 64, 8);
    private static final int QUIET = MIRROR.field("quiet_ns", 72, 8);
    private static final int IDLE = MIRROR.field("idle_ns", 80, 8);
    private static final int WRITE = MIRROR.field("write", 88, 4);
    private static final int SAMPLES = MIRROR.field("samples", 92, 4);
    private static final int ODDITIES = MIRROR.field("oddities", 96, 8);
    private static final int ODDITY_CAPACITY = MIRROR.field("oddity_capacity", 104, 8);
    private static final int ODDITY_COUNT = MIRROR.field("oddity_count", 112, 8);
    private static final int STRANGERS = MIRROR.field("strangers", 120, 8);

    /** What the loops call beside what {@link Drive} has asked for. */
    private static final NixlFunction[] CALLED = {
        NixlFunction.OPT_ARGS_SET_NOTIF_MSG,
        NixlFunction.OPT_ARGS_SET_HAS_NOTIF,
        NixlFunction.MAKE_XFER_REQ,
        NixlFunction.RELEASE_XFER_REQ,
        NixlFunction.DESTROY_XFER_REQ,
        NixlFunction.GEN_NOTIF
    };

    private static final int ODDITIES_KEPT = 16;
    private static final int SHOWN = 16;

    private final NixlAgent agent;
    private final ProgressPage page;
    private final Shape shape;
    private final List<Peer> peers;
    private final List<NativeMemory> held = new ArrayList<>();
    private final NativeMemory storm;
    private final NativeMemory pairs;
    private final NativeMemory oddities;
    private final List<NativeMemory> times = new ArrayList<>();

    /**
     * The same at both ends.
     *
     * @param sizes of texts in bytes
     * @param inFlight transfers of one pair at a time
     * @param transfers of each pair
     * @param standalone notifications by themselves after each transfer
     * @param mostBlocks of a transfer
     * @param samples messages of each pair and kind whose times are kept
     */
    public record Shape(
            long seed,
            int[] sizes,
            int inFlight,
            long transfers,
            int standalone,
            int mostBlocks,
            long pollDelayNanos,
            long periodNanos,
            long targetPollNanos,
            long quietNanos,
            long idleNanos,
            boolean write,
            int samples) {
        /** Of one pair. */
        public long messages() {
            return transfers * (1 + standalone);
        }
    }

    /**
     * @param key of its texts
     * @param local handle of a prepared list, 0 at a target, where what follows is empty
     * @param localIndices of all blocks, region by region
     * @param tails addresses of the last 8 bytes of each of them; empty where they are not looked at
     */
    public record Peer(
            String label,
            long key,
            long local,
            long remote,
            int[] localIndices,
            int[] remoteIndices,
            long[] tails,
            int regions) {}

    /** Nanoseconds of CLOCK_MONOTONIC, 0 for never. */
    public record Time(long sent, long polled, long done, long seen) {}

    /** What became of the messages of one pair, as far as this rank knows. @param firstMissing -1 when all came */
    public record Counts(
            long done,
            long inPost,
            long sent,
            long descriptors,
            long hollow,
            long firstHollow,
            int failedStatus,
            String failedCall,
            long receivedBound,
            long receivedStandalone,
            long again,
            long altered,
            long firstMissing,
            List<Time> bound,
            List<Time> standalone) {}

    /** A notification that is not as it was sent. @param message that it names, -1 for none */
    public record Oddity(
            String sender,
            String kind,
            long message,
            int length,
            int expectedLength,
            long key,
            long at,
            byte[] expected,
            byte[] found) {}

    /** @throws NixlCallException when the library lacks a function that the loops call */
    public Storm(NixlAgent agent, ProgressPage page, Shape shape, List<Peer> peers) throws NixlCallException {
        for (NixlFunction function : CALLED) {
            agent.nixl().require(function);
        }
        this.agent = agent;
        this.page = page;
        this.shape = shape;
        this.peers = List.copyOf(peers);
        NativeMemory sizes = hold(ints(shape.sizes()));
        oddities = hold(NativeMemory.allocate((long) ODDITIES_KEPT * ODDITY.sizeBytes()));
        storm = hold(NativeMemory.allocate(MIRROR.sizeBytes()));
        storm.putLong(SEED, shape.seed());
        storm.putLong(SIZES, sizes.address());
        storm.putInt(SIZE_COUNT, shape.sizes().length);
        storm.putInt(IN_FLIGHT, shape.inFlight());
        storm.putLong(TRANSFERS, shape.transfers());
        storm.putLong(STANDALONE, shape.standalone());
        storm.putLong(MOST_BLOCKS, shape.mostBlocks());
        storm.putLong(POLL_DELAY, shape.pollDelayNanos());
        storm.putLong(PERIOD, shape.periodNanos());
        storm.putLong(TARGET_POLL, shape.targetPollNanos());
        storm.putLong(QUIET, shape.quietNanos());
        storm.putLong(IDLE, shape.idleNanos());
        storm.putInt(WRITE, shape.write() ? 1 : 0);
        storm.putInt(SAMPLES, shape.samples());
        storm.putLong(ODDITIES, oddities.address());
        storm.putLong(ODDITY_CAPACITY, ODDITIES_KEPT);
        pairs = hold(NativeMemory.allocate((long) Math.max(1, peers.size()) * PAIR.sizeBytes()));
        for (int i = 0; i < peers.size(); i++) {
            put((long) i * PAIR.sizeBytes(), peers.get(i));
        }
    }

    private void put(long at, Peer peer) {
        pairs.putText(at + PEER, peer.label(), PAIR.sizeBytes("peer"));
        pairs.putLong(at + KEY, peer.key());
        pairs.putLong(at + LOCAL, peer.local());
        pairs.putLong(at + REMOTE, peer.remote());
        pairs.putLong(at + LOCAL_INDICES, hold(ints(peer.localIndices())).address());
        pairs.putLong(at + REMOTE_INDICES, hold(ints(peer.remoteIndices())).address());
        pairs.putLong(
                at + TAILS,
                peer.tails().length == 0 ? 0 : hold(longs(peer.tails())).address());
        pairs.putInt(at + REGIONS, peer.regions());
        pairs.putInt(at + BLOCKS, peer.localIndices().length / peer.regions());
        for (int field : new int[] {BOUND, STANDALONE_TIMES}) {
            NativeMemory kept = hold(NativeMemory.allocate((long) shape.samples() * TIME.sizeBytes()));
            pairs.putLong(at + field, kept.address());
            times.add(kept);
        }
    }

    private NativeMemory hold(NativeMemory memory) {
        held.add(memory);
        return memory;
    }

    private static NativeMemory ints(int[] values) {
        NativeMemory memory = NativeMemory.allocate((long) Math.max(1, values.length) * Integer.BYTES);
        memory.putInts(0, values);
        return memory;
    }

    private static NativeMemory longs(long[] values) {
        NativeMemory memory = NativeMemory.allocate((long) values.length * Long.BYTES);
        for (int i = 0; i < values.length; i++) {
            memory.putLong((long) i * Long.BYTES, values[i]);
        }
        return memory;
    }

    /** The part of an initiator, until all ended. @return status of collecting notifications, 0 or the error */
    public int send() {
        return Conform.nxc_storm_send(
                agent.nixl().table().pointer(),
                agent.agent(),
                agent.options(),
                agent.map(),
                storm.pointer(),
                pairs.pointer(),
                peers.size(),
                page.memory().pointer());
    }

    /** The part of a target, until all came and it was quiet. @return status of collecting, 0 or the error */
    public int collect() {
        return Conform.nxc_storm_collect(
                agent.nixl().table().pointer(),
                agent.agent(),
                agent.map(),
                storm.pointer(),
                pairs.pointer(),
                peers.size(),
                page.memory().pointer());
    }

    /** By the number of the peer. */
    public Counts counts(int peer) {
        long at = (long) peer * PAIR.sizeBytes();
        return new Counts(
                pairs.getLong(at + DONE),
                pairs.getLong(at + IN_POST),
                pairs.getLong(at + SENT_ALONE),
                pairs.getLong(at + DESCRIPTORS),
                pairs.getLong(at + HOLLOW),
                pairs.getLong(at + FIRST_HOLLOW),
                pairs.getInt(at + FAILED_STATUS),
                NixlFunction.symbolOf(pairs.getInt(at + FAILED_CALL)),
                pairs.getLong(at + RECEIVED_BOUND),
                pairs.getLong(at + RECEIVED_STANDALONE),
                pairs.getLong(at + AGAIN),
                pairs.getLong(at + ALTERED),
                pairs.getLong(at + FIRST_MISSING),
                times(times.get(2 * peer), shape.transfers()),
                times(times.get(2 * peer + 1), shape.transfers() * shape.standalone()));
    }

    private List<Time> times(NativeMemory kept, long messages) {
        long every = (messages + shape.samples() - 1) / shape.samples();
        List<Time> read = new ArrayList<>();
        for (long i = 0; every > 0 && i * every < messages; i++) {
            long at = i * TIME.sizeBytes();
            read.add(new Time(
                    kept.getLong(at + SENT),
                    kept.getLong(at + POLLED),
                    kept.getLong(at + DONE_AT),
                    kept.getLong(at + SEEN)));
        }
        return read;
    }

    /** From agents that send none. */
    public long strangers() {
        return storm.getLong(STRANGERS);
    }

    /** The first of all. */
    public List<Oddity> oddities() {
        List<Oddity> seen = new ArrayList<>();
        long count = Math.min(ODDITIES_KEPT, storm.getLong(ODDITY_COUNT));
        for (int i = 0; i < count; i++) {
            long at = (long) i * ODDITY.sizeBytes();
            long from = oddities.getLong(at + AT);
            int length = oddities.getInt(at + LENGTH);
            int expectedLength = oddities.getInt(at + EXPECTED_LENGTH);
            seen.add(new Oddity(
                    oddities.getText(at + SENDER),
                    KINDS.get(oddities.getInt(at + KIND)),
                    oddities.getLong(at + ODDITY_MESSAGE),
                    length,
                    expectedLength,
                    oddities.getLong(at + NAMED_KEY),
                    from,
                    oddities.getBytes(
                            at + EXPECTED, (int) Math.min(SHOWN, expectedLength - Math.min(from, expectedLength))),
                    oddities.getBytes(at + FOUND, (int) Math.min(SHOWN, length - from))));
        }
        return seen;
    }

    /** The text that both ends derive. */
    static byte[] text(long seed, long key, long message, int size) {
        try (NativeMemory out = NativeMemory.allocate(Math.max(1, size))) {
            Conform.nxc_storm_text(seed, key, message, out.pointer(), size);
            return out.getBytes(0, size);
        }
    }

    @Override
    public void close() {
        held.forEach(NativeMemory::close);
    }
}
