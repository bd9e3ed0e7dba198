package org.nixlconform.jupiter;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The cells are run in those of the cluster's environments whose names are like one of these, and in no other; also in those
 * that a cluster's file names under {@code environmentsOnRequest}. Without it they are run in all of its {@code environments}.
 */
@Target({ElementType.METHOD, ElementType.TYPE, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface Environments {
    /** Whole names, in which {@code *} is any text. */
    String[] value();
}
