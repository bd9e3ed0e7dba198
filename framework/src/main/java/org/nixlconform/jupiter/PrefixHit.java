package org.nixlconform.jupiter;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * How many leading blocks of each request decode already holds. They do not move and must not change. An axis.
 */
@Target({ElementType.METHOD, ElementType.TYPE, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface PrefixHit {
    /**
     * Each from 0 to {@code transferred}, each once. With all of them decode only tells prefill, as a serving engine does:
     * that wants a READ and {@link ExpectCompletion}.
     */
    int[] value();
}
