package org.nixlconform.jupiter;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Plans made by a program, where annotations cannot say them. Takes the place of all other annotations of this package
 * but {@link TransferTest}: one of them at the same place or closer is refused, farther ones do not count.
 *
 * <pre>{@code
 * @TransferTest
 * @TransferPlans("sweep")
 * void everyLengthArrives() {}
 *
 * static Stream<Planned> sweep() {
 *     return IntStream.of(1, 2, 15).mapToObj(blocks -> PlanDraft.at("MyConformance.sweep")
 *             .blocks(new BlockUse(blocks, 100, 100, Selection.SHUFFLED, 42, 0, false))
 *             .expectIntegrity()
 *             .plan());
 * }
 * }</pre>
 */
@Target({ElementType.METHOD, ElementType.TYPE, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface TransferPlans {
    /**
     * Name of a static method without parameters in the test class, a superclass or an enclosing class. It returns a
     * {@code Stream}, {@code Collection} or {@code Iterable} of {@link org.nixlconform.plan.Planned} or
     * {@link org.nixlconform.plan.TransferPlan}.
     */
    String value();
}
