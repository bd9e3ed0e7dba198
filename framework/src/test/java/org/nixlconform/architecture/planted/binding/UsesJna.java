package org.nixlconform.architecture.planted.binding;

import com.sun.jna.Pointer;

final class UsesJna {
    Pointer pointer = Pointer.NULL;
}
