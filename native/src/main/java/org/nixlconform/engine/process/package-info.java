/**
 * The programs that run on a node: rank, warden, probe.
 *
 * <p>Consumes messages on standard input. Produces messages on what was standard output, and evidence on standard error.
 * Never judges, and never lets a native library's output or crash reach the controller's channel.
 */
@NullMarked
package org.nixlconform.engine.process;

import org.jspecify.annotations.NullMarked;
