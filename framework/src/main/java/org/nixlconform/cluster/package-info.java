/**
 * Nodes, connections to them, what they are, and which rank runs where.
 *
 * <p>Consumes a {@code ClusterSpec} and a {@code TransferPlan}. Produces a {@code RankAssignment}.
 * Puts our own programs on nodes. Never installs anything else and never starts an engine.
 */
@NullMarked
package org.nixlconform.cluster;

import org.jspecify.annotations.NullMarked;
