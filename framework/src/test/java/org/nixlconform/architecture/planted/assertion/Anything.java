package org.nixlconform.architecture.planted.assertion;

public final class Anything {
    public int fact = 1;
}
