package org.nixlconform.jupiter;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Every transfer and every notification ends in bounded time.
 */
@Target({ElementType.METHOD, ElementType.TYPE, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface ExpectCompletion {
    /** From the first post to the last notification, for each iteration; more than 0. */
    double withinSeconds() default 60;

    /** Longest time without any progress; more than 0, at most {@code withinSeconds}. */
    double stallSeconds() default 10;
}
