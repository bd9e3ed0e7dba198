package org.nixlconform.architecture.planted.jupiter;

import org.nixlconform.architecture.planted.assertion.Anything;

final class KnowsAssertion {
    Anything assertion = new Anything();
}
