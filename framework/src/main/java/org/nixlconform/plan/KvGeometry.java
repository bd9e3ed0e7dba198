package org.nixlconform.plan;

/**
 * Shape of a KV cache, as one model has it before it is shared out over ranks.
 *
 * @param layers number of layers, at least 1
 * @param kvHeads KV heads of the model; 1 with {@link Attention#MLA}
 * @param headDim elements of one head of one token; with MLA the elements of the latent
 * @param tokensPerBlock tokens in one KV block
 * @param spacing of the regions of a rank
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
        Spacing spacing) {

    /** With guarded regions. */
    public KvGeometry(
            int layers,
            int kvHeads,
            int headDim,
            int tokensPerBlock,
            DataType dtype,
            Layout layout,
            Attention attention,
            KeyValue keyValue) {
        this(layers, kvHeads, headDim, tokensPerBlock, dtype, layout, attention, keyValue, Spacing.GUARDED);
    }

    /** The same in another order of axes. */
    KvGeometry in(Layout other) {
        return new KvGeometry(layers, kvHeads, headDim, tokensPerBlock, dtype, other, attention, keyValue, spacing);
    }

    /** Regions of one rank: one a layer, two where keys and values are separate, one in all where layers share it. */
    public int regions() {
        return crossesLayers() ? 1 : Math.multiplyExact(layers, partsPerLayer());
    }

    private boolean crossesLayers() {
        return keyValue == KeyValue.CROSS_LAYER;
    }

    /** Tokens of one head of a block in one region, of all layers that it holds. */
    public int slotsPerBlock() {
        return crossesLayers() ? Math.multiplyExact(layers, tokensPerBlock) : tokensPerBlock;
    }

    /** @param slot 0 to {@code slotsPerBlock() - 1} */
    int layer(int region, int slot) {
        return crossesLayers() ? slot / tokensPerBlock : region / partsPerLayer();
    }

    /** 2 where keys and values have a region each, else 1. */
    public int partsPerLayer() {
        return attention != Attention.MLA && keyValue == KeyValue.SEPARATE ? 2 : 1;
    }

    /** What a region holds. Region {@code layer * partsPerLayer() + part}; keys come before values. */
    public Part part(int region) {
        if (attention == Attention.MLA) {
            return Part.LATENT;
        }
        if (keyValue != KeyValue.SEPARATE) {
            return Part.KEY_AND_VALUE;
        }
        return region % 2 == 0 ? Part.KEY : Part.VALUE;
    }

    /** Bytes of one head of one token in one region. */
    public long contentBytes() {
        int keyAndValue = attention != Attention.MLA && keyValue != KeyValue.SEPARATE ? 2 : 1;
        return (long) keyAndValue * headDim * dtype.bytes();
    }

    /** Bytes of one head of one block in one region. */
    public long headBytes() {
        return Math.multiplyExact(contentBytes(), slotsPerBlock());
    }

    /** Bytes of one block in one region of a rank that holds {@code share}. */
    public long blockBytes(HeadShare share) {
        return Math.multiplyExact(headBytes(), share.count());
    }

    /**
     * Where one byte of the cache lies within its block, in a rank that holds {@code share}.
     *
     * @param head global, within the share
     * @param slot the token, 0 to {@code slotsPerBlock() - 1}
     * @param contentByte 0 to {@code contentBytes() - 1}
     */
    public long byteInBlock(HeadShare share, int head, int slot, long contentByte) {
        int headInShare = head - share.first();
        long unit = layout == Layout.HND
                ? (long) headInShare * slotsPerBlock() + slot
                : (long) slot * share.count() + headInShare;
        return unit * contentBytes() + contentByte;
    }

    /**
     * Where the contiguous slice of {@code heads} begins within a block of a rank that holds {@code share}. With NHD
     * a slice is contiguous only where it is the whole share.
     */
    public long sliceOffsetBytes(HeadShare share, HeadShare heads) {
        return byteInBlock(share, heads.first(), 0, 0);
    }
}
