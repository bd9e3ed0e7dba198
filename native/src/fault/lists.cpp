/* Agents, descriptor lists, registrations and the metadata of others: called through, and remembered. */
#include <stdlib.h>
#include <string.h>

#include <algorithm>

#include "requests.h"
#include "signatures.h"

namespace fault {

namespace {

using listings = std::unordered_map<void *, listing>;

int created(listings ledger::*of, int memory, void **list, int status) {
    if (status == success && list != nullptr) {
        hold_lock hold(book().lock);
        (book().*of)[*list] = {memory, "", {}};
    }
    return status;
}

/* Changes what is remembered of a list when the call was a success. */
template <typename Change> int changed(listings ledger::*of, void *list, int status, Change change) {
    if (status == success) {
        hold_lock hold(book().lock);
        const auto found = (book().*of).find(list);
        if (found != (book().*of).end()) {
            change(found->second.ranges);
        }
    }
    return status;
}

int removed(listings ledger::*of, void *list, int index, int status) {
    return changed(of, list, status, [index](std::vector<range> &ranges) {
        if (index >= 0 && static_cast<size_t>(index) < ranges.size()) {
            ranges.erase(ranges.begin() + index);
        }
    });
}

int resized(listings ledger::*of, void *list, size_t size, int status) {
    return changed(of, list, status, [size](std::vector<range> &ranges) { ranges.resize(size, range{0, 0, 0}); });
}

int cleared(listings ledger::*of, void *list, int status) {
    return changed(of, list, status, [](std::vector<range> &ranges) { ranges.clear(); });
}

int added(listings ledger::*of, void *list, const range &which, int status) {
    return changed(of, list, status, [&which](std::vector<range> &ranges) { ranges.push_back(which); });
}

int destroyed(listings ledger::*of, void *list, int status) {
    if (status == success) {
        hold_lock hold(book().lock);
        (book().*of).erase(list);
    }
    return status;
}

int entered_agent(const char *name, void *const *agent, int status) {
    if (status == success && agent != nullptr) {
        hold_lock hold(book().lock);
        book().latest_agent = name;
        book().agents[*agent] = {name, {}, 0};
    }
    return status;
}

bool same(const range &a, const range &b) {
    return a.address == b.address && a.length == b.length && a.device == b.device;
}

std::vector<range> registration(const ledger &in, void *list) {
    const auto found = in.registrations.find(list);
    return found == in.registrations.end() ? std::vector<range>() : found->second.ranges;
}

/* Whether the plan spoils metadata where an agent gives them, or where it loads them. */
bool spoils_metadata(bool given) {
    const std::vector<planned> &faults = book().plan.faults;
    return std::any_of(faults.begin(), faults.end(), [given](const planned &each) {
        return each.is == kind::metadata && each.given == given;
    });
}

/* True when the fault could be applied: a flip needs its byte, a replay a blob before. */
bool spoil(const planned &fault, const std::string &last_blob, std::string *blob) {
    switch (fault.metadata) {
    case metadata_how::cut:
        if (fault.bytes >= static_cast<int64_t>(blob->size())) {
            return false;
        }
        blob->resize(static_cast<size_t>(fault.bytes));
        return true;
    case metadata_how::half: blob->resize(blob->size() / 2); return true;
    case metadata_how::tail:
        blob->resize(blob->size() - std::min(blob->size(), static_cast<size_t>(std::max<int64_t>(1, fault.bytes))));
        return true;
    case metadata_how::flip:
        if (fault.byte >= static_cast<int64_t>(blob->size())) {
            return false;
        }
        (*blob)[static_cast<size_t>(fault.byte)] ^= static_cast<char>(1 << fault.bit);
        return true;
    case metadata_how::empty: blob->clear(); return true;
    case metadata_how::replay:
        *blob = last_blob.empty() ? *blob : last_blob;
        return !last_blob.empty();
    case metadata_how::file:
    case metadata_how::hex: *blob = fault.content; return true;
    }
    return false;
}

} // namespace

namespace standin {

int create_agent(const char *name, void **agent) {
    return entered_agent(name, agent, NXF_REAL(create_agent)(name, agent));
}

int create_configured_agent(const char *name, const void *configuration, void **agent) {
    return entered_agent(name, agent, NXF_REAL(create_configured_agent)(name, configuration, agent));
}

int destroy_agent(void *agent) {
    abandon_released(agent);
    const int status = NXF_REAL(destroy_agent)(agent);
    if (status == success) {
        forget_requests(agent);
        hold_lock hold(book().lock);
        book().agents.erase(agent);
    }
    return status;
}

int create_reg_dlist(int memory, void **list) {
    return created(&ledger::registrations, memory, list, NXF_REAL(create_reg_dlist)(memory, list));
}

int reg_dlist_add_desc(void *list, uintptr_t address, size_t length, uint64_t device, const void *extra,
                       size_t extra_length) {
    return added(&ledger::registrations, list, {address, length, device},
                 NXF_REAL(reg_dlist_add_desc)(list, address, length, device, extra, extra_length));
}

int reg_dlist_rem_desc(void *list, int index) {
    return removed(&ledger::registrations, list, index, NXF_REAL(reg_dlist_rem_desc)(list, index));
}

int reg_dlist_clear(void *list) { return cleared(&ledger::registrations, list, NXF_REAL(reg_dlist_clear)(list)); }

int reg_dlist_resize(void *list, size_t size) {
    return resized(&ledger::registrations, list, size, NXF_REAL(reg_dlist_resize)(list, size));
}

int destroy_reg_dlist(void *list) {
    return destroyed(&ledger::registrations, list, NXF_REAL(destroy_reg_dlist)(list));
}

int register_mem(void *agent, void *list, void *options) {
    const int status = NXF_REAL(register_mem)(agent, list, options);
    if (status == success) {
        ledger &in = book();
        hold_lock hold(in.lock);
        for (const range &each : registration(in, list)) {
            in.agents[agent].regions.push_back(each);
        }
        in.agents[agent].memory = in.registrations[list].memory;
    }
    return status;
}

int deregister_mem(void *agent, void *list, void *options) {
    abandon_released(agent);
    const int status = NXF_REAL(deregister_mem)(agent, list, options);
    if (status == success) {
        ledger &in = book();
        hold_lock hold(in.lock);
        std::vector<range> &regions = in.agents[agent].regions;
        for (const range &each : registration(in, list)) {
            const auto found = std::find_if(regions.begin(), regions.end(),
                                            [&each](const range &region) { return same(region, each); });
            if (found != regions.end()) {
                regions.erase(found);
            }
        }
    }
    return status;
}

int create_xfer_dlist(int memory, void **list) {
    return created(&ledger::lists, memory, list, NXF_REAL(create_xfer_dlist)(memory, list));
}

int xfer_dlist_add_desc(void *list, uintptr_t address, size_t length, uint64_t device) {
    return added(&ledger::lists, list, {address, length, device},
                 NXF_REAL(xfer_dlist_add_desc)(list, address, length, device));
}

int xfer_dlist_rem_desc(void *list, int index) {
    return removed(&ledger::lists, list, index, NXF_REAL(xfer_dlist_rem_desc)(list, index));
}

int xfer_dlist_clear(void *list) { return cleared(&ledger::lists, list, NXF_REAL(xfer_dlist_clear)(list)); }

int xfer_dlist_resize(void *list, size_t size) {
    return resized(&ledger::lists, list, size, NXF_REAL(xfer_dlist_resize)(list, size));
}

int destroy_xfer_dlist(void *list) { return destroyed(&ledger::lists, list, NXF_REAL(destroy_xfer_dlist)(list)); }

int prep_xfer_dlist(void *agent, const char *owner, void *list, void **prepared, void *options) {
    const int status = NXF_REAL(prep_xfer_dlist)(agent, owner, list, prepared, options);
    if (status == success && owner != nullptr && prepared != nullptr) {
        ledger &in = book();
        hold_lock hold(in.lock);
        const auto found = in.lists.find(list);
        if (found != in.lists.end()) {
            in.prepared[*prepared] = {found->second.memory, owner, found->second.ranges};
        }
    }
    return status;
}

int release_xfer_dlist_handle(void *agent, void *prepared) {
    abandon_released(agent);
    return destroyed(&ledger::prepared, prepared, NXF_REAL(release_xfer_dlist_handle)(agent, prepared));
}

/* What the caller frees is taken from malloc, here as there. */
int get_local_md(void *agent, void **blob, size_t *length) {
    const int status = NXF_REAL(get_local_md)(agent, blob, length);
    if (status != success || blob == nullptr || *blob == nullptr || length == nullptr || !spoils_metadata(true)) {
        return status;
    }
    std::string given(static_cast<const char *>(*blob), *length);
    ledger &in = book();
    hold_lock hold(in.lock);
    const std::string rank = rank_of(in, agent);
    for (planned &fault : in.plan.faults) {
        std::string spoiled = given;
        if (fault.is == kind::metadata && fault.given && spoil(fault, "", &spoiled) && take(fault, rank, -1)) {
            given = spoiled;
            trace(fault, rank, "how=" + fault.how + " given " + said("bytes", static_cast<int64_t>(given.size())));
        }
    }
    void *copy = malloc(std::max<size_t>(1, given.size()));
    if (copy == nullptr) {
        return status;
    }
    memcpy(copy, given.data(), given.size());
    free(*blob);
    *blob = copy;
    *length = given.size();
    return status;
}

int load_remote_md(void *agent, const void *blob, size_t length, char **name) {
    if (blob == nullptr || !spoils_metadata(false)) {
        return NXF_REAL(load_remote_md)(agent, blob, length, name);
    }
    const std::string original(static_cast<const char *>(blob), length);
    std::string given = original;
    {
        ledger &in = book();
        hold_lock hold(in.lock);
        const std::string rank = rank_of(in, agent);
        for (planned &fault : in.plan.faults) {
            std::string spoiled = given;
            if (fault.is == kind::metadata && !fault.given && (fault.load < 0 || fault.load == in.loaded) &&
                spoil(fault, in.last_blob, &spoiled) && take(fault, rank, -1)) {
                given = spoiled;
                trace(fault, rank,
                      "how=" + fault.how + " " + said("load", in.loaded) + " " +
                          said("bytes", static_cast<int64_t>(given.size())));
            }
        }
        in.loaded++;
        in.last_blob = original;
    }
    return NXF_REAL(load_remote_md)(agent, given.data(), given.size(), name);
}

int invalidate_remote_md(void *agent, const char *name) {
    abandon_released(agent);
    return NXF_REAL(invalidate_remote_md)(agent, name);
}

} // namespace standin

} // namespace fault
