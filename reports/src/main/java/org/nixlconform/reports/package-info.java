/**
 * The two programs that run after the last cell: one renders what the run left, one decides the exit code.
 *
 * <p>Consumes the folder of a run. Produces pages, a summary on the console and an exit code.
 * Never judges a cell again and never changes {@code results.jsonl}.
 */
@NullMarked
package org.nixlconform.reports;

import org.jspecify.annotations.NullMarked;
