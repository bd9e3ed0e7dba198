package org.nixlconform.architecture.planted.plan;

final class TakesTime {
    long begun = System.nanoTime();
}
