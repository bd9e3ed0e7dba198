/**
 * Run one planned transfer and record what happened.
 *
 * <p>Consumes a {@code TransferPlan} and an {@code EnginePair}. Produces a {@code TransferObservation}.
 * Never throws from the first NIXL call on, and never judges.
 */
@NullMarked
package org.nixlconform.transfer;

import org.jspecify.annotations.NullMarked;
