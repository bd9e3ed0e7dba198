/*
 * What arrives. The real map is drained into one of our own after each look, and the caller reads that: only so can a
 * notification be lost, doubled or changed.
 */
#include <string.h>

#include <algorithm>

#include "requests.h"
#include "memory.h"
#include "signatures.h"

namespace fault {

namespace {

struct arrival {
    std::string sender;
    std::string text;
};

/* Empties the real map. */
int drain(void *map, std::vector<arrival> *out) {
    size_t senders = 0;
    int status = NXF_REAL(notif_map_size)(map, &senders);
    for (size_t s = 0; status == success && s < senders; s++) {
        const char *sender = nullptr;
        size_t texts = 0;
        status = NXF_REAL(notif_map_get_agent_at)(map, s, &sender);
        if (status == success) {
            status = NXF_REAL(notif_map_get_notifs_size)(map, sender, &texts);
        }
        for (size_t t = 0; status == success && t < texts; t++) {
            const void *text = nullptr;
            size_t length = 0;
            status = NXF_REAL(notif_map_get_notif)(map, sender, t, &text, &length);
            if (status == success) {
                out->push_back({sender, std::string(static_cast<const char *>(text == nullptr ? "" : text), length)});
            }
        }
    }
    return status == success && senders > 0 ? NXF_REAL(notif_map_clear)(map) : status;
}

/* Whether both ranges lie within the registered region. */
bool can_overwrite(const agent &receiver, const planned &fault) {
    if (fault.region >= static_cast<int64_t>(receiver.regions.size())) {
        return false;
    }
    const int64_t length = static_cast<int64_t>(receiver.regions[static_cast<size_t>(fault.region)].length);
    const auto inside = [&](int64_t offset) { return offset >= 0 && fault.bytes <= length - offset; };
    return inside(fault.offset) && inside(fault.from);
}

void overwrite(const agent &receiver, const planned &fault) {
    const uintptr_t begin = receiver.regions[static_cast<size_t>(fault.region)].address;
    const size_t length = static_cast<size_t>(fault.bytes);
    bytes_at from(receiver.memory, begin + static_cast<size_t>(fault.from), length);
    bytes_at to(receiver.memory, begin + static_cast<size_t>(fault.offset), length);
    if (!from.empty() && !to.empty()) {
        memmove(to.begin(), from.begin(), length);
        to.put();
    }
}

void put(notification_map *map, const std::string &sender, const std::string &text) {
    const auto found = std::find_if(map->senders.begin(), map->senders.end(),
                                    [&sender](const auto &each) { return each.first == sender; });
    if (found == map->senders.end()) {
        map->senders.push_back({sender, {text}});
    } else {
        found->second.push_back(text);
    }
}

bool fits(const planned &fault, const agent &receiver, const arrival &what) {
    switch (fault.is) {
    case kind::lose:
    case kind::double_:
    case kind::detain:
    case kind::rename: return true;
    case kind::empty: return !what.text.empty();
    case kind::alter: return fault.byte < static_cast<int64_t>(what.text.size());
    case kind::overwrite: return can_overwrite(receiver, fault);
    default: return false;
    }
}

/* Here `request` of a fault counts what this agent has received. */
void arrive(ledger &in, agent *receiver, notification_map *map, arrival what) {
    const int64_t ordinal = receiver->arrived++;
    int copies = 1;
    int64_t detained_ms = 0;
    for (planned &fault : in.plan.faults) {
        if (!fits(fault, *receiver, what) || !take(fault, receiver->name, ordinal)) {
            continue;
        }
        std::string details = said("notification", ordinal) + " from=" + what.sender;
        switch (fault.is) {
        case kind::lose: copies = 0; break;
        case kind::double_: copies *= 2; break;
        case kind::alter: what.text[static_cast<size_t>(fault.byte)] ^= 1; break;
        case kind::empty: what.text.clear(); break;
        case kind::rename: what.sender = fault.sender; break;
        case kind::detain: detained_ms += fault.milliseconds; break;
        default:
            overwrite(*receiver, fault);
            details += " " + said("region", fault.region) + " " + said("bytes", fault.bytes);
        }
        trace(fault, receiver->name, details);
    }
    for (int i = 0; i < copies; i++) {
        if (detained_ms > 0) {
            map->waiting.push_back({now_ns() + static_cast<uint64_t>(detained_ms) * 1000000, what.sender, what.text});
        } else {
            put(map, what.sender, what.text);
        }
    }
}

/* Gives what was kept back for long enough. */
void give_due(notification_map *map) {
    for (size_t i = 0; i < map->waiting.size();) {
        if (now_ns() < map->waiting[i].due_ns) {
            i++;
            continue;
        }
        put(map, map->waiting[i].sender, map->waiting[i].text);
        map->waiting.erase(map->waiting.begin() + static_cast<ptrdiff_t>(i));
    }
}

/* The texts of a sender; null when there is none. Under the lock. */
const std::vector<std::string> *texts_of(void *map, const char *sender) {
    const auto found = book().maps.find(map);
    if (found == book().maps.end() || sender == nullptr) {
        return nullptr;
    }
    for (const auto &each : found->second.senders) {
        if (each.first == sender) {
            return &each.second;
        }
    }
    return nullptr;
}

} // namespace

namespace standin {

int get_notifs(void *agent, void *map, void *options) {
    pump(agent);
    const int status = NXF_REAL(get_notifs)(agent, map, options);
    if (status != success || map == nullptr) {
        return status;
    }
    std::vector<arrival> arrivals;
    const int drained = drain(map, &arrivals);
    ledger &in = book();
    hold_lock hold(in.lock);
    const auto receiver = in.agents.find(agent);
    for (arrival &each : arrivals) {
        if (receiver == in.agents.end()) {
            put(&in.maps[map], each.sender, each.text);
        } else {
            arrive(in, &receiver->second, &in.maps[map], std::move(each));
        }
    }
    const auto kept = in.maps.find(map);
    if (kept != in.maps.end()) {
        give_due(&kept->second);
    }
    return drained;
}

int destroy_notif_map(void *map) {
    {
        hold_lock hold(book().lock);
        book().maps.erase(map);
    }
    return NXF_REAL(destroy_notif_map)(map);
}

int notif_map_size(void *map, size_t *size) {
    if (map == nullptr || size == nullptr) {
        return NXF_REAL(notif_map_size)(map, size);
    }
    hold_lock hold(book().lock);
    const auto found = book().maps.find(map);
    *size = found == book().maps.end() ? 0 : found->second.senders.size();
    return success;
}

int notif_map_get_agent_at(void *map, size_t index, const char **sender) {
    hold_lock hold(book().lock);
    const auto found = book().maps.find(map);
    if (sender == nullptr || found == book().maps.end() || index >= found->second.senders.size()) {
        return invalid_parameter;
    }
    *sender = found->second.senders[index].first.c_str();
    return success;
}

int notif_map_get_notifs_size(void *map, const char *sender, size_t *size) {
    hold_lock hold(book().lock);
    const std::vector<std::string> *texts = texts_of(map, sender);
    if (texts == nullptr || size == nullptr) {
        return invalid_parameter;
    }
    *size = texts->size();
    return success;
}

int notif_map_get_notif(void *map, const char *sender, size_t index, const void **text, size_t *length) {
    hold_lock hold(book().lock);
    const std::vector<std::string> *texts = texts_of(map, sender);
    if (texts == nullptr || index >= texts->size() || text == nullptr || length == nullptr) {
        return invalid_parameter;
    }
    *text = (*texts)[index].data();
    *length = (*texts)[index].size();
    return success;
}

int notif_map_clear(void *map) {
    {
        hold_lock hold(book().lock);
        const auto found = book().maps.find(map);
        if (found != book().maps.end()) {
            found->second.senders.clear();
        }
    }
    return NXF_REAL(notif_map_clear)(map);
}

} // namespace standin

} // namespace fault
