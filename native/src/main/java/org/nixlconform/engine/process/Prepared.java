package org.nixlconform.engine.process;

import org.nixlconform.engine.protocol.PairShape;

/** Lists of one pair that an initiator prepared, of whole caches. @param local handle of the own cache's list */
record Prepared(PairDescriptors descriptors, long local, long remote) {
    PairShape pair() {
        return descriptors.pair();
    }

    /** The lists are of whole caches: other blocks are other indices. */
    Prepared with(PairShape moved) {
        return new Prepared(new PairDescriptors(descriptors.own(), descriptors.ownAddresses(), moved), local, remote);
    }
}
