package org.nixlconform.binding;

/** A NIXL call returned an error, or the library has no such function. Stays inside an engine process. */
public final class NixlCallException extends Exception {
    /** Stands for a status where the function is missing. */
    public static final int MISSING = Integer.MIN_VALUE;

    private static final long serialVersionUID = 1;

    private final NixlFunction function;
    private final int status;

    NixlCallException(NixlFunction function, int status) {
        super(
                status == MISSING
                        ? "the library has no " + function.symbol()
                        : function.symbol() + " returned " + status + " (" + NixlStatus.nameOf(status) + ")");
        this.function = function;
        this.status = status;
    }

    public NixlFunction function() {
        return function;
    }

    public int status() {
        return status;
    }
}
