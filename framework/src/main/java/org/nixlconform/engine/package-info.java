/**
 * Start, pair, watch and stop engine processes.
 *
 * <p>Consumes a {@code TransferPlan}, a {@code RankAssignment} and an {@code Environment}. Produces an {@code EnginePair}.
 * Never judges, and never throws once a rank has been asked to load NIXL.
 */
@NullMarked
package org.nixlconform.engine;

import org.jspecify.annotations.NullMarked;
