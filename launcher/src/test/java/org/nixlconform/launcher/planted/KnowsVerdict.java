package org.nixlconform.launcher.planted;

import org.nixlconform.verdict.Outcome;

class KnowsVerdict {
    Outcome outcome = Outcome.CONFORMS;
}
