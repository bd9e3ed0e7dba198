/**
 * Messages between the controller, the wardens and the ranks: records, one JSON object a line. And the time that counts
 * where one waits for another.
 *
 * <p>Consumes and produces nothing but values. Never carries a descriptor list or a block byte: geometry, seed and block
 * ids are enough, both sides derive the rest.
 */
@NullMarked
package org.nixlconform.engine.protocol;

import org.jspecify.annotations.NullMarked;
