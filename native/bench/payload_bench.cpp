// memcpy, fill and verify on one core, in one run: alternating repetitions, medians, and each one's ratio to memcpy.
//
//     payload_bench [MiB] [repetitions]
//
// Bytes are counted once: of memcpy the bytes copied. Bar: fill and verify at 60 % of memcpy or more.
#include <algorithm>
#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "nixlconform/payload.h"

namespace {

constexpr double bar = 0.60;

std::vector<nxc_payload_run> slices(uint64_t total, uint64_t length, uint64_t firstLocation) {
    std::vector<nxc_payload_run> runs;
    for (uint64_t offset = 0; offset + length <= total; offset += length)
        runs.push_back({offset, length, firstLocation + offset, offset, NXC_KIND_DATA, 5, NXC_RUN_SELECTED, 6});
    return runs;
}

template <typename Work>
double gigabytesPerSecond(uint64_t bytes, Work work) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    return double(bytes) / seconds.count() / 1e9;
}

void verifyAll(const uint8_t *arena, const nxc_payload_key &key, const std::vector<nxc_payload_run> &runs) {
    const nxc_payload_bounds bounds = {uint64_t{1} << 40, 6, 0};
    nxc_payload_summary summary;
    nxc_payload_verify(arena, &key, &bounds, runs.data(), runs.size(), nullptr, 0, &summary);
    if (summary.runs_differing == 0) return;
    std::fprintf(stderr, "payload_bench: %" PRIu64 " runs differ in memory that was just filled\n",
                 summary.runs_differing);
    std::exit(1);
}

struct Measured {
    const char *name;
    std::vector<double> rates = {};

    double median() {
        std::sort(rates.begin(), rates.end());
        return rates[rates.size() / 2];
    }
};

}  // namespace

int main(int argc, char **argv) {
    const uint64_t bytes = (argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 512) << 20;
    const int repetitions = argc > 2 ? std::atoi(argv[2]) : 9;
    std::vector<uint8_t> source(bytes, 1), destination(bytes, 2);
    nxc_payload_key key;
    nxc_payload_key_from_seed(1, &key);
    const auto blocks = slices(bytes, 65536, 0);
    const auto unaligned = slices(bytes - 3, 656, 3);  // word phase 3, also in memory

    Measured copy = {"memcpy"}, fill = {"fill 64 KiB slices"}, verify = {"verify 64 KiB slices"};
    Measured fillUnaligned = {"fill 656 B unaligned"}, verifyUnaligned = {"verify 656 B unaligned"};
    for (int i = 0; i < repetitions; i++) {
        copy.rates.push_back(gigabytesPerSecond(
            bytes, [&] { std::memcpy(destination.data(), source.data(), bytes); }));
        fill.rates.push_back(gigabytesPerSecond(
            bytes, [&] { nxc_payload_fill(destination.data(), &key, blocks.data(), blocks.size()); }));
        verify.rates.push_back(gigabytesPerSecond(bytes, [&] { verifyAll(destination.data(), key, blocks); }));
        fillUnaligned.rates.push_back(gigabytesPerSecond(bytes, [&] {
            nxc_payload_fill(destination.data() + 3, &key, unaligned.data(), unaligned.size());
        }));
        verifyUnaligned.rates.push_back(
            gigabytesPerSecond(bytes, [&] { verifyAll(destination.data() + 3, key, unaligned); }));
    }

    const double reference = copy.median();
    std::printf("%s, %" PRIu64 " MiB, median of %d, one core\n", nxc_payload_vector(), bytes >> 20, repetitions);
    for (Measured *one : {&copy, &fill, &verify, &fillUnaligned, &verifyUnaligned}) {
        const double median = one->median();
        std::printf("%-24s %6.1f GB/s  %5.2f of memcpy  (%.1f .. %.1f)\n", one->name, median, median / reference,
                    one->rates.front(), one->rates.back());
    }
    const bool reached = fill.median() >= bar * reference && verify.median() >= bar * reference;
    std::printf("bar of %.0f %% of memcpy: %s\n", bar * 100, reached ? "reached" : "missed");
    return reached ? 0 : 1;
}
