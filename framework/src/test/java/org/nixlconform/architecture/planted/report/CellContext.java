package org.nixlconform.architecture.planted.report;

final class CellContext {
    int fact = 1;
}
