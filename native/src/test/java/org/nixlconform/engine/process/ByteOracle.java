package org.nixlconform.engine.process;

import java.util.HashMap;
import java.util.Map;
import org.nixlconform.binding.Payload;
import org.nixlconform.engine.process.CacheOracle.Generations;
import org.nixlconform.engine.process.Ranks.Rank;
import org.nixlconform.engine.protocol.ArenaShape;

/**
 * What each single byte of an arena must be, one after the other: the byte's offset is divided into region, block, head
 * and token, and a byte that moved is looked up among all bytes of the rank that it came from.
 */
final class ByteOracle {
    private final Ranks ranks;
    private final Generations generations;
    private final Map<Rank, Map<Place, Long>> locations = new HashMap<>();

    /** @param kind 0 for one that no arena holds */
    record Content(int kind, int generation, long location, boolean selected, int poisonGeneration) {}

    private record Place(int region, int block, int head, int token, int contentByte) {}

    ByteOracle(Ranks ranks, Generations generations) {
        this.ranks = ranks;
        this.generations = generations;
        for (Rank rank : ranks.all()) {
            ArenaShape arena = ranks.arena(rank);
            Map<Place, Long> own = new HashMap<>();
            for (long offset = 0; offset < arena.totalBytes(); offset++) {
                Place place = place(rank, offset);
                if (place != null) {
                    own.put(place, arena.locationBase() + offset);
                }
            }
            locations.put(rank, own);
        }
    }

    Content before(Rank rank, long offset) {
        long location = ranks.arena(rank).locationBase() + offset;
        if (place(rank, offset) == null) {
            return own(Payload.GUARD, 1, location);
        }
        return own(rank.prefill() ? Payload.DATA : Payload.POISON, 1, location);
    }

    Content afterwards(Rank rank, long offset) {
        long location = ranks.arena(rank).locationBase() + offset;
        Place place = place(rank, offset);
        for (int engine = 0; engine < ranks.prefillEngines(); engine++) {
            Ranks.Request request = ranks.request(engine);
            if (place == null || rank.prefill() && rank.engine() != engine) {
                continue;
            }
            int entry = (rank.prefill() ? request.sources() : request.destinations()).indexOf(place.block());
            if (entry < 0) {
                continue;
            }
            if (rank.prefill()) {
                return offers(rank) ? own(Payload.DATA, generations.data(), location) : before(rank, offset);
            }
            if (entry < ranks.prefixBlocks()) {
                return own(Payload.DATA, generations.older(), location);
            }
            Place source = new Place(
                    place.region(), request.sources().get(entry), place.head(), place.token(), place.contentByte());
            long from = locations.get(ranks.giver(rank, engine, place.head())).get(source);
            return new Content(Payload.DATA, generations.data(), from, true, generations.poison());
        }
        return before(rank, offset);
    }

    /** Of several prefill ranks with the same heads some may give to nobody. */
    private boolean offers(Rank prefill) {
        return ranks.decodes().stream()
                .anyMatch(decode -> ranks.headsOf(decode).stream()
                        .anyMatch(head ->
                                ranks.giver(decode, prefill.engine(), head).equals(prefill)));
    }

    private static Content own(int kind, int generation, long location) {
        return new Content(kind, generation, location, false, 1);
    }

    /** Null in a guard. */
    private Place place(Rank rank, long offset) {
        ArenaShape arena = ranks.arena(rank);
        int inRegion = (int) offset - Ranks.GUARD_BYTES;
        if (inRegion < 0) {
            return null;
        }
        int region = 0;
        while (inRegion >= strideBytes(arena, region)) {
            inRegion -= strideBytes(arena, region);
            region++;
        }
        int content = ranks.contentBytes().get(region % ranks.contentBytes().size());
        int held = ranks.headsOf(rank).size();
        int perBlock = held * ranks.tokens() * content;
        int block = inRegion / perBlock;
        if (block >= (rank.prefill() ? Ranks.PREFILL_BLOCKS : Ranks.DECODE_BLOCKS)) {
            return null;
        }
        int unit = inRegion % perBlock / content;
        int head = ranks.headsOutermost() ? unit / ranks.tokens() : unit % held;
        int token = ranks.headsOutermost() ? unit % ranks.tokens() : unit / held;
        return new Place(region, block, ranks.headsOf(rank).get(head), token, inRegion % content);
    }

    private static int strideBytes(ArenaShape arena, int region) {
        return (int)
                arena.regionsInTurn().get(region % arena.regionsInTurn().size()).strideBytes();
    }
}
