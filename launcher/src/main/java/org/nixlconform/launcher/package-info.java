/**
 * Runs conformance classes from a command line, as Maven would, and packs what such a run needs of NIXL.
 *
 * <p>Consumes the words of a command line. Produces a run of JUnit, the pages of its results and an exit code.
 * Never reaches a node by itself and never judges: JUnit runs the same classes, reports' gate decides.
 */
@NullMarked
package org.nixlconform.launcher;

import org.jspecify.annotations.NullMarked;
