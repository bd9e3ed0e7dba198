package org.nixlconform.architecture.planted.metadata;

import org.nixlconform.architecture.planted.plan.Anything;

final class KnowsPlan {
    Anything plan = new Anything();
}
