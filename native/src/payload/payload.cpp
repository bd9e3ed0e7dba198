#include "nixlconform/payload.h"

#include <string.h>

#include "classify.h"
#include "content.h"

using namespace nixlconform::payload;

namespace {

// Stores past the caches spare reading the lines first. Small fills are better left in the cache for the transfer to read.
constexpr uint64_t streamingFillBytes = uint64_t{8} << 20;
constexpr uint64_t streamingRunBytes = 4096;

bool worthStreaming(const nxc_payload_run *runs, uint64_t count) {
    uint64_t total = 0;
    for (uint64_t i = 0; i < count && total < streamingFillBytes; i++) total += runs[i].length;
    return total >= streamingFillBytes;
}

void account(nxc_payload_summary &summary, const nxc_payload_difference &difference,
             nxc_payload_difference *differences, uint64_t capacity) {
    summary.runs_differing++;
    summary.runs_by_classification[difference.classification]++;
    if (summary.differences_written < capacity) differences[summary.differences_written++] = difference;
}

bool landed(const ContentWriter &writer, const uint8_t *arena, const nxc_payload_run &run) {
    const uint64_t length = run.length < wordBytes ? run.length : wordBytes;
    const uint64_t last = run.length - length;
    uint64_t found = 0;
    memcpy(&found, arena + run.offset + last, length);
    return found == writer.bytes(expectedOf(run).from(last), length);
}

}  // namespace

void nxc_payload_fill(void *arena, const nxc_payload_key *key, const nxc_payload_run *runs, uint64_t count) {
    const ContentWriter writer(kernels(), *key);
    const bool streaming = worthStreaming(runs, count);
    for (uint64_t i = 0; i < count; i++) {
        const nxc_payload_run &run = runs[i];
        const Store store = streaming && run.length >= streamingRunBytes ? Store::STREAMING : Store::CACHED;
        writer.write(expectedOf(run), static_cast<uint8_t *>(arena) + run.offset, run.length, store);
    }
}

void nxc_payload_verify(const void *arena, const nxc_payload_key *key, const nxc_payload_bounds *bounds,
                        const nxc_payload_run *runs, uint64_t count, nxc_payload_difference *differences,
                        uint64_t capacity, nxc_payload_summary *summary) {
    const ContentWriter writer(kernels(), *key);
    const uint8_t *const bytes = static_cast<const uint8_t *>(arena);
    nxc_payload_summary counted = {};
    for (uint64_t i = 0; i < count; i++) {
        const nxc_payload_run &run = runs[i];
        counted.runs_verified++;
        counted.bytes_verified += run.length;
        if (!writer.differs(expectedOf(run), bytes + run.offset, run.length)) continue;
        nxc_payload_difference difference = classify(bytes + run.offset, run, writer, *key, *bounds);
        difference.run = i;
        account(counted, difference, differences, capacity);
    }
    *summary = counted;
}

uint64_t nxc_payload_landed(const void *arena, const nxc_payload_key *key, const nxc_payload_run *runs,
                            uint64_t count) {
    const ContentWriter writer(kernels(), *key);
    uint64_t arrived = 0;
    for (uint64_t i = 0; i < count; i++) {
        if (!(runs[i].flags & NXC_RUN_SELECTED)) continue;
        arrived += landed(writer, static_cast<const uint8_t *>(arena), runs[i]);
    }
    return arrived;
}
