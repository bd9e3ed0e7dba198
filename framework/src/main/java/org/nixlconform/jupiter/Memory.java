package org.nixlconform.jupiter;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.nixlconform.plan.MemoryKind;

/**
 * Where the caches live, one cell each: {@code DRAM_TO_VRAM} has those of prefill in host memory and those of decode on GPUs. An axis. Without this annotation: DRAM.
 */
@Target({ElementType.METHOD, ElementType.TYPE, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface Memory {
    /** At least one, each once. */
    MemoryKind[] value() default {MemoryKind.DRAM};
}
