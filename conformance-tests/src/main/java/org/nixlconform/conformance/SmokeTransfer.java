package org.nixlconform.conformance;

import static org.nixlconform.plan.Backend.LIBFABRIC;
import static org.nixlconform.plan.Backend.UCX;
import static org.nixlconform.plan.Operation.READ;
import static org.nixlconform.plan.Role.DECODE;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.nixlconform.jupiter.Backends;
import org.nixlconform.jupiter.Direction;
import org.nixlconform.jupiter.ExpectCompletion;
import org.nixlconform.jupiter.ExpectIntegrity;
import org.nixlconform.jupiter.Iterations;
import org.nixlconform.jupiter.Topology;
import org.nixlconform.jupiter.TransferTest;

/** The smallest transfer that means something, once, between one rank and another. What it says can be said anew. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@TransferTest
@Topology
@Backends({UCX, LIBFABRIC})
@Direction(operation = READ, initiator = DECODE)
@Iterations(1)
@ExpectIntegrity
@ExpectCompletion(withinSeconds = 30, stallSeconds = 5)
public @interface SmokeTransfer {}
