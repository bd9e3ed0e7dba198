package org.nixlconform.plan;

/** What a byte address of a {@link LocationSpace} stands for. */
public sealed interface Location {

    /** For example {@code prefill-0-rank-3, layer 7, block 42, head 5, token 3}. */
    String text();

    /**
     * A byte of the cache.
     *
     * @param region index within the rank
     * @param block within the engine's cache
     * @param head global; 0 with {@link Attention#MLA}
     * @param contentByte offset within that head's content of that token
     */
    record Content(RankId rank, int region, int layer, Part part, int block, int head, int token, long contentByte)
            implements Location {
        @Override
        public String text() {
            String heads = part.hasNoHeads() ? "" : ", head " + head;
            return rank.label() + ", " + part.labelOf(layer) + ", block " + block + heads + ", token " + token;
        }
    }

    /**
     * A byte that belongs to no region.
     *
     * @param place such as {@code guard before layer 0} or {@code guard between layer 6 and layer 7}
     * @param arenaOffsetBytes from the start of the rank's arena
     */
    record Guard(RankId rank, String place, long arenaOffsetBytes) implements Location {
        @Override
        public String text() {
            return rank.label() + ", " + place;
        }
    }

    /** An address that no arena of the plan holds. */
    record Outside(long locationBytes) implements Location {
        @Override
        public String text() {
            return String.format("no rank's memory (location 0x%x)", locationBytes);
        }
    }
}
