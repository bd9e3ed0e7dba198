package org.nixlconform.architecture.planted.engine;

import org.nixlconform.architecture.planted.transfer.Anything;

final class KnowsTransfer {
    Anything transfer = new Anything();
}
