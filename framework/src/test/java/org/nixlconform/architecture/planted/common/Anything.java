package org.nixlconform.architecture.planted.common;

final class Anything {
    int fact = 1;
}
