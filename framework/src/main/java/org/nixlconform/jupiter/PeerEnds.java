package org.nixlconform.jupiter;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.nixlconform.plan.PeerEnd;
import org.nixlconform.plan.Role;

/**
 * The first rank of the first engine of a role is killed in the middle of the case. That is no finding; what the others make of
 * it is: each of their calls returns, and each transfer ends, within what {@link ExpectCompletion} says, with an error or with
 * every block of it right, and what has nothing to do with the dead rank goes on as ever.
 */
@Target({ElementType.METHOD, ElementType.TYPE, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface PeerEnds {
    Role role();

    PeerEnd.Moment when();
}
