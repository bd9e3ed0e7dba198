/* What loops that drive NIXL have in common. */
#ifndef NIXLCONFORM_LOOP_H
#define NIXLCONFORM_LOOP_H

#include <sched.h>
#include <time.h>

#include "nixlconform/drive.h"
#include "nixlconform/process.h"

namespace drive {

constexpr int32_t in_progress = 1;

using post_function = int (*)(void *agent, void *request, void *options);
using status_function = int (*)(void *agent, void *request);
using get_notifs_function = int (*)(void *agent, void *map, void *options);
using map_size_function = int (*)(void *map, size_t *size);
using map_agent_function = int (*)(void *map, size_t index, const char **agent);
using map_count_function = int (*)(void *map, const char *agent, size_t *size);
using map_get_function = int (*)(void *map, const char *agent, size_t index, const void **text, size_t *length);
using map_clear_function = int (*)(void *map);

template <typename Function> Function at(nxc_nixl_table table, unsigned index) {
    return reinterpret_cast<Function>(table[index]);
}

template <typename T> void publish(T *field, T value) { __atomic_store_n(field, value, __ATOMIC_RELEASE); }

inline bool stopped(const nxc_progress *page) { return __atomic_load_n(&page->stop, __ATOMIC_ACQUIRE) != 0; }

/* Marks a call as running for as long as it is in scope: the only trace of one that never returns. */
class running_call {
  public:
    running_call(nxc_progress *page, unsigned index) : page_(page) {
        publish(&page_->call_since_ns, nxc_clock_ns());
        publish(&page_->call, static_cast<uint32_t>(index + 1));
    }
    ~running_call() { publish(&page_->call, static_cast<uint32_t>(0)); }
    running_call(const running_call &) = delete;
    running_call &operator=(const running_call &) = delete;

  private:
    nxc_progress *page_;
};

inline void advance(nxc_progress *page, uint32_t *count) {
    publish(count, *count + 1);
    publish(&page->changed_ns, nxc_clock_ns());
}

inline void rest(uint64_t idle_ns) {
    if (idle_ns == 0) {
        sched_yield();
        return;
    }
    timespec pause{static_cast<time_t>(idle_ns / 1000000000), static_cast<long>(idle_ns % 1000000000)};
    nanosleep(&pause, nullptr);
}

/* Takes what has arrived: take(sender, text, length) for each message, text never NULL. */
template <typename Take>
int32_t take_notifications(nxc_nixl_table table, void *agent, void *map, nxc_progress *page, Take take) {
    int status;
    {
        running_call call(page, NXC_NIXL_GET_NOTIFS);
        status = at<get_notifs_function>(table, NXC_NIXL_GET_NOTIFS)(agent, map, nullptr);
    }
    size_t senders = 0;
    if (status < 0 || (status = at<map_size_function>(table, NXC_NIXL_NOTIF_MAP_SIZE)(map, &senders)) < 0) {
        return status;
    }
    for (size_t s = 0; s < senders; s++) {
        const char *sender = nullptr;
        size_t messages = 0;
        status = at<map_agent_function>(table, NXC_NIXL_NOTIF_MAP_GET_AGENT_AT)(map, s, &sender);
        if (status < 0 || (status = at<map_count_function>(table, NXC_NIXL_NOTIF_MAP_GET_NOTIFS_SIZE)(
                               map, sender, &messages)) < 0) {
            return status;
        }
        for (size_t m = 0; m < messages; m++) {
            const void *text = nullptr;
            size_t length = 0;
            status = at<map_get_function>(table, NXC_NIXL_NOTIF_MAP_GET_NOTIF)(map, sender, m, &text, &length);
            if (status < 0) {
                return status;
            }
            take(sender, text == nullptr ? "" : text, length);
        }
    }
    return senders == 0 ? 0 : at<map_clear_function>(table, NXC_NIXL_NOTIF_MAP_CLEAR)(map);
}

} // namespace drive

#endif
