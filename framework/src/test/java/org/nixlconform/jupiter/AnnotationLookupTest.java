package org.nixlconform.jupiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.nixlconform.jupiter.Cells.names;
import static org.nixlconform.jupiter.Cells.only;
import static org.nixlconform.jupiter.Cells.read;
import static org.nixlconform.jupiter.Cells.refusals;
import static org.nixlconform.plan.Backend.LIBFABRIC;
import static org.nixlconform.plan.Backend.UCX;
import static org.nixlconform.plan.Operation.READ;
import static org.nixlconform.plan.Operation.WRITE;
import static org.nixlconform.plan.Role.DECODE;
import static org.nixlconform.plan.Role.PREFILL;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.nixlconform.plan.Planned;

/**
 * Which annotation holds. The number of decode engines tells where a topology came from: 1 method, 2 class, 3 class
 * around it, 4 superclass, 5 superclass of the class around it, 6 composed, 7 composed twice over.
 */
class AnnotationLookupTest {

    @Target({ElementType.METHOD, ElementType.TYPE})
    @Retention(RetentionPolicy.RUNTIME)
    @TransferTest
    @Topology(decodeEngines = 6)
    @Backends(UCX)
    @Direction(operation = READ, initiator = DECODE)
    @Blocks(transferred = 3, cached = 30)
    @ExpectIntegrity
    @ExpectCompletion(withinSeconds = 30)
    @interface SmokeTransfer {}

    @Target({ElementType.METHOD, ElementType.TYPE})
    @Retention(RetentionPolicy.RUNTIME)
    @SmokeTransfer
    @Topology(decodeEngines = 7)
    @interface LargerSmokeTransfer {}

    @Target({ElementType.METHOD, ElementType.TYPE})
    @Retention(RetentionPolicy.RUNTIME)
    @Topology(decodeEngines = 8)
    @Topology(decodeEngines = 9)
    @interface BothSizes {}

    @Topology(decodeEngines = 5)
    abstract static class SuperclassOfOuter {}

    @Topology(decodeEngines = 4)
    @Direction(operation = READ, initiator = DECODE)
    @Backends(LIBFABRIC)
    @ExpectIntegrity
    abstract static class Superclass {
        @TransferTest
        void inherited() {}

        @TransferTest
        @Topology(decodeEngines = 1)
        void inheritedWithItsOwn() {}
    }

    static class Bare extends Superclass {}

    @Topology(decodeEngines = 2)
    static class OfItsOwn extends Superclass {
        @TransferTest
        @Topology(decodeEngines = 1)
        void ofTheMethod() {}

        @TransferTest
        void ofTheClass() {}
    }

    @Topology(decodeEngines = 3)
    @Backends(UCX)
    static class Outer extends SuperclassOfOuter {
        static class Inner extends Superclass {
            @TransferTest
            void test() {}
        }
    }

    @Backends(UCX)
    @Direction(operation = READ, initiator = DECODE)
    @ExpectIntegrity
    static class OuterWithoutTopology extends SuperclassOfOuter {
        static class Inner {
            @TransferTest
            void test() {}
        }
    }

    @Test
    void theMethodDecidesBeforeItsClass() {
        assertThat(topologies(OfItsOwn.class, "ofTheMethod")).containsExactly("1P-TP1 -> 1D-TP1");
    }

    @Test
    void theClassDecidesBeforeItsSuperclass() {
        assertThat(topologies(OfItsOwn.class, "ofTheClass")).containsExactly("1P-TP1 -> 2D-TP1");
    }

    @Test
    void theClassThatRunsDecidesBeforeTheOneThatDeclaresTheMethod() {
        assertThat(topologies(OfItsOwn.class, "inherited")).containsExactly("1P-TP1 -> 2D-TP1");
        assertThat(topologies(OfItsOwn.class, "inheritedWithItsOwn")).containsExactly("1P-TP1 -> 1D-TP1");
        assertThat(topologies(Bare.class, "inherited")).containsExactly("1P-TP1 -> 4D-TP1");
    }

    @Test
    void aClassAroundDecidesBeforeASuperclass() {
        assertThat(names(read(Outer.Inner.class, "test")))
                .containsExactly("1P-TP1 -> 3D-TP1 pack, decode READ, UCX, 10 of 100 blocks x 2 layers bf16 HND");
    }

    @Test
    void aSuperclassOfAClassAroundIsLookedAtLast() {
        assertThat(topologies(OuterWithoutTopology.Inner.class, "test")).containsExactly("1P-TP1 -> 5D-TP1");
    }

    @SmokeTransfer
    static class Composed {
        @SmokeTransfer
        void whole() {}

        @SmokeTransfer
        @Topology(decodeEngines = 1)
        void withItsOwnTopology() {}

        @LargerSmokeTransfer
        void twiceOver() {}

        @BothSizes
        @TransferTest
        void repeatedWithin() {}

        @LargerSmokeTransfer
        @BothSizes
        void atTheSameDepth() {}

        @TransferTest
        void ofTheClass() {}
    }

    @Test
    void aComposedAnnotationStandsForItsParts() {
        assertThat(names(read(Composed.class, "whole")))
                .containsExactly("1P-TP1 -> 6D-TP1 pack, decode READ, UCX, 3 of 30 blocks x 2 layers bf16 HND");
        assertThat(names(read(Composed.class, "ofTheClass"))).isEqualTo(names(read(Composed.class, "whole")));
    }

    @Test
    void whatIsWrittenDirectlyDecidesBeforeWhatIsComposed() {
        assertThat(topologies(Composed.class, "withItsOwnTopology")).containsExactly("1P-TP1 -> 1D-TP1");
    }

    @Test
    void theShallowerOfTwoDecides() {
        assertThat(names(read(Composed.class, "twiceOver")))
                .containsExactly("1P-TP1 -> 7D-TP1 pack, decode READ, UCX, 3 of 30 blocks x 2 layers bf16 HND");
    }

    @Test
    void repeatsWithinAComposedAnnotationAreAnAxis() {
        assertThat(topologies(Composed.class, "repeatedWithin"))
                .containsExactly("1P-TP1 -> 8D-TP1", "1P-TP1 -> 9D-TP1");
    }

    @Test
    void twoAtTheSameDepthAreRefused() {
        assertThat(refusals(only(read(Composed.class, "atTheSameDepth")))).isEqualTo("""
                        DECLARATION plan: @Topology is given by 2 composed annotations at the same place
                        where: AnnotationLookupTest.Composed.atTheSameDepth
                        declared: @AnnotationLookupTest.LargerSmokeTransfer and @AnnotationLookupTest.BothSizes
                        expected: one of them, or @Topology itself at that place
                        remedy: write the @Topology that is meant on the method""");
    }

    /** Nothing is merged: the method's one direction replaces both of its class. */
    @Topology(decodeEngines = 0)
    @Backends(UCX)
    @Direction(operation = READ, initiator = DECODE)
    @Direction(operation = WRITE, initiator = PREFILL)
    @ExpectIntegrity
    static class Unmerged {
        @TransferTest
        @Direction(operation = WRITE, initiator = PREFILL)
        void one() {}
    }

    @Test
    void repeatsOfSeveralPlacesAreNotMerged() {
        assertThat(names(read(Unmerged.class, "one")))
                .containsExactly("1P-TP1 -> 0D-TP1 pack, prefill WRITE, UCX, 10 of 100 blocks x 2 layers bf16 HND");
    }

    @SmokeTransfer
    static class Smoky {
        @TransferTest
        @Topology(prefillTp = 3)
        void refused() {}
    }

    @Test
    void aRefusalSaysWhereItsPartsCameFrom() {
        assertThat(refusals(only(read(Unmerged.class, "one"))))
                .contains("where: AnnotationLookupTest.Unmerged.one; @Topology, @Backends, @ExpectIntegrity"
                        + " from class AnnotationLookupTest.Unmerged\n");
        assertThat(refusals(only(read(Smoky.class, "refused"))))
                .contains("where: AnnotationLookupTest.Smoky.refused; @Backends, @Direction, @ExpectIntegrity,"
                        + " @Blocks, @ExpectCompletion from @AnnotationLookupTest.SmokeTransfer on class"
                        + " AnnotationLookupTest.Smoky\n");
    }

    private static List<String> topologies(Class<?> testClass, String method) {
        return read(testClass, method).stream()
                .flatMap(
                        cell -> cell instanceof Planned.Possible possible ? Stream.of(possible.plan()) : Stream.empty())
                .map(plan -> plan.topology().label())
                .toList();
    }
}
