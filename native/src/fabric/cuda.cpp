/*
 * Loaded as libcuda.so.1 on a node without NVIDIA's driver, which has that library: the functions of it that a LIBFABRIC
 * plug-in of NIXL asks for. Each says that there is no GPU. Where there is a driver, this library has no place.
 */
namespace {

constexpr int no_device = 100; /* CUDA_ERROR_NO_DEVICE */

} // namespace

extern "C" {
#pragma GCC visibility push(default)

int cuCtxSetCurrent(void *) { return no_device; }

int cuDeviceGetPCIBusId(char *, int, int) { return no_device; }

int cuPointerGetAttributes(unsigned, void *, void **, unsigned long long) { return no_device; }

#pragma GCC visibility pop
}
