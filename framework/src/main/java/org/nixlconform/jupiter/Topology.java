package org.nixlconform.jupiter;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.nixlconform.plan.Pairing;
import org.nixlconform.plan.Placement;

/**
 * How many engines of each role, how many ranks each has, where they run and who takes blocks from whom. Repeat it for
 * an axis of the matrix; the order of the repeats is the order of the cells.
 */
@Target({ElementType.METHOD, ElementType.TYPE, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Repeatable(Topology.Container.class)
public @interface Topology {
    /** Number of prefill engines, at least 1. */
    int prefillEngines() default 1;

    /** Ranks of each prefill engine, at least 1. */
    int prefillTp() default 1;

    /** Number of decode engines, at least 1. */
    int decodeEngines() default 1;

    /** Ranks of each decode engine, at least 1. */
    int decodeTp() default 1;

    /** Where ranks run; several values are an axis. */
    Placement[] placement() default {Placement.PACK};

    /** Which prefill engines a decode engine takes blocks from. */
    Pairing pairing() default Pairing.MESH;

    /** Holds repeated annotations; the compiler writes it. */
    @Target({ElementType.METHOD, ElementType.TYPE, ElementType.ANNOTATION_TYPE})
    @Retention(RetentionPolicy.RUNTIME)
    @Documented
    @interface Container {
        Topology[] value();
    }
}
