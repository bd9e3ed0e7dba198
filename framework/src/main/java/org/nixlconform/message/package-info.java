/**
 * What the project says to people: findings, their facts, and the one place that renders them.
 *
 * <p>Consumes plain values. Produces text and {@code Finding}s. Never decides an outcome.
 */
@NullMarked
package org.nixlconform.message;

import org.jspecify.annotations.NullMarked;
