package org.nixlconform.jupiter;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.nixlconform.plan.InvalidRequest;

/**
 * Asks NIXL for invalid requests before the valid transfer. Each must be refused when it is made, and the valid
 * transfer must conform all the same.
 */
@Target({ElementType.METHOD, ElementType.TYPE, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface InvalidRequests {
    /** Which ones, each once; all by default. */
    InvalidRequest[] value() default {
        InvalidRequest.INDEX_PAST_END,
        InvalidRequest.NEGATIVE_INDEX,
        InvalidRequest.UNEQUAL_COUNTS,
        InvalidRequest.UNEQUAL_LENGTHS,
        InvalidRequest.EMPTY
    };
}
