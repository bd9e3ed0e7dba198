package org.nixlconform.engine.process;

import java.util.Arrays;
import org.nixlconform.binding.NixlAgent;
import org.nixlconform.binding.NixlAgent.BlockRanges;
import org.nixlconform.binding.NixlAgent.RegionRanges;
import org.nixlconform.binding.NixlCallException;

/** Asks for requests that NIXL must refuse when they are made. A request that it accepts is released again, never posted. */
final class InvalidRequests {
    private final NixlAgent agent;

    InvalidRequests(NixlAgent agent) {
        this.agent = agent;
    }

    /** @return the status of the refusal, 0 when it was accepted */
    int attempt(String request, boolean write, PairDescriptors pair, long local, long remote) throws NixlCallException {
        int[] locals = pair.localIndices();
        int[] remotes = pair.remoteIndices(false);
        switch (request) {
            case "INDEX_PAST_END" ->
                remotes[remotes.length - 1] =
                        pair.remote().regions().size() * pair.pair().peerArena().cachedBlocks();
            case "NEGATIVE_INDEX" -> remotes[remotes.length - 1] = -1;
            case "UNEQUAL_COUNTS" -> remotes = Arrays.copyOf(remotes, remotes.length - 1);
            case "UNEQUAL_LENGTHS" -> {
                BlockRanges whole = pair.local();
                long shorter = agent.prepare(
                        "",
                        new BlockRanges(
                                whole.regions().stream()
                                        .map(InvalidRequests::shorter)
                                        .toList(),
                                whole.blocks(),
                                whole.memory()));
                int status = make(write, shorter, locals, remote, remotes);
                agent.releasePrepared(shorter);
                return status;
            }
            case "EMPTY" -> {
                locals = new int[0];
                remotes = new int[0];
            }
            default -> throw new IllegalArgumentException("unknown invalid request " + request);
        }
        return make(write, local, locals, remote, remotes);
    }

    private static RegionRanges shorter(RegionRanges whole) {
        return new RegionRanges(whole.address(), whole.firstBytes(), whole.lengthBytes() / 2, whole.strideBytes());
    }

    private int make(boolean write, long local, int[] locals, long remote, int[] remotes) throws NixlCallException {
        long accepted;
        try {
            accepted = agent.make(write, local, locals, remote, remotes, null);
        } catch (NixlCallException refused) {
            return refused.status();
        }
        agent.release(accepted);
        return 0;
    }
}
