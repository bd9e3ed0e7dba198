package org.nixlconform.architecture.planted.binding;

import org.nixlconform.architecture.planted.engine.protocol.Anything;

final class KnowsProtocol {
    Anything message = new Anything();
}
