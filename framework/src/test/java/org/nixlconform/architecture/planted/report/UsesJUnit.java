package org.nixlconform.architecture.planted.report;

import org.junit.jupiter.api.Assertions;

final class UsesJUnit {
    void fail() {
        Assertions.fail();
    }
}
