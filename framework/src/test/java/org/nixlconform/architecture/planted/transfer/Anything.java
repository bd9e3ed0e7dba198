package org.nixlconform.architecture.planted.transfer;

public final class Anything {
    public int fact = 1;
}
