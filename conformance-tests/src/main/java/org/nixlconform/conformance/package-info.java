/**
 * The conformance cases. Each is a declaration; what is run and judged is the framework's.
 *
 * <p>Consumes a cluster, by {@code -Dcluster}. Produces a verdict for each cell.
 * Never scripts a transfer in a test body.
 */
@NullMarked
package org.nixlconform.conformance;

import org.jspecify.annotations.NullMarked;
