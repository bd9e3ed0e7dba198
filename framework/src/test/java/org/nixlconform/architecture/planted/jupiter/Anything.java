package org.nixlconform.architecture.planted.jupiter;

public final class Anything {
    public int fact = 1;
}
