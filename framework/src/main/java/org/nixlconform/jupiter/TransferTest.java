package org.nixlconform.jupiter;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A conformance test of one transfer, run once for each cell of the matrix that its annotations span.
 *
 * <p>A method needs {@link Topology}, {@link Backends}, {@link Direction} and at least one {@code Expect...}
 * annotation, or {@link TransferPlans} in their place. Each may stand on the method, on its class, on an enclosing
 * class or on a superclass, there also inside a composed annotation. The closest place that carries an annotation
 * type decides that type; nothing is merged. {@link PlanReader} does this.
 *
 * <pre>{@code
 * @TransferTest
 * @Topology(prefillEngines = 1, prefillTp = 4, decodeEngines = 1, decodeTp = 2, placement = SPREAD)
 * @Backends({UCX, LIBFABRIC})
 * @Direction(operation = READ, initiator = DECODE)
 * @Blocks(transferred = 128, cached = 3750, layers = 50)
 * @ExpectIntegrity
 * @ExpectCompletion(withinSeconds = 30, stallSeconds = 5)
 * void decodeReadsEveryBlockThatPrefillWrote() {}
 * }</pre>
 *
 * <p>Not for classes: a class has no body to run. Put the other annotations on the class for defaults.
 */
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
@TestTemplate
@ExtendWith(TransferTestExtension.class)
public @interface TransferTest {}
