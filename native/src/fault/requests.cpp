#include "requests.h"

#include <stdlib.h>
#include <string.h>

#include <algorithm>

#include "damage.h"
#include "signatures.h"

namespace fault {

namespace {

constexpr uint64_t millisecond_ns = 1000000;

/* One local and one remote descriptor. */
struct pair {
    range local;
    range remote;
    bool moved = true;
    bool later = false;
};

/* What the caller asked for. */
struct asked {
    void *agent;
    int operation;
    int local_memory = 0;
    int remote_memory = 0;
    std::vector<pair> pairs;
};

/* ---- the request is made ---- */

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
bool decide(ledger &in, std::vector<pair> *pairs, request *made, std::vector<const planned *> *chosen) {
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

void release_own_lists(request *made) {
    for (void *each : made->own_lists) {
        NXF_REAL(release_xfer_dlist_handle)(made->agent, each);
    }
    made->own_lists.clear();
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

/* ---- the request runs ---- */

void send_notification(const request &of, const char *receiver, const planned *why) {
    const int status = NXF_REAL(gen_notif)(of.agent, receiver, of.text.data(), of.text.size(), nullptr);
    if (why != nullptr && status == success) {
        trace(*why, of.rank, said("request", of.ordinal) + " receiver=" + receiver);
    }
}

void post_now(const request &of, transfer *what, void *options) {
    what->status = NXF_REAL(post_xfer_req)(of.agent, what->handle, options);
    what->at = what->status == in_progress ? transfer::stage::posted : transfer::stage::ended;
}

void wait_for(transfer *what, int64_t milliseconds) {
    what->at = transfer::stage::waiting;
    what->due_ns = now_ns() + static_cast<uint64_t>(milliseconds) * millisecond_ns;
}

void advance(const request &of, transfer *what) {
    if (what->at == transfer::stage::waiting && now_ns() >= what->due_ns) {
        post_now(of, what, nullptr);
    } else if (what->at == transfer::stage::posted) {
        what->status = NXF_REAL(get_xfer_status)(of.agent, what->handle);
        what->at = what->status == in_progress ? transfer::stage::posted : transfer::stage::ended;
    }
}

void advance(request *of) {
    advance(*of, &of->first);
    if (of->late != nullptr && of->first.at == transfer::stage::ended && of->first.status == success) {
        if (of->second.at == transfer::stage::idle) {
            wait_for(&of->second, of->late->milliseconds);
        }
        advance(*of, &of->second);
    }
}

/* In nanoseconds from the post; 0 when nothing slows the request down. */
uint64_t slowed_to_ns(const request &of) {
    double longest = 0;
    for (const planned *each : of.slow) {
        const double took = static_cast<double>(of.ended_ns - of.begun_ns);
        double least = each->factor * took + static_cast<double>(each->milliseconds) * millisecond_ns;
        for (int64_t i = 0; i < of.ordinal; i++) { /* glibc's pow has a new version since 2.29 */
            least *= each->growth;
        }
        longest = std::max(longest, least);
    }
    return static_cast<uint64_t>(std::min(longest, 1e18));
}

/* A fault that waits at get_xfer_status would never be met by a request that is done when its post returns. */
bool to_be_polled(ledger &in, const request &of) {
    for (const planned &fault : in.plan.faults) {
        if (on_calls(fault.is) && fault.function == call_get_xfer_status && fault.rate == 1 && fault.used == 0 &&
            meant(fault, of.rank, of.ordinal)) {
            return true;
        }
    }
    return false;
}

void report_done(request *done) {
    ledger &in = book();
    {
        hold_lock hold(in.lock);
        damage(in, *done);
    }
    done->reported = true;
    if (done->misdeliver != nullptr) {
        send_notification(*done, done->misdeliver->agent.c_str(), done->misdeliver);
    }
}

/* What the caller is told, of what is known. */
int answer(request *of) {
    if (of->reported) {
        return success;
    }
    const transfer &last = of->late != nullptr && of->late->hold && of->first.status == success &&
                                   of->first.at == transfer::stage::ended
                               ? of->second
                               : of->first;
    if (of->never || last.at != transfer::stage::ended) {
        return in_progress;
    }
    if (last.status < 0) {
        return last.status;
    }
    of->ended_ns = of->ended_ns == 0 ? now_ns() : of->ended_ns;
    if (of->stopped || now_ns() < of->begun_ns + slowed_to_ns(*of)) {
        return in_progress;
    }
    {
        ledger &in = book();
        hold_lock hold(in.lock);
        if (to_be_polled(in, *of)) {
            return in_progress;
        }
    }
    report_done(of);
    return success;
}

/* Takes the faults that work when the request is posted. The result is that of kind early-done, if it was taken. */
const planned *begin(ledger &in, request *of) {
    hold_lock hold(in.lock);
    const planned *early_done = nullptr;
    of->never = of->reported = false;
    of->slow.clear();
    of->ended_ns = 0;
    of->second.at = transfer::stage::idle;
    of->begun_ns = now_ns();
    for (planned &fault : in.plan.faults) {
        const bool here = fault.is == kind::never_done || fault.is == kind::early_done || fault.is == kind::slow;
        if (!here || !take(fault, of->rank, of->ordinal)) {
            continue;
        }
        of->never |= fault.is == kind::never_done;
        early_done = fault.is == kind::early_done ? &fault : early_done;
        if (fault.is == kind::slow) {
            of->slow.push_back(&fault);
        }
        trace(fault, of->rank, said("request", of->ordinal));
    }
    return early_done;
}

int post(request *of, void *options) {
    const planned *early_done = begin(book(), of);
    if (of->never) {
        return in_progress;
    }
    if (of->nothing_to_move) {
        if (of->notified && !of->stopped && of->misdeliver == nullptr) {
            send_notification(*of, of->peer.c_str(), nullptr);
        }
        of->first.at = transfer::stage::ended;
        of->first.status = success;
        return answer(of);
    }
    if (early_done != nullptr) {
        wait_for(&of->first, early_done->milliseconds);
        report_done(of);
        return success;
    }
    if (of->early_notification != nullptr) {
        send_notification(*of, of->peer.c_str(), of->early_notification);
        wait_for(&of->first, of->early_notification->milliseconds);
        return in_progress;
    }
    post_now(*of, &of->first, options);
    return answer(of);
}

request *known(void *handle) {
    ledger &in = book();
    hold_lock hold(in.lock);
    const auto found = in.requests.find(handle);
    return found == in.requests.end() ? nullptr : found->second.get();
}

/* ---- the request goes away ---- */

void release_rest(request *of) {
    if (of->second.handle != nullptr) {
        NXF_REAL(release_xfer_req)(of->agent, of->second.handle);
        NXF_REAL(destroy_xfer_req)(of->second.handle);
    }
    release_own_lists(of);
}

std::unique_ptr<request> remove(void *handle) {
    ledger &in = book();
    hold_lock hold(in.lock);
    std::unique_ptr<request> removed;
    const auto found = in.requests.find(handle);
    if (found != in.requests.end()) {
        removed = std::move(found->second);
        in.requests.erase(found);
    }
    return removed;
}

/* Of a request that the caller has released before it had ended. */
void release_at_last(request *of) {
    const std::unique_ptr<request> removed = remove(of->first.handle);
    NXF_REAL(release_xfer_req)(of->agent, of->first.handle);
    if (of->destroyed) {
        NXF_REAL(destroy_xfer_req)(of->first.handle);
    }
    release_rest(of);
}

template <typename Which> std::vector<request *> requests_of(void *agent, Which which) {
    ledger &in = book();
    hold_lock hold(in.lock);
    std::vector<request *> found;
    for (const auto &each : in.requests) {
        if (each.second->agent == agent && which(*each.second)) {
            found.push_back(each.second.get());
        }
    }
    return found;
}

} // namespace

bool request::unfinished() const {
    const bool first_runs = first.at == transfer::stage::waiting || (reported && first.at == transfer::stage::posted);
    const bool second_runs = late != nullptr && first.at == transfer::stage::ended && first.status == success &&
                             second.at != transfer::stage::ended;
    return first_runs || second_runs;
}

void pump(void *agent) {
    for (request *each : requests_of(agent, [](const request &of) { return of.unfinished(); })) {
        advance(each);
        if (each->released && !each->unfinished()) {
            release_at_last(each);
        }
    }
}

void abandon_released(void *agent) {
    for (request *each : requests_of(agent, [](const request &of) { return of.released; })) {
        release_at_last(each);
    }
}

void forget_requests(void *agent) {
    for (request *each : requests_of(agent, [](const request &) { return true; })) {
        remove(each->first.handle);
    }
}

namespace standin {

int make_xfer_req(void *agent, int operation, void *local, const int *local_indices, size_t local_count, void *remote,
                  const int *remote_indices, size_t remote_count, void **out, void *options) {
    if (out == nullptr) {
        return NXF_REAL(make_xfer_req)(agent, operation, local, local_indices, local_count, remote, remote_indices,
                                       remote_count, out, options);
    }
    ledger &in = book();
    auto made = std::make_unique<request>();
    made->agent = agent;
    made->operation = operation;
    asked what{agent, operation, 0, 0, {}};
    std::vector<const planned *> chosen;
    read_notification(made.get(), options);
    bool changed = false;
    {
        hold_lock hold(in.lock);
        made->rank = rank_of(in, agent);
        made->ordinal = in.made;
        const auto locals = in.prepared.find(local);
        const auto remotes = in.prepared.find(remote);
        std::vector<range> remote_ranges;
        if (locals != in.prepared.end() && remotes != in.prepared.end() && local_count == remote_count &&
            pick(locals->second.ranges, local_indices, local_count, &made->locals) &&
            pick(remotes->second.ranges, remote_indices, remote_count, &remote_ranges)) {
            made->memory = what.local_memory = locals->second.memory;
            what.remote_memory = remotes->second.memory;
            made->peer = remotes->second.owner;
            for (size_t i = 0; i < local_count; i++) {
                what.pairs.push_back({made->locals[i], remote_ranges[i]});
            }
            changed = decide(in, &what.pairs, made.get(), &chosen);
        }
    }
    const auto moved = [](const pair &each) { return each.moved; };
    made->nothing_to_move = changed && std::none_of(what.pairs.begin(), what.pairs.end(), moved);
    const bool notified = made->notified && !made->stopped && !made->nothing_to_move &&
                          std::none_of(chosen.begin(), chosen.end(), [](const planned *each) {
                              return each->is == kind::unnotified || each->is == kind::misdeliver ||
                                     each->is == kind::early_notification;
                          });
    int status;
    if (changed && !made->nothing_to_move) {
        status = make_changed(what, made.get(), notified, options);
    } else {
        const without_notification silent(options, made->notified && !notified);
        status = NXF_REAL(make_xfer_req)(agent, operation, local, local_indices, local_count, remote, remote_indices,
                                         remote_count, &made->first.handle, options);
    }
    if (status != success) {
        return status;
    }
    *out = made->first.handle;
    trace_made(*made, chosen);
    made->notified = made->notified && std::none_of(chosen.begin(), chosen.end(), [](const planned *each) {
                         return each->is == kind::unnotified;
                     });
    hold_lock hold(in.lock);
    in.made++;
    in.requests[made->first.handle] = std::move(made);
    return success;
}

int post_xfer_req(void *agent, void *handle, void *options) {
    pump(agent);
    request *of = known(handle);
    if (of == nullptr || of->first.at == transfer::stage::posted || of->first.at == transfer::stage::waiting) {
        return NXF_REAL(post_xfer_req)(agent, handle, options);
    }
    return post(of, options);
}

int get_xfer_status(void *agent, void *handle) {
    pump(agent);
    request *of = known(handle);
    if (of == nullptr || (of->first.at == transfer::stage::idle && !of->never)) {
        return NXF_REAL(get_xfer_status)(agent, handle);
    }
    advance(of);
    return answer(of);
}

int get_xfer_telemetry(void *agent, void *handle, telemetry *out) {
    int status = NXF_REAL(get_xfer_telemetry)(agent, handle, out);
    const request *of = known(handle);
    if (of == nullptr || out == nullptr) {
        return status;
    }
    ledger &in = book();
    hold_lock hold(in.lock);
    for (planned &fault : in.plan.faults) {
        if (fault.is != kind::telemetry || !take(fault, of->rank, of->ordinal)) {
            continue;
        }
        if (status != success) {
            *out = {};
        }
        out->bytes = static_cast<uint64_t>(fault.bytes);
        out->descriptors = static_cast<uint64_t>(fault.descriptors);
        status = success;
        trace(fault, of->rank,
              said("request", of->ordinal) + " " + said("bytes", fault.bytes) + " " +
                  said("descriptors", fault.descriptors));
    }
    return status;
}

int release_xfer_req(void *agent, void *handle) {
    pump(agent);
    request *of = known(handle);
    if (of != nullptr && of->reported && of->unfinished()) {
        of->released = true;
        return success;
    }
    const int status = NXF_REAL(release_xfer_req)(agent, handle);
    if (of != nullptr && status == success) {
        const std::unique_ptr<request> removed = remove(handle);
        release_rest(of);
    }
    return status;
}

int destroy_xfer_req(void *handle) {
    request *of = known(handle);
    if (of != nullptr && of->released) {
        of->destroyed = true;
        return success;
    }
    return NXF_REAL(destroy_xfer_req)(handle);
}

} // namespace standin

} // namespace fault
