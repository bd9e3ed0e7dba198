/*
 * A simulated GPU: loaded in place of NVIDIA's driver where the product's tests ask for it by its path. Its memory is the
 * host's, and its kernels are ours alone, run lane after lane by the CPU. Each stream has a thread that ends a piece of work
 * before it takes the next; work without a stream is done at once. It proves our own side of device memory where there is no
 * GPU; of NIXL, of UCX and of a GPU it proves nothing, and whoever opens it reads its name.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include <utility>

#include "stream.h"
#include "../device/replay.h"

using namespace nixlconform;
using namespace nixlconform::device;

namespace {

constexpr int invalidValue = 1;
constexpr int outOfMemory = 2;
constexpr int invalidContext = 201;
constexpr int notFound = 500;
constexpr int notReady = 600;
constexpr int captureUnsupported = 900;
constexpr int captureInvalidated = 901;

constexpr int devices = 2;
constexpr uint64_t memoryBytes = uint64_t{1} << 32;
constexpr uint64_t granularityBytes = uint64_t{2} << 20;

thread_local void *currentContext;

/* What a call is refused for that needs a context, as the driver does; 0 when it is not. */
int withoutContext() { return currentContext == nullptr ? invalidContext : 0; }

/* The same of one that also waits for the device, or may. */
int withoutContextOrCaptured() {
    const int refused = withoutContext();
    return refused != 0 ? refused : captureForbids() ? captureUnsupported : 0;
}

/* What an allocation is known by in another process. */
struct Share {
    int64_t process;
    uint64_t address;
};

/* What is behind an allocation is exchanged for kernels and copies alone: whoever has its address by other means, such as NIXL,
 * still finds what was there, as a NIC does that pinned it. */
struct Remapped {
    uint64_t address;
    uint64_t bytes;
    uint64_t behind; /* address of what is there now; 0 while it is what always was */
};
Remapped remappings[64];

Remapped *remappingOf(uint64_t address) {
    for (Remapped &each : remappings) {
        if (address - each.address < each.bytes) return &each;
    }
    return nullptr;
}

/* Where the bytes of an address are. */
uint64_t behind(uint64_t address) {
    const Remapped *const remapped = remappingOf(address);
    return remapped == nullptr || remapped->behind == 0 ? address : remapped->behind + (address - remapped->address);
}

/* Before each allocation: how long it is. */
constexpr uint64_t pageBytes = 4096;
constexpr uint64_t headerBytes = pageBytes;

/* An allocation of another process, and the address that stands for it here. */
struct Import {
    uint64_t address;
    uint64_t bytes;
    Share share;
};
Import imports[64];

const Import *importOf(uint64_t address) {
    for (const Import &import : imports) {
        if (address - import.address < import.bytes) return &import;
    }
    return nullptr;
}

template <typename Copy> int copied(const Import &other, uint64_t there, uint64_t here, size_t bytes, Copy copy) {
    const iovec local = {reinterpret_cast<void *>(here), bytes};
    const iovec remote = {reinterpret_cast<void *>(other.share.address + (there - other.address)), bytes};
    return copy(pid_t(other.share.process), &local, 1, &remote, 1, 0) == ssize_t(bytes) ? 0 : invalidValue;
}

template <typename T> T argument(void **arguments, unsigned index) { return *static_cast<T *>(arguments[index]); }

struct Launch {
    uint64_t arena;
    nxc_payload_key key;
    const nxc_payload_run *runs;

    explicit Launch(void **arguments)
        : arena(behind(argument<uint64_t>(arguments, 0))), key(argument<nxc_payload_key>(arguments, 1)),
          runs(argument<const nxc_payload_run *>(arguments, 2)) {}
};

template <typename Work> void eachTile(void **arguments, Work work) {
    const Launch launch(arguments);
    const Tile *const tiles = argument<const Tile *>(arguments, 3);
    const uint64_t count = argument<uint64_t>(arguments, 4);
    for (uint64_t i = 0; i < count; i++) {
        const nxc_payload_run &run = launch.runs[tiles[i].run];
        for (uint32_t lane = 0; lane < lanes; lane++)
            work(i, stretchOf(launch.arena, run, tiles[i]), Stream(launch.key, run), lane);
    }
}

void fillAll(void **arguments) {
    eachTile(arguments, [](uint64_t, const Stretch &stretch, const Stream &content, uint32_t lane) {
        fillTile(stretch, content, lane);
    });
}

void verifyAll(void **arguments) {
    uint8_t *const differing = argument<uint8_t *>(arguments, 5);
    eachTile(arguments, [differing](uint64_t tile, const Stretch &stretch, const Stream &content, uint32_t lane) {
        if (differsTile(stretch, content, lane)) differing[tile] = 1;
    });
}

void countLanded(void **arguments) {
    const Launch launch(arguments);
    const uint64_t count = argument<uint64_t>(arguments, 3);
    uint64_t *const sum = argument<uint64_t *>(arguments, 4);
    for (uint64_t i = 0; i < count; i++) {
        const nxc_payload_run &run = launch.runs[i];
        if ((run.flags & NXC_RUN_SELECTED) && landed(launch.arena, run, Stream(launch.key, run))) ++*sum;
    }
}

void zeroAll(void **arguments) {
    const uint64_t arena = behind(argument<uint64_t>(arguments, 0));
    const nxc_payload_run *const runs = argument<const nxc_payload_run *>(arguments, 1);
    const Tile *const tiles = argument<const Tile *>(arguments, 2);
    const uint64_t count = argument<uint64_t>(arguments, 3);
    for (uint64_t i = 0; i < count; i++) {
        for (uint32_t lane = 0; lane < lanes; lane++) zeroTile(stretchOf(arena, runs[tiles[i].run], tiles[i]), lane);
    }
}

void hold(void **arguments) {
    const uint32_t *const over = argument<const uint32_t *>(arguments, 0);
    const uint64_t end = now() + argument<uint64_t>(arguments, 1);
    while (__atomic_load_n(over, __ATOMIC_ACQUIRE) == 0 && now() < end) usleep(100);
}

template <typename Differs> bool anyLane(Differs differs) {
    bool any = false;
    for (uint32_t lane = 0; lane < lanes; lane++) any |= differs(lane);
    return any;
}

void readTable(void **arguments) {
    const uint64_t arena = argument<uint64_t>(arguments, 0);
    const nxc_payload_key key = argument<nxc_payload_key>(arguments, 1);
    const Table *const table = argument<const Table *>(arguments, 2);
    nxc_graph_report *const report = argument<nxc_graph_report *>(arguments, 3);
    for (uint64_t i = 0; i < table->count; i++) {
        const nxc_payload_run &run = entriesOf(table)[i];
        if (!anyLane([&](uint32_t lane) { return differsRun(arena, key, run, lane); })) continue;
        report->mismatches++;
        if (report->first_mismatch == 0) report->first_mismatch = report->replays + 1;
    }
}

void appendSlots(void **arguments) {
    const uint64_t arena = argument<uint64_t>(arguments, 0);
    const nxc_payload_key key = argument<nxc_payload_key>(arguments, 1);
    const nxc_payload_run *const own = argument<const nxc_payload_run *>(arguments, 2);
    const uint64_t count = argument<uint64_t>(arguments, 3);
    const uint64_t slots = argument<uint64_t>(arguments, 4);
    nxc_graph_report *const report = argument<nxc_graph_report *>(arguments, 5);
    for (uint64_t i = 0; i < count; i++) {
        for (uint64_t slot = 0; slot < slots; slot++) {
            report->own_mismatches += anyLane([&](uint32_t lane) {
                return differsSlot(arena, key, own[i], slots, slot, report->replays, lane);
            });
        }
        for (uint32_t lane = 0; lane < lanes; lane++) appendSlot(arena, key, own[i], slots, report->replays, lane);
    }
}

void endOfReplay(void **arguments) { endReplay(argument<nxc_graph_report *>(arguments, 0), now()); }

using Kernel = void (*)(void **);

constexpr int mostArguments = 8;

/* What a launch must copy, as who launches may change its arguments when the call has returned. */
struct Named {
    const char *name;
    Kernel kernel;
    size_t argumentBytes[mostArguments];
};

constexpr size_t word = sizeof(uint64_t);
constexpr size_t key = sizeof(nxc_payload_key);
const Named kernels[] = {{"nxc_fill", fillAll, {word, key, word, word, word}},
                         {"nxc_verify", verifyAll, {word, key, word, word, word, word}},
                         {"nxc_landed", countLanded, {word, key, word, word, word}},
                         {"nxc_zero", zeroAll, {word, word, word, word}},
                         {"nxc_hold", hold, {word, word}},
                         {"nxc_graph_read", readTable, {word, key, word, word}},
                         {"nxc_graph_append", appendSlots, {word, key, word, word, word, word}},
                         {"nxc_graph_end", endOfReplay, {word}}};

/* A launch with arguments of its own. */
struct Launched {
    Kernel kernel;
    uint8_t bytes[mostArguments][key];

    Launched(const Named &named, void **arguments) : kernel(named.kernel), bytes{} {
        for (int i = 0; i < mostArguments && named.argumentBytes[i] != 0; i++)
            memcpy(bytes[i], arguments[i], named.argumentBytes[i]);
    }

    void operator()() {
        void *own[mostArguments];
        for (int i = 0; i < mostArguments; i++) own[i] = bytes[i];
        kernel(own);
    }
};

}  // namespace

extern "C" {
#pragma GCC visibility push(default)

int cuInit(unsigned) { return 0; }

int cuDriverGetVersion(int *version) {
    *version = 12000;
    return 0;
}

int cuGetErrorName(int status, const char **name) {
    *name = status == invalidValue         ? "CUDA_ERROR_INVALID_VALUE"
            : status == outOfMemory        ? "CUDA_ERROR_OUT_OF_MEMORY"
            : status == invalidContext     ? "CUDA_ERROR_INVALID_CONTEXT"
            : status == notFound           ? "CUDA_ERROR_NOT_FOUND"
            : status == notReady           ? "CUDA_ERROR_NOT_READY"
            : status == captureUnsupported ? "CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED"
            : status == captureInvalidated ? "CUDA_ERROR_STREAM_CAPTURE_INVALIDATED"
                                           : nullptr;
    return *name == nullptr ? invalidValue : 0;
}

int cuGetErrorString(int, const char **text) {
    *text = "said by the simulated GPU";
    return 0;
}

int cuDeviceGetCount(int *count) {
    *count = devices;
    return 0;
}

int cuDeviceGet(int *device, int ordinal) {
    *device = ordinal;
    return ordinal >= 0 && ordinal < devices ? 0 : invalidValue;
}

int cuDeviceGetName(char *name, int size, int) {
    snprintf(name, size_t(size), "simulated GPU");
    return 0;
}

int cuDeviceGetPCIBusId(char *text, int size, int device) {
    snprintf(text, size_t(size), "0000:%02x:00.0", device);
    return 0;
}

int cuDeviceGetUuid(uint8_t *uuid, int device) {
    memset(uuid, 0, 16);
    uuid[15] = uint8_t(device);
    return 0;
}

int cuDeviceGetAttribute(int *value, int attribute, int) {
    *value = attribute == 16 ? 1 : attribute == 75 ? 8 : 0;
    return 0;
}

int cuDevicePrimaryCtxRetain(void **context, int device) {
    *context = reinterpret_cast<void *>(uintptr_t(device) + 1);
    return 0;
}

int cuCtxSetCurrent(void *context) {
    currentContext = context;
    return 0;
}

int cuCtxGetCurrent(void **context) {
    *context = currentContext;
    return 0;
}

int cuMemGetInfo_v2(size_t *free, size_t *total) {
    if (const int refused = withoutContext()) return refused;
    *free = *total = memoryBytes;
    return 0;
}

int cuModuleLoadData(void **module, const void *) {
    if (const int refused = withoutContextOrCaptured()) return refused;
    *module = nullptr;
    return 0;
}

int cuModuleUnload(void *) { return withoutContextOrCaptured(); }

int cuModuleGetFunction(void **function, void *, const char *name) {
    for (const Named &each : kernels) {
        if (strcmp(each.name, name) == 0) {
            *function = const_cast<Named *>(&each);
            return 0;
        }
    }
    return notFound;
}

int cuLaunchKernel(void *function, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, void *stream,
                   void **arguments, void **) {
    if (const int refused = withoutContext()) return refused;
    queue(stream, Launched(*static_cast<const Named *>(function), arguments));
    return 0;
}

static int allocated(uint64_t *address, size_t bytes) {
    if (bytes == 0) return invalidValue;
    void *const memory = mmap(nullptr, bytes + headerBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return outOfMemory;
    *static_cast<uint64_t *>(memory) = bytes;
    *address = reinterpret_cast<uint64_t>(memory) + headerBytes;
    return 0;
}

static int released(uint64_t address) {
    waitForAll();  // as the driver does
    void *const memory = reinterpret_cast<void *>(address - headerBytes);
    return munmap(memory, *static_cast<uint64_t *>(memory) + headerBytes) == 0 ? 0 : invalidValue;
}

int cuMemAlloc_v2(uint64_t *address, size_t bytes) {
    const int refused = withoutContextOrCaptured();
    return refused != 0 ? refused : allocated(address, bytes);
}

int cuMemFree_v2(uint64_t address) {
    const int refused = withoutContextOrCaptured();
    return refused != 0 ? refused : released(address);
}

/* These need no context, as they say of which GPU they are. */
int cuMemAddressReserve(uint64_t *address, size_t bytes, size_t, uint64_t, unsigned long long) {
    return allocated(address, bytes);
}

int cuMemAddressFree(uint64_t address, size_t) {
    Remapped *const remapped = remappingOf(address);
    if (remapped != nullptr) {
        if (remapped->behind != 0) released(remapped->behind);
        *remapped = {};
    }
    return released(address);
}

int cuMemCreate(unsigned long long *handle, size_t, const void *, unsigned long long) {
    *handle = 1;
    return 0;
}

int cuMemRelease(unsigned long long) { return 0; }

int cuMemRetainAllocationHandle(unsigned long long *handle, void *) {
    *handle = 1;
    return 0;
}

int cuMemMap(uint64_t address, size_t bytes, size_t, unsigned long long, unsigned long long) {
    Remapped *const again = remappingOf(address);
    if (again != nullptr) return allocated(&again->behind, bytes);
    for (Remapped &each : remappings) {
        if (each.bytes != 0) continue;
        each = {address, bytes, 0};
        return 0;
    }
    return outOfMemory;
}

/* What is behind an address may be another next; that it is none is not simulated. */
int cuMemUnmap(uint64_t, size_t) { return 0; }

int cuMemSetAccess(uint64_t, size_t, const void *, size_t) { return 0; }

int cuMemGetAllocationGranularity(size_t *granularity, const void *, unsigned) {
    *granularity = granularityBytes;
    return 0;
}

int cuMemHostAlloc(void **memory, size_t bytes, unsigned) {
    if (const int refused = withoutContextOrCaptured()) return refused;
    *memory = aligned_alloc(pageBytes, (bytes + pageBytes - 1) / pageBytes * pageBytes);
    return *memory == nullptr ? outOfMemory : 0;
}

int cuMemFreeHost(void *memory) {
    if (const int refused = withoutContextOrCaptured()) return refused;
    waitForAll();
    free(memory);
    return 0;
}

/* From and to memory of the host that is not pinned, the driver too returns when the bytes were taken or are there. */
int cuMemcpyHtoDAsync_v2(uint64_t to, const void *from, size_t bytes, void *stream) {
    if (const int refused = withoutContext()) return refused;
    queue(stream, [=] { memcpy(reinterpret_cast<void *>(behind(to)), from, bytes); });
    waitFor(stream);
    return 0;
}

int cuMemcpyDtoHAsync_v2(void *to, uint64_t from, size_t bytes, void *stream) {
    if (const int refused = withoutContext()) return refused;
    queue(stream, [=] { memcpy(to, reinterpret_cast<const void *>(behind(from)), bytes); });
    waitFor(stream);
    return 0;
}

int cuMemcpyHtoD_v2(uint64_t to, const void *from, size_t bytes) {
    const int refused = withoutContextOrCaptured();
    return refused != 0 ? refused : cuMemcpyHtoDAsync_v2(to, from, bytes, nullptr);
}

int cuMemcpyDtoH_v2(void *to, uint64_t from, size_t bytes) {
    const int refused = withoutContextOrCaptured();
    return refused != 0 ? refused : cuMemcpyDtoHAsync_v2(to, from, bytes, nullptr);
}

/* Between processes a copy may be refused, which the caller must be told. */
int cuMemcpyAsync(uint64_t to, uint64_t from, size_t bytes, void *stream) {
    if (const int refused = withoutContext()) return refused;
    const Import *const there = importOf(to);
    const Import *const here = importOf(from);
    if (there != nullptr || here != nullptr) {
        waitFor(stream);
        return there != nullptr ? copied(*there, to, from, bytes, process_vm_writev)
                                : copied(*here, from, to, bytes, process_vm_readv);
    }
    queue(stream,
          [=] { memcpy(reinterpret_cast<void *>(behind(to)), reinterpret_cast<const void *>(behind(from)), bytes); });
    return 0;
}

int cuMemsetD8Async(uint64_t to, unsigned char value, size_t bytes, void *stream) {
    if (const int refused = withoutContext()) return refused;
    queue(stream, [=] { memset(reinterpret_cast<void *>(behind(to)), value, bytes); });
    return 0;
}

int cuStreamCreate(void **stream, unsigned) {
    if (const int refused = withoutContext()) return refused;
    *stream = new WorkStream();
    return 0;
}

int cuStreamDestroy_v2(void *stream) {
    delete static_cast<WorkStream *>(stream);
    return 0;
}

int cuStreamSynchronize(void *stream) {
    waitFor(stream);
    return 0;
}

int cuStreamQuery(void *stream) {
    return stream == nullptr || static_cast<WorkStream *>(stream)->idle() ? 0 : notReady;
}

int cuEventCreate(void **event, unsigned) {
    if (const int refused = withoutContext()) return refused;
    *event = new Event();
    return 0;
}

int cuEventDestroy_v2(void *event) {
    delete static_cast<Event *>(event);
    return 0;
}

int cuEventRecord(void *event, void *stream) {
    Event *const recorded = static_cast<Event *>(event);
    recorded->begin();
    queue(stream, [recorded] { recorded->end(); });
    return 0;
}

int cuEventSynchronize(void *event) {
    static_cast<Event *>(event)->wait();
    return 0;
}

int cuEventElapsedTime(float *milliseconds, void *begin, void *end) {
    const uint64_t from = static_cast<Event *>(begin)->nanoseconds();
    const uint64_t to = static_cast<Event *>(end)->nanoseconds();
    if (from == 0 || to == 0) return notReady;
    *milliseconds = float(double(to - from) / 1e6);
    return 0;
}

int cuStreamBeginCapture_v2(void *stream, int mode) {
    static_cast<WorkStream *>(stream)->beginCapture(mode);
    return 0;
}

int cuStreamEndCapture(void *stream, void **graph) {
    Captured captured;
    *graph = nullptr;
    if (!static_cast<WorkStream *>(stream)->endCapture(captured)) return captureInvalidated;
    *graph = new Captured(std::move(captured));
    return 0;
}

int cuThreadExchangeStreamCaptureMode(int *mode) {
    std::swap(*mode, captureModeOfThread);
    return 0;
}

int cuGraphInstantiateWithFlags(void **executable, void *graph, unsigned long long) {
    if (const int refused = withoutContext()) return refused;
    *executable = new Captured(*static_cast<Captured *>(graph));
    return 0;
}

int cuGraphLaunch(void *executable, void *stream) {
    for (const Work &work : *static_cast<Captured *>(executable)) queue(stream, work);
    return 0;
}

int cuGraphDestroy(void *graph) {
    delete static_cast<Captured *>(graph);
    return 0;
}

int cuGraphExecDestroy(void *executable) {
    delete static_cast<Captured *>(executable);
    return 0;
}

int cuIpcGetMemHandle(void *handle, uint64_t address) {
    if (const int refused = withoutContext()) return refused;
    const Share share = {getpid(), address};
    memset(handle, 0, 64);
    memcpy(handle, &share, sizeof share);
    return 0;
}

struct IpcBytes {
    uint8_t bytes[64];
};

/* Memory of another process cannot be mapped here: an address stands for it, and copies go through the kernel. */
int cuIpcOpenMemHandle_v2(uint64_t *address, IpcBytes handle, unsigned) {
    if (const int refused = withoutContext()) return refused;
    Share share;
    memcpy(&share, handle.bytes, sizeof share);
    uint64_t bytes = 0;
    const iovec length = {&bytes, sizeof bytes};
    const iovec header = {reinterpret_cast<void *>(share.address - headerBytes), sizeof bytes};
    if (process_vm_readv(pid_t(share.process), &length, 1, &header, 1, 0) != ssize_t(sizeof bytes)) return invalidValue;
    void *const standing = mmap(nullptr, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (standing == MAP_FAILED) return outOfMemory;
    for (Import &import : imports) {
        if (import.bytes != 0) continue;
        import = {reinterpret_cast<uint64_t>(standing), bytes, share};
        *address = import.address;
        return 0;
    }
    return outOfMemory;
}

/* NVML, as far as it counts what NVLink and PCI Express carried: the KiB that a variable each says, sent by the first GPU to the
 * second. Without it, and on any other than their first connection, these GPUs count nothing. */
int nvmlInit_v2() { return 0; }

int nvmlDeviceGetCount_v2(unsigned *count) {
    *count = devices;
    return 0;
}

int nvmlDeviceGetHandleByIndex_v2(unsigned index, void **device) {
    *device = reinterpret_cast<void *>(uintptr_t(index) + 1);
    return 0;
}

struct NvmlPlace {
    char legacyBusId[16];
    unsigned domain, bus, device, ids[2];
    char busId[32];
};

int nvmlDeviceGetPciInfo_v3(void *device, NvmlPlace *place) {
    *place = {};
    place->bus = unsigned(reinterpret_cast<uintptr_t>(device) - 1);
    return 0;
}

struct NvmlValue {
    unsigned field, connection;
    long long timestamp, latency;
    int type, status;
    uint64_t value;
};

int nvmlDeviceGetFieldValues(void *device, int count, NvmlValue *values) {
    constexpr unsigned sent = 138;
    constexpr unsigned received = 139;
    constexpr int notSupported = 3;
    constexpr unsigned pciSent = 197;
    constexpr unsigned pciReceived = 198;
    const bool first = reinterpret_cast<uintptr_t>(device) == 1;
    for (int i = 0; i < count; i++) {
        NvmlValue &value = values[i];
        const bool nvlink = value.field == sent || value.field == received;
        const bool pci = value.field == pciSent || value.field == pciReceived;
        const char *const carried = nvlink ? getenv("NIXLCONFORM_SIMULATED_NVLINK_KIB")
                                    : pci  ? getenv("NIXLCONFORM_SIMULATED_PCI_KIB")
                                           : nullptr;
        const bool sends = value.field == sent || value.field == pciSent;
        value.status = carried == nullptr || value.connection != 0 ? notSupported : 0;
        value.type = pci ? 1 : 3;
        const uint64_t kib = carried != nullptr && first == sends ? strtoull(carried, nullptr, 10) : 0;
        value.value = pci ? uint32_t(kib * 1024) : kib;
    }
    return 0;
}

#pragma GCC visibility pop
}
