package org.nixlconform.architecture.planted.verdict;

import java.util.SplittableRandom;

final class IsSeeded {
    long dice = new SplittableRandom(42).nextLong();
}
