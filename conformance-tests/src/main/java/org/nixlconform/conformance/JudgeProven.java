package org.nixlconform.conformance;

import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.nixlconform.jupiter.JudgeProof;

/** Run by {@code -Djudge} alone: that the judge finds what is planted, and nothing where nothing is. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class JudgeProven {
    private final JudgeProof proof = JudgeProof.open();

    @TestFactory
    Stream<DynamicTest> everyPlantedFaultIsFoundAsWhatItIs() {
        return proof.faults();
    }

    @TestFactory
    Stream<DynamicTest> cleanCasesBringNoFinding() {
        return proof.cleanCases();
    }

    @AfterAll
    void write() {
        proof.close();
    }
}
