/**
 * Strict reading of the YAML files under {@code config/}: every mistake of a file at once, each with line, column and,
 * where one is near, a suggestion.
 *
 * <p>Consumes the name or path of a file. Produces a {@code ClusterSpec}, an {@code EnvironmentSpec} or
 * {@code KnownIssueSpec}s.
 * Never touches a node, and never imports a stage.
 */
@NullMarked
package org.nixlconform.configuration;

import org.jspecify.annotations.NullMarked;
