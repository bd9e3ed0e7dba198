package org.nixlconform.jupiter;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Every byte of every block right, in its place and of its generation, and nothing else touched.
 */
@Target({ElementType.METHOD, ElementType.TYPE, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface ExpectIntegrity {
    /**
     * The stricter rule for a WRITE: what it writes is at the target when its initiator is told DONE, not only when the
     * target is told by the notification. Looked at where both are on one node and nothing measures throughput.
     */
    boolean visibleAtDone() default false;
}
