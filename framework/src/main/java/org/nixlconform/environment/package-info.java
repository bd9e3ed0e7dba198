/**
 * What must be on a node, and proof that it is.
 *
 * <p>Consumes an {@code EnvironmentSpec} and a {@code Node}. Produces an {@code Environment}, and of two of
 * them the {@code EnvironmentPair} of a case.
 * Never changes a node outside the work folder unless the file asks for it, writes such changes down before it makes them,
 * and never judges what NIXL did.
 */
@NullMarked
package org.nixlconform.environment;

import org.jspecify.annotations.NullMarked;
