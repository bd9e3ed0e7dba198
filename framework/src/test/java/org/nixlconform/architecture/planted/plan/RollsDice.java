package org.nixlconform.architecture.planted.plan;

import java.util.Random;

final class RollsDice {
    int dice = new Random(42).nextInt();
}
