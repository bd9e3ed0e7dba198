package org.nixlconform.architecture.planted.engine.protocol;

public final class Anything {
    public int fact = 1;
}
