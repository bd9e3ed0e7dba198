package org.nixlconform.jupiter;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.nixlconform.plan.Attention;
import org.nixlconform.plan.DataType;
import org.nixlconform.plan.KeyValue;
import org.nixlconform.plan.Layout;
import org.nixlconform.plan.Selection;
import org.nixlconform.plan.Spacing;

/**
 * How many blocks move, and the shape of the cache that they belong to. Without this annotation: its defaults.
 */
@Target({ElementType.METHOD, ElementType.TYPE, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface Blocks {
    /** Blocks of one request, that is of one pair of engines; at least 1. */
    int transferred() default 10;

    /**
     * Blocks in the cache of every engine. Requests of one engine share no blocks, so an engine needs
     * {@code transferred} for each of its requests. {@link UnequalCaches} replaces it.
     */
    int cached() default 100;

    /** Layers of the model, at least 1. */
    int layers() default 2;

    /** KV heads of the model before they are shared out over ranks; 1 with MLA. */
    int kvHeads() default 8;

    /** Elements of one head of one token; with MLA the elements of the latent. */
    int headDim() default 128;

    /**
     * Elements of one token that a sparse indexer keeps of each layer, in a region of its own whose blocks are as much longer or
     * shorter than those of the latent; only with MLA. 0: no indexer.
     */
    int indexerDim() default 0;

    /**
     * Lengths of the parts of a Mamba layer's state, relative to each other, at least 1 each: such as those of the convolution's x,
     * B and C, and of the state itself. They fill a block of any region. With them the last block that moves of each request holds
     * a state: its parts have descriptors of their own, behind those of all blocks, and move one by one. Equal TP on both sides,
     * no indexer. Empty: no states.
     */
    int[] stateParts() default {};

    /** Tokens of one block. */
    int tokensPerBlock() default 16;

    /** Element type. */
    DataType dtype() default DataType.BF16;

    /** Order of heads and tokens within a block. */
    Layout layout() default Layout.HND;

    /** How heads are shared out over ranks. */
    Attention attention() default Attention.GQA;

    /** Whether keys and values, or all layers, share a region. */
    KeyValue keyValue() default KeyValue.PACKED;

    /** What lies between the regions of a rank. */
    Spacing spacing() default Spacing.GUARDED;

    /** Which cached blocks a request uses, and in which order. */
    Selection selection() default Selection.SHUFFLED;

    /** Of the choice of blocks, and of the payload. */
    long seed() default 42;

    /** Whether {@code cached} may be lowered to what a node's memory allows. Nothing else ever is. */
    boolean scalable() default false;
}
