package org.nixlconform.jupiter;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.nixlconform.plan.Trial;

/**
 * After the iterations, prefill engines are killed and come back, come in addition, or stop and go on, while others are in use; see
 * {@link org.nixlconform.plan.PeerChurn}. Without {@link Iterations} one iteration comes first.
 */
@Target({ElementType.METHOD, ElementType.TYPE, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface PeerChurn {
    /** Which, each once, in the order of the enum. */
    Trial[] value();
}
