package org.nixlconform.jupiter;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What an engine may say on standard error. Without it any warning or error is a finding. Repeat it for several; only
 * those at the closest place count.
 */
@Target({ElementType.METHOD, ElementType.TYPE, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Repeatable(AllowEngineLog.Container.class)
public @interface AllowEngineLog {
    /** Regular expression that is found in the line. It must not match an empty line. */
    String pattern();

    /** Why this line is no fault. */
    String because();

    /** Holds repeated annotations; the compiler writes it. */
    @Target({ElementType.METHOD, ElementType.TYPE, ElementType.ANNOTATION_TYPE})
    @Retention(RetentionPolicy.RUNTIME)
    @Documented
    @interface Container {
        AllowEngineLog[] value();
    }
}
