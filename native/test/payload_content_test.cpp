// What fill writes, that verify and landed agree with it, and that neither touches a byte outside of its runs.
#include "check.h"

namespace {

constexpr uint64_t locationSpaceBytes = uint64_t{1} << 44;
constexpr uint32_t highestGeneration = (1u << 21) - 1;
constexpr nxc_payload_bounds wide = {locationSpaceBytes, highestGeneration, 0};

nxc_payload_run dataRun(uint64_t offset, uint64_t length, uint64_t location, uint32_t generation) {
    return {offset, length, location, 0, NXC_KIND_DATA, generation, NXC_RUN_SELECTED, 0};
}

nxc_payload_summary verify(const std::vector<uint8_t> &arena, const nxc_payload_key &key,
                           const std::vector<nxc_payload_run> &runs) {
    nxc_payload_summary summary;
    nxc_payload_verify(arena.data(), &key, &wide, runs.data(), runs.size(), nullptr, 0, &summary);
    return summary;
}

void keysAreTheSameOnEveryMachine() {
    const nxc_payload_key key = keyOf(20240607);
    CHECK(key.multiplier == 0x0920e175eb2cb419u && key.mask == 0xfe3152498c0b74d7u, "C %016" PRIx64 ", K %016" PRIx64, key.multiplier, key.mask);
    for (uint64_t seed = 0; seed < 1000; seed++) {
        const nxc_payload_key any = keyOf(seed);
        CHECK(any.multiplier % 2 == 1, "seed %" PRIu64, seed);
        CHECK(any.multiplier * any.inverse == 1, "seed %" PRIu64, seed);
    }
}

void contentIsTheSameOnEveryMachine() {
    const nxc_payload_key key = keyOf(20240607);
    std::vector<uint8_t> arena(4097);
    const nxc_payload_run run = dataRun(0, arena.size(), 0x123456789abu, 7);
    nxc_payload_fill(arena.data(), &key, &run, 1);
    uint64_t digest = 0xcbf29ce484222325u;  // FNV-1a
    for (uint8_t byte : arena) digest = (digest ^ byte) * 0x100000001b3u;
    CHECK(digest == 0x2620814462d595cfu, "digest %016" PRIx64, digest);
}

void everyWordIsUndone() {
    Numbers numbers(1);
    const nxc_payload_key key = keyOf(5);
    for (int i = 0; i < 20000; i++) {
        const uint32_t generation = i < 100 ? highestGeneration - i : 1 + uint32_t(numbers.below(highestGeneration));
        const uint32_t kind = 1 + uint32_t(numbers.below(3));
        const uint64_t location = (i % 7 == 0 ? locationSpaceBytes - 8 - 8 * i : numbers.below(locationSpaceBytes)) & ~7ull;
        uint64_t word = 0;
        for (unsigned b = 0; b < 8; b++) word |= uint64_t(referenceByte(key, kind, generation, location + b)) << (8 * b);
        uint32_t foundKind, foundGeneration;
        uint64_t foundLocation;
        nxc_payload_decode(&key, word, &foundKind, &foundGeneration, &foundLocation);
        CHECK(foundKind == kind && foundGeneration == generation && foundLocation == location,
              "kind %u generation %u location %" PRIx64, kind, generation, location);
    }
}

// Every byte of a word must tell near generations and the kinds apart: a slice's last byte can be any of them.
void everyByteDependsOnGenerationAndKind() {
    Numbers numbers(2);
    for (uint64_t seed = 0; seed < 100; seed++) {
        const nxc_payload_key key = keyOf(seed);
        for (unsigned i = 0; i < 200; i++) {
            const uint64_t address = numbers.below(uint64_t{1} << 40);
            const uint32_t generation = 9 + uint32_t(numbers.below(1 << 20));
            const uint8_t byte = referenceByte(key, NXC_KIND_DATA, generation, address);
            for (uint32_t age = 1; age <= 8; age++)
                CHECK(byte != referenceByte(key, NXC_KIND_DATA, generation - age, address),
                      "seed %" PRIu64 ", byte %" PRIu64 " of a word, generation %u, age %u", seed, address % 8,
                      generation, age);
            for (uint32_t kind : {NXC_KIND_POISON, NXC_KIND_GUARD})
                CHECK(byte != referenceByte(key, kind, generation, address), "seed %" PRIu64 ", kind %u", seed, kind);
        }
    }
}

void checkRange(const nxc_payload_key &key, uint64_t misalignment, uint64_t length, uint64_t location,
                uint32_t generation) {
    constexpr uint64_t margin = 80;
    std::vector<uint8_t> arena(margin + misalignment + length + margin, 0xA5);
    const nxc_payload_run run = dataRun(margin + misalignment, length, location, generation);
    nxc_payload_fill(arena.data(), &key, &run, 1);
    for (uint64_t i = 0; i < arena.size(); i++) {
        const bool inside = i >= run.offset && i < run.offset + length;
        const uint8_t wanted =
            inside ? referenceByte(key, NXC_KIND_DATA, generation, location + (i - run.offset)) : uint8_t(0xA5);
        CHECK(arena[i] == wanted, "byte %" PRIu64 " of offset %" PRIu64 " length %" PRIu64 " location %" PRIx64, i,
              run.offset, length, location);
    }
    const nxc_payload_summary summary = verify(arena, key, {run});
    CHECK(summary.runs_differing == 0 && summary.runs_verified == 1 && summary.bytes_verified == length,
          "offset %" PRIu64 " length %" PRIu64 " location %" PRIx64, run.offset, length, location);
}

void fillWritesTheStatedBytesAndNoOthers() {
    const nxc_payload_key key = keyOf(3);
    for (uint64_t length : {1, 2, 7, 8, 9, 15, 16, 17, 31, 63, 64, 65, 127, 128, 255, 257, 511, 656, 1023, 4097})
        for (uint64_t phase = 0; phase < 8; phase++)
            for (uint64_t misalignment : {0, 1, 3, 4, 8, 13}) checkRange(key, misalignment, length, 4096 + phase, 5);
    for (uint64_t phase = 0; phase < 8; phase++)
        checkRange(key, phase, 656, locationSpaceBytes - 656 - phase, highestGeneration - uint32_t(phase));
}

// From 8 MiB on, runs of a page and more are stored past the caches.
void largeFillsWriteTheSameBytes() {
    const nxc_payload_key key = keyOf(4);
    for (uint64_t misalignment : {0, 8, 24, 5}) {
        std::vector<uint8_t> arena((9u << 20) + 64, 0xA5);
        std::vector<nxc_payload_run> runs;
        uint64_t offset = misalignment;
        for (uint64_t length : {uint64_t{5} << 20, uint64_t{4097}, uint64_t{656}, (uint64_t{3} << 20) + 11, uint64_t{65536}}) {
            runs.push_back(dataRun(offset, length, 0x10000000u * runs.size() + runs.size() % 8, 9));
            offset += length;
        }
        runs.push_back(dataRun(offset, arena.size() - 32 - offset, 77, 9));
        nxc_payload_fill(arena.data(), &key, runs.data(), runs.size());
        for (const nxc_payload_run &run : runs)
            for (uint64_t i = 0; i < run.length; i++)
                CHECK(arena[run.offset + i] == referenceByte(key, NXC_KIND_DATA, 9, run.location + i),
                      "byte %" PRIu64 " of the run at %" PRIu64, i, run.offset);
        for (uint64_t i = arena.size() - 32; i < arena.size(); i++) CHECK(arena[i] == 0xA5, "behind: %" PRIu64, i);
        CHECK(verify(arena, key, runs).runs_differing == 0, "misalignment %" PRIu64, misalignment);
    }
}

void everyChangedByteIsSeen() {
    const nxc_payload_key key = keyOf(6);
    for (uint64_t length : {1, 7, 8, 9, 23, 64, 300, 656})
        for (uint64_t phase = 0; phase < 8; phase++) {
            std::vector<uint8_t> arena(length);
            const nxc_payload_run run = dataRun(0, length, 800 + phase, 3);
            nxc_payload_fill(arena.data(), &key, &run, 1);
            for (uint64_t i = 0; i < length; i++) {
                arena[i] ^= uint8_t(1 << (i % 8));
                nxc_payload_difference difference;
                nxc_payload_summary summary;
                nxc_payload_verify(arena.data(), &key, &wide, &run, 1, &difference, 1, &summary);
                CHECK(summary.runs_differing == 1 && summary.differences_written == 1, "byte %" PRIu64, i);
                CHECK(difference.first_offset == i && difference.last_offset == i && difference.differing_bytes == 1,
                      "byte %" PRIu64 ": first %" PRIu64 " last %" PRIu64, i, difference.first_offset,
                      difference.last_offset);
                arena[i] ^= uint8_t(1 << (i % 8));
            }
        }
}

void landedCountsSelectedRunsWhoseEndIsRight() {
    const nxc_payload_key key = keyOf(7);
    std::vector<uint8_t> arena(10000);
    std::vector<nxc_payload_run> runs;
    uint64_t offset = 0;
    for (uint64_t length : {1, 7, 8, 9, 656, 4097, 300}) {
        runs.push_back(dataRun(offset, length, 0x5000 + offset * 3, 4));
        offset += length;
    }
    runs.back().flags = 0;
    CHECK(nxc_payload_landed(arena.data(), &key, runs.data(), runs.size()) == 0, "nothing was written");
    for (uint64_t i = 0; i < runs.size(); i++) {
        nxc_payload_fill(arena.data(), &key, &runs[i], 1);
        const uint64_t wanted = i + 1 < runs.size() ? i + 1 : i;
        CHECK(nxc_payload_landed(arena.data(), &key, runs.data(), runs.size()) == wanted, "run %" PRIu64, i);
    }
    arena[runs[5].offset + runs[5].length - 1] ^= 1;
    CHECK(nxc_payload_landed(arena.data(), &key, runs.data(), runs.size()) == 5, "the last byte of run 5");
    arena[runs[4].offset] ^= 1;
    CHECK(nxc_payload_landed(arena.data(), &key, runs.data(), runs.size()) == 5, "the first byte of run 4");
}

void noRunsAreNoWork() {
    const nxc_payload_key key = keyOf(8);
    nxc_payload_fill(nullptr, &key, nullptr, 0);
    nxc_payload_summary summary;
    nxc_payload_verify(nullptr, &key, &wide, nullptr, 0, nullptr, 0, &summary);
    CHECK(summary.runs_verified == 0 && summary.bytes_verified == 0, "%" PRIu64, summary.runs_verified);
    CHECK(nxc_payload_landed(nullptr, &key, nullptr, 0) == 0, "nothing there");
}

}  // namespace

int main(int argc, char **argv) {
    requireVector(argc, argv);
    static_assert(sizeof(nxc_payload_run) == 48 && sizeof(nxc_payload_difference) == 104 &&
                      sizeof(nxc_payload_summary) == 104 && sizeof(nxc_payload_bounds) == 16 &&
                      sizeof(nxc_payload_key) == 24,
                  "the layouts that other languages mirror");
    keysAreTheSameOnEveryMachine();
    contentIsTheSameOnEveryMachine();
    everyWordIsUndone();
    everyByteDependsOnGenerationAndKind();
    fillWritesTheStatedBytesAndNoOthers();
    largeFillsWriteTheSameBytes();
    everyChangedByteIsSeen();
    landedCountsSelectedRunsWhoseEndIsRight();
    noRunsAreNoWork();
    return 0;
}
