package org.nixlconform.jupiter;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Caches of different size in prefill and decode, so that an index computed with the other side's size is wrong.
 * Replaces {@link Blocks#cached()}.
 */
@Target({ElementType.METHOD, ElementType.TYPE, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface UnequalCaches {
    /** Blocks in the cache of every prefill engine. */
    int prefillBlocks();

    /** Blocks in the cache of every decode engine. */
    int decodeBlocks();
}
