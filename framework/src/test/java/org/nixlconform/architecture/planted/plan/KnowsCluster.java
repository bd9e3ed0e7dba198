package org.nixlconform.architecture.planted.plan;

import org.nixlconform.architecture.planted.cluster.KnowsEngine;

final class KnowsCluster {
    KnowsEngine engine = new KnowsEngine();
}
