#include "nixlconform/drive.h"

#include <errno.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "loop.h"
#include "nixlconform/process.h"

namespace {

using namespace drive;

using add_descriptor_function = int (*)(void *list, uintptr_t address, size_t length, uint64_t device);

/* A rank that only waits for others doubles its pause up to this many times the first: dozens of them that wake up every
 * few microseconds leave no time to those they wait for. */
constexpr uint64_t longest_pause = 64;
/* Who looks at its target waits too, but takes times. */
constexpr uint64_t longest_looking_pause = 8;

void keep_stray(nxc_notification_book *book, const char *sender, const void *text, size_t length) {
    if (book->stray_count < book->stray_capacity) {
        nxc_stray_notification *stray = &book->strays[book->stray_count];
        memset(stray, 0, sizeof *stray);
        strncpy(stray->sender, sender, NXC_NAME_BYTES - 1);
        memcpy(stray->text, text, length < sizeof stray->text ? length : sizeof stray->text);
        stray->text_length = static_cast<uint32_t>(length);
    }
    book->stray_count++;
}

void enter(nxc_notification_book *book, nxc_progress *page, const char *sender, const void *text, size_t length) {
    for (uint64_t i = 0; i < book->expected_count; i++) {
        nxc_expected_notification *expected = &book->expected[i];
        if (expected->text_length == length && memcmp(expected->text, text, length) == 0 &&
            strcmp(expected->sender, sender) == 0) {
            if (expected->received++ == 0) {
                expected->first_ns = nxc_clock_ns();
                advance(page, &page->notifications_received);
            }
            return;
        }
    }
    keep_stray(book, sender, text, length);
}

/* A peer may be faster than the order to begin: its notification then came while this agent was idle. */
uint32_t arrived_before(const nxc_notification_book *book) {
    uint32_t arrived = 0;
    for (uint64_t i = 0; i < book->expected_count; i++) {
        arrived += book->expected[i].received != 0;
    }
    return arrived;
}

/* Takes what has arrived. *arrived counts messages. */
int32_t collect(nxc_nixl_table table, void *agent, void *map, nxc_notification_book *book, nxc_progress *page,
                uint64_t *arrived) {
    return take_notifications(table, agent, map, page, [&](const char *sender, const void *text, size_t length) {
        enter(book, page, sender, text, length);
        ++*arrived;
    });
}

void settle(nxc_progress *page, nxc_request *request, int status, unsigned function) {
    if (status == in_progress) {
        return;
    }
    request->total_ns = nxc_clock_ns() - request->begin_ns;
    request->status = status;
    if (status < 0) {
        request->failed_call = function + 1;
        advance(page, &page->failed);
    } else {
        advance(page, &page->done);
    }
}

void post(nxc_nixl_table table, void *agent, nxc_request *request, nxc_progress *page) {
    request->begin_ns = nxc_clock_ns();
    int status;
    {
        running_call call(page, NXC_NIXL_POST_XFER_REQ);
        /* No options: with them the notification bound at make would be cleared. */
        status = at<post_function>(table, NXC_NIXL_POST_XFER_REQ)(agent, request->handle, nullptr);
    }
    request->post_ns = nxc_clock_ns() - request->begin_ns;
    advance(page, &page->posted);
    settle(page, request, status, NXC_NIXL_POST_XFER_REQ);
}

void poll(nxc_nixl_table table, void *agent, nxc_request *request, nxc_progress *page) {
    int status;
    {
        running_call call(page, NXC_NIXL_GET_XFER_STATUS);
        status = at<status_function>(table, NXC_NIXL_GET_XFER_STATUS)(agent, request->handle);
    }
    request->polls++;
    settle(page, request, status, NXC_NIXL_GET_XFER_STATUS);
}

/* Posts what was not posted, polls the others. Returns how many go on; *moved counts those that ended. */
uint32_t round_of(nxc_nixl_table table, void *agent, nxc_request *requests, uint32_t count, nxc_progress *page,
                  uint64_t *moved) {
    const uint32_t ended_before = page->done + page->failed;
    uint32_t in_flight = 0;
    for (uint32_t i = 0; i < count && !stopped(page); i++) {
        nxc_request *request = &requests[i];
        if (request->handle == nullptr || request->status != in_progress) {
            continue;
        }
        if (request->begin_ns == 0) {
            post(table, agent, request, page);
        } else {
            poll(table, agent, request, page);
        }
        in_flight += request->status == in_progress;
    }
    *moved = page->done + page->failed - ended_before;
    return in_flight;
}

uint64_t done_ns(const nxc_request &request) { return request.begin_ns + request.total_ns; }

/* Counts the ranges that are not there. */
void look(nxc_visibility *at) {
    uint64_t found[NXC_VISIBLE_RANGES];
    iovec local[NXC_VISIBLE_RANGES];
    iovec remote[NXC_VISIBLE_RANGES];
    ssize_t bytes = 0;
    for (uint64_t i = 0; i < at->count; i++) {
        const nxc_copy_range &range = at->ranges[i];
        const size_t length = range.length < sizeof *found ? range.length : sizeof *found;
        local[i] = {&found[i], length};
        remote[i] = {reinterpret_cast<void *>(range.remote + range.length - length), length};
        bytes += static_cast<ssize_t>(length);
    }
    const ssize_t read = process_vm_readv(at->pid, local, at->count, remote, at->count, 0);
    if (read != bytes) {
        at->error = read < 0 ? errno : EIO;
        return;
    }
    at->missing = 0;
    for (uint64_t i = 0; i < at->count; i++) {
        const nxc_copy_range &range = at->ranges[i];
        const void *own = reinterpret_cast<const void *>(range.local + range.length - local[i].iov_len);
        at->missing += memcmp(&found[i], own, local[i].iov_len) != 0;
    }
}

void look_first(const nxc_request &request, nxc_visibility *at) {
    if (at != nullptr && at->count != 0 && request.status == 0) {
        look(at);
        at->hidden = at->missing;
    }
}

/* Whether something is still to come, and there is time for it. */
bool look_again(const nxc_request &request, nxc_visibility *at) {
    if (at->missing == 0 || at->error != 0 || nxc_clock_ns() - done_ns(request) > at->limit_ns) {
        return false;
    }
    const uint64_t before = at->missing;
    look(at);
    if (at->missing < before) {
        at->latest_ns = nxc_clock_ns() - done_ns(request);
    }
    return at->missing != 0;
}

const char *const names[] = {
#define NXC_NIXL_NAME(upper, lower) #lower,
    NXC_NIXL_FUNCTIONS(NXC_NIXL_NAME)
#undef NXC_NIXL_NAME
};

} // namespace

extern "C" {

const char *nxc_nixl_function_name(uint32_t index) {
    return index < NXC_NIXL_FUNCTION_COUNT ? names[index] : nullptr;
}

int32_t nxc_drive_add_descriptors(nxc_nixl_table table, void *list, const uint64_t *bases, uint64_t regions,
                                  uint64_t first, uint64_t length, uint64_t stride, uint64_t count, uint64_t device) {
    auto add = at<add_descriptor_function>(table, NXC_NIXL_XFER_DLIST_ADD_DESC);
    for (uint64_t region = 0; region < regions; region++) {
        for (uint64_t i = 0; i < count; i++) {
            int status = add(list, bases[region] + first + i * stride, length, device);
            if (status != 0) {
                return status;
            }
        }
    }
    return 0;
}

int32_t nxc_drive_run(nxc_nixl_table table, void *agent, void *map, nxc_request *requests, uint32_t count,
                      nxc_visibility *visible, nxc_notification_book *book, nxc_progress *page, uint64_t idle_ns) {
    publish(&page->changed_ns, nxc_clock_ns());
    publish(&page->notifications_received, arrived_before(book));
    for (uint32_t i = 0; i < count && !stopped(page); i++) {
        post(table, agent, &requests[i], page);
        look_first(requests[i], visible == nullptr ? nullptr : &visible[i]);
    }
    uint64_t pause = idle_ns;
    while (!stopped(page)) {
        const uint32_t ended_before = page->done + page->failed;
        for (uint32_t i = 0; i < count; i++) {
            if (requests[i].status == in_progress) {
                poll(table, agent, &requests[i], page);
                look_first(requests[i], visible == nullptr ? nullptr : &visible[i]);
            }
        }
        uint64_t arrived = 0;
        const int32_t status = collect(table, agent, map, book, page, &arrived);
        page->polls++;
        if (status < 0) {
            return status;
        }
        bool looking = false;
        for (uint32_t i = 0; visible != nullptr && i < count; i++) {
            looking |= look_again(requests[i], &visible[i]);
        }
        if (page->done + page->failed == count && page->notifications_received == page->notifications_expected &&
            !looking) {
            break;
        }
        const bool moved = arrived != 0 || page->done + page->failed != ended_before;
        const bool only_waits = page->done + page->failed == count;
        const uint64_t longest = idle_ns * (looking ? longest_looking_pause : longest_pause);
        pause = moved || !only_waits ? idle_ns : pause * 2 < longest ? pause * 2 : longest;
        if (!moved) {
            rest(pause);
        }
    }
    return 0;
}

int32_t nxc_drive_turn(nxc_nixl_table table, void *agent, void *map, nxc_request *requests, uint32_t count,
                       nxc_notification_book *book, nxc_progress *page, uint64_t idle_ns, uint64_t limit_ns,
                       uint64_t *moved) {
    const uint64_t begin = nxc_clock_ns();
    for (;;) {
        const uint32_t in_flight = round_of(table, agent, requests, count, page, moved);
        const int32_t status = collect(table, agent, map, book, page, moved);
        page->polls++;
        if (status < 0 || *moved != 0 || in_flight == 0 || stopped(page) || nxc_clock_ns() - begin >= limit_ns) {
            return status < 0 ? status : 0;
        }
        /* A yield here would give the core away for a whole slice of who only compares or fills. */
        if (idle_ns != 0) {
            rest(idle_ns);
        }
    }
}

int32_t nxc_drive_repeat(nxc_nixl_table table, void *agent, nxc_request *requests, uint32_t count, nxc_progress *page) {
    const uint32_t begun = page->done + page->failed;
    for (uint32_t i = 0; i < count && !stopped(page); i++) {
        requests[i].status = in_progress;
        post(table, agent, &requests[i], page);
    }
    while (page->done + page->failed - begun < count && !stopped(page)) {
        for (uint32_t i = 0; i < count; i++) {
            if (requests[i].status == in_progress) {
                poll(table, agent, &requests[i], page);
            }
        }
    }
    return page->failed == 0 && page->done - begun == count;
}

int32_t nxc_drive_linger(nxc_nixl_table table, void *agent, void *map, nxc_notification_book *book,
                         nxc_progress *page, uint64_t idle_ns, uint64_t limit_ns) {
    const uint64_t begin = nxc_clock_ns();
    while (!stopped(page) && (limit_ns == 0 || nxc_clock_ns() - begin < limit_ns)) {
        uint64_t arrived = 0;
        const int32_t status = collect(table, agent, map, book, page, &arrived);
        if (status < 0) {
            return status;
        }
        if (arrived == 0) {
            rest(idle_ns);
        }
    }
    return 0;
}

int64_t nxc_reference_copy(int32_t pid, const nxc_copy_range *ranges, uint64_t count, int32_t write) {
    constexpr uint64_t batch = 512; /* below the kernel's limit of 1024 vectors a call */
    const uint64_t begin = nxc_clock_ns();
    for (uint64_t next = 0; next < count;) {
        iovec local[batch];
        iovec remote[batch];
        uint64_t n = 0;
        ssize_t bytes = 0;
        for (; n < batch && next < count; n++, next++) {
            local[n] = {reinterpret_cast<void *>(ranges[next].local), ranges[next].length};
            remote[n] = {reinterpret_cast<void *>(ranges[next].remote), ranges[next].length};
            bytes += static_cast<ssize_t>(ranges[next].length);
        }
        const ssize_t copied = write ? process_vm_writev(pid, local, n, remote, n, 0)
                                     : process_vm_readv(pid, local, n, remote, n, 0);
        if (copied != bytes) {
            return copied < 0 ? -static_cast<int64_t>(errno) : -static_cast<int64_t>(EIO);
        }
    }
    return static_cast<int64_t>(nxc_clock_ns() - begin);
}

} // extern "C"
