#include "nixlconform/graph.h"

#include <initializer_list>
#include <stdlib.h>

#include "device.h"
#include "replay.h"

using namespace nixlconform::device;

struct nxc_graph {
    nxc_device *device;
    uint64_t arena;
    nxc_payload_key key;
    uint64_t ownCount;
    uint64_t slots;
    uint64_t mostListed;
    uint64_t prepared;  // entries of the table that waits
    Handle stream;      // replays, and what comes between two of them
    Handle beside;      // what replays do not wait for
    Handle ended[2];    // of the replays that are queued
    Handle captured;
    Handle executable;
    uint64_t own;       // addresses on the device from here on
    uint64_t table;
    uint64_t waiting;
    uint64_t report;
    int stopped;
};

namespace {

constexpr unsigned threads = 256;

uint64_t tableBytes(const nxc_graph *graph, uint64_t entries) {
    return entries <= graph->mostListed ? sizeof(Table) + entries * sizeof(nxc_payload_run) : 0;
}

int32_t launchNodes(nxc_graph *graph, nxc_device_failure *failure) {
    nxc_device *const device = graph->device;
    const unsigned blocks = unsigned(device->multiprocessors);
    const unsigned appenders = unsigned((graph->ownCount * lanes + threads - 1) / threads);
    void *read[] = {&graph->arena, &graph->key, &graph->table, &graph->report};
    void *append[] = {&graph->arena, &graph->key, &graph->own, &graph->ownCount, &graph->slots, &graph->report};
    void *end[] = {&graph->report};
    NXC_DRIVER_CALL(launch, device->graphRead, blocks, 1, 1, threads, 1, 1, 0, graph->stream, read, nullptr);
    NXC_DRIVER_CALL(launch, device->graphAppend, appenders, 1, 1, threads, 1, 1, 0, graph->stream, append, nullptr);
    NXC_DRIVER_CALL(launch, device->graphEnd, 1, 1, 1, 1, 1, 1, 0, graph->stream, end, nullptr);
    return 0;
}

int32_t allocate(nxc_graph *graph, const nxc_payload_run *own, nxc_device_failure *failure) {
    nxc_device *const device = graph->device;
    const uint64_t ownBytes = graph->ownCount * sizeof(nxc_payload_run);
    NXC_DRIVER_CALL(contextUse, device->context);
    NXC_DRIVER_CALL(streamCreate, &graph->stream, streamNonBlocking);
    NXC_DRIVER_CALL(streamCreate, &graph->beside, streamNonBlocking);
    for (Handle &event : graph->ended) NXC_DRIVER_CALL(eventCreate, &event, eventDefault);
    NXC_DRIVER_CALL(allocate, &graph->own, ownBytes);
    NXC_DRIVER_CALL(allocate, &graph->table, tableBytes(graph, graph->mostListed));
    NXC_DRIVER_CALL(allocate, &graph->waiting, tableBytes(graph, graph->mostListed));
    NXC_DRIVER_CALL(allocate, &graph->report, sizeof(nxc_graph_report));
    NXC_DRIVER_CALL(copyIn, graph->own, own, ownBytes, graph->stream);
    NXC_DRIVER_CALL(set, graph->table, 0, sizeof(Table), graph->stream);
    NXC_DRIVER_CALL(set, graph->report, 0, sizeof(nxc_graph_report), graph->stream);
    // Once without a graph: the driver may load a kernel when it is first launched, which a capture does not allow.
    const int32_t status = launchNodes(graph, failure);
    if (status != 0) return status;
    NXC_DRIVER_CALL(set, graph->report, 0, sizeof(nxc_graph_report), graph->stream);
    NXC_DRIVER_CALL(streamWait, graph->stream);
    return 0;
}

int32_t capture(nxc_graph *graph, nxc_device_failure *failure) {
    nxc_device *const device = graph->device;
    NXC_DRIVER_CALL(captureBegin, graph->stream, captureThread);
    const int32_t status = launchNodes(graph, failure);
    const int ended = device->driver->captureEnd(graph->stream, &graph->captured);
    if (status != 0) return status;
    if (refused(*device->driver, ended, "captureEnd", *failure)) return NXC_DEVICE_REFUSED;
    NXC_DRIVER_CALL(graphInstantiate, &graph->executable, graph->captured, 0);
    return 0;
}

}  // namespace

int32_t nxc_graph_open(nxc_device *device, uint64_t arena, const nxc_payload_key *key, const nxc_payload_run *own,
                       uint64_t own_count, uint64_t slots, uint64_t most_listed, nxc_graph **graph,
                       nxc_device_failure *failure) {
    *failure = {};
    *graph = nullptr;
    nxc_graph *const opened = static_cast<nxc_graph *>(calloc(1, sizeof(nxc_graph)));
    if (opened == nullptr) {
        say(*failure, 0, "no host memory left");
        return NXC_DEVICE_REFUSED;
    }
    opened->device = device;
    opened->arena = arena;
    opened->key = *key;
    opened->ownCount = own_count;
    opened->slots = slots;
    opened->mostListed = most_listed;
    int32_t status = allocate(opened, own, failure);
    status = status == 0 ? capture(opened, failure) : status;
    if (status != 0) {
        nxc_graph_close(opened);
        return status;
    }
    *graph = opened;
    return 0;
}

void nxc_graph_close(nxc_graph *graph) {
    const Driver &driver = *graph->device->driver;
    driver.contextUse(graph->device->context);
    if (graph->executable != nullptr) driver.graphExecDestroy(graph->executable);
    if (graph->captured != nullptr) driver.graphDestroy(graph->captured);
    for (const Handle event : graph->ended) {
        if (event != nullptr) driver.eventDestroy(event);
    }
    for (const Handle stream : {graph->stream, graph->beside}) {
        if (stream != nullptr) driver.streamDestroy(stream);
    }
    for (const uint64_t address : {graph->own, graph->table, graph->waiting, graph->report}) {
        if (address != 0) driver.release(address);
    }
    free(graph);
}

int32_t nxc_graph_replay(nxc_graph *graph, nxc_device_failure *failure) {
    nxc_device *const device = graph->device;
    NXC_DRIVER_CALL(contextUse, device->context);
    // One replay is queued while the one before it runs.
    for (uint64_t replay = 0; !__atomic_load_n(&graph->stopped, __ATOMIC_ACQUIRE); replay++) {
        NXC_DRIVER_CALL(graphLaunch, graph->executable, graph->stream);
        NXC_DRIVER_CALL(eventRecord, graph->ended[replay % 2], graph->stream);
        if (replay > 0) NXC_DRIVER_CALL(eventWait, graph->ended[(replay - 1) % 2]);
    }
    NXC_DRIVER_CALL(streamWait, graph->stream);
    return 0;
}

void nxc_graph_stop(nxc_graph *graph) { __atomic_store_n(&graph->stopped, 1, __ATOMIC_RELEASE); }

int32_t nxc_graph_prepare(nxc_graph *graph, const nxc_payload_run *listed, uint64_t count, nxc_device_failure *failure) {
    nxc_device *const device = graph->device;
    const Table table = {count, 0};
    if (tableBytes(graph, count) == 0) {
        say(*failure, 0, "a table of %llu blocks, at most %llu were expected", static_cast<unsigned long long>(count),
            static_cast<unsigned long long>(graph->mostListed));
        return NXC_DEVICE_REFUSED;
    }
    NXC_DRIVER_CALL(contextUse, device->context);
    NXC_DRIVER_CALL(copyIn, graph->waiting, &table, sizeof table, graph->beside);
    if (count > 0)
        NXC_DRIVER_CALL(copyIn, graph->waiting + sizeof table, listed, count * sizeof(nxc_payload_run), graph->beside);
    NXC_DRIVER_CALL(streamWait, graph->beside);
    graph->prepared = count;
    return 0;
}

int32_t nxc_graph_hand_over(nxc_graph *graph, nxc_device_failure *failure) {
    nxc_device *const device = graph->device;
    Handle event = nullptr;
    NXC_DRIVER_CALL(contextUse, device->context);
    NXC_DRIVER_CALL(eventCreate, &event, eventDefault);
    NXC_DRIVER_CALL(copy, graph->table, graph->waiting, tableBytes(graph, graph->prepared), graph->stream);
    NXC_DRIVER_CALL(eventRecord, event, graph->stream);
    NXC_DRIVER_CALL(eventWait, event);
    NXC_DRIVER_CALL(eventDestroy, event);
    return 0;
}

int32_t nxc_graph_look(nxc_graph *graph, nxc_graph_report *report, nxc_device_failure *failure) {
    nxc_device *const device = graph->device;
    NXC_DRIVER_CALL(contextUse, device->context);
    NXC_DRIVER_CALL(copyOut, report, graph->report, sizeof *report, graph->beside);
    NXC_DRIVER_CALL(streamWait, graph->beside);
    return 0;
}
