package org.nixlconform.architecture.planted.cluster;

import org.nixlconform.architecture.planted.engine.Anything;

public final class KnowsEngine {
    Anything engine = new Anything();
}
