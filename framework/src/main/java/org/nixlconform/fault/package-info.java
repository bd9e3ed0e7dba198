/**
 * Faults that are planted on purpose, and the finding that each must bring.
 *
 * <p>Consumes a seed. Produces {@code PlantedFault}s.
 * Never plants anything itself.
 */
@NullMarked
package org.nixlconform.fault;

import org.jspecify.annotations.NullMarked;
