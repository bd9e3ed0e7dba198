package org.nixlconform.architecture.planted.engine;

import org.nixlconform.architecture.planted.cluster.KnowsEngine;

final class KnowsCluster {
    KnowsEngine cluster = new KnowsEngine();
}
