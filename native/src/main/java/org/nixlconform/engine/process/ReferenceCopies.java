package org.nixlconform.engine.process;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nixlconform.binding.Drive;
import org.nixlconform.binding.LinkStream;
import org.nixlconform.engine.protocol.FromRank;
import org.nixlconform.engine.protocol.PairShape;
import org.nixlconform.engine.protocol.ToRank;

/**
 * The same amount of bytes without NIXL: copied by the kernel where the peer is on this node, by the copy engine where both
 * or one of the two is on a GPU, in a TCP stream where it is on another node. Never throws; where it does not work there is no figure.
 */
final class ReferenceCopies {
    private static final int LEAST_PASSES = 2;
    /** On a slow link two passes say enough. */
    private static final long ENOUGH_NANOS = 1_000_000_000L;

    private final @Nullable DeviceCopies onDevices;
    private final Map<String, Integer> streams = new HashMap<>();

    /** @param onDevices null with host memory */
    ReferenceCopies(@Nullable DeviceCopies onDevices) {
        this.onDevices = onDevices;
    }

    /** @param ranges to copy, in this process and in the peer's */
    record Pair(PairShape shape, List<Drive.CopyRange> ranges) {
        private long bytes() {
            return ranges.stream().mapToLong(Drive.CopyRange::lengthBytes).sum();
        }
    }

    /** Lets peers on other nodes connect, until this process ends. */
    static FromRank listen(ToRank.Listen ask, PhaseClock clock) {
        clock.enter("listen");
        LinkStream.Listening listening = LinkStream.listen(ask.address());
        if (!listening.works()) {
            return new FromRank.Listening(0, -listening.descriptor(), clock.finish());
        }
        daemon(() -> {
            for (int stream = LinkStream.accept(listening.descriptor());
                    stream >= 0;
                    stream = LinkStream.accept(listening.descriptor())) {
                int connected = stream;
                daemon(() -> LinkStream.serve(connected));
            }
        });
        return new FromRank.Listening(listening.port(), 0, clock.finish());
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "reference");
        thread.setDaemon(true);
        thread.start();
    }

    FromRank copy(ToRank.Reference ask, List<Pair> pairs, boolean outward, PhaseClock clock) {
        clock.enter("reference");
        List<Long> passes = new ArrayList<>();
        long spent = 0;
        while (passes.size() < ask.passes() && (passes.size() < LEAST_PASSES || spent < ENOUGH_NANOS)) {
            long nanos = 0;
            for (Pair pair : pairs) {
                long took = copy(pair, ask.streams().get(pair.shape().peer()), outward);
                if (took < 0) {
                    return new FromRank.Referenced(0, List.of(), (int) -took, clock.finish());
                }
                nanos += took;
            }
            passes.add(nanos);
            spent += nanos;
        }
        long bytes = pairs.stream().mapToLong(Pair::bytes).sum();
        return new FromRank.Referenced(bytes, passes, 0, clock.finish());
    }

    private long copy(Pair pair, ToRank.@Nullable Stream to, boolean outward) {
        if (onDevices != null) {
            return to == null ? onDevices.copy(pair.shape(), pair.bytes(), outward) : -DeviceCopies.NO_SUCH_WAY;
        }
        if (to == null) {
            return Drive.referenceCopy(pair.shape().peerPid(), pair.ranges(), outward);
        }
        int stream = streams.computeIfAbsent(pair.shape().peer(), none -> LinkStream.connect(to.host(), to.port()));
        if (stream < 0) {
            streams.remove(pair.shape().peer());
            return stream;
        }
        long took = LinkStream.copy(stream, pair.bytes(), outward);
        if (took < 0) {
            LinkStream.close(Objects.requireNonNull(streams.remove(pair.shape().peer())));
        }
        return took;
    }
}
