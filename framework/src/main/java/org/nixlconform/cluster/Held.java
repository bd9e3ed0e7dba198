package org.nixlconform.cluster;

/** A place for one case, and what is held for it until this is closed. */
public final class Held implements AutoCloseable {
    private final Assigned assigned;
    private final Runnable release;

    Held(Assigned assigned, Runnable release) {
        this.assigned = assigned;
        this.release = release;
    }

    public Assigned assigned() {
        return assigned;
    }

    /** Never throws. */
    @Override
    public void close() {
        release.run();
    }
}
