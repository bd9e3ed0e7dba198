#include "device.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nixlconform/process.h"
#include "nixlconform/thread.h"

using namespace nixlconform::device;

namespace {

constexpr uint64_t vmmAlignmentBytes = 0;

/* An allocation that is not plain is known by its address alone: what it takes to release it must be kept. */
struct Allocation {
    uint64_t address;
    uint64_t bytes;
    int32_t memory;
    unsigned long long before; /* physical memory that was behind it and is still held; 0 for none */
    Allocation *next;
};
Allocation *allocations;

void remember(uint64_t address, uint64_t bytes, int32_t memory) {
    Allocation *const made = static_cast<Allocation *>(malloc(sizeof(Allocation)));
    if (made == nullptr) return;
    *made = {address, bytes, memory, 0, __atomic_load_n(&allocations, __ATOMIC_ACQUIRE)};
    while (!__atomic_compare_exchange_n(&allocations, &made->next, made, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
    }
}

/* Null for a plain one. */
Allocation *allocationAt(uint64_t address) {
    Allocation *each = __atomic_load_n(&allocations, __ATOMIC_ACQUIRE);
    while (each != nullptr && (each->address != address || __atomic_load_n(&each->bytes, __ATOMIC_ACQUIRE) == 0))
        each = each->next;
    return each;
}

int32_t describe(nxc_device *device, nxc_device_facts *facts, nxc_device_failure *failure) {
    uint8_t uuid[16] = {};
    size_t free = 0;
    size_t total = 0;
    NXC_DRIVER_CALL(deviceName, facts->name, sizeof facts->name, device->number);
    NXC_DRIVER_CALL(deviceBusId, facts->bus_id, sizeof facts->bus_id, device->number);
    NXC_DRIVER_CALL(deviceUuid, uuid, device->number);
    NXC_DRIVER_CALL(driverVersion, &facts->driver_version);
    NXC_DRIVER_CALL(deviceAttribute, &facts->multiprocessors, attributeMultiprocessors, device->number);
    NXC_DRIVER_CALL(deviceAttribute, &facts->capability_major, attributeCapabilityMajor, device->number);
    NXC_DRIVER_CALL(deviceAttribute, &facts->capability_minor, attributeCapabilityMinor, device->number);
    NXC_DRIVER_CALL(memoryState, &free, &total);
    facts->memory_bytes = total;
    facts->free_bytes = free;
    int written = snprintf(facts->uuid, sizeof facts->uuid, "GPU-");
    for (int i = 0; i < 16; i++) {
        const bool dash = i == 4 || i == 6 || i == 8 || i == 10;
        written += snprintf(facts->uuid + written, sizeof facts->uuid - written, dash ? "-%02x" : "%02x", uuid[i]);
    }
    return 0;
}

int32_t prepare(nxc_device *device, nxc_device_failure *failure) {
    Handle module = nullptr;
    NXC_DRIVER_CALL(contextRetain, &device->context, device->number);
    NXC_DRIVER_CALL(contextUse, device->context);
    NXC_DRIVER_CALL(moduleLoad, &module, nxc_device_kernels);
    NXC_DRIVER_CALL(moduleFunction, &device->fill, module, "nxc_fill");
    NXC_DRIVER_CALL(moduleFunction, &device->verify, module, "nxc_verify");
    NXC_DRIVER_CALL(moduleFunction, &device->landed, module, "nxc_landed");
    NXC_DRIVER_CALL(moduleFunction, &device->zero, module, "nxc_zero");
    NXC_DRIVER_CALL(moduleFunction, &device->hold, module, "nxc_hold");
    NXC_DRIVER_CALL(moduleFunction, &device->graphRead, module, "nxc_graph_read");
    NXC_DRIVER_CALL(moduleFunction, &device->graphAppend, module, "nxc_graph_append");
    NXC_DRIVER_CALL(moduleFunction, &device->graphEnd, module, "nxc_graph_end");
    NXC_DRIVER_CALL(streamCreate, &device->stream, streamNonBlocking);
    NXC_DRIVER_CALL(streamCreate, &device->glances, streamNonBlocking);
    NXC_DRIVER_CALL(eventCreate, &device->began, eventDefault);
    NXC_DRIVER_CALL(eventCreate, &device->ended, eventDefault);
    return 0;
}

int32_t find(nxc_device *device, int32_t ordinal, nxc_device_failure *failure) {
    int count = 0;
    NXC_DRIVER_CALL(init, 0);
    NXC_DRIVER_CALL(deviceCount, &count);
    if (ordinal < 0 || ordinal >= count) {
        say(*failure, 0, "this process is shown %d GPUs, so there is none with the number %d", count, ordinal);
        return NXC_DEVICE_REFUSED;
    }
    NXC_DRIVER_CALL(deviceGet, &device->number, ordinal);
    return 0;
}

AllocationProperties propertiesOf(nxc_device *device, int32_t memory) {
    int rdma = 0;
    if (memory != NXC_MEMORY_VMM_NO_RDMA) device->driver->deviceAttribute(&rdma, attributeRdmaWithVmm, device->number);
    AllocationProperties properties = {};
    properties.type = allocationPinned;
    properties.handleTypes = memory == NXC_MEMORY_VMM_SHAREABLE ? handlePosix : handleNone;
    properties.locationType = locationDevice;
    properties.locationId = device->number;
    properties.rdmaCapable = rdma != 0;
    return properties;
}

/* Physical memory behind reserved addresses. */
int32_t back(nxc_device *device, uint64_t address, uint64_t bytes, int32_t memory, nxc_device_failure *failure) {
    const AllocationProperties properties = propertiesOf(device, memory);
    const AccessDescription access = {locationDevice, device->number, accessReadWrite};
    unsigned long long physical = 0;
    NXC_DRIVER_CALL(create, &physical, bytes, &properties, 0);
    NXC_DRIVER_CALL(map, address, bytes, 0, physical, 0);
    NXC_DRIVER_CALL(drop, physical); /* the mapping keeps it */
    NXC_DRIVER_CALL(setAccess, address, bytes, &access, 1);
    return 0;
}

int32_t mapped(nxc_device *device, uint64_t bytes, int32_t memory, uint64_t *address, nxc_device_failure *failure) {
    const AllocationProperties properties = propertiesOf(device, memory);
    size_t granularity = 0;
    NXC_DRIVER_CALL(granularity, &granularity, &properties, 0);
    const uint64_t whole = (bytes + granularity - 1) / granularity * granularity;
    NXC_DRIVER_CALL(reserve, address, whole, vmmAlignmentBytes, 0, 0);
    const int32_t status = back(device, *address, whole, memory, failure);
    if (status == 0) remember(*address, whole, memory);
    return status;
}

int32_t pinned(nxc_device *device, uint64_t bytes, uint64_t *address, nxc_device_failure *failure) {
    void *memory = nullptr;
    NXC_DRIVER_CALL(hostAllocate, &memory, bytes, hostMapped);
    *address = reinterpret_cast<uint64_t>(memory);
    remember(*address, bytes, NXC_MEMORY_HOST);
    return 0;
}

}  // namespace

int32_t nxc_device_open(const char *library, int32_t ordinal, nxc_device **device, nxc_device_facts *facts,
                        nxc_device_failure *failure) {
    *failure = {};
    *facts = {};
    *device = nullptr;
    const Driver *const driver = driverOf(library, *failure);
    if (driver == nullptr) return NXC_DEVICE_NO_DRIVER;
    nxc_device *const opened = static_cast<nxc_device *>(calloc(1, sizeof(nxc_device)));
    if (opened == nullptr) {
        say(*failure, 0, "no memory for a device");
        return NXC_DEVICE_REFUSED;
    }
    opened->driver = driver;
    const uint64_t begun = nxc_clock_ns();
    int32_t status = find(opened, ordinal, failure);
    status = status == 0 ? prepare(opened, failure) : status;
    facts->context_ns = nxc_clock_ns() - begun;
    status = status == 0 ? describe(opened, facts, failure) : status;
    if (status != 0) {
        free(opened);
        return status;
    }
    opened->multiprocessors = facts->multiprocessors;
    *device = opened;
    return 0;
}

int32_t nxc_thread_use(nxc_device *device, nxc_device_failure *failure) {
    NXC_DRIVER_CALL(contextUse, device->context);
    return 0;
}

int32_t nxc_thread_current(nxc_device *device, nxc_device_failure *failure) {
    Handle current = nullptr;
    NXC_DRIVER_CALL(contextCurrent, &current);
    return current == nullptr ? NXC_CURRENT_NONE : current == device->context ? NXC_CURRENT_OWN : NXC_CURRENT_OTHER;
}

int32_t nxc_device_allocate(nxc_device *device, uint64_t bytes, int32_t memory, uint64_t *address,
                            nxc_device_failure *failure) {
    NXC_DRIVER_CALL(contextUse, device->context);
    if (memory == NXC_MEMORY_HOST) return pinned(device, bytes, address, failure);
    if (memory != NXC_MEMORY_PLAIN) return mapped(device, bytes, memory, address, failure);
    NXC_DRIVER_CALL(allocate, address, bytes);
    return 0;
}

int32_t nxc_device_release(nxc_device *device, uint64_t address, nxc_device_failure *failure) {
    NXC_DRIVER_CALL(contextUse, device->context);
    Allocation *const made = allocationAt(address);
    if (made == nullptr) {
        NXC_DRIVER_CALL(release, address);
        return 0;
    }
    const uint64_t bytes = __atomic_exchange_n(&made->bytes, 0, __ATOMIC_ACQ_REL);
    if (made->memory == NXC_MEMORY_HOST) {
        NXC_DRIVER_CALL(hostRelease, reinterpret_cast<void *>(address));
        return 0;
    }
    NXC_DRIVER_CALL(unmap, address, bytes);
    NXC_DRIVER_CALL(unreserve, address, bytes);
    if (made->before != 0) NXC_DRIVER_CALL(drop, made->before);
    return 0;
}

int32_t nxc_device_remap(nxc_device *device, uint64_t address, nxc_device_failure *failure) {
    NXC_DRIVER_CALL(contextUse, device->context);
    Allocation *const made = allocationAt(address);
    if (made == nullptr || made->memory == NXC_MEMORY_HOST || made->before != 0) {
        say(*failure, 0, "there is no mapped allocation at this address, or it was remapped before");
        return NXC_DEVICE_REFUSED;
    }
    NXC_DRIVER_CALL(keep, &made->before, reinterpret_cast<void *>(address));
    NXC_DRIVER_CALL(unmap, address, made->bytes);
    return back(device, address, made->bytes, made->memory, failure);
}

int32_t nxc_device_export(nxc_device *device, uint64_t address, nxc_device_share *share, nxc_device_failure *failure) {
    IpcHandle handle = {};
    NXC_DRIVER_CALL(contextUse, device->context);
    NXC_DRIVER_CALL(ipcGet, &handle, address);
    memcpy(share->handle, handle.bytes, sizeof share->handle);
    return 0;
}

int32_t nxc_device_import(nxc_device *device, const nxc_device_share *share, uint64_t *address,
                          nxc_device_failure *failure) {
    IpcHandle handle;
    memcpy(handle.bytes, share->handle, sizeof handle.bytes);
    NXC_DRIVER_CALL(contextUse, device->context);
    NXC_DRIVER_CALL(ipcOpen, address, handle, ipcLazyPeerAccess);
    return 0;
}

int64_t nxc_device_copy(nxc_device *device, uint64_t to, uint64_t from, uint64_t bytes, uint64_t total,
                        nxc_device_failure *failure) {
    NXC_DRIVER_CALL(contextUse, device->context);
    NXC_DRIVER_CALL(streamWait, device->stream);
    const uint64_t begun = nxc_clock_ns();
    for (uint64_t copied = 0; copied < total;) {
        const uint64_t next = total - copied < bytes ? total - copied : bytes;
        NXC_DRIVER_CALL(copy, to, from, next, device->stream);
        copied += next;
    }
    NXC_DRIVER_CALL(streamWait, device->stream);
    return static_cast<int64_t>(nxc_clock_ns() - begun);
}
