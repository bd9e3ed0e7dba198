package org.nixlconform.architecture.planted.engine.protocol;

import org.nixlconform.architecture.planted.plan.Anything;

final class KnowsPlan {
    Anything plan = new Anything();
}
