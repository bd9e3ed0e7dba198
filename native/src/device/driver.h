// The CUDA driver API as far as we use it, found by name at run time. Its types are spelled out here, because no machine that
// builds this has to have CUDA's headers: handles are pointers, CUdeviceptr is a 64-bit number, results are 0 or an error.
#ifndef NIXLCONFORM_DEVICE_DRIVER_H
#define NIXLCONFORM_DEVICE_DRIVER_H

#include <stddef.h>
#include <stdint.h>

#include "nixlconform/device.h"

namespace nixlconform::device {

using Handle = void *;

struct IpcHandle {
    uint8_t bytes[64];
};

// CUmemAllocationProp and CUmemAccessDesc.
struct AllocationProperties {
    int type;
    int handleTypes;
    int locationType;
    int locationId;
    void *windowsOnly;
    unsigned char compression;
    unsigned char rdmaCapable;
    unsigned short usage;
    unsigned char reserved[4];
};

struct AccessDescription {
    int locationType;
    int locationId;
    int flags;
};

constexpr int allocationPinned = 1;
constexpr int handleNone = 0;
constexpr int handlePosix = 1;
constexpr int locationDevice = 1;
constexpr int accessReadWrite = 3;
constexpr unsigned streamNonBlocking = 1;
constexpr unsigned eventDefault = 0;
constexpr unsigned hostMapped = 2;
constexpr int captureGlobal = 0;  // what other threads do meanwhile can end it
constexpr int captureThread = 1;  // what other threads do meanwhile is no part of it
constexpr int captureRelaxed = 2;  // of a thread: it may do what it wants beside captures of others
constexpr int notReady = 600;
constexpr unsigned ipcLazyPeerAccess = 1;

constexpr int attributeMultiprocessors = 16;
constexpr int attributeCapabilityMajor = 75;
constexpr int attributeCapabilityMinor = 76;
constexpr int attributeRdmaWithVmm = 110;

// name, symbol, parameters. The symbols are those of CUDA 12's header, which has newer versions of some.
#define NXC_DRIVER_FUNCTIONS(F)                                                                                          \
    F(init, cuInit, (unsigned))                                                                                          \
    F(driverVersion, cuDriverGetVersion, (int *))                                                                        \
    F(errorName, cuGetErrorName, (int, const char **))                                                                   \
    F(errorString, cuGetErrorString, (int, const char **))                                                               \
    F(deviceGet, cuDeviceGet, (int *, int))                                                                              \
    F(deviceCount, cuDeviceGetCount, (int *))                                                                            \
    F(deviceName, cuDeviceGetName, (char *, int, int))                                                                   \
    F(deviceBusId, cuDeviceGetPCIBusId, (char *, int, int))                                                              \
    F(deviceUuid, cuDeviceGetUuid, (uint8_t *, int))                                                                     \
    F(deviceAttribute, cuDeviceGetAttribute, (int *, int, int))                                                          \
    F(contextRetain, cuDevicePrimaryCtxRetain, (Handle *, int))                                                          \
    F(contextUse, cuCtxSetCurrent, (Handle))                                                                             \
    F(contextCurrent, cuCtxGetCurrent, (Handle *))                                                                       \
    F(memoryState, cuMemGetInfo_v2, (size_t *, size_t *))                                                                \
    F(moduleLoad, cuModuleLoadData, (Handle *, const void *))                                                            \
    F(moduleFunction, cuModuleGetFunction, (Handle *, Handle, const char *))                                             \
    F(moduleUnload, cuModuleUnload, (Handle))                                                                            \
    F(launch, cuLaunchKernel,                                                                                            \
      (Handle, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, Handle, void **, void **))          \
    F(allocate, cuMemAlloc_v2, (uint64_t *, size_t))                                                                     \
    F(release, cuMemFree_v2, (uint64_t))                                                                                 \
    F(hostAllocate, cuMemHostAlloc, (void **, size_t, unsigned))                                                         \
    F(hostRelease, cuMemFreeHost, (void *))                                                                              \
    F(reserve, cuMemAddressReserve, (uint64_t *, size_t, size_t, uint64_t, unsigned long long))                          \
    F(unreserve, cuMemAddressFree, (uint64_t, size_t))                                                                   \
    F(create, cuMemCreate, (unsigned long long *, size_t, const AllocationProperties *, unsigned long long))             \
    F(drop, cuMemRelease, (unsigned long long))                                                                          \
    F(keep, cuMemRetainAllocationHandle, (unsigned long long *, void *))                                                 \
    F(map, cuMemMap, (uint64_t, size_t, size_t, unsigned long long, unsigned long long))                                 \
    F(unmap, cuMemUnmap, (uint64_t, size_t))                                                                             \
    F(setAccess, cuMemSetAccess, (uint64_t, size_t, const AccessDescription *, size_t))                                  \
    F(granularity, cuMemGetAllocationGranularity, (size_t *, const AllocationProperties *, unsigned))                    \
    F(copyIn, cuMemcpyHtoDAsync_v2, (uint64_t, const void *, size_t, Handle))                                            \
    F(copyOut, cuMemcpyDtoHAsync_v2, (void *, uint64_t, size_t, Handle))                                                 \
    F(copy, cuMemcpyAsync, (uint64_t, uint64_t, size_t, Handle))                                                         \
    F(set, cuMemsetD8Async, (uint64_t, unsigned char, size_t, Handle))                                                   \
    F(streamCreate, cuStreamCreate, (Handle *, unsigned))                                                                \
    F(streamWait, cuStreamSynchronize, (Handle))                                                                         \
    F(streamQuery, cuStreamQuery, (Handle))                                                                              \
    F(streamDestroy, cuStreamDestroy_v2, (Handle))                                                                       \
    F(eventCreate, cuEventCreate, (Handle *, unsigned))                                                                  \
    F(eventRecord, cuEventRecord, (Handle, Handle))                                                                      \
    F(eventWait, cuEventSynchronize, (Handle))                                                                           \
    F(eventDestroy, cuEventDestroy_v2, (Handle))                                                                         \
    F(eventElapsed, cuEventElapsedTime, (float *, Handle, Handle))                                                       \
    F(captureBegin, cuStreamBeginCapture_v2, (Handle, int))                                                              \
    F(captureEnd, cuStreamEndCapture, (Handle, Handle *))                                                                \
    F(captureMode, cuThreadExchangeStreamCaptureMode, (int *))                                                           \
    F(graphInstantiate, cuGraphInstantiateWithFlags, (Handle *, Handle, unsigned long long))                             \
    F(graphLaunch, cuGraphLaunch, (Handle, Handle))                                                                      \
    F(graphDestroy, cuGraphDestroy, (Handle))                                                                            \
    F(graphExecDestroy, cuGraphExecDestroy, (Handle))                                                                    \
    F(ipcGet, cuIpcGetMemHandle, (IpcHandle *, uint64_t))                                                                \
    F(ipcOpen, cuIpcOpenMemHandle_v2, (uint64_t *, IpcHandle, unsigned))

struct Driver {
#define NXC_DRIVER_MEMBER(name, symbol, parameters) int(*name) parameters;
    NXC_DRIVER_FUNCTIONS(NXC_DRIVER_MEMBER)
#undef NXC_DRIVER_MEMBER
};

// The driver in `library`, loaded once in a process and never unloaded. Null, and the reason, when it cannot be had.
const Driver *driverOf(const char *library, nxc_device_failure &failure);

// Notes what a call returned. Whether it was refused.
bool refused(const Driver &driver, int status, const char *call, nxc_device_failure &failure);

void say(nxc_device_failure &failure, int code, const char *format, ...) __attribute__((format(printf, 3, 4)));

}  // namespace nixlconform::device

#endif
