package org.nixlconform.binding;

/** The CUDA driver could not be loaded, or refused a call. The message says which, and what it returned. */
public final class DeviceException extends RuntimeException {
    private static final long serialVersionUID = 1;

    DeviceException(String message) {
        super(message);
    }
}
