/*
 * Loaded as libcuda.so.1 on a node without NVIDIA's driver, which has that library: the functions of it that the LIBFABRIC
 * plug-ins of NIXL ask for, and the UCX plug-ins of 0.6.1 to 0.8.0, which do not load without. Each says that there is no GPU. Where there is a driver, this library has no place.
 */
namespace {

constexpr int no_device = 100; /* CUDA_ERROR_NO_DEVICE */

} // namespace

extern "C" {
#pragma GCC visibility push(default)

int cuCtxGetCurrent(void **) { return no_device; }

int cuCtxPopCurrent_v2(void **) { return no_device; }

int cuCtxPushCurrent_v2(void *) { return no_device; }

int cuCtxSetCurrent(void *) { return no_device; }

int cuDeviceGet(int *, int) { return no_device; }

int cuDevicePrimaryCtxRelease_v2(int) { return no_device; }

int cuDevicePrimaryCtxRetain(void **, int) { return no_device; }

int cuDeviceGetPCIBusId(char *, int, int) { return no_device; }

int cuPointerGetAttributes(unsigned, void *, void **, unsigned long long) { return no_device; }

#pragma GCC visibility pop
}
