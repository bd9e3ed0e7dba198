package org.nixlconform.architecture.planted.fault;

import org.nixlconform.architecture.planted.engine.Anything;

final class KnowsEngine {
    Anything engine = new Anything();
}
