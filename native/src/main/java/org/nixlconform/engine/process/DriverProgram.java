package org.nixlconform.engine.process;

import java.io.IOException;
import org.nixlconform.binding.Device;
import org.nixlconform.binding.DeviceException;

/**
 * Has the CUDA driver initialised until its input ends. Where no process has, each that begins takes 0.3 s for it; beside one
 * that has, 0.03 s. It makes no context, and so takes no memory of a GPU.
 */
final class DriverProgram {
    private DriverProgram() {}

    static void run() {
        try {
            Device.initialise();
            while (System.in.read() >= 0) {
                // Nothing is said to it.
            }
        } catch (DeviceException | IOException none) {
            System.err.println("nixlconform driver: " + none.getMessage());
        }
    }
}
