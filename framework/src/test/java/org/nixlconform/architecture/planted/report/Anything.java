package org.nixlconform.architecture.planted.report;

public final class Anything {
    public int fact = 1;
}
