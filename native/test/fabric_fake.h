// The real libfabric of the front library's tests, and what it saw.
#ifndef NIXLCONFORM_TEST_FABRIC_FAKE_H
#define NIXLCONFORM_TEST_FABRIC_FAKE_H

#include <atomic>
#include <cstddef>
#include <cstdint>

// Its only network interface. On it are two devices: of "tcp;ofi_rxm" and, second, of "tcp".
constexpr char fake_interface[] = "fake0";
constexpr char fake_fabric_name[] = "198.51.100.0/24";
constexpr uint64_t fake_tcp_caps = 1 << 8; // what only the device of "tcp" can
constexpr uint32_t fake_release = 2 << 16 | 5;

// The newest symbol version that it has is FABRIC_1.9, the oldest FABRIC_1.7; each allocates what it has and no more.
struct fake_seen {
    int version; // of the last fi_getinfo: 7, 8 or 9
    uint32_t api;
    uint64_t flags;
    int endpoint_options;
    std::atomic<int> posts;
    std::atomic<int> busy;         // so many posts are answered -11, "try again"
    std::atomic<const char *> last; // function that was posted with
    char text[256];                // of the last fi_log or fi_param_define
};

#endif
