/**
 * AssertJ entry points for test bodies.
 *
 * <p>Consumes a {@code Verdict} or a {@code TransferObservation}. Produces assertions whose failures read like
 * findings. Never judges anew: what a verdict says is taken from it.
 */
@NullMarked
package org.nixlconform.assertion;

import org.jspecify.annotations.NullMarked;
