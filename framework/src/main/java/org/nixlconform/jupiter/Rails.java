package org.nixlconform.jupiter;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * How many rails of simulated EFA the ranks of each role have, in place of those of the environment's file. Repeat it for an
 * axis. With LIBFABRIC alone; where the environment does not simulate EFA, the case is inconclusive.
 */
@Target({ElementType.METHOD, ElementType.TYPE, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Repeatable(Rails.Container.class)
public @interface Rails {
    /** 1 to 32. */
    int prefill();

    /** 1 to 32. */
    int decode();

    /** Holds repeated annotations; the compiler writes it. */
    @Target({ElementType.METHOD, ElementType.TYPE, ElementType.ANNOTATION_TYPE})
    @Retention(RetentionPolicy.RUNTIME)
    @Documented
    @interface Container {
        Rails[] value();
    }
}
