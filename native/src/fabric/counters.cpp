#include "counters.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "settings.h"
#include "topology.h"

namespace fabric {

namespace {

rail_record *records;

void write_path(const char *pattern, char *path, size_t room) {
    const char *place = strstr(pattern, "%p");
    const int length = place == nullptr ? snprintf(path, room, "%s", pattern)
                                        : snprintf(path, room, "%.*s%d%s", static_cast<int>(place - pattern), pattern,
                                                   static_cast<int>(getpid()), place + 2);
    if (length < 0 || static_cast<size_t>(length) >= room) {
        refuse("the environment variable NIXLCONFORM_FABRIC_COUNTERS must be a path of less than %zu bytes, it is \"%s\"",
               room, pattern);
    }
}

} // namespace

void open_counters(const char *pattern, int rails) {
    char path[PATH_MAX];
    write_path(pattern, path, sizeof path);
    const size_t bytes = sizeof(counters_header) + static_cast<size_t>(rails) * sizeof(rail_record);
    const int file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    /* Allocated, not only extended: on a full disk the first count would be a SIGBUS. */
    const int error = file < 0 ? errno : posix_fallocate(file, 0, bytes);
    void *mapped = error != 0 ? MAP_FAILED : mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (mapped == MAP_FAILED) {
        refuse("the file of rail counters %s must be writable and have %zu bytes: %s", path, bytes,
               strerror(error != 0 ? error : errno));
    }
    close(file);
    auto *header = static_cast<counters_header *>(mapped);
    records = reinterpret_cast<rail_record *>(header + 1);
    for (int rail = 0; rail < rails; rail++) {
        memcpy(records[rail].device, name_of(rail).text, sizeof(device_name));
    }
    header->version = 1;
    header->header_bytes = sizeof(counters_header);
    header->record_bytes = sizeof(rail_record);
    header->rails = static_cast<uint32_t>(rails);
    header->process = static_cast<uint32_t>(getpid());
    std::atomic_thread_fence(std::memory_order_release);
    memcpy(header->magic, counters_magic, sizeof counters_magic);
}

void count(int rail, operation kind, size_t bytes) {
    posted &to = records[rail].posted[kind];
    to.operations.fetch_add(1, std::memory_order_relaxed);
    to.bytes.fetch_add(bytes, std::memory_order_relaxed);
}

} // namespace fabric
