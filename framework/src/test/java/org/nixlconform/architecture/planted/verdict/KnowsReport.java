package org.nixlconform.architecture.planted.verdict;

import org.nixlconform.architecture.planted.report.Anything;

final class KnowsReport {
    Anything report = new Anything();
}
