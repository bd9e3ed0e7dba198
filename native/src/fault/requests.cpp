#include "requests.h"

#include <algorithm>

#include "damage.h"
#include "signatures.h"

namespace fault {

namespace {

constexpr uint64_t millisecond_ns = 1000000;

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

void release_own_lists(request *made) {
    for (void *each : made->own_lists) {
        NXF_REAL(release_xfer_dlist_handle)(made->agent, each);
    }
    made->own_lists.clear();
}

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
    const request *of = known(handle);
    if (of == nullptr || out == nullptr) {
        return NXF_REAL(get_xfer_telemetry)(agent, handle, out);
    }
    /* The real library would complain of one that it has not ended yet. */
    const bool early = of->reported && of->unfinished();
    int status = early ? success : NXF_REAL(get_xfer_telemetry)(agent, handle, out);
    if (early) {
        *out = {};
    }
    if (status == success && (early || !of->own_lists.empty())) {
        /* A library that lies of what it moved, or when, counts what it was given. */
        out->bytes = 0;
        out->descriptors = of->locals.size();
        for (const range &each : of->locals) {
            out->bytes += each.length;
        }
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
