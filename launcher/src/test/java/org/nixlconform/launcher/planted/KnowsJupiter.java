package org.nixlconform.launcher.planted;

import org.junit.jupiter.api.Test;

class KnowsJupiter {
    @Test
    void planted() {}
}
