package org.nixlconform.jupiter;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * After the iterations, damaged metadata of a peer are loaded, and after each the right ones; see
 * {@link org.nixlconform.plan.MetadataChaos}. Without {@link Iterations} one iteration comes first.
 */
@Target({ElementType.METHOD, ElementType.TYPE, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface MetadataChaos {
    /** How many lengths that are cut off are tried, evenly spread. */
    int cuts() default 16;

    /** How many single bits are flipped, drawn by the seed. */
    int flips() default 16;
}
