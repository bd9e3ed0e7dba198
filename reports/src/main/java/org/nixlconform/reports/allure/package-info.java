/**
 * The run as an Allure report; the only place that knows Allure.
 *
 * <p>Consumes {@code TransferReport}s, a {@code RunReport} and their evidence files. Produces {@code allure-results}
 * and {@code index.html}. Never changes a verdict and never lets a report call out of the reader's machine.
 */
@NullMarked
package org.nixlconform.reports.allure;

import org.jspecify.annotations.NullMarked;
