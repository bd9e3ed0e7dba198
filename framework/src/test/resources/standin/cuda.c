/*
 * In place of NVIDIA's libcuda.so.1 on a machine without its driver: what NIXL's plug-ins import, and every call says that
 * there is no device. The plug-ins then move host memory as they do on a machine with the driver and no GPU.
 */
#define NO_DEVICE 100

#define ABSENT(name)                                                                                                   \
    int name(void) { return NO_DEVICE; }

ABSENT(cuCtxGetCurrent)
ABSENT(cuCtxPopCurrent_v2)
ABSENT(cuCtxPushCurrent_v2)
ABSENT(cuCtxSetCurrent)
ABSENT(cuDeviceGet)
ABSENT(cuDevicePrimaryCtxRelease_v2)
ABSENT(cuDevicePrimaryCtxRetain)
ABSENT(cuPointerGetAttributes)
