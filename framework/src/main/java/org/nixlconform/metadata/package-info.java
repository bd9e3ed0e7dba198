/**
 * What the metadata say that agents give each other, read without NIXL.
 *
 * <p>Consumes the bytes of {@code nixl_capi_get_local_md}. Produces an {@code AgentMetadata}, and where the metadata of
 * one agent stop a reader of another's release. Never throws for what the bytes are, and never calls NIXL.
 */
@NullMarked
package org.nixlconform.metadata;

import org.jspecify.annotations.NullMarked;
