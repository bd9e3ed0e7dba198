package org.nixlconform.architecture.planted.plan;

public final class Anything {
    public int fact = 1;
}
