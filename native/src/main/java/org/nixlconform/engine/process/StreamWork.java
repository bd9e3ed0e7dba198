package org.nixlconform.engine.process;

import org.jspecify.annotations.Nullable;
import org.nixlconform.binding.Arena;
import org.nixlconform.binding.Device;
import org.nixlconform.binding.Payload;
import org.nixlconform.binding.PlacedRuns;
import org.nixlconform.binding.RunList;
import org.nixlconform.engine.process.CacheOracle.Generations;
import org.nixlconform.engine.protocol.FromRank;
import org.nixlconform.engine.protocol.ToRank;

/** What a rank has on a stream of its GPU beside each transfer. */
interface StreamWork extends AutoCloseable {

    /** Null where the rank has none. */
    static @Nullable StreamWork of(
            ToRank.@Nullable StreamOrder order, @Nullable Device device, Arena arena, Payload payload) {
        if (order == null || device == null) {
            return null;
        }
        return order.work().startsWith("GRAPH_")
                ? new GraphWork(order, device, arena, payload)
                : new HeldWork(order, device, arena, payload);
    }

    /** Whether it writes by itself what is written before an iteration. */
    default boolean fills() {
        return false;
    }

    /**
     * When all else is ready for the transfer.
     *
     * @param oracle knows what the rank's cache is given before it
     * @param expected what the cache must hold afterwards
     */
    void beforeTransfer(CacheOracle oracle, Generations generations, RunList expected);

    /** Right after the last DONE or notification, before anything else. */
    void atEnd(PlacedRuns expected);

    /** Afterwards the cache changes no more, and holds nothing of this work but what a missing fence left. */
    FromRank.StreamWork settle(PlacedRuns expected);

    @Override
    void close();
}
