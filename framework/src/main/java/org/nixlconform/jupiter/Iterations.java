package org.nixlconform.jupiter;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * How often the transfer is repeated in one cell, each time with new content and a newly poisoned destination. Without
 * this annotation: 3, and 1 where engines {@link PagedServing serve requests} afterwards.
 */
@Target({ElementType.METHOD, ElementType.TYPE, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface Iterations {
    /** At least 1. */
    int value();
}
