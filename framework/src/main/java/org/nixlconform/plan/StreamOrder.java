package org.nixlconform.plan;

import java.util.Locale;

/**
 * Work that a serving engine has on a stream of its GPU beside the transfer, or with that GPU's driver, and what keeps the two
 * in order.
 *
 * @param fence what is waited for before blocks are handed on; {@link Fence#NONE} plants a fault
 * @param repeats how often each iteration makes its transfer, without a pause; the last is the one that is judged as any other
 */
public record StreamOrder(Work work, Fence fence, int repeats) {

    /** What is on the stream. */
    public enum Work {
        /** A kernel at the destination, launched when the transfer is over, that compares every block. */
        KERNEL_AFTER_DONE,
        /** The kernel that writes the blocks which the source offers. */
        FILL_BEFORE_OFFER,
        /** A kernel that zeroes the blocks which the destination is about to receive. */
        ZERO_FILL_QUEUED,
        /** A kernel that writes the content of an older request to the blocks which the destination is about to receive. */
        STALE_WRITER_QUEUED,
        /** A captured graph at the destination, as of decoding, that replays over blocks of other requests. */
        GRAPH_BESIDE,
        /** The same, which reads what came as soon as its block table says so; without a fence that is before it came. */
        GRAPH_HANDOVER,
        /**
         * The same, while requests move on through caches that hold few of them: it reads what earlier ones left, and without a
         * fence also blocks that are given to the next.
         */
        GRAPH_REUSE,
        /** A thread at the destination that captures graphs in global mode: what other threads do meanwhile can end them. */
        CAPTURE_BESIDE,
        /** The same in the mode in which only what the capturing thread does counts. */
        THREAD_CAPTURE_BESIDE,
        /** A thread at the destination that loads and unloads modules. */
        MODULES_BESIDE,
        /** Threads that call NIXL have no current context. On both sides. */
        CALLS_WITHOUT_CONTEXT,
        /** Threads that call NIXL have the context of another GPU. On both sides. */
        CALLS_ON_OTHER_GPU;

        /** Whether it must be over before a transfer begins. */
        public boolean comesBefore() {
            return this == FILL_BEFORE_OFFER || this == ZERO_FILL_QUEUED || this == STALE_WRITER_QUEUED;
        }

        /** Whether there is an order that can be broken. */
        public boolean hasFence() {
            return comesBefore() || this == GRAPH_HANDOVER || this == GRAPH_REUSE || isCapture();
        }

        /** Whether graphs are captured. */
        public boolean isCapture() {
            return this == CAPTURE_BESIDE || this == THREAD_CAPTURE_BESIDE;
        }

        /** Whether a thread of its own calls the driver, again and again. */
        public boolean isOfDriver() {
            return isCapture() || this == MODULES_BESIDE;
        }

        /** Whether a captured graph replays. */
        public boolean isGraph() {
            return this == GRAPH_BESIDE || this == GRAPH_HANDOVER || this == GRAPH_REUSE;
        }

        /** Whether it is how NIXL is called. */
        public boolean isOfCalls() {
            return this == CALLS_WITHOUT_CONTEXT || this == CALLS_ON_OTHER_GPU;
        }

        /** Whether engines of this role have it. */
        public boolean isAt(Role role) {
            return isOfCalls() || role == (this == FILL_BEFORE_OFFER ? Role.PREFILL : Role.DECODE);
        }
    }

    public enum Fence {
        /** An event: one that was recorded behind the work, or the end of the transfer. */
        EVENT,
        /** The whole stream, where the work comes before the transfer. */
        STREAM,
        /**
         * Nothing: the work is done when the transfer is over, or a graph reads blocks that are not its own; of a capture, the
         * engine allocates meanwhile.
         */
        NONE
    }

    /** Whether the case plants a fault. */
    public boolean isUnfenced() {
        return fence == Fence.NONE;
    }

    /** Such as {@code zero-fill-queued, fence stream}; an event is not named. */
    public String label() {
        return text(work)
                + (fence == Fence.EVENT ? "" : ", fence " + text(fence))
                + (repeats == 1 ? "" : ", " + repeats + " times");
    }

    private static String text(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
