package org.nixlconform.plan;

import java.util.List;

/**
 * Shape of a KV cache, as one model has it before it is shared out over ranks.
 *
 * @param layers number of layers, at least 1
 * @param kvHeads KV heads of the model; 1 with {@link Attention#MLA}
 * @param headDim elements of one head of one token; with MLA the elements of the latent
 * @param tokensPerBlock tokens in one KV block
 * @param spacing of the regions of a rank
 * @param indexerDim elements of one token that a sparse indexer keeps of each layer, in a region of its own behind that of the
 *     latent; 0 without one; only with {@link Attention#MLA}
 * @param stateParts how long the parts of a Mamba layer's state are, relative to each other: together they fill a block. With them
 *     the last block of each request holds a state, whose parts move one by one; empty without states
 */
public record KvGeometry(
        int layers,
        int kvHeads,
        int headDim,
        int tokensPerBlock,
        DataType dtype,
        Layout layout,
        Attention attention,
        KeyValue keyValue,
        Spacing spacing,
        int indexerDim,
        List<Integer> stateParts) {

    public KvGeometry {
        stateParts = List.copyOf(stateParts);
    }

    /** With guarded regions, no indexer and no states. */
    public KvGeometry(
            int layers,
            int kvHeads,
            int headDim,
            int tokensPerBlock,
            DataType dtype,
            Layout layout,
            Attention attention,
            KeyValue keyValue) {
        this(
                layers,
                kvHeads,
                headDim,
                tokensPerBlock,
                dtype,
                layout,
                attention,
                keyValue,
                Spacing.GUARDED,
                0,
                List.of());
    }

    /** The same in another order of axes. */
    KvGeometry in(Layout other) {
        return new KvGeometry(
                layers,
                kvHeads,
                headDim,
                tokensPerBlock,
                dtype,
                other,
                attention,
                keyValue,
                spacing,
                indexerDim,
                stateParts);
    }

    /** Regions of one rank: one or two a layer, see {@link #partsPerLayer()}, one in all where layers share it. */
    public int regions() {
        return crossesLayers() ? 1 : Math.multiplyExact(layers, partsPerLayer());
    }

    private boolean crossesLayers() {
        return keyValue == KeyValue.CROSS_LAYER;
    }

    private boolean hasIndexer() {
        return attention == Attention.MLA && indexerDim > 0 && !crossesLayers();
    }

    /** Tokens of one head of a block in one region, of all layers that it holds. */
    public int slotsPerBlock() {
        return crossesLayers() ? Math.multiplyExact(layers, tokensPerBlock) : tokensPerBlock;
    }

    /** @param slot 0 to {@code slotsPerBlock() - 1} */
    int layer(int region, int slot) {
        return crossesLayers() ? slot / tokensPerBlock : region / partsPerLayer();
    }

    /** 2 where keys and values, or latent and indexer, have a region each, else 1. Regions repeat with this period. */
    public int partsPerLayer() {
        return hasIndexer() || (attention != Attention.MLA && keyValue == KeyValue.SEPARATE) ? 2 : 1;
    }

    /**
     * What a region holds. Region {@code layer * partsPerLayer() + part}; keys come before values, the latent before the indexer.
     */
    public Part part(int region) {
        if (attention == Attention.MLA) {
            return hasIndexer() && region % 2 == 1 ? Part.INDEXER : Part.LATENT;
        }
        if (keyValue != KeyValue.SEPARATE) {
            return Part.KEY_AND_VALUE;
        }
        return region % 2 == 0 ? Part.KEY : Part.VALUE;
    }

    /** Bytes of one head of one token in one region. */
    public long contentBytes(int region) {
        long elements = switch (part(region)) {
            case KEY, VALUE, LATENT -> headDim;
            case KEY_AND_VALUE -> 2L * headDim;
            case INDEXER -> indexerDim;
        };
        return elements * dtype.bytes();
    }

    /** Bytes of one head of one block in one region. */
    public long headBytes(int region) {
        return Math.multiplyExact(contentBytes(region), slotsPerBlock());
    }

    /** Bytes of one block in one region of a rank that holds {@code share}. */
    public long blockBytes(int region, HeadShare share) {
        return Math.multiplyExact(headBytes(region), share.count());
    }

    /**
     * Where one byte of the cache lies within its block, in a rank that holds {@code share}.
     *
     * @param head global, within the share
     * @param slot the token, 0 to {@code slotsPerBlock() - 1}
     * @param contentByte 0 to {@code contentBytes(region) - 1}
     */
    public long byteInBlock(int region, HeadShare share, int head, int slot, long contentByte) {
        int headInShare = head - share.first();
        long unit = layout == Layout.HND
                ? (long) headInShare * slotsPerBlock() + slot
                : (long) slot * share.count() + headInShare;
        return unit * contentBytes(region) + contentByte;
    }
}
