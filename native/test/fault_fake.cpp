#include "fault_fake.h"

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace {

fake_controls controls;

struct options {
    std::string text;
    bool has = false;
};

struct range {
    uintptr_t address;
    size_t length;
};

struct listing {
    std::string owner;
    std::vector<range> ranges;
};

struct agent {
    std::string name;
    std::deque<std::pair<std::string, std::string>> arrived;
};

struct request {
    agent *by;
    int operation;
    std::vector<range> locals;
    std::vector<range> remotes;
    std::string peer;
    bool notified;
    std::string text;
    int polls_left;
    bool posted = false;
    bool done = false;
    bool released = false;
};

using notifications = std::map<std::string, std::vector<std::string>>;

std::map<std::string, agent *> agents;
std::string last_blob;

template <typename T> int create(void **out) {
    *out = new T;
    return 0;
}

template <typename T> int destroy(void *it) {
    delete static_cast<T *>(it);
    return 0;
}

int send(agent *from, const std::string &to, const std::string &text) {
    if (agents.count(to) == 0) return -2;
    agents[to]->arrived.push_back({from->name, text});
    return 0;
}

void finish(request *it) {
    it->done = true;
    for (size_t i = 0; i < it->locals.size(); i++) {
        void *local = reinterpret_cast<void *>(it->locals[i].address);
        void *remote = reinterpret_cast<void *>(it->remotes[i].address);
        std::memcpy(it->operation == 0 ? local : remote, it->operation == 0 ? remote : local, it->locals[i].length);
    }
    if (it->notified) send(it->by, it->peer, it->text);
}

int poll(request *it) {
    if (!it->posted) return -2;
    if (!it->done && it->polls_left-- <= 0) finish(it);
    return it->done ? 0 : 1;
}

} // namespace

extern "C" {

fake_controls *fake() { return &controls; }

int nixl_capi_create_configured_agent(const char *name, const void *, void **out) {
    *out = agents[name] = new agent{name, {}};
    return 0;
}
int nixl_capi_create_agent(const char *name, void **out) { return nixl_capi_create_configured_agent(name, nullptr, out); }
int nixl_capi_destroy_agent(void *it) {
    agents.erase(static_cast<agent *>(it)->name);
    return destroy<agent>(it);
}

int nixl_capi_create_opt_args(void **out) { return create<options>(out); }
int nixl_capi_destroy_opt_args(void *it) { return destroy<options>(it); }
int nixl_capi_opt_args_set_notif_msg(void *it, const void *text, size_t length) {
    static_cast<options *>(it)->text.assign(static_cast<const char *>(text), length);
    return 0;
}
int nixl_capi_opt_args_set_has_notif(void *it, bool has) {
    static_cast<options *>(it)->has = has;
    return 0;
}
int nixl_capi_opt_args_get_has_notif(void *it, bool *has) {
    *has = static_cast<options *>(it)->has;
    return 0;
}
int nixl_capi_opt_args_get_notif_msg(void *it, void **text, size_t *length) {
    *length = static_cast<options *>(it)->text.size();
    *text = *length == 0 ? nullptr : std::malloc(*length);
    if (*length != 0) std::memcpy(*text, static_cast<options *>(it)->text.data(), *length);
    return 0;
}

int nixl_capi_create_reg_dlist(int, void **out) { return create<listing>(out); }
int nixl_capi_reg_dlist_add_desc(void *it, uintptr_t address, size_t length, uint64_t, const void *, size_t) {
    static_cast<listing *>(it)->ranges.push_back({address, length});
    return 0;
}
int nixl_capi_destroy_reg_dlist(void *it) { return destroy<listing>(it); }
int nixl_capi_register_mem(void *, void *, void *) { return 0; }
int nixl_capi_deregister_mem(void *, void *, void *) { return 0; }

int nixl_capi_create_xfer_dlist(int, void **out) { return create<listing>(out); }
int nixl_capi_xfer_dlist_add_desc(void *it, uintptr_t address, size_t length, uint64_t) {
    static_cast<listing *>(it)->ranges.push_back({address, length});
    return 0;
}
int nixl_capi_xfer_dlist_rem_desc(void *it, int index) {
    auto &ranges = static_cast<listing *>(it)->ranges;
    ranges.erase(ranges.begin() + index);
    return 0;
}
int nixl_capi_xfer_dlist_clear(void *it) {
    static_cast<listing *>(it)->ranges.clear();
    return 0;
}
int nixl_capi_destroy_xfer_dlist(void *it) { return destroy<listing>(it); }
int nixl_capi_prep_xfer_dlist(void *, const char *owner, void *list, void **out, void *) {
    if (*owner != 0 && agents.count(owner) == 0) return -2;
    *out = new listing{owner, static_cast<listing *>(list)->ranges};
    controls.living_prepared++;
    return 0;
}
int nixl_capi_release_xfer_dlist_handle(void *, void *prepared) {
    controls.living_prepared--;
    return destroy<listing>(prepared);
}

int nixl_capi_get_local_md(void *, void **blob, size_t *length) {
    *blob = strdup("0123456789");
    *length = 10;
    return 0;
}
int nixl_capi_load_remote_md(void *, const void *blob, size_t length, char **name) {
    last_blob.assign(static_cast<const char *>(blob), length);
    controls.blob = last_blob.data();
    controls.blob_length = length;
    *name = strdup("somebody");
    return 0;
}
int nixl_capi_invalidate_remote_md(void *, const char *) { return 0; }
int nixl_capi_create_backend(void *, const char *, void *, void **) { return 0; }

int nixl_capi_make_xfer_req(void *by, int operation, void *local, const int *local_indices, size_t count, void *remote,
                            const int *remote_indices, size_t remote_count, void **out, void *opt) {
    if (count != remote_count || count == 0) return -2;
    auto *made = new request{static_cast<agent *>(by), operation, {}, {}, static_cast<listing *>(remote)->owner,
                             false, "", controls.polls_to_done};
    for (size_t i = 0; i < count; i++) {
        made->locals.push_back(static_cast<listing *>(local)->ranges.at(static_cast<size_t>(local_indices[i])));
        made->remotes.push_back(static_cast<listing *>(remote)->ranges.at(static_cast<size_t>(remote_indices[i])));
        if (made->locals.back().length != made->remotes.back().length) return -2;
    }
    if (opt != nullptr) {
        made->notified = static_cast<options *>(opt)->has;
        made->text = static_cast<options *>(opt)->text;
    }
    controls.living_requests++;
    controls.unreleased++;
    *out = made;
    return 0;
}
int nixl_capi_post_xfer_req(void *, void *it, void *) {
    request *posted = static_cast<request *>(it);
    if (posted->posted && !posted->done) return -2;
    controls.posted++;
    posted->posted = true;
    posted->done = false;
    posted->polls_left = controls.polls_to_done;
    return poll(posted);
}
int nixl_capi_get_xfer_status(void *, void *it) { return poll(static_cast<request *>(it)); }
int nixl_capi_get_xfer_telemetry(void *, void *, void *out) {
    const uint64_t figures[5] = {1, 2, 3, 4, 5};
    if (controls.telemetry_status == 0) std::memcpy(out, figures, sizeof figures);
    return controls.telemetry_status;
}
int nixl_capi_release_xfer_req(void *, void *it) {
    static_cast<request *>(it)->released = true;
    controls.unreleased--;
    return 0;
}
int nixl_capi_destroy_xfer_req(void *it) {
    if (!static_cast<request *>(it)->released) return -3;
    controls.living_requests--;
    return destroy<request>(it);
}

int nixl_capi_gen_notif(void *from, const char *to, const void *text, size_t length, void *) {
    return send(static_cast<agent *>(from), to, std::string(static_cast<const char *>(text), length));
}
int nixl_capi_create_notif_map(void **out) { return create<notifications>(out); }
int nixl_capi_destroy_notif_map(void *it) { return destroy<notifications>(it); }
int nixl_capi_get_notifs(void *it, void *map, void *) {
    auto &arrived = static_cast<agent *>(it)->arrived;
    for (; !arrived.empty(); arrived.pop_front()) {
        (*static_cast<notifications *>(map))[arrived.front().first].push_back(arrived.front().second);
    }
    return 0;
}
int nixl_capi_notif_map_size(void *map, size_t *size) {
    *size = static_cast<notifications *>(map)->size();
    return 0;
}
int nixl_capi_notif_map_get_agent_at(void *map, size_t index, const char **name) {
    auto at = static_cast<notifications *>(map)->begin();
    while (index-- > 0) ++at;
    *name = at->first.c_str();
    return 0;
}
int nixl_capi_notif_map_get_notifs_size(void *map, const char *name, size_t *size) {
    *size = (*static_cast<notifications *>(map))[name].size();
    return 0;
}
int nixl_capi_notif_map_get_notif(void *map, const char *name, size_t index, const void **text, size_t *length) {
    const std::string &it = (*static_cast<notifications *>(map))[name].at(index);
    *text = it.data();
    *length = it.size();
    return 0;
}
int nixl_capi_notif_map_clear(void *map) {
    static_cast<notifications *>(map)->clear();
    return 0;
}

} // extern "C"
