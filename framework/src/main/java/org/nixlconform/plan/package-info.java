/**
 * What to transfer between whom, and what must hold. Pure values.
 *
 * <p>Consumes declarations as plain values. Produces a {@code TransferPlan}, or refuses one.
 * Never touches a node, a file, a clock or a random source that the plan does not seed.
 */
@NullMarked
package org.nixlconform.plan;

import org.jspecify.annotations.NullMarked;
