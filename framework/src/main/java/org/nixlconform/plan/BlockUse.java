package org.nixlconform.plan;

/**
 * How many blocks there are and which of them a request uses.
 *
 * @param transferred blocks of one request, that is of one pair of engines
 * @param prefillCached blocks in the cache of a prefill engine
 * @param decodeCached blocks in the cache of a decode engine
 * @param selection how a request's blocks are chosen
 * @param seed of that choice, and of the payload
 * @param prefixHit leading blocks of each request that decode already holds; they do not move and must not change
 * @param scalable the number of cached blocks may be lowered to what memory allows; nothing else ever is
 */
public record BlockUse(
        int transferred,
        int prefillCached,
        int decodeCached,
        Selection selection,
        long seed,
        int prefixHit,
        boolean scalable) {

    public int cached(Role role) {
        return role == Role.PREFILL ? prefillCached : decodeCached;
    }

    /** Blocks of one request that really move. */
    public int moved() {
        return transferred - prefixHit;
    }
}
