package org.nixlconform.engine.process;

import java.util.SplittableRandom;

/** Blocks of one engine's cache that nobody has. Taken in any order, so that neighbours in a request are seldom neighbours. */
final class BlockPool {
    private final int[] free;
    private int count;

    BlockPool(int blocks) {
        free = new int[blocks];
        for (int block = 0; block < blocks; block++) {
            give(block);
        }
    }

    boolean has(int blocks) {
        return count >= blocks;
    }

    /** @param blocks as many as there are at most */
    int[] take(int blocks, SplittableRandom random) {
        int[] taken = new int[blocks];
        for (int i = 0; i < blocks; i++) {
            int at = random.nextInt(count);
            taken[i] = free[at];
            free[at] = free[--count];
        }
        return taken;
    }

    void giveAll(int[] blocks) {
        for (int block : blocks) {
            give(block);
        }
    }

    private void give(int block) {
        free[count++] = block;
    }
}
