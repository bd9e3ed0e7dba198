/**
 * What a run says about itself, and the way in which it is carried out of the JVM.
 *
 * <p>Consumes plans, observations and verdicts. Produces {@code TransferReport}s for every {@code Reporter}.
 * Never changes a verdict.
 */
@NullMarked
package org.nixlconform.report;

import org.jspecify.annotations.NullMarked;
