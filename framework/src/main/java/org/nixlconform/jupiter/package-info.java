/**
 * The annotations that authors of conformance tests write, and the extensions behind them.
 *
 * <p>Consumes annotated methods. Produces {@code TransferPlan}s, and conducts the stages for each.
 * Never judges, and is the only one that imports JUnit's Jupiter; the launcher knows its platform alone.
 */
@NullMarked
package org.nixlconform.jupiter;

import org.jspecify.annotations.NullMarked;
