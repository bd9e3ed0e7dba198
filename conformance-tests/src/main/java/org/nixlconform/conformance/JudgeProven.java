package org.nixlconform.conformance;

import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.nixlconform.jupiter.JudgeProof;

/** Run by {@code -Djudge} alone: that the judge finds what is planted, and nothing where nothing is. */
class JudgeProven {
    private static final JudgeProof PROOF = JudgeProof.open();

    @TestFactory
    Stream<DynamicTest> everyPlantedFaultIsFoundAsWhatItIs() {
        return PROOF.faults();
    }

    @TestFactory
    Stream<DynamicTest> cleanCasesBringNoFinding() {
        return PROOF.cleanCases();
    }

    @AfterAll
    static void write() {
        PROOF.close();
    }
}
