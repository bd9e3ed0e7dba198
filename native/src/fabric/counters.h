/*
 * What was posted to each rail, in a file that is mapped: another process reads it at any time. Little-endian; a reader
 * uses the sizes in the header. A posted operation is one that libfabric took (it answered 0); one that has to be tried
 * again counts when it is taken. Sends are messages: the plug-in's notifications and its own control messages.
 */
#ifndef NIXLCONFORM_FABRIC_COUNTERS_H
#define NIXLCONFORM_FABRIC_COUNTERS_H

#include <stddef.h>
#include <stdint.h>

#include <atomic>

namespace fabric {

constexpr char counters_magic[8] = {'N', 'X', 'C', 'R', 'A', 'I', 'L', 'S'};

struct counters_header {
    char magic[8];         /* written last */
    uint32_t version;      /* 1 */
    uint32_t header_bytes; /* the first record starts there */
    uint32_t record_bytes;
    uint32_t rails;   /* records */
    uint32_t process; /* its id */
    uint32_t reserved[9];
};

struct posted {
    std::atomic<uint64_t> operations;
    std::atomic<uint64_t> bytes;
};

enum operation { reads, writes, sends, kinds_of_operation };

struct rail_record {
    char device[64]; /* its name, ended by a zero byte */
    struct posted posted[kinds_of_operation];
    uint64_t reserved[2];
};

static_assert(sizeof(counters_header) == 64 && sizeof(rail_record) == 128, "readers rely on these");

/* Makes the file, in whose path "%p" stands for the id of this process, or refuses. */
void open_counters(const char *path, int rails);

void count(int rail, operation kind, size_t bytes);

} // namespace fabric

#endif
