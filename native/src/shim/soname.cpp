/*
 * Nothing: a library that is only linked with, so that the loader looks for one of its name, libnixl.so. NIXL's own is not
 * there when the shim is built.
 */
