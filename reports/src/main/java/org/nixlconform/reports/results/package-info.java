/**
 * The run as plain files and text: {@code results.jsonl}, {@code run.json}, {@code matrix.md} and the console.
 *
 * <p>Consumes {@code TransferReport}s and a {@code RunReport}. Produces files in the run's folder and lines on standard
 * output. Never changes a verdict and never reads what a node wrote.
 */
@NullMarked
package org.nixlconform.reports.results;

import org.jspecify.annotations.NullMarked;
