package org.nixlconform.binding;

/** The statuses of the C API. They are not those of NIXL's C++ API. */
public enum NixlStatus {
    SUCCESS(0),
    IN_PROGRESS(1),
    INVALID_PARAMETER(-1),
    /** Nearly every error of NIXL's core and of its plug-ins; the cause is in the log only. */
    BACKEND(-2),
    INVALID_STATE(-3),
    EXCEPTION(-4),
    NO_TELEMETRY(-5),
    NOT_FOUND(-6);

    private final int code;

    NixlStatus(int code) {
        this.code = code;
    }

    public int code() {
        return code;
    }

    /** Name of a status, {@code UNKNOWN} for one that no known release returns. */
    public static String nameOf(int code) {
        for (NixlStatus status : values()) {
            if (status.code == code) {
                return status.name();
            }
        }
        return "UNKNOWN";
    }
}
