package org.nixlconform.architecture.planted.engine.process;

import com.sun.jna.Pointer;

final class UsesJna {
    Pointer pointer = Pointer.NULL;
}
