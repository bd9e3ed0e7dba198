package org.nixlconform.plan;

/** The KV heads that one rank holds: {@code count} of them from global head {@code first} on. */
public record HeadShare(int first, int count) {

    /**
     * The share of a rank. With more ranks than heads each head lies on {@code tp / kvHeads} ranks in a row. With
     * {@link Attention#MLA} every rank holds the one latent.
     *
     * @param tp ranks of the engine; {@code kvHeads} divides by it or it divides by {@code kvHeads}
     * @param rank 0 to {@code tp - 1}
     */
    public static HeadShare of(KvGeometry geometry, int tp, int rank) {
        if (rank < 0 || rank >= tp) {
            throw new IllegalArgumentException("rank " + rank + " of an engine of " + tp + " ranks");
        }
        if (geometry.attention() == Attention.MLA) {
            return new HeadShare(0, 1);
        }
        int heads = geometry.kvHeads();
        return tp <= heads ? new HeadShare(rank * (heads / tp), heads / tp) : new HeadShare(rank / (tp / heads), 1);
    }

    public int end() {
        return first + count;
    }

    public boolean contains(int head) {
        return head >= first && head < end();
    }
}
