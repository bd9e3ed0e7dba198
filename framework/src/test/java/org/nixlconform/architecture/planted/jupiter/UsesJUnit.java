package org.nixlconform.architecture.planted.jupiter;

import org.junit.jupiter.api.Assertions;

final class UsesJUnit {
    void fail() {
        Assertions.fail();
    }
}
