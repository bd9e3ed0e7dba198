package org.nixlconform.engine.process;

import org.jspecify.annotations.Nullable;
import org.nixlconform.binding.Arena;
import org.nixlconform.binding.Device;
import org.nixlconform.binding.Drive;
import org.nixlconform.binding.NixlCallException;
import org.nixlconform.binding.Payload;
import org.nixlconform.binding.PlacedRuns;
import org.nixlconform.binding.RunList;
import org.nixlconform.engine.process.CacheOracle.Generations;
import org.nixlconform.engine.protocol.FromRank;
import org.nixlconform.engine.protocol.ToRank;

/** What a rank has on a stream of its GPU, or does with the GPU's driver, beside each transfer. */
interface StreamWork extends AutoCloseable {
    String NO_FENCE = "NONE";

    /** Null where the rank has none. */
    static @Nullable StreamWork of(
            ToRank.@Nullable StreamOrder order, @Nullable Device device, Arena arena, Payload payload) {
        if (order == null || device == null) {
            return null;
        }
        if (order.work().startsWith("GRAPH_")) {
            return new GraphWork(order, device, arena, payload);
        }
        if (order.work().startsWith("CALLS_")) {
            return new CallerWork(order, device);
        }
        return order.work().endsWith("_BESIDE")
                ? new DriverWork(order, device)
                : new HeldWork(order, device, arena, payload);
    }

    /** Calls of NIXL. */
    interface Call<T> {
        T make() throws NixlCallException;
    }

    /** Makes calls of NIXL, by another thread where the work is that. */
    default <T> T call(Call<T> call) throws NixlCallException {
        return call.make();
    }

    /** Whether it writes by itself what is written before an iteration. */
    default boolean fills() {
        return false;
    }

    /**
     * When nothing is written yet for the transfer that comes.
     *
     * @param oracle knows which blocks that uses, and what requests before it left in others
     */
    default void beforeFill(CacheOracle oracle) {}

    /**
     * When all else is ready for the transfer.
     *
     * @param oracle knows what the rank's cache is given before it
     * @param expected what the cache must hold afterwards
     */
    void beforeTransfer(CacheOracle oracle, Generations generations, RunList expected);

    /** How often the transfer is to be repeated by {@link #repeat} before it is made and judged. */
    default int repeats() {
        return 0;
    }

    /** @param requests of the transfer, without notifications */
    default void repeat(Drive drive, long[] requests) throws NixlCallException {}

    /** Right before the first request is posted. */
    default void atBegin() {}

    /** Right after the last DONE or notification, before anything else. */
    void atEnd(PlacedRuns expected);

    /** Afterwards the cache changes no more, and holds nothing of this work but what a missing fence left. */
    FromRank.StreamWork settle(PlacedRuns expected);

    @Override
    void close();
}
