/** The only planted package that is null-marked. */
@NullMarked
package org.nixlconform.architecture.planted.plan;

import org.jspecify.annotations.NullMarked;
