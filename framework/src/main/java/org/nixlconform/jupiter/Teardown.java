package org.nixlconform.jupiter;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.nixlconform.plan.Trial;

/**
 * After the iterations, requests, memory and agents are released, deregistered, forgotten and destroyed at the wrong time, twice, or
 * in any order; see {@link org.nixlconform.plan.Teardown}. Each trial has agents of its own. Where NIXL documents what must come of
 * one, that is judged; the rest is noted. Without {@link Iterations} one iteration comes first.
 */
@Target({ElementType.METHOD, ElementType.TYPE, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface Teardown {
    /** Which, each once, in the order of the enum. */
    Trial[] value();

    /** How often {@link Trial#ORDERS} makes and ends an agent; orders take turns. */
    int cycles() default 16;
}
