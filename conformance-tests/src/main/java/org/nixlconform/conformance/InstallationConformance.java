package org.nixlconform.conformance;

import static org.nixlconform.jupiter.Level.FULL;

import org.nixlconform.jupiter.Blocks;
import org.nixlconform.jupiter.Environments;
import org.nixlconform.jupiter.FromLevel;
import org.nixlconform.jupiter.Requirement;
import org.nixlconform.jupiter.UnequalCaches;

/**
 * NIXL as each way of installing it leaves it: {@code -Dcluster=installations -Dlevel=full}. One of them crashes, as planted,
 * which its environment's name says.
 */
@FromLevel(FULL)
@Requirement("I1")
@Environments("seed-install-*")
public class InstallationConformance {

    /** The only block of its region: what is left of a transfer where an installation ignores where blocks are. */
    @SmokeTransfer
    @Blocks(transferred = 1)
    @UnequalCaches(prefillBlocks = 1, decodeBlocks = 1)
    void aBackendIsCreatedAndTheOnlyBlockArrives() {}

    @SmokeTransfer
    @Blocks(transferred = 16, cached = 64, layers = 4)
    void blocksFromAnywhereInARegionArrive() {}
}
