/**
 * What must be on a node, and proof that it is.
 *
 * <p>Consumes an {@code EnvironmentSpec} and a {@code Node}. Produces an {@code Environment}.
 * Never installs outside the work folder, and never judges what NIXL did.
 */
@NullMarked
package org.nixlconform.environment;

import org.jspecify.annotations.NullMarked;
