#include "nixlconform/queue.h"

#include <stdlib.h>
#include <time.h>

#include <initializer_list>

#include "device.h"
#include "nixlconform/process.h"
#include "runs.h"

using namespace nixlconform::device;

struct nxc_queue {
    nxc_device *device;
    Handle stream;
    Handle event;
    uint32_t *gate;  // memory of the host that the device reads: not 0 when the stream is let go
};

namespace {

constexpr uint64_t laterNs = 20000000;

// The driver may load a kernel when it is first launched, and wait for all streams then.
int32_t loadKernels(nxc_queue *queue, nxc_device_failure *failure) {
    nxc_device *const device = queue->device;
    nxc_device_runs none = {};
    none.device = device;
    for (const TileWork work : {TileWork::fill, TileWork::zero, TileWork::verify}) {
        const int32_t status = launchOverTiles(&none, work, queue->stream, failure);
        if (status != 0) return status;
    }
    const int32_t status = nxc_queue_hold(queue, 0, failure);
    if (status != 0) return status;
    NXC_DRIVER_CALL(streamWait, queue->stream);
    return 0;
}

int32_t prepare(nxc_queue *queue, nxc_device_failure *failure) {
    nxc_device *const device = queue->device;
    void *gate = nullptr;
    NXC_DRIVER_CALL(contextUse, device->context);
    NXC_DRIVER_CALL(streamCreate, &queue->stream, streamNonBlocking);
    NXC_DRIVER_CALL(eventCreate, &queue->event, eventDefault);
    NXC_DRIVER_CALL(hostAllocate, &gate, sizeof *queue->gate, hostMapped);
    queue->gate = static_cast<uint32_t *>(gate);
    return loadKernels(queue, failure);
}

// Whatever comes of the work: the capture must be ended, and says itself whether it was refused.
int32_t capture(nxc_queue *queue, int32_t mode, bool disturbed, Handle *captured, nxc_device_failure *failure) {
    nxc_device *const device = queue->device;
    nxc_device_runs none = {};
    none.device = device;
    uint64_t memory = 0;
    nxc_device_failure ofWork = {};
    NXC_DRIVER_CALL(captureBegin, queue->stream, mode == NXC_CAPTURE_THREAD ? captureThread : captureGlobal);
    const int32_t status = launchOverTiles(&none, TileWork::zero, queue->stream, &ofWork);
    if (disturbed && device->driver->allocate(&memory, 1) == 0) device->driver->release(memory);
    NXC_DRIVER_CALL(captureEnd, queue->stream, captured);
    if (status != 0) *failure = ofWork;
    return status;
}

int32_t runOnce(nxc_queue *queue, Handle captured, Handle *executable, nxc_device_failure *failure) {
    nxc_device *const device = queue->device;
    NXC_DRIVER_CALL(graphInstantiate, executable, captured, 0);
    NXC_DRIVER_CALL(graphLaunch, *executable, queue->stream);
    NXC_DRIVER_CALL(streamWait, queue->stream);
    return 0;
}

int64_t differingNow(nxc_queue *queue, nxc_device_runs *held, nxc_device_failure *failure) {
    const int32_t status = nxc_queue_check(queue, held, failure);
    return status != 0 ? status : nxc_queue_differing(queue, held, failure);
}

// One more that differed, by so many runs.
int32_t enter(nxc_queue *queue, nxc_repeats *repeats, int64_t runs, nxc_device_failure *failure) {
    const timespec later = {0, laterNs};
    repeats->differing++;
    if (repeats->first == 0) {
        repeats->first = repeats->ended + 1;
        repeats->first_runs = uint64_t(runs);
    }
    nanosleep(&later, nullptr);
    const int64_t left = differingNow(queue, repeats->after, failure);
    repeats->lasting += left > 0;
    return left < 0 ? int32_t(left) : 0;
}

}  // namespace

int32_t nxc_queue_open(nxc_device *device, nxc_queue **queue, nxc_device_failure *failure) {
    *failure = {};
    *queue = nullptr;
    nxc_queue *const opened = static_cast<nxc_queue *>(calloc(1, sizeof(nxc_queue)));
    if (opened == nullptr) {
        say(*failure, 0, "no host memory left");
        return NXC_DEVICE_REFUSED;
    }
    opened->device = device;
    const int32_t status = prepare(opened, failure);
    if (status != 0) {
        nxc_queue_close(opened);
        return status;
    }
    *queue = opened;
    return 0;
}

void nxc_queue_close(nxc_queue *queue) {
    const Driver &driver = *queue->device->driver;
    driver.contextUse(queue->device->context);
    nxc_queue_let_go(queue);
    if (queue->stream != nullptr) {
        driver.streamWait(queue->stream);
        driver.streamDestroy(queue->stream);
    }
    if (queue->event != nullptr) driver.eventDestroy(queue->event);
    if (queue->gate != nullptr) driver.hostRelease(queue->gate);
    free(queue);
}

int32_t nxc_queue_hold(nxc_queue *queue, uint64_t most_ns, nxc_device_failure *failure) {
    nxc_device *const device = queue->device;
    __atomic_store_n(queue->gate, 0, __ATOMIC_RELEASE);
    // Memory of the host has the same address on the device.
    uint64_t gate = reinterpret_cast<uint64_t>(queue->gate);
    void *arguments[] = {&gate, &most_ns};
    NXC_DRIVER_CALL(contextUse, device->context);
    NXC_DRIVER_CALL(launch, device->hold, 1, 1, 1, 1, 1, 1, 0, queue->stream, arguments, nullptr);
    return 0;
}

void nxc_queue_let_go(nxc_queue *queue) {
    if (queue->gate != nullptr) __atomic_store_n(queue->gate, 1, __ATOMIC_RELEASE);
}

int32_t nxc_queue_fill(nxc_queue *queue, nxc_device_runs *held, nxc_device_failure *failure) {
    nxc_device *const device = queue->device;
    NXC_DRIVER_CALL(contextUse, device->context);
    return launchOverTiles(held, TileWork::fill, queue->stream, failure);
}

int32_t nxc_queue_zero(nxc_queue *queue, nxc_device_runs *held, nxc_device_failure *failure) {
    nxc_device *const device = queue->device;
    NXC_DRIVER_CALL(contextUse, device->context);
    return launchOverTiles(held, TileWork::zero, queue->stream, failure);
}

int32_t nxc_queue_check(nxc_queue *queue, nxc_device_runs *held, nxc_device_failure *failure) {
    nxc_device *const device = queue->device;
    NXC_DRIVER_CALL(contextUse, device->context);
    return launchOverTiles(held, TileWork::verify, queue->stream, failure);
}

int64_t nxc_queue_differing(nxc_queue *queue, nxc_device_runs *held, nxc_device_failure *failure) {
    nxc_device *const device = queue->device;
    NXC_DRIVER_CALL(contextUse, device->context);
    NXC_DRIVER_CALL(streamWait, queue->stream);
    return differingRuns(held, failure);
}

int32_t nxc_queue_pending(nxc_queue *queue, nxc_device_failure *failure) {
    nxc_device *const device = queue->device;
    NXC_DRIVER_CALL(contextUse, device->context);
    const int status = device->driver->streamQuery(queue->stream);
    if (status == notReady) return 1;
    return refused(*device->driver, status, "streamQuery", *failure) ? NXC_DEVICE_REFUSED : 0;
}

int64_t nxc_queue_wait(nxc_queue *queue, int32_t fence, nxc_device_failure *failure) {
    nxc_device *const device = queue->device;
    NXC_DRIVER_CALL(contextUse, device->context);
    const uint64_t begun = nxc_clock_ns();
    if (fence == NXC_FENCE_EVENT) {
        NXC_DRIVER_CALL(eventRecord, queue->event, queue->stream);
        NXC_DRIVER_CALL(eventWait, queue->event);
    } else {
        NXC_DRIVER_CALL(streamWait, queue->stream);
    }
    return static_cast<int64_t>(nxc_clock_ns() - begun);
}

int32_t nxc_queue_capture(nxc_queue *queue, int32_t mode, int32_t disturbed, nxc_device_failure *failure) {
    nxc_device *const device = queue->device;
    Handle captured = nullptr;
    Handle executable = nullptr;
    NXC_DRIVER_CALL(contextUse, device->context);
    int32_t status = capture(queue, mode, disturbed != 0, &captured, failure);
    status = status == 0 ? runOnce(queue, captured, &executable, failure) : status;
    if (executable != nullptr) device->driver->graphExecDestroy(executable);
    if (captured != nullptr) device->driver->graphDestroy(captured);
    return status;
}

int32_t nxc_queue_load(nxc_queue *queue, nxc_device_failure *failure) {
    nxc_device *const device = queue->device;
    Handle module = nullptr;
    NXC_DRIVER_CALL(contextUse, device->context);
    NXC_DRIVER_CALL(moduleLoad, &module, nxc_device_kernels);
    NXC_DRIVER_CALL(moduleUnload, module);
    return 0;
}

int32_t nxc_queue_repeat(nxc_queue *queue, nxc_nixl_table table, void *agent, nxc_request *requests, uint32_t count,
                         nxc_repeats *repeats, nxc_progress *page, nxc_device_failure *failure) {
    for (; repeats->ended < repeats->most; repeats->ended++) {
        int32_t status = nxc_queue_fill(queue, repeats->before, failure);
        if (status != 0) return status;
        const int64_t waited = nxc_queue_wait(queue, NXC_FENCE_STREAM, failure);
        if (waited < 0) return int32_t(waited);
        if (!nxc_drive_repeat(table, agent, requests, count, page)) return 0;
        const int64_t runs = differingNow(queue, repeats->after, failure);
        status = runs > 0 ? enter(queue, repeats, runs, failure) : int32_t(runs);
        if (status != 0) return status;
    }
    return 0;
}
