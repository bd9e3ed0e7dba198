/* A request is made: as the caller asked, or of other pairs, or in two parts. */
#include <stdlib.h>

#include <algorithm>

#include "requests.h"
#include "signatures.h"

namespace fault {

namespace {

/* One local and one remote descriptor. */
struct pair {
    range local;
    range remote;
    bool moved = true;
    bool later = false;
};

/* What the caller asked for. */
struct asked {
    void *agent = nullptr;
    int operation = 0;
    int local_memory = 0;
    int remote_memory = 0;
    std::vector<pair> pairs;
};

bool pick(const std::vector<range> &ranges, const int *indices, size_t count, std::vector<range> *out) {
    for (size_t i = 0; i < count; i++) {
        if (indices[i] < 0 || static_cast<size_t>(indices[i]) >= ranges.size()) {
            return false;
        }
        out->push_back(ranges[static_cast<size_t>(indices[i])]);
    }
    return true;
}

bool moves(const planned &fault, const std::vector<pair> &pairs) {
    const auto there = [&pairs](int64_t index) { return index < static_cast<int64_t>(pairs.size()); };
    switch (fault.is) {
    case kind::skip: return there(fault.descriptor);
    case kind::late: return there(fault.descriptor) && pairs.size() > 1;
    case kind::redirect:
    case kind::swap:
    case kind::again: return there(fault.descriptor) && there(fault.with);
    case kind::lengthen:
    case kind::shift: return there(fault.descriptor);
    case kind::cut:
        return there(fault.descriptor) &&
               static_cast<size_t>(fault.bytes) < pairs[static_cast<size_t>(fault.descriptor)].local.length;
    case kind::stop: return there(fault.after);
    default: return false;
    }
}

void point(range *to, const range &at) {
    to->address = at.address;
    to->device = at.device;
}

/* Changes what is moved as one fault wants it. */
void change(const planned &fault, std::vector<pair> *pairs, request *made) {
    const size_t d = static_cast<size_t>(fault.descriptor);
    const size_t w = static_cast<size_t>(fault.with);
    std::vector<pair> &all = *pairs;
    switch (fault.is) {
    case kind::skip: all[d].moved = false; break;
    case kind::redirect: point(&all[d].remote, all[w].remote); break;
    case kind::swap: {
        const range kept = all[d].remote;
        point(&all[d].remote, all[w].remote);
        point(&all[w].remote, kept);
        break;
    }
    case kind::shift: all[d].remote.address += static_cast<uintptr_t>(fault.bytes); break;
    case kind::cut:
        all[d].local.length -= static_cast<size_t>(fault.bytes);
        all[d].remote.length -= static_cast<size_t>(fault.bytes);
        break;
    case kind::lengthen:
        all[d].local.length += static_cast<size_t>(fault.bytes);
        all[d].remote.length += static_cast<size_t>(fault.bytes);
        break;
    case kind::again: {
        pair extra;
        extra.local = all[d].local;
        extra.remote = all[w].remote;
        extra.remote.length = extra.local.length;
        all.push_back(extra);
        break;
    }
    case kind::stop:
        for (size_t i = static_cast<size_t>(fault.after); i < all.size(); i++) {
            all[i].moved = false;
        }
        made->stopped = true;
        break;
    case kind::late:
        all[d].later = true;
        made->late = &fault;
        break;
    default: break;
    }
}

/* Takes the faults that work while the request is made. True when other pairs are to be moved than those asked for. */
bool choose(ledger &in, std::vector<pair> *pairs, request *made, std::vector<const planned *> *chosen) {
    bool changed = false;
    for (planned &fault : in.plan.faults) {
        const bool of_notification = fault.is == kind::unnotified || fault.is == kind::misdeliver ||
                                     fault.is == kind::early_notification;
        if (!(of_notification ? made->notified : moves(fault, *pairs)) || !take(fault, made->rank, made->ordinal)) {
            continue;
        }
        made->misdeliver = fault.is == kind::misdeliver ? &fault : made->misdeliver;
        made->early_notification = fault.is == kind::early_notification ? &fault : made->early_notification;
        changed |= !of_notification;
        change(fault, pairs, made);
        chosen->push_back(&fault);
    }
    return changed;
}

void trace_made(const request &made, const std::vector<const planned *> &chosen) {
    for (const planned *each : chosen) {
        const std::string request = said("request", made.ordinal);
        switch (each->is) {
        case kind::misdeliver: /* said when they are sent */
        case kind::early_notification: break;
        case kind::unnotified: trace(*each, made.rank, request); break;
        case kind::stop: trace(*each, made.rank, request + " " + said("after", each->after)); break;
        case kind::shift:
        case kind::cut:
        case kind::lengthen:
            trace(*each, made.rank,
                  request + " " + said("descriptor", each->descriptor) + " " + said("bytes", each->bytes));
            break;
        case kind::redirect:
        case kind::swap:
        case kind::again:
            trace(*each, made.rank,
                  request + " " + said("descriptor", each->descriptor) + " " + said("with", each->with));
            break;
        default: trace(*each, made.rank, request + " " + said("descriptor", each->descriptor));
        }
    }
}

int prepare(const asked &what, const std::string &owner, bool local, const std::vector<pair> &pairs, void *options,
            void **prepared) {
    void *list = nullptr;
    int status = NXF_REAL(create_xfer_dlist)(local ? what.local_memory : what.remote_memory, &list);
    for (size_t i = 0; status == success && i < pairs.size(); i++) {
        const range &each = local ? pairs[i].local : pairs[i].remote;
        status = NXF_REAL(xfer_dlist_add_desc)(list, each.address, each.length, each.device);
    }
    if (status == success) {
        status = NXF_REAL(prep_xfer_dlist)(what.agent, owner.c_str(), list, prepared, options);
    }
    if (list != nullptr) {
        NXF_REAL(destroy_xfer_dlist)(list);
    }
    return status;
}

/* The caller's options, without their notification for a while. */
class without_notification {
  public:
    without_notification(void *options, bool active) : options_(active ? options : nullptr) { set(false); }
    ~without_notification() { set(true); }
    without_notification(const without_notification &) = delete;
    without_notification &operator=(const without_notification &) = delete;

  private:
    void set(bool has) {
        if (options_ != nullptr) {
            NXF_REAL(opt_args_set_has_notif)(options_, has);
        }
    }

    void *options_;
};

/* A request over lists of our own. */
int make_own(const asked &what, request *made, const std::vector<pair> &pairs, bool notified, void *options,
             transfer *out) {
    void *local = nullptr;
    void *remote = nullptr;
    int status = prepare(what, "", true, pairs, options, &local);
    if (status != success) {
        return status;
    }
    made->own_lists.push_back(local);
    status = prepare(what, made->peer, false, pairs, options, &remote);
    if (status != success) {
        return status;
    }
    made->own_lists.push_back(remote);
    std::vector<int> identity(pairs.size());
    for (size_t i = 0; i < identity.size(); i++) {
        identity[i] = static_cast<int>(i);
    }
    const without_notification silent(options, made->notified && !notified);
    return NXF_REAL(make_xfer_req)(what.agent, what.operation, local, identity.data(), identity.size(), remote,
                                   identity.data(), identity.size(), &out->handle, options);
}

int make_changed(const asked &what, request *made, bool notified, void *options) {
    std::vector<pair> now;
    std::vector<pair> later;
    for (const pair &each : what.pairs) {
        if (each.moved) {
            (each.later ? later : now).push_back(each);
        }
    }
    int status = success;
    if (!later.empty()) {
        status = make_own(what, made, later, notified && made->late->hold, options, &made->second);
    }
    if (status == success) {
        status = make_own(what, made, now, notified && (later.empty() || !made->late->hold), options, &made->first);
    }
    if (status == success) {
        return success;
    }
    if (made->second.handle != nullptr) {
        NXF_REAL(release_xfer_req)(made->agent, made->second.handle);
        NXF_REAL(destroy_xfer_req)(made->second.handle);
    }
    release_own_lists(made);
    return status;
}

void read_notification(request *made, void *options) {
    if (options == nullptr || NXF_REAL(opt_args_get_has_notif)(options, &made->notified) != success) {
        made->notified = false;
    }
    void *text = nullptr;
    size_t length = 0;
    if (made->notified && NXF_REAL(opt_args_get_notif_msg)(options, &text, &length) == success && text != nullptr) {
        made->text.assign(static_cast<const char *>(text), length);
        free(text);
    }
}

/* What the caller asked for, as far as it is known, and the faults that are due. */
struct decision {
    std::unique_ptr<request> made = std::make_unique<request>();
    asked what;
    std::vector<const planned *> chosen;
    bool changed = false; /* other pairs are to be moved */

    bool chose(kind is) const {
        return std::any_of(chosen.begin(), chosen.end(), [is](const planned *each) { return each->is == is; });
    }
    bool notified() const {
        return made->notified && !made->stopped && !made->nothing_to_move && !chose(kind::unnotified) &&
               !chose(kind::misdeliver) && !chose(kind::early_notification);
    }
};

/* The lists by index; unknown ones, and wrong indices, are left to the real library. */
struct indices {
    void *list;
    const int *begin;
    size_t count;
};

void decide(ledger &in, const indices &local, const indices &remote, decision *out) {
    hold_lock hold(in.lock);
    request *made = out->made.get();
    made->rank = rank_of(in, made->agent);
    made->ordinal = in.made;
    const auto locals = in.prepared.find(local.list);
    const auto remotes = in.prepared.find(remote.list);
    std::vector<range> remote_ranges;
    if (locals == in.prepared.end() || remotes == in.prepared.end() || local.count != remote.count ||
        !pick(locals->second.ranges, local.begin, local.count, &made->locals) ||
        !pick(remotes->second.ranges, remote.begin, remote.count, &remote_ranges)) {
        return;
    }
    made->memory = out->what.local_memory = locals->second.memory;
    out->what.remote_memory = remotes->second.memory;
    made->peer = remotes->second.owner;
    for (size_t i = 0; i < local.count; i++) {
        out->what.pairs.push_back({made->locals[i], remote_ranges[i]});
    }
    out->changed = choose(in, &out->what.pairs, made, &out->chosen);
    const auto moved = [](const pair &each) { return each.moved; };
    made->nothing_to_move =
        out->changed && std::none_of(out->what.pairs.begin(), out->what.pairs.end(), moved);
}

} // namespace

namespace standin {

int make_xfer_req(void *agent, int operation, void *local, const int *local_indices, size_t local_count, void *remote,
                  const int *remote_indices, size_t remote_count, void **out, void *options) {
    const auto as_asked = [&](void **handle) {
        return NXF_REAL(make_xfer_req)(agent, operation, local, local_indices, local_count, remote, remote_indices,
                                       remote_count, handle, options);
    };
    if (out == nullptr) {
        return as_asked(out);
    }
    decision how;
    request *made = how.made.get();
    made->agent = how.what.agent = agent;
    made->operation = how.what.operation = operation;
    read_notification(made, options);
    ledger &in = book();
    decide(in, {local, local_indices, local_count}, {remote, remote_indices, remote_count}, &how);
    int status;
    if (how.changed && !made->nothing_to_move) {
        status = make_changed(how.what, made, how.notified(), options);
    } else {
        const without_notification silent(options, made->notified && !how.notified());
        status = as_asked(&made->first.handle);
    }
    if (status != success) {
        return status;
    }
    *out = made->first.handle;
    trace_made(*made, how.chosen);
    made->notified = made->notified && !how.chose(kind::unnotified);
    hold_lock hold(in.lock);
    in.made++;
    in.requests[*out] = std::move(how.made);
    return success;
}

} // namespace standin

} // namespace fault
