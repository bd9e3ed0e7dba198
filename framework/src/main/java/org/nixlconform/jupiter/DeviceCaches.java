package org.nixlconform.jupiter;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.nixlconform.plan.DeviceCache;

/**
 * How ranks hold their caches on GPUs. Without this annotation each has one plain allocation on one GPU. {@code REMAPPED} is a
 * fault: say with {@link ExpectCaught} as what it is found.
 */
@Target({ElementType.METHOD, ElementType.TYPE, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface DeviceCaches {
    DeviceCache value();
}
