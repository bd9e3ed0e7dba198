package org.nixlconform.architecture.planted.report;

final class ReportUtils {
    int fact = 1;
}
