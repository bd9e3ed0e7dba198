package org.nixlconform.architecture.planted.plan;

import java.util.SplittableRandom;

final class IsSeeded {
    long allowed = new SplittableRandom(42).nextLong();
}
