/**
 * Mirrors of {@code libnixl_capi.so}, {@code libnixlconform.so} and a few calls of the C library. The only place that
 * imports JNA.
 *
 * <p>Consumes addresses and plain values. Produces statuses and plain values.
 * Never holds a block byte in the JVM heap, and never hides a status.
 */
@NullMarked
package org.nixlconform.binding;

import org.jspecify.annotations.NullMarked;
