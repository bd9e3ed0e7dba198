package org.nixlconform.engine.protocol;

import java.util.List;

/**
 * What one rank must know of another that it moves blocks with. Both ends get one.
 *
 * @param peer label of the other rank, also its agent's name
 * @param peerArena its arena
 * @param peerPid its process, for the reference copy on the same node
 * @param peerAddresses where its allocations begin in its own address space, see {@link ArenaShape#regionAddress}
 * @param peerShare by which a process of the same node opens its arena on a GPU; empty for host memory, and where there is no such way
 * @param firstHead first head that moves, numbered over the whole model
 * @param headCount how many move; with none the peer is only told of the request
 * @param ownBlocks block ids of this rank, in request order
 * @param peerBlocks the peer's for the same positions
 * @param prefixBlocks leading positions that do not move, because decode holds them already
 */
public record PairShape(
        String peer,
        ArenaShape peerArena,
        int peerPid,
        List<Long> peerAddresses,
        byte[] peerShare,
        int firstHead,
        int headCount,
        int[] ownBlocks,
        int[] peerBlocks,
        int prefixBlocks) {

    /** Whether any byte does; else all that is left of the request is a notification. */
    public boolean moves() {
        return headCount > 0 && ownBlocks.length > prefixBlocks;
    }

    /** The same two ranks with other blocks, all of which move. */
    public PairShape with(int[] own, int[] peers) {
        return new PairShape(peer, peerArena, peerPid, peerAddresses, peerShare, firstHead, headCount, own, peers, 0);
    }
}
