package org.nixlconform.plan;

/**
 * Shape of a KV cache, as one model has it before it is shared out over ranks.
 *
 * @param layers number of layers, at least 1
 * @param kvHeads KV heads of the model; 1 with {@link Attention#MLA}
 * @param headDim elements of one head of one token; with MLA the elements of the latent
 * @param tokensPerBlock tokens in one KV block
 */
public record KvGeometry(
        int layers,
        int kvHeads,
        int headDim,
        int tokensPerBlock,
        DataType dtype,
        Layout layout,
        Attention attention,
        KeyValue keyValue) {

    /** Regions of one rank: one a layer, two where keys and values are separate. */
    public int regions() {
        return Math.multiplyExact(layers, partsPerLayer());
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
        if (keyValue == KeyValue.PACKED) {
            return Part.KEY_AND_VALUE;
        }
        return region % 2 == 0 ? Part.KEY : Part.VALUE;
    }

    /** Bytes of one head of one token in one region. */
    public long contentBytes() {
        int keyAndValue = attention != Attention.MLA && keyValue == KeyValue.PACKED ? 2 : 1;
        return (long) keyAndValue * headDim * dtype.bytes();
    }

    /** Bytes of one head of one block in one region. */
    public long headBytes() {
        return Math.multiplyExact(contentBytes(), tokensPerBlock);
    }

    /** Bytes of one block in one region of a rank that holds {@code share}. */
    public long blockBytes(HeadShare share) {
        return Math.multiplyExact(headBytes(), share.count());
    }

    /**
     * Where one byte of the cache lies within its block, in a rank that holds {@code share}.
     *
     * @param head global, within the share
     * @param token 0 to {@code tokensPerBlock - 1}
     * @param contentByte 0 to {@code contentBytes() - 1}
     */
    public long byteInBlock(HeadShare share, int head, int token, long contentByte) {
        int headInShare = head - share.first();
        long unit = layout == Layout.HND
                ? (long) headInShare * tokensPerBlock + token
                : (long) token * share.count() + headInShare;
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
