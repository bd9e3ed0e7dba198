package org.nixlconform.jupiter;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.nixlconform.plan.Operation;
import org.nixlconform.plan.Role;

/**
 * Which operation is asked of NIXL, and by whom. Data always go from prefill to decode, so a READ is initiated by
 * decode and a WRITE by prefill; anything else is refused. Repeat it for an axis.
 */
@Target({ElementType.METHOD, ElementType.TYPE, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Repeatable(Direction.Container.class)
public @interface Direction {
    /** What the initiator asks for. */
    Operation operation();

    /** The role that asks. */
    Role initiator();

    /** Holds repeated annotations; the compiler writes it. */
    @Target({ElementType.METHOD, ElementType.TYPE, ElementType.ANNOTATION_TYPE})
    @Retention(RetentionPolicy.RUNTIME)
    @Documented
    @interface Container {
        Direction[] value();
    }
}
