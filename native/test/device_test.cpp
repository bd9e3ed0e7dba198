// Device memory: what a GPU writes and finds is what the CPU writes and finds. Usage: device_test DRIVER [GIBIBYTES]. With the
// simulated GPU it runs anywhere; with a real driver and a size it also says how fast fill, verify and the copy engine are.
#include <dlfcn.h>

#include <thread>

#include "check.h"
#include "nixlconform/device.h"
#include "nixlconform/graph.h"
#include "nixlconform/queue.h"
#include "nixlconform/thread.h"

namespace {

constexpr uint64_t guardBytes = 4096;
constexpr nxc_payload_bounds bounds = {uint64_t{1} << 40, 100, 0};

nxc_device_failure failure;

#define WORKS(call) CHECK((call) >= 0, "%s", failure.text)

// The driver's own copies, as nobody else moves bytes here.
struct Copies {
    int (*out)(void *, uint64_t, size_t, void *);
    int (*in)(uint64_t, const void *, size_t, void *);
    int (*wait)(void *);

    explicit Copies(const char *library) {
        void *const driver = dlopen(library, RTLD_NOW);
        CHECK(driver != nullptr, "%s", dlerror());
        out = reinterpret_cast<decltype(out)>(dlsym(driver, "cuMemcpyDtoHAsync_v2"));
        in = reinterpret_cast<decltype(in)>(dlsym(driver, "cuMemcpyHtoDAsync_v2"));
        wait = reinterpret_cast<decltype(wait)>(dlsym(driver, "cuStreamSynchronize"));
    }
};

std::vector<uint8_t> read(const Copies &copies, uint64_t address, uint64_t bytes) {
    std::vector<uint8_t> memory(bytes);
    CHECK(copies.out(memory.data(), address, bytes, nullptr) == 0 && copies.wait(nullptr) == 0, "copy out");
    return memory;
}

void write(const Copies &copies, uint64_t address, const std::vector<uint8_t> &memory) {
    CHECK(copies.in(address, memory.data(), memory.size(), nullptr) == 0 && copies.wait(nullptr) == 0, "copy in");
}

// Runs of all lengths and alignments with gaps between them, some selected.
std::vector<nxc_payload_run> mixedRuns(Numbers &numbers, uint64_t *end) {
    const uint64_t lengths[] = {1, 7, 8, 15, 16, 17, 23, 31, 63, 656, 4095, 4096, 4097, 32767, 32768, 32769, 100000};
    std::vector<nxc_payload_run> runs;
    uint64_t offset = guardBytes;
    for (int i = 0; i < 400; i++) {
        const uint64_t length = lengths[numbers.below(sizeof lengths / sizeof *lengths)];
        offset += numbers.below(40);
        const bool selected = numbers.below(3) != 0;
        const uint32_t kind = selected ? uint32_t(NXC_KIND_DATA) : 1 + uint32_t(numbers.below(3));
        runs.push_back({offset, length, (uint64_t{1} << 30) + numbers.below(uint64_t{1} << 39), offset + 77, kind,
                        2 + uint32_t(numbers.below(90)), selected ? uint32_t(NXC_RUN_SELECTED) : 0, 5});
        offset += length;
    }
    *end = offset + guardBytes;
    return runs;
}

struct Held {
    nxc_device_runs *runs;

    Held(nxc_device *device, uint64_t arena, const nxc_payload_key &key, const std::vector<nxc_payload_run> &list) {
        WORKS(nxc_device_runs_hold(device, arena, &key, list.data(), list.size(), &runs, &failure));
    }
    ~Held() { nxc_device_runs_release(runs); }
    Held(const Held &) = delete;
    Held &operator=(const Held &) = delete;
};

// One planted fault a run, of a kind that the seed chooses; some are left alone.
void damage(Numbers &numbers, const nxc_payload_key &key, const std::vector<nxc_payload_run> &runs, uint8_t *arena) {
    for (nxc_payload_run run : runs) {
        uint8_t *const bytes = arena + run.offset;
        switch (numbers.below(9)) {
        case 0: memset(bytes, 0, run.length); break;
        case 1: run.generation -= 1; nxc_payload_fill(arena, &key, &run, 1); break;
        case 2: run.location += 65536; nxc_payload_fill(arena, &key, &run, 1); break;
        case 3: bytes[numbers.below(run.length)] ^= 1; break;
        case 4: bytes[run.length - 1] ^= 0x80; break;
        case 5: memset(bytes + run.length / 2, 0, run.length - run.length / 2); break;
        case 6: run.kind = NXC_KIND_POISON; run.generation = run.poison_generation; run.location = run.own;
                nxc_payload_fill(arena, &key, &run, 1); break;
        default: break;
        }
    }
}

// What is behind a mapped address may be exchanged once, and is then as good as what was there.
void remapped(nxc_device *device) {
    const nxc_payload_key key = keyOf(78);
    const std::vector<nxc_payload_run> runs = {{guardBytes, 1 << 20, 1 << 30, 1 << 30, NXC_KIND_DATA, 3, NXC_RUN_SELECTED, 2}};
    uint64_t arena = 0;
    WORKS(nxc_device_allocate(device, 2 << 20, NXC_MEMORY_VMM, &arena, &failure));
    {
        const Held held(device, arena, key, runs);
        WORKS(nxc_device_fill(held.runs, nullptr, &failure));
        CHECK(nxc_device_landed(held.runs, &failure) == 1, "%s", failure.text);
        WORKS(nxc_device_remap(device, arena, &failure));
        WORKS(nxc_device_fill(held.runs, nullptr, &failure));
        nxc_payload_summary summary = {};
        WORKS(nxc_device_verify(held.runs, &bounds, nullptr, 0, &summary, nullptr, &failure));
        CHECK(summary.runs_differing == 0, "%" PRIu64 " runs differ in what is there now", summary.runs_differing);
        CHECK(nxc_device_remap(device, arena, &failure) == NXC_DEVICE_REFUSED, "remapped twice");
    }
    WORKS(nxc_device_release(device, arena, &failure));
    WORKS(nxc_device_allocate(device, 4096, NXC_MEMORY_PLAIN, &arena, &failure));
    CHECK(nxc_device_remap(device, arena, &failure) == NXC_DEVICE_REFUSED && failure.text[0] != 0, "not a mapped one");
    WORKS(nxc_device_release(device, arena, &failure));
}

// The copy engine reaches pinned memory of the host, both ways.
void throughPinnedMemory(nxc_device *device) {
    const nxc_payload_key key = keyOf(79);
    const uint64_t bytes = 100000;
    const std::vector<nxc_payload_run> runs = {{0, bytes, 1 << 30, 1 << 30, NXC_KIND_DATA, 3, NXC_RUN_SELECTED, 2}};
    uint64_t cache = 0;
    uint64_t other = 0;
    uint64_t host = 0;
    WORKS(nxc_device_allocate(device, bytes, NXC_MEMORY_PLAIN, &cache, &failure));
    WORKS(nxc_device_allocate(device, bytes, NXC_MEMORY_PLAIN, &other, &failure));
    WORKS(nxc_device_allocate(device, bytes, NXC_MEMORY_HOST, &host, &failure));
    {
        const Held filled(device, cache, key, runs);
        const Held copied(device, other, key, runs);
        WORKS(nxc_device_fill(filled.runs, nullptr, &failure));
        WORKS(nxc_device_copy(device, host, cache, bytes, bytes, &failure));
        std::vector<uint8_t> expected(bytes);
        nxc_payload_fill(expected.data(), &key, runs.data(), runs.size());
        CHECK(memcmp(reinterpret_cast<void *>(host), expected.data(), bytes) == 0, "pinned memory holds something else");
        WORKS(nxc_device_copy(device, other, host, bytes, bytes, &failure));
        CHECK(nxc_device_landed(copied.runs, &failure) == 1, "%s", failure.text);
    }
    for (const uint64_t each : {cache, other, host}) WORKS(nxc_device_release(device, each, &failure));
}

void sameAsOnTheCpu(nxc_device *device, const Copies &copies, int32_t memory) {
    const nxc_payload_key key = keyOf(77);
    for (uint64_t seed = 1; seed <= 3; seed++) {
        Numbers numbers(seed);
        uint64_t bytes = 0;
        const std::vector<nxc_payload_run> runs = mixedRuns(numbers, &bytes);
        uint64_t arena = 0;
        WORKS(nxc_device_allocate(device, bytes, memory, &arena, &failure));
        std::vector<uint8_t> mirror(bytes, 0x5a);
        write(copies, arena, mirror);
        const Held held(device, arena, key, runs);
        WORKS(nxc_device_fill(held.runs, nullptr, &failure));
        nxc_payload_fill(mirror.data(), &key, runs.data(), runs.size());
        CHECK(read(copies, arena, bytes) == mirror, "seed %" PRIu64 ": the device wrote something else", seed);

        for (int damaged = 0; damaged < 2; damaged++) {
            if (damaged) damage(numbers, key, runs, mirror.data());
            write(copies, arena, mirror);
            std::vector<nxc_payload_difference> expected(runs.size()), found(runs.size());
            nxc_payload_summary expectedSum, foundSum;
            nxc_payload_verify(mirror.data(), &key, &bounds, runs.data(), runs.size(), expected.data(), runs.size(), &expectedSum);
            WORKS(nxc_device_verify(held.runs, &bounds, found.data(), runs.size(), &foundSum, nullptr, &failure));
            CHECK(memcmp(&expectedSum, &foundSum, sizeof expectedSum) == 0, "%" PRIu64 " differ, the CPU found %" PRIu64, foundSum.runs_differing, expectedSum.runs_differing);
            CHECK(damaged ? foundSum.runs_differing > 200 : foundSum.runs_differing == 0, "%" PRIu64, foundSum.runs_differing);
            CHECK(memcmp(expected.data(), found.data(), foundSum.runs_differing * sizeof found[0]) == 0, "the differences");
            const uint64_t there = nxc_payload_landed(mirror.data(), &key, runs.data(), runs.size());
            CHECK(nxc_device_landed(held.runs, &failure) == int64_t(there), "landed %" PRIu64, there);
        }
        WORKS(nxc_device_release(device, arena, &failure));
    }
}

// One difference far behind in a run that is longer than what is looked at.
void longRunsAreLookedAtFromTheirFirstDifference(nxc_device *device, const Copies &copies) {
    const nxc_payload_key key = keyOf(3);
    const uint64_t bytes = uint64_t{NXC_DEVICE_LOOK_BYTES} + (uint64_t{3} << 20);
    const std::vector<nxc_payload_run> runs = {{0, bytes, 1 << 20, 1 << 20, NXC_KIND_POISON, 4, 0, 4}};
    uint64_t arena = 0;
    WORKS(nxc_device_allocate(device, bytes, NXC_MEMORY_PLAIN, &arena, &failure));
    const Held held(device, arena, key, runs);
    WORKS(nxc_device_fill(held.runs, nullptr, &failure));
    const uint64_t at = bytes - 4321;
    std::vector<uint8_t> one = read(copies, arena + at, 1);
    one[0] ^= 1;
    write(copies, arena + at, one);
    nxc_payload_difference difference;
    nxc_payload_summary summary;
    WORKS(nxc_device_verify(held.runs, &bounds, &difference, 1, &summary, nullptr, &failure));
    CHECK(summary.runs_by_classification[NXC_DIFF_OVERRUN] == 1 && difference.first_offset == at &&
              difference.last_offset == at && difference.differing_bytes == 1,
          "at %" PRIu64 ", found %" PRIu64 " with %" PRIu64 " bytes", at, difference.first_offset, difference.differing_bytes);
    WORKS(nxc_device_release(device, arena, &failure));
}

void refusalsSayWhatWasRefused(nxc_device *device) {
    nxc_device *none = nullptr;
    nxc_device_facts facts;
    CHECK(nxc_device_open(nullptr, 1000, &none, &facts, &failure) == NXC_DEVICE_REFUSED && none == nullptr, "opened");
    CHECK(strstr(failure.text, "none with the number 1000") != nullptr, "%s", failure.text);
    uint64_t address = 0;
    CHECK(nxc_device_allocate(device, uint64_t{1} << 50, NXC_MEMORY_PLAIN, &address, &failure) == NXC_DEVICE_REFUSED, "a pebibyte");
    CHECK(strstr(failure.text, "CUDA_ERROR_OUT_OF_MEMORY") != nullptr, "%s", failure.text);
}

constexpr uint64_t longNs = 20000000000;
constexpr uint64_t shortNs = 50000000;

uint64_t differing(nxc_device_runs *held) {
    nxc_payload_summary summary;
    WORKS(nxc_device_verify(held, &bounds, nullptr, 0, &summary, nullptr, &failure));
    return summary.runs_differing;
}

// What is queued behind a held stream waits for it; what has a fence before it does not.
void queuedWorkComesLater(nxc_device *device) {
    const nxc_payload_key key = keyOf(5);
    const std::vector<nxc_payload_run> runs = {{0, 100000, 1 << 20, 1 << 20, NXC_KIND_DATA, 4, NXC_RUN_SELECTED, 3},
                                               {200001, 77, 3 << 20, 3 << 20, NXC_KIND_DATA, 4, NXC_RUN_SELECTED, 3}};
    std::vector<nxc_payload_run> older = runs;
    for (nxc_payload_run &run : older) run.generation--;
    uint64_t arena = 0;
    WORKS(nxc_device_allocate(device, 1 << 20, NXC_MEMORY_PLAIN, &arena, &failure));
    nxc_queue *queue = nullptr;
    WORKS(nxc_queue_open(device, &queue, &failure));
    {
        const Held held(device, arena, key, runs);
        const Held stale(device, arena, key, older);
        for (const bool zeros : {true, false}) {
            WORKS(nxc_queue_hold(queue, longNs, &failure));
            WORKS(zeros ? nxc_queue_zero(queue, held.runs, &failure) : nxc_queue_fill(queue, stale.runs, &failure));
            WORKS(nxc_device_fill(held.runs, nullptr, &failure));
            CHECK(nxc_queue_pending(queue, &failure) == 1, "the stream was not held");
            CHECK(differing(held.runs) == 0, "queued work was done on a held stream");
            nxc_queue_let_go(queue);
            const int64_t took = nxc_queue_wait(queue, NXC_FENCE_STREAM, &failure);
            CHECK(took >= 0 && uint64_t(took) < longNs / 2, "let go, it took %" PRId64 " ns", took);
            CHECK(nxc_queue_pending(queue, &failure) == 0, "work was left");
            CHECK(differing(held.runs) == runs.size(), "queued work was not done");
            CHECK(zeros || differing(stale.runs) == 0, "other content than that of the older owner");
        }
        for (const int32_t fence : {NXC_FENCE_STREAM, NXC_FENCE_EVENT}) {
            WORKS(nxc_queue_hold(queue, shortNs, &failure));
            WORKS(nxc_queue_zero(queue, held.runs, &failure));
            const int64_t took = nxc_queue_wait(queue, fence, &failure);
            CHECK(took >= int64_t(shortNs / 2), "fence %d took %" PRId64 " ns", fence, took);
            WORKS(nxc_device_fill(held.runs, nullptr, &failure));
            CHECK(differing(held.runs) == 0, "work came after its fence");
        }
        WORKS(nxc_queue_check(queue, held.runs, &failure));
        CHECK(nxc_queue_differing(queue, held.runs, &failure) == 0, "differences in a right arena");
        WORKS(nxc_queue_fill(queue, stale.runs, &failure));
        WORKS(nxc_queue_check(queue, held.runs, &failure));
        CHECK(nxc_queue_differing(queue, held.runs, &failure) == int64_t(runs.size()), "a check missed differences");
        CHECK(differing(stale.runs) == 0, "a check left marks");
    }
    nxc_queue_close(queue);
    WORKS(nxc_device_release(device, arena, &failure));
}

nxc_graph_report awaitReplays(nxc_graph *graph, uint64_t more) {
    nxc_graph_report first, now;
    WORKS(nxc_graph_look(graph, &first, &failure));
    do {
        WORKS(nxc_graph_look(graph, &now, &failure));
    } while (now.replays < first.replays + more);
    return now;
}

// Replays meet what the table lists, from the moment on at which it is listed, and keep to blocks of their own.
void aGraphReadsItsTable(nxc_device *device) {
    constexpr uint64_t block = 40000;
    constexpr uint64_t slots = 16;
    const nxc_payload_key key = keyOf(8);
    const auto run = [](uint64_t index) {
        return nxc_payload_run{index * block, block, (1 << 20) + index * block, 0, NXC_KIND_DATA, 4, NXC_RUN_SELECTED, 3};
    };
    const std::vector<nxc_payload_run> first = {run(0), run(1)};
    const std::vector<nxc_payload_run> both = {run(0), run(1), run(2), run(3)};
    const std::vector<nxc_payload_run> own = {run(4), run(6)};
    const std::vector<nxc_payload_run> others = {run(0), run(1), run(2), run(3), run(5), run(7)};
    uint64_t arena = 0;
    WORKS(nxc_device_allocate(device, 8 * block, NXC_MEMORY_PLAIN, &arena, &failure));
    {
        const Held all(device, arena, key, others);
        const Held one(device, arena, key, {run(3)});
        std::vector<nxc_payload_run> changed = {run(3)};
        changed[0].generation++;
        const Held newer(device, arena, key, changed);
        WORKS(nxc_device_fill(all.runs, nullptr, &failure));
        nxc_graph *graph = nullptr;
        WORKS(nxc_graph_open(device, arena, &key, own.data(), own.size(), slots, both.size(), &graph, &failure));
        CHECK(nxc_graph_prepare(graph, others.data(), others.size(), &failure) == NXC_DEVICE_REFUSED, "a longer table");
        int32_t replayed = 1;
        nxc_device_failure ofReplays;
        std::thread replays([&] { replayed = nxc_graph_replay(graph, &ofReplays); });
        WORKS(nxc_graph_prepare(graph, first.data(), first.size(), &failure));
        WORKS(nxc_graph_hand_over(graph, &failure));
        WORKS(nxc_device_fill(newer.runs, nullptr, &failure));
        nxc_graph_report report = awaitReplays(graph, 2 * slots + 3);
        CHECK(report.mismatches == 0 && report.own_mismatches == 0, "%" PRIu64 " and %" PRIu64 " differ", report.mismatches, report.own_mismatches);
        CHECK(report.longest_gap_ns > 0, "no gap");

        WORKS(nxc_graph_prepare(graph, both.data(), both.size(), &failure));
        report = awaitReplays(graph, 2);
        CHECK(report.mismatches == 0, "a replay read a table that waits");
        WORKS(nxc_graph_hand_over(graph, &failure));
        report = awaitReplays(graph, 2);
        CHECK(report.mismatches > 0 && report.first_mismatch > 2 * slots, "another generation was not met");
        WORKS(nxc_graph_prepare(graph, first.data(), first.size(), &failure));
        WORKS(nxc_graph_hand_over(graph, &failure));
        const uint64_t before = awaitReplays(graph, 2).mismatches;
        CHECK(awaitReplays(graph, 2).mismatches == before, "what is not listed any more was read");

        nxc_graph_stop(graph);
        replays.join();
        CHECK(replayed == 0, "%s", ofReplays.text);
        WORKS(nxc_device_fill(one.runs, nullptr, &failure));
        CHECK(differing(all.runs) == 0, "a replay wrote to blocks of others");
        nxc_graph_close(graph);
    }
    WORKS(nxc_device_release(device, arena, &failure));
}

// A capture in global mode ends well beside our own look at the device, and is refused with what could wait for it.
void aCaptureForbidsWhatCouldWait(nxc_device *device) {
    const nxc_payload_key key = keyOf(6);
    uint64_t arena = 0;
    nxc_queue *queue = nullptr;
    WORKS(nxc_device_allocate(device, 4096, NXC_MEMORY_PLAIN, &arena, &failure));
    WORKS(nxc_queue_open(device, &queue, &failure));
    {
        const Held held(device, arena, key, {{0, 4096, 1 << 20, 0, NXC_KIND_DATA, 4, NXC_RUN_SELECTED, 3}});
        WORKS(nxc_device_fill(held.runs, nullptr, &failure));
        bool over = false;
        nxc_device_failure ofLook;
        int64_t landed = 0;
        std::thread looks([&] {
            while (!__atomic_load_n(&over, __ATOMIC_ACQUIRE) && landed >= 0) landed = nxc_device_landed(held.runs, &ofLook);
        });
        for (int i = 0; i < 200; i++) {
            WORKS(nxc_queue_capture(queue, i % 2 == 0 ? NXC_CAPTURE_GLOBAL : NXC_CAPTURE_THREAD, 0, &failure));
            WORKS(nxc_queue_load(queue, &failure));
        }
        __atomic_store_n(&over, true, __ATOMIC_RELEASE);
        looks.join();
        CHECK(landed == 1, "%s", ofLook.text);
        for (const int32_t mode : {NXC_CAPTURE_GLOBAL, NXC_CAPTURE_THREAD}) {
            CHECK(nxc_queue_capture(queue, mode, 1, &failure) == NXC_DEVICE_REFUSED, "an allocation did not disturb a capture");
            CHECK(strstr(failure.text, "CUDA_ERROR_STREAM_CAPTURE_INVALIDATED") != nullptr, "%s", failure.text);
            WORKS(nxc_queue_capture(queue, mode, 0, &failure));
        }
        CHECK(differing(held.runs) == 0, "a capture wrote to blocks");
    }
    nxc_queue_close(queue);
    WORKS(nxc_device_release(device, arena, &failure));
}

// Straight at the driver, as a library in the same process would.
struct Foreign {
    int (*allocate)(uint64_t *, size_t);
    int (*release)(uint64_t);
    int (*copyOut)(void *, uint64_t, size_t);
    int (*streamCreate)(void **, unsigned);
    int (*streamDestroy)(void *);
    int (*captureBegin)(void *, int);
    int (*captureEnd)(void *, void **);
    int (*graphDestroy)(void *);

    explicit Foreign(const char *library) {
        void *const driver = dlopen(library, RTLD_NOW);
        const auto find = [driver](auto &function, const char *name) {
            function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(driver, name));
            CHECK(function != nullptr, "%s", name);
        };
        find(allocate, "cuMemAlloc_v2");
        find(release, "cuMemFree_v2");
        find(copyOut, "cuMemcpyDtoH_v2");
        find(streamCreate, "cuStreamCreate");
        find(streamDestroy, "cuStreamDestroy_v2");
        find(captureBegin, "cuStreamBeginCapture_v2");
        find(captureEnd, "cuStreamEndCapture");
        find(graphDestroy, "cuGraphDestroy");
    }
};

// Another thread's call is refused, and takes the capture with it, unless the capture is the business of its thread alone.
void aCaptureIsLostToAnotherThread(nxc_device *device, const Foreign &driver) {
    constexpr int unsupported = 900, invalidated = 901, global = 0, ofThread = 1;
    void *stream = nullptr;
    uint64_t memory = 0;
    CHECK(driver.streamCreate(&stream, 1) == 0, "stream");
    CHECK(driver.allocate(&memory, 64) == 0, "before");
    for (const int mode : {global, ofThread}) {
        for (const bool copies : {false, true}) {
            void *graph = nullptr;
            int status = -1;
            CHECK(driver.captureBegin(stream, mode) == 0, "begin");
            std::thread([&] {
                nxc_device_failure ofThread;
                uint64_t more = 0;
                uint8_t bytes[64];
                CHECK(nxc_thread_use(device, &ofThread) == 0, "%s", ofThread.text);
                status = copies ? driver.copyOut(bytes, memory, sizeof bytes) : driver.allocate(&more, 64);
                if (status == 0 && !copies) driver.release(more);
            }).join();
            const int ended = driver.captureEnd(stream, &graph);
            CHECK(status == (mode == global ? unsupported : 0), "mode %d, copies %d: the call gave %d", mode, copies, status);
            CHECK(ended == (mode == global ? invalidated : 0), "mode %d, copies %d: the capture gave %d", mode, copies, ended);
            if (graph != nullptr) driver.graphDestroy(graph);
        }
    }
    CHECK(driver.release(memory) == 0 && driver.streamDestroy(stream) == 0, "afterwards");
}

// Each thread has a current context of its own; without one the driver refuses, and we do not.
void aThreadBeginsWithoutAContext(nxc_device *device, const Foreign &driver) {
    constexpr int invalidContext = 201;
    CHECK(nxc_thread_current(device, &failure) == NXC_CURRENT_OWN, "this thread opened the device");
    std::thread([&] {
        nxc_device_failure ofThread;
        uint64_t memory = 0;
        CHECK(nxc_thread_current(device, &ofThread) == NXC_CURRENT_NONE, "a new thread");
        CHECK(driver.allocate(&memory, 64) == invalidContext, "the driver allocated without a context");
        CHECK(nxc_device_allocate(device, 64, NXC_MEMORY_PLAIN, &memory, &ofThread) == 0, "%s", ofThread.text);
        CHECK(nxc_thread_current(device, &ofThread) == NXC_CURRENT_OWN, "after a call of ours");
        CHECK(nxc_device_release(device, memory, &ofThread) == 0, "%s", ofThread.text);
    }).join();
}

// Of another GPU, where there is one.
void aThreadHasAnotherContext(const char *library, nxc_device *device) {
    static nxc_device *other;
    nxc_device_facts facts;
    if (nxc_device_open(library, 1, &other, &facts, &failure) != 0) return;
    CHECK(nxc_thread_current(device, &failure) == NXC_CURRENT_OTHER, "the other GPU was opened last");
    WORKS(nxc_thread_use(device, &failure));
    CHECK(nxc_thread_current(device, &failure) == NXC_CURRENT_OWN, "used");
}

// A library that moves one run, and says that it is done when it is told to.
struct Mover {
    nxc_device_runs *content;
    int early;   // which posts say that they are done before anything was moved, from 1; 0 none
    int never;   // which post never moves anything, 0 none
    int failing; // which post fails, 0 none
    int posts;
    std::thread late;
};

int postMove(void *agent, void *, void *) {
    Mover *const mover = static_cast<Mover *>(agent);
    const int post = ++mover->posts;
    if (post == mover->failing) return -4;
    if (post == mover->never) return 0;
    const auto move = [mover] {
        nxc_device_failure ofMove;
        CHECK(nxc_device_fill(mover->content, nullptr, &ofMove) == 0, "%s", ofMove.text);
    };
    if (post == mover->early) {
        mover->late = std::thread([move] {
            const timespec moment = {0, 5000000};
            nanosleep(&moment, nullptr);
            move();
        });
        return 0;
    }
    move();
    return 1;
}

int moved(void *, void *) { return 0; }

// What a kernel does not find at DONE is counted, apart from what it does not find a moment later either.
void repeatsFindWhatIsNotThereAtDone(nxc_device *device) {
    constexpr uint64_t most = 50;
    const nxc_payload_key key = keyOf(4);
    const std::vector<nxc_payload_run> data = {{0, 40000, 1 << 20, 0, NXC_KIND_DATA, 4, NXC_RUN_SELECTED, 3},
                                               {50000, 40000, 2 << 20, 0, NXC_KIND_DATA, 4, NXC_RUN_SELECTED, 3}};
    std::vector<nxc_payload_run> poison = data;
    for (nxc_payload_run &run : poison) run.kind = NXC_KIND_POISON;
    void *table[NXC_NIXL_FUNCTION_COUNT] = {};
    table[NXC_NIXL_POST_XFER_REQ] = reinterpret_cast<void *>(postMove);
    table[NXC_NIXL_GET_XFER_STATUS] = reinterpret_cast<void *>(moved);
    uint64_t arena = 0;
    nxc_queue *queue = nullptr;
    WORKS(nxc_device_allocate(device, 1 << 20, NXC_MEMORY_PLAIN, &arena, &failure));
    WORKS(nxc_queue_open(device, &queue, &failure));
    {
        const Held after(device, arena, key, data);
        const Held before(device, arena, key, poison);
        const auto repeated = [&](Mover &mover, nxc_request &request, nxc_progress &page) {
            nxc_repeats repeats = {before.runs, after.runs, most, 0, 0, 0, 0, 0};
            WORKS(nxc_queue_repeat(queue, table, &mover, &request, 1, &repeats, &page, &failure));
            if (mover.late.joinable()) mover.late.join();
            return repeats;
        };
        Mover clean = {after.runs, 0, 0, 0, 0, {}};
        nxc_request request = {};
        nxc_progress page = {};
        nxc_repeats repeats = repeated(clean, request, page);
        CHECK(repeats.ended == most && repeats.differing == 0 && clean.posts == int(most) && page.done == most, "clean: %" PRIu64 " of %" PRIu64, repeats.differing, repeats.ended);
        Mover early = {after.runs, 7, 11, 0, 0, {}};
        page = {};
        repeats = repeated(early, request, page);
        CHECK(repeats.ended == most && repeats.differing == 2 && repeats.lasting == 1 && repeats.first == 7 && repeats.first_runs == 2, "early: %" PRIu64 " differ, %" PRIu64 " last, first %" PRIu64, repeats.differing, repeats.lasting, repeats.first);
        Mover failing = {after.runs, 0, 0, 9, 0, {}};
        page = {};
        repeats = repeated(failing, request, page);
        CHECK(repeats.ended == 8 && request.status == -4, "failing: %" PRIu64 " ended, status %d", repeats.ended, request.status);
        page = {};
        page.stop = 1;
        CHECK(repeated(clean, request, page).ended == 0, "it did not stop");
    }
    nxc_queue_close(queue);
    WORKS(nxc_device_release(device, arena, &failure));
}

double gigabytesASecond(uint64_t bytes, uint64_t nanoseconds) { return double(bytes) / double(nanoseconds); }

void speeds(nxc_device *device, uint64_t gibibytes) {
    const nxc_payload_key key = keyOf(9);
    const uint64_t bytes = gibibytes << 30;
    uint64_t arena = 0;
    WORKS(nxc_device_allocate(device, bytes, NXC_MEMORY_PLAIN, &arena, &failure));
    for (uint64_t length : {uint64_t{656}, uint64_t{4096}, uint64_t{65536}, bytes}) {
        std::vector<nxc_payload_run> runs;
        const uint64_t most = length == 656 ? bytes / 16 : bytes;
        for (uint64_t offset = 0; offset + length <= most; offset += length)
            runs.push_back({offset, length, offset, offset, NXC_KIND_DATA, 3, NXC_RUN_SELECTED, 2});
        const uint64_t total = runs.size() * length;
        const Held held(device, arena, key, runs);
        uint64_t fill = ~0ull, verify = ~0ull, took = 0;
        nxc_payload_summary summary;
        for (int pass = 0; pass < 5; pass++) {
            WORKS(nxc_device_fill(held.runs, &took, &failure));
            fill = took < fill ? took : fill;
            WORKS(nxc_device_verify(held.runs, &bounds, nullptr, 0, &summary, &took, &failure));
            verify = took < verify ? took : verify;
            CHECK(summary.runs_differing == 0, "%" PRIu64, summary.runs_differing);
        }
        std::printf("runs of %" PRIu64 " bytes, %.2f GiB: fill %.0f GB/s, verify %.0f GB/s\n", length, double(total) / (1 << 30),
                    gigabytesASecond(total, fill), gigabytesASecond(total, verify));
    }
    const int64_t copy = nxc_device_copy(device, arena, arena + bytes / 2, bytes / 2, bytes, &failure);
    WORKS(copy);
    std::printf("copy engine, same GPU: %.0f GB/s\n", gigabytesASecond(bytes, uint64_t(copy)));
    WORKS(nxc_device_release(device, arena, &failure));
}

/* Those of the simulated GPUs say what is planted; a real driver is not asked. */
void linksAreCountedWhereThereAreSuch(const char *library) {
    if (dlsym(dlopen(library, RTLD_NOW), "nvmlInit_v2") == nullptr) return;
    nxc_device_links links[4] = {};
    CHECK(nxc_device_links_read("/nowhere/libnvidia-ml.so.1", links, 4, &failure) == NXC_DEVICE_NO_DRIVER, "NVML");
    CHECK(strstr(failure.text, "/nowhere/libnvidia-ml.so.1") != nullptr, "%s", failure.text);
    unsetenv("NIXLCONFORM_SIMULATED_NVLINK_KIB");
    CHECK(nxc_device_links_read(library, links, 4, &failure) == 0, "not supported: %s", failure.text);
    setenv("NIXLCONFORM_SIMULATED_NVLINK_KIB", "3000000000", 1);
    CHECK(nxc_device_links_read(library, links, 4, &failure) == 2, "two GPUs: %s", failure.text);
    CHECK(strcmp(links[0].bus_id, "0000:00:00.0") == 0 && strcmp(links[1].bus_id, "0000:01:00.0") == 0, "bus ids");
    CHECK(links[0].sent_bytes == uint64_t{3000000000} * 1024 && links[0].received_bytes == 0, "the first sends");
    CHECK(links[1].sent_bytes == 0 && links[1].received_bytes == uint64_t{3000000000} * 1024, "the second receives");
    CHECK(links[0].connections == 1 && links[0].pci_sent_bytes == 0, "one connection, and PCI Express is not counted");
    CHECK(nxc_device_links_read(library, links, 1, &failure) == 1, "capacity");
    setenv("NIXLCONFORM_SIMULATED_PCI_KIB", "4194305", 1);
    CHECK(nxc_device_links_read(library, links, 4, &failure) == 2, "two GPUs: %s", failure.text);
    CHECK(links[0].pci_sent_bytes == 1024 && links[0].pci_received_bytes == 0, "sent modulo 2^32");
    CHECK(links[1].pci_sent_bytes == 0 && links[1].pci_received_bytes == 1024, "received modulo 2^32");
    unsetenv("NIXLCONFORM_SIMULATED_NVLINK_KIB");
    CHECK(nxc_device_links_read(library, links, 4, &failure) == 2, "PCI Express alone: %s", failure.text);
    CHECK(links[0].connections == 0 && links[0].sent_bytes == 0 && links[0].pci_sent_bytes == 1024, "no NVLink");
    unsetenv("NIXLCONFORM_SIMULATED_PCI_KIB");
}

}  // namespace

int main(int argc, char **argv) {
    CHECK(argc == 2 || argc == 3, "usage: %s DRIVER [GIBIBYTES]", argv[0]);
    static nxc_device *device; /* stays open until the process ends */
    nxc_device_facts facts;
    CHECK(nxc_device_open("/nowhere/libcuda.so.1", 0, &device, &facts, &failure) == NXC_DEVICE_NO_DRIVER, "a driver");
    CHECK(strstr(failure.text, "/nowhere/libcuda.so.1") != nullptr, "%s", failure.text);
    WORKS(nxc_device_open(argv[1], 0, &device, &facts, &failure));
    std::printf("%s, %s, %s, %.1f GiB, driver of CUDA %d.%d, ready after %.0f ms\n", facts.name, facts.bus_id, facts.uuid,
                double(facts.memory_bytes) / (1 << 30), facts.driver_version / 1000, facts.driver_version % 1000 / 10,
                double(facts.context_ns) / 1e6);
    linksAreCountedWhereThereAreSuch(argv[1]);
    const Copies copies(argv[1]);
    sameAsOnTheCpu(device, copies, NXC_MEMORY_PLAIN);
    sameAsOnTheCpu(device, copies, NXC_MEMORY_VMM);
    sameAsOnTheCpu(device, copies, NXC_MEMORY_VMM_NO_RDMA);
    sameAsOnTheCpu(device, copies, NXC_MEMORY_VMM_SHAREABLE);
    remapped(device);
    throughPinnedMemory(device);
    longRunsAreLookedAtFromTheirFirstDifference(device, copies);
    refusalsSayWhatWasRefused(device);
    queuedWorkComesLater(device);
    aGraphReadsItsTable(device);
    const Foreign driver(argv[1]);
    aCaptureForbidsWhatCouldWait(device);
    aCaptureIsLostToAnotherThread(device, driver);
    aThreadBeginsWithoutAContext(device, driver);
    aThreadHasAnotherContext(argv[1], device);
    repeatsFindWhatIsNotThereAtDone(device);
    if (argc == 3) speeds(device, strtoull(argv[2], nullptr, 10));
    return 0;
}
