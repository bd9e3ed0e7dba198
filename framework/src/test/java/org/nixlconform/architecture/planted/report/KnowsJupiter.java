package org.nixlconform.architecture.planted.report;

import org.nixlconform.architecture.planted.jupiter.Anything;

final class KnowsJupiter {
    Anything jupiter = new Anything();
}
