#include <initializer_list>
#include <stdlib.h>
#include <string.h>

#include "../payload/classify.h"
#include "../payload/content.h"
#include "../payload/kernels.h"
#include "runs.h"
#include "tiles.h"

using namespace nixlconform;
using namespace nixlconform::device;

namespace {

constexpr unsigned threads = 256;
constexpr unsigned blocksEach = 8;  // a multiprocessor

uint64_t tilesOf(const nxc_payload_run &run) { return (run.length + tileBytes - 1) / tileBytes; }

uint64_t smaller(uint64_t a, uint64_t b) { return a < b ? a : b; }
uint64_t larger(uint64_t a, uint64_t b) { return a > b ? a : b; }

// Host memory that goes with its scope.
class Buffer {
public:
    explicit Buffer(uint64_t bytes) : memory_(static_cast<uint8_t *>(malloc(larger(bytes, 1)))) {}
    ~Buffer() { free(memory_); }
    Buffer(const Buffer &) = delete;
    Buffer &operator=(const Buffer &) = delete;
    uint8_t *get() const { return memory_; }

private:
    uint8_t *const memory_;
};

int32_t outOfMemory(nxc_device_failure *failure) {
    say(*failure, 0, "no host memory left");
    return NXC_DEVICE_REFUSED;
}

unsigned blocksFor(const nxc_device *device, uint64_t warpsWanted) {
    const uint64_t needed = (warpsWanted * lanes + threads - 1) / threads;
    return unsigned(larger(1, smaller(needed, uint64_t(device->multiprocessors) * blocksEach)));
}

int32_t launch(nxc_device *device, Handle kernel, uint64_t warpsWanted, Handle stream, void **arguments,
               nxc_device_failure *failure) {
    NXC_DRIVER_CALL(launch, kernel, blocksFor(device, warpsWanted), 1, 1, threads, 1, 1, 0, stream, arguments, nullptr);
    return 0;
}

// Runs a kernel over all tiles and waits for its end.
int32_t overTiles(nxc_device_runs *held, TileWork work, uint64_t *kernelNs, nxc_device_failure *failure) {
    nxc_device *const device = held->device;
    float milliseconds = 0;
    NXC_DRIVER_CALL(contextUse, device->context);
    NXC_DRIVER_CALL(eventRecord, device->began, device->stream);
    const int32_t status = launchOverTiles(held, work, device->stream, failure);
    if (status != 0) return status;
    NXC_DRIVER_CALL(eventRecord, device->ended, device->stream);
    NXC_DRIVER_CALL(streamWait, device->stream);
    NXC_DRIVER_CALL(eventElapsed, &milliseconds, device->began, device->ended);
    if (kernelNs != nullptr) *kernelNs = uint64_t(double(milliseconds) * 1e6);
    return 0;
}

// What a verify found, a byte a tile. None is marked on the device afterwards: the next verify begins with its kernel.
int32_t takeMarks(nxc_device_runs *held, uint8_t *marks, nxc_device_failure *failure) {
    nxc_device *const device = held->device;
    if (held->tileCount == 0) return 0;
    NXC_DRIVER_CALL(copyOut, marks, held->differing, held->tileCount, device->stream);
    NXC_DRIVER_CALL(set, held->differing, 0, held->tileCount, device->stream);
    NXC_DRIVER_CALL(streamWait, device->stream);
    return 0;
}

int32_t copyIn(nxc_device *device, uint64_t *to, const void *from, uint64_t bytes, nxc_device_failure *failure) {
    NXC_DRIVER_CALL(allocate, to, larger(bytes, 1));
    NXC_DRIVER_CALL(copyIn, *to, from, bytes, device->stream);
    return 0;
}

int32_t placeOnDevice(nxc_device_runs *held, const Tile *tiles, nxc_device_failure *failure) {
    nxc_device *const device = held->device;
    NXC_DRIVER_CALL(contextUse, device->context);
    int32_t status = copyIn(device, &held->runs, held->host, held->count * sizeof(nxc_payload_run), failure);
    if (status != 0) return status;
    status = copyIn(device, &held->tiles, tiles, held->tileCount * sizeof(Tile), failure);
    if (status != 0) return status;
    NXC_DRIVER_CALL(allocate, &held->differing, larger(held->tileCount, 1));
    NXC_DRIVER_CALL(set, held->differing, 0, larger(held->tileCount, 1), device->stream);
    NXC_DRIVER_CALL(allocate, &held->landed, sizeof(uint64_t));
    NXC_DRIVER_CALL(streamWait, device->stream);
    return 0;
}

void cut(const nxc_payload_run *runs, uint64_t count, Tile *tiles) {
    for (uint64_t run = 0; run < count; run++) {
        for (uint64_t index = 0; index < tilesOf(runs[run]); index++) *tiles++ = {uint32_t(run), uint32_t(index)};
    }
}

// A run as far as it is looked at on the host: from its first differing tile to its last, no more than is allowed.
nxc_payload_run looked(const nxc_payload_run &run, uint64_t firstTile, uint64_t lastTile) {
    if (run.length <= NXC_DEVICE_LOOK_BYTES) return run;
    const uint64_t begin = firstTile * tileBytes;
    const uint64_t end = smaller(run.length, (lastTile + 1) * tileBytes);
    nxc_payload_run part = run;
    part.offset += begin;
    part.location += begin;
    part.own += begin;
    part.length = smaller(end - begin, NXC_DEVICE_LOOK_BYTES);
    return part;
}

}  // namespace

namespace nixlconform::device {

int32_t launchOverTiles(nxc_device_runs *held, TileWork work, Handle stream, nxc_device_failure *failure) {
    nxc_device *const device = held->device;
    void *content[] = {&held->arena, &held->key, &held->runs, &held->tiles, &held->tileCount, &held->differing};
    void *zeros[] = {&held->arena, &held->runs, &held->tiles, &held->tileCount};
    const Handle kernel = work == TileWork::fill ? device->fill : work == TileWork::zero ? device->zero : device->verify;
    return launch(device, kernel, held->tileCount, stream, work == TileWork::zero ? zeros : content, failure);
}

int64_t differingRuns(nxc_device_runs *held, nxc_device_failure *failure) {
    const Buffer differing(held->tileCount);
    if (differing.get() == nullptr) return outOfMemory(failure);
    const int32_t taken = takeMarks(held, differing.get(), failure);
    if (taken != 0) return taken;
    int64_t runs = 0;
    const uint8_t *marks = differing.get();
    for (uint64_t i = 0; i < held->count; i++) {
        const uint64_t tiles = tilesOf(held->host[i]);
        runs += memchr(marks, 1, tiles) != nullptr;
        marks += tiles;
    }
    return runs;
}

}  // namespace nixlconform::device

int32_t nxc_device_runs_hold(nxc_device *device, uint64_t arena, const nxc_payload_key *key,
                             const nxc_payload_run *runs, uint64_t count, nxc_device_runs **held,
                             nxc_device_failure *failure) {
    *failure = {};
    *held = nullptr;
    nxc_device_runs *const made = static_cast<nxc_device_runs *>(calloc(1, sizeof(nxc_device_runs)));
    nxc_payload_run *const copy = static_cast<nxc_payload_run *>(malloc(larger(count, 1) * sizeof(nxc_payload_run)));
    uint64_t tileCount = 0;
    for (uint64_t i = 0; i < count; i++) tileCount += tilesOf(runs[i]);
    const Buffer tiles(tileCount * sizeof(Tile));
    if (made == nullptr || copy == nullptr || tiles.get() == nullptr) {
        free(made);
        free(copy);
        return outOfMemory(failure);
    }
    memcpy(copy, runs, count * sizeof(nxc_payload_run));
    cut(runs, count, reinterpret_cast<Tile *>(tiles.get()));
    *made = {device, arena, *key, copy, count, tileCount, 0, 0, 0, 0};
    const int32_t status = placeOnDevice(made, reinterpret_cast<Tile *>(tiles.get()), failure);
    if (status != 0) {
        nxc_device_runs_release(made);
        return status;
    }
    *held = made;
    return 0;
}

void nxc_device_runs_release(nxc_device_runs *held) {
    const Driver &driver = *held->device->driver;
    driver.contextUse(held->device->context);
    for (uint64_t address : {held->runs, held->tiles, held->differing, held->landed}) {
        if (address != 0) driver.release(address);
    }
    free(held->host);
    free(held);
}

int32_t nxc_device_fill(nxc_device_runs *held, uint64_t *kernel_ns, nxc_device_failure *failure) {
    return overTiles(held, TileWork::fill, kernel_ns, failure);
}

int32_t nxc_device_verify(nxc_device_runs *held, const nxc_payload_bounds *bounds, nxc_payload_difference *differences,
                          uint64_t capacity, nxc_payload_summary *summary, uint64_t *kernel_ns,
                          nxc_device_failure *failure) {
    nxc_device *const device = held->device;
    const Buffer differing(held->tileCount);
    if (differing.get() == nullptr) return outOfMemory(failure);
    const int32_t status = overTiles(held, TileWork::verify, kernel_ns, failure);
    if (status != 0) return status;
    const int32_t taken = takeMarks(held, differing.get(), failure);
    if (taken != 0) return taken;

    const payload::ContentWriter writer(payload::kernels(), held->key);
    nxc_payload_summary counted = {};
    uint64_t tile = 0;
    for (uint64_t i = 0; i < held->count; i++) {
        const nxc_payload_run &run = held->host[i];
        const uint64_t tiles = tilesOf(run);
        const uint8_t *const marks = differing.get() + tile;
        tile += tiles;
        counted.runs_verified++;
        counted.bytes_verified += run.length;
        const void *const first = memchr(marks, 1, tiles);
        if (first == nullptr) continue;
        const void *const last = memrchr(marks, 1, tiles);
        const nxc_payload_run part = looked(run, uint64_t(static_cast<const uint8_t *>(first) - marks),
                                            uint64_t(static_cast<const uint8_t *>(last) - marks));
        const Buffer bytes(part.length);
        if (bytes.get() == nullptr) return outOfMemory(failure);
        NXC_DRIVER_CALL(copyOut, bytes.get(), held->arena + part.offset, part.length, device->stream);
        NXC_DRIVER_CALL(streamWait, device->stream);
        nxc_payload_difference difference = payload::classify(bytes.get(), part, writer, held->key, *bounds);
        difference.run = i;
        counted.runs_differing++;
        counted.runs_by_classification[difference.classification]++;
        if (counted.differences_written < capacity) differences[counted.differences_written++] = difference;
    }
    *summary = counted;
    return 0;
}

namespace {

// Our own look at the device must not end what another thread captures.
class BesideCaptures {
public:
    explicit BesideCaptures(const Driver &driver) : driver_(driver), mode_(captureRelaxed) { driver.captureMode(&mode_); }
    ~BesideCaptures() { driver_.captureMode(&mode_); }
    BesideCaptures(const BesideCaptures &) = delete;
    BesideCaptures &operator=(const BesideCaptures &) = delete;

private:
    const Driver &driver_;
    int mode_;
};

}  // namespace

int64_t nxc_device_landed(nxc_device_runs *held, nxc_device_failure *failure) {
    nxc_device *const device = held->device;
    const BesideCaptures beside(*device->driver);
    uint64_t landed = 0;
    NXC_DRIVER_CALL(contextUse, device->context);
    NXC_DRIVER_CALL(set, held->landed, 0, sizeof landed, device->glances);
    void *arguments[] = {&held->arena, &held->key, &held->runs, &held->count, &held->landed};
    const int32_t status = launch(device, device->landed, (held->count + lanes - 1) / lanes, device->glances, arguments,
                                  failure);
    if (status != 0) return status;
    NXC_DRIVER_CALL(copyOut, &landed, held->landed, sizeof landed, device->glances);
    NXC_DRIVER_CALL(streamWait, device->glances);
    return int64_t(landed);
}
