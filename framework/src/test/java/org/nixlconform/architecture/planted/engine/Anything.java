package org.nixlconform.architecture.planted.engine;

public final class Anything {
    public int fact = 1;
}
