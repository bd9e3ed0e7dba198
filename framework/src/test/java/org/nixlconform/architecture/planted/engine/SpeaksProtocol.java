package org.nixlconform.architecture.planted.engine;

import org.nixlconform.architecture.planted.engine.protocol.Anything;

final class SpeaksProtocol {
    Anything message = new Anything();
}
