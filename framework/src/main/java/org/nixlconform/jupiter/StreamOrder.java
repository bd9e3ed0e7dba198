package org.nixlconform.jupiter;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Engines have work of their own on a stream of the GPU, as serving engines do, which must be in order with the transfer.
 * Without a fence it is not: say with {@link ExpectCaught} as what that is found. Such a case is inconclusive where the work
 * was not still pending when the transfer was over, or was not seen to be in its way.
 */
@Target({ElementType.METHOD, ElementType.TYPE, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface StreamOrder {
    org.nixlconform.plan.StreamOrder.Work value();

    /** What the engine waits for before the transfer. */
    org.nixlconform.plan.StreamOrder.Fence fence() default org.nixlconform.plan.StreamOrder.Fence.EVENT;

    /** How often each iteration makes its transfer, without a pause; of a READ with KERNEL_AFTER_DONE. At least 1. */
    int repeats() default 1;
}
