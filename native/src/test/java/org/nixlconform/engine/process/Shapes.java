package org.nixlconform.engine.process;

import org.nixlconform.engine.protocol.ServingShape;

/** Requests to serve, with as much that disturbs as a test asks for. */
final class Shapes {
    private final long seed;
    private final int requests;
    private final int inFlight;
    private final int fewestBlocks;
    private final int mostBlocks;
    private int seconds;
    private int prefixHitPercent;
    private int abortPercent;
    private int dropPercent;
    private int failPercent;
    private int latePollPercent;
    private int latePollMillis;
    private int latePostPercent;
    private int latePostMillis;
    private int leaseMillis;
    private boolean heartbeats;
    private int layerGroups = 1;
    private int registeredFirstPercent;
    private boolean refillInHandler;

    private Shapes(long seed, int requests, int inFlight, int fewestBlocks, int mostBlocks) {
        this.seed = seed;
        this.requests = requests;
        this.inFlight = inFlight;
        this.fewestBlocks = fewestBlocks;
        this.mostBlocks = mostBlocks;
    }

    static Shapes of(long seed, int requests, int inFlight, int fewestBlocks, int mostBlocks) {
        return new Shapes(seed, requests, inFlight, fewestBlocks, mostBlocks);
    }

    Shapes seconds(int limit) {
        seconds = limit;
        return this;
    }

    Shapes prefixHits(int percent) {
        prefixHitPercent = percent;
        return this;
    }

    Shapes aborts(int percent) {
        abortPercent = percent;
        return this;
    }

    Shapes drops(int percent) {
        dropPercent = percent;
        return this;
    }

    Shapes fails(int percent) {
        failPercent = percent;
        return this;
    }

    Shapes latePolls(int percent, int millis) {
        latePollPercent = percent;
        latePollMillis = millis;
        return this;
    }

    Shapes latePosts(int percent, int millis) {
        latePostPercent = percent;
        latePostMillis = millis;
        return this;
    }

    Shapes lease(int millis, boolean withHeartbeats) {
        leaseMillis = millis;
        heartbeats = withHeartbeats;
        return this;
    }

    Shapes groups(int layers) {
        layerGroups = layers;
        return this;
    }

    Shapes registeredFirst(int percent) {
        registeredFirstPercent = percent;
        return this;
    }

    Shapes refilledInHandler() {
        refillInHandler = true;
        return this;
    }

    ServingShape shape() {
        return new ServingShape(
                seed,
                requests,
                seconds,
                inFlight,
                fewestBlocks,
                mostBlocks,
                prefixHitPercent,
                abortPercent,
                dropPercent,
                failPercent,
                latePollPercent,
                latePollMillis,
                latePostPercent,
                latePostMillis,
                leaseMillis,
                heartbeats,
                layerGroups,
                registeredFirstPercent,
                refillInHandler);
    }
}
