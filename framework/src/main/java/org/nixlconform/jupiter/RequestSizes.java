package org.nixlconform.jupiter;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * How many blocks of each request move in the first iteration, in the second, and so on; in place of {@link Iterations}. Engines
 * start once for all of them.
 */
@Target({ElementType.METHOD, ElementType.TYPE, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface RequestSizes {
    /** Each from 1 to {@code transferred}, at least one. */
    int[] value();
}
