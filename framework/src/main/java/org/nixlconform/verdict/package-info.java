/**
 * Judge an observation against the plan's expectations. Pure functions.
 *
 * <p>Consumes a {@code TransferPlan}, a {@code TransferObservation} and {@code KnownIssueSpec}s. Produces a
 * {@code Verdict} and what known issues say to it, a {@code KnownIssueMatch}.
 * Never runs anything, never reads a clock or a file, never guesses about fault.
 */
@NullMarked
package org.nixlconform.verdict;

import org.jspecify.annotations.NullMarked;
