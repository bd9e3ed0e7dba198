/**
 * Judge an observation against the plan's expectations. Pure functions.
 *
 * <p>Consumes a {@code TransferPlan} and a {@code TransferObservation}. Produces a {@code Verdict}.
 * Never runs anything, never reads a clock or a file, never guesses about fault.
 */
@NullMarked
package org.nixlconform.verdict;

import org.jspecify.annotations.NullMarked;
