package org.nixlconform.jupiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.nixlconform.jupiter.Cells.headlines;
import static org.nixlconform.jupiter.Cells.names;
import static org.nixlconform.jupiter.Cells.only;
import static org.nixlconform.jupiter.Cells.read;
import static org.nixlconform.jupiter.Cells.refusals;
import static org.nixlconform.plan.Backend.LIBFABRIC;
import static org.nixlconform.plan.Backend.UCX;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.nixlconform.plan.PlanDraft;
import org.nixlconform.plan.Planned;
import org.nixlconform.plan.TransferPlan;

class PlanProgramTest {
    private static final String USUAL = "1P-TP1 -> 1D-TP1 pack, decode READ, UCX, 10 of 100 blocks x 2 layers bf16 HND";
    private static final AtomicBoolean CLOSED = new AtomicBoolean();

    private static PlanDraft draft() {
        return PlanDraft.at("plans").expectIntegrity();
    }

    private static TransferPlan plan(int iterations) {
        return ((Planned.Possible) draft().iterations(iterations).plan()).plan();
    }

    static class Above {
        static Iterable<Planned> inherited() {
            return List.of(draft().plan());
        }
    }

    @Backends(LIBFABRIC)
    @ExpectThroughput(shareOfReference = 0.5)
    static class Fixtures extends Above {
        @TransferTest
        @TransferPlans("stream")
        void streams() {}

        private static Stream<TransferPlan> stream() {
            return IntStream.of(1, 2).mapToObj(iterations -> plan(iterations)).onClose(() -> CLOSED.set(true));
        }

        @TransferTest
        @TransferPlans("inherited")
        void inherits() {}

        @TransferTest
        @TransferPlans("mixed")
        void mixes() {}

        static Collection<Object> mixed() {
            return new ArrayList<>(Arrays.asList(
                    plan(1),
                    "a plan",
                    draft().iterations(0).plan(),
                    null,
                    draft().iterations(2).plan()));
        }

        @TransferTest
        @TransferPlans("unexpecting")
        void judgesNothing() {}

        static List<TransferPlan> unexpecting() {
            TransferPlan plan = plan(3);
            return List.of(new TransferPlan(
                    plan.requirement(),
                    plan.topology(),
                    plan.placement(),
                    plan.direction(),
                    plan.backend(),
                    plan.memory(),
                    plan.geometry(),
                    plan.blocks(),
                    plan.iterations(),
                    plan.requestSizes(),
                    plan.mutation(),
                    plan.invalidRequests(),
                    plan.rails(),
                    plan.peerEnd(),
                    plan.streamOrder(),
                    plan.workload(),
                    plan.deviceCache(),
                    new org.nixlconform.plan.Expectations(
                            false, false, Optional.empty(), Optional.empty(), Set.of(), List.of())));
        }

        @TransferTest
        @TransferPlans("nowhere")
        void missing() {}

        @TransferTest
        @TransferPlans("instance")
        void notStatic() {}

        List<Planned> instance() {
            return List.of();
        }

        @TransferTest
        @TransferPlans("counted")
        void withParameters() {}

        static List<Planned> counted(int count) {
            return List.of();
        }

        @TransferTest
        @TransferPlans("text")
        void wrongType() {}

        static String text() {
            return "plans";
        }

        @TransferTest
        @TransferPlans("nothing")
        void returnsNull() {}

        static List<Planned> nothing() {
            return null;
        }

        @TransferTest
        @TransferPlans("none")
        void empty() {}

        static List<Planned> none() {
            return List.of();
        }

        @TransferTest
        @TransferPlans("thrower")
        void throwsAtOnce() {}

        static List<Planned> thrower() {
            throw new IllegalStateException("no file");
        }

        @TransferTest
        @TransferPlans("late")
        void throwsLate() {}

        static Stream<Planned> late() {
            return IntStream.of(1, 2, 3).mapToObj(iterations -> {
                assertThat(iterations).isLessThan(3);
                return draft().iterations(iterations).plan();
            });
        }

        @TransferTest
        @TransferPlans("stream")
        @Backends(UCX)
        @ExpectIntegrity
        void contradicts() {}
    }

    @Test
    void plansOfAStreamAreTheCellsAndItIsClosed() {
        assertThat(names(read(Fixtures.class, "streams")))
                .containsExactly(USUAL + ", iterations 1", USUAL + ", iterations 2");
        assertThat(CLOSED).isTrue();
    }

    @Test
    void aMethodOfASuperclassIsFound() {
        assertThat(names(read(Fixtures.class, "inherits"))).containsExactly(USUAL);
    }

    @Test
    void oneWrongElementDoesNotLoseTheOthers() {
        List<Planned> cells = read(Fixtures.class, "mixes");
        assertThat(names(cells))
                .containsExactly(
                        USUAL + ", iterations 1",
                        "PlanProgramTest.Fixtures.mixes, plan 2 of mixed",
                        USUAL + ", iterations 0",
                        "PlanProgramTest.Fixtures.mixes, plan 4 of mixed",
                        USUAL + ", iterations 2");
        assertThat(refusals(cells.get(1))).isEqualTo("""
                        DECLARATION plan: element 2 of mixed is a String
                        where: PlanProgramTest.Fixtures.mixes; plans of mixed
                        declared: @TransferPlans("mixed")
                        expected: a static method without parameters that returns a Stream or Iterable of TransferPlan or Planned
                        remedy: return only TransferPlan or Planned""");
        assertThat(headlines(cells.get(3))).containsExactly("element 4 of mixed is null");
    }

    @Test
    void aPlanMadeByHandIsCheckedLikeAnyOther() {
        assertThat(headlines(only(read(Fixtures.class, "judgesNothing"))))
                .containsExactly("nothing is expected, so nothing would be judged");
    }

    @Test
    void aMissingMethodIsNamed() {
        assertThat(refusals(only(read(Fixtures.class, "missing")))).isEqualTo("""
                        DECLARATION plan: there is no method nowhere
                        where: PlanProgramTest.Fixtures.missing; plans of nowhere
                        declared: methods of PlanProgramTest.Fixtures, PlanProgramTest, PlanProgramTest.Above
                        expected: a static method without parameters that returns a Stream or Iterable of TransferPlan or Planned
                        remedy: write it, or correct the name""");
    }

    @Test
    void aMethodOfTheWrongFormIsRefused() {
        assertThat(headlines(only(read(Fixtures.class, "notStatic"))))
                .containsExactly("instance is not static or has parameters");
        assertThat(headlines(only(read(Fixtures.class, "withParameters"))))
                .containsExactly("counted is not static or has parameters");
        assertThat(headlines(only(read(Fixtures.class, "wrongType")))).containsExactly("text returned a String");
        assertThat(headlines(only(read(Fixtures.class, "returnsNull")))).containsExactly("nothing returned null");
        assertThat(headlines(only(read(Fixtures.class, "empty")))).containsExactly("none returned no plan");
    }

    @Test
    void anExceptionIsARefusalThatSaysWhereItWasThrown() {
        assertThat(refusals(only(read(Fixtures.class, "throwsAtOnce")))).matches("""
                        DECLARATION plan: thrower threw IllegalStateException after 0 plans
                        where: PlanProgramTest.Fixtures.throwsAtOnce; plans of thrower
                        declared: no file at org.nixlconform.jupiter.PlanProgramTest\\$Fixtures.thrower\\(PlanProgramTest.java:\\d+\\)
                        expected: a static method .*
                        remedy: return a Planned.Refused for a plan that cannot be, as PlanDraft.plan\\(\\) does""");
    }

    @Test
    void plansBeforeAnExceptionAreKept() {
        List<Planned> cells = read(Fixtures.class, "throwsLate");
        assertThat(names(cells))
                .containsExactly(
                        USUAL + ", iterations 1",
                        USUAL + ", iterations 2",
                        "PlanProgramTest.Fixtures.throwsLate, plan 3 of late");
        assertThat(headlines(cells.get(2))).singleElement().asString().endsWith("Error after 2 plans");
    }

    @Test
    void annotationsBesideAProgramAreRefusedAndFartherOnesDoNotCount() {
        assertThat(refusals(only(read(Fixtures.class, "contradicts")))).isEqualTo("""
                        DECLARATION plan: @TransferPlans and annotations that declare a plan contradict each other
                        where: PlanProgramTest.Fixtures.contradicts; @ExpectThroughput from class PlanProgramTest.Fixtures
                        declared: @TransferPlans("stream") and @Backends, @ExpectIntegrity
                        expected: either @TransferPlans or @Backends, @ExpectIntegrity
                        remedy: remove @TransferPlans, or say the rest in the plans that its method returns""");
    }
}
