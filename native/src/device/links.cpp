// What NVLink and PCI Express carried, by NVML. Its types are spelled out for the reason that driver.h gives.
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "driver.h"

__asm__(".symver dlopen,dlopen@GLIBC_2.2.5");
__asm__(".symver dlsym,dlsym@GLIBC_2.2.5");
__asm__(".symver dlerror,dlerror@GLIBC_2.2.5");

using namespace nixlconform::device;

namespace {

constexpr unsigned fieldSent = 138;      // KiB of data, without headers, of one connection
constexpr unsigned fieldReceived = 139;
constexpr unsigned fieldPciSent = 197;   // bytes, modulo 2^32
constexpr unsigned fieldPciReceived = 198;
constexpr unsigned mostConnections = 36;
constexpr int valueUnsigned = 1;

struct FieldValue {
    unsigned field;
    unsigned connection;
    long long timestamp;
    long long latency;
    int type;
    int status;
    uint64_t value;
};

struct PciPlace {
    char legacyBusId[16];
    unsigned domain;
    unsigned bus;
    unsigned device;
    unsigned ids[2];
    char busId[32];
};

struct Nvml {
    int (*init)();
    int (*count)(unsigned *);
    int (*device)(unsigned, Handle *);
    int (*place)(Handle, PciPlace *);
    int (*values)(Handle, int, FieldValue *);
};

/* Loaded and begun once in a process. Null, and the reason, when it cannot be had. */
const Nvml *nvmlOf(const char *library, nxc_device_failure &failure) {
    static Nvml nvml;
    static bool complete;
    if (__atomic_load_n(&complete, __ATOMIC_ACQUIRE)) return &nvml;
    void *const opened = dlopen(library == nullptr ? "libnvidia-ml.so.1" : library, RTLD_NOW | RTLD_LOCAL);
    if (opened == nullptr) {
        say(failure, 0, "no NVML: %s", dlerror());
        return nullptr;
    }
    const struct {
        const char *name;
        void **member;
    } symbols[] = {{"nvmlInit_v2", reinterpret_cast<void **>(&nvml.init)},
                   {"nvmlDeviceGetCount_v2", reinterpret_cast<void **>(&nvml.count)},
                   {"nvmlDeviceGetHandleByIndex_v2", reinterpret_cast<void **>(&nvml.device)},
                   {"nvmlDeviceGetPciInfo_v3", reinterpret_cast<void **>(&nvml.place)},
                   {"nvmlDeviceGetFieldValues", reinterpret_cast<void **>(&nvml.values)}};
    for (const auto &symbol : symbols) {
        *symbol.member = dlsym(opened, symbol.name);
        if (*symbol.member == nullptr) {
            say(failure, 0, "NVML has no %s", symbol.name);
            return nullptr;
        }
    }
    const int status = nvml.init();
    if (status != 0) {
        say(failure, status, "nvmlInit_v2 returned %d", status);
        return nullptr;
    }
    __atomic_store_n(&complete, true, __ATOMIC_RELEASE);
    return &nvml;
}

/* Whether both fields are counted. */
bool read(const Nvml &nvml, Handle device, unsigned connection, unsigned sent, unsigned received, FieldValue (&values)[2]) {
    values[0] = values[1] = {};
    values[0].field = sent;
    values[1].field = received;
    values[0].connection = values[1].connection = connection;
    if (nvml.values(device, 2, values) != 0 || values[0].status != 0 || values[1].status != 0) return false;
    for (FieldValue &value : values) {
        if (value.type == valueUnsigned) value.value &= 0xffffffffu;
    }
    return true;
}

/* Whether the GPU counts anything. */
bool count(const Nvml &nvml, Handle device, nxc_device_links &links) {
    FieldValue values[2];
    for (unsigned connection = 0; connection < mostConnections; connection++) {
        if (!read(nvml, device, connection, fieldSent, fieldReceived, values)) continue;
        links.connections++;
        links.sent_bytes += values[0].value * 1024;
        links.received_bytes += values[1].value * 1024;
    }
    const bool pci = read(nvml, device, 0, fieldPciSent, fieldPciReceived, values);
    links.pci_sent_bytes = pci ? values[0].value & 0xffffffffu : 0;
    links.pci_received_bytes = pci ? values[1].value & 0xffffffffu : 0;
    return pci || links.connections != 0;
}

}  // namespace

extern "C" int32_t nxc_device_links_read(const char *library, nxc_device_links *links, int32_t capacity,
                                         nxc_device_failure *failure) {
    *failure = {};
    const Nvml *const nvml = nvmlOf(library, *failure);
    if (nvml == nullptr) return NXC_DEVICE_NO_DRIVER;
    unsigned devices = 0;
    const int status = nvml->count(&devices);
    if (status != 0) {
        say(*failure, status, "nvmlDeviceGetCount_v2 returned %d", status);
        return NXC_DEVICE_REFUSED;
    }
    int32_t written = 0;
    for (unsigned i = 0; i < devices && written < capacity; i++) {
        Handle device = nullptr;
        PciPlace place = {};
        if (nvml->device(i, &device) != 0 || nvml->place(device, &place) != 0) continue;
        nxc_device_links &each = links[written];
        each = {};
        snprintf(each.bus_id, sizeof each.bus_id, "%04x:%02x:%02x.0", place.domain, place.bus, place.device);
        if (count(*nvml, device, each)) written++;
    }
    return written;
}
