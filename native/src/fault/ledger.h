/*
 * What this process has told NIXL so far, and the plan: the state that all parts of this library share. Everything in
 * it is touched under `lock` only, but for a request, which is its caller's: NIXL itself wants one thread a request. No
 * call of the real library is made under the lock, except those that only fill a list.
 */
#ifndef NIXLCONFORM_FAULT_LEDGER_H
#define NIXLCONFORM_FAULT_LEDGER_H

#include <stddef.h>
#include <stdint.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "plan.h"

namespace fault {

struct range {
    uintptr_t address;
    size_t length;
    uint64_t device;
};

/* A descriptor list: a caller's, or, with the name of whose memory it is, a prepared one. */
struct listing {
    int memory = 0;
    std::string owner; /* empty: the agent's own */
    std::vector<range> ranges;
};

struct agent {
    std::string name;
    std::vector<range> regions; /* registered, in order */
    int memory = 0;             /* of them; of those registered last, where kinds differ */
    int64_t arrived = 0;        /* notifications */
};

struct request;

/* A notification that is kept back until then. */
struct detained {
    uint64_t due_ns;
    std::string sender;
    std::string text;
};

struct notification_map {
    std::vector<std::pair<std::string, std::vector<std::string>>> senders; /* none of them without a text */
    std::vector<detained> waiting;
};

struct ledger {
    std::mutex lock;
    struct plan plan;
    int trace_file = -1;
    bool wants_copies = false; /* some fault needs what earlier requests brought */

    std::unordered_map<void *, agent> agents;
    std::string latest_agent; /* name; the rank of calls that take no agent */
    std::unordered_map<void *, listing> lists;
    std::unordered_map<void *, listing> registrations;
    std::unordered_map<void *, listing> prepared;
    std::unordered_map<void *, std::unique_ptr<request>> requests;
    std::unordered_map<void *, notification_map> maps;
    int64_t made = 0;  /* requests */
    int64_t loaded = 0; /* metadata of others */
    std::string last_blob;
    std::map<uintptr_t, std::string> copies; /* by address: what the last READ left there */
    std::map<int64_t, std::vector<range>> finished; /* local memory of requests that `exchange` waits with */
};

ledger &book();

using hold_lock = std::unique_lock<std::mutex>;

/* Name of an agent; of the latest one when `agent` is none. */
std::string rank_of(const ledger &in, void *agent);

/* Whether the fault is to be applied to this: rank, request, number of times and rate say so. Counts it as applied. */
bool take(planned &fault, const std::string &rank, int64_t request);

/* The same for rank and request alone; counts nothing. */
bool meant(const planned &fault, const std::string &rank, int64_t request);

bool used_up(const planned &fault);

/* The next number of the fault's own generator. */
uint64_t draw(planned &fault, const std::string &rank);

/* Says that the fault was applied. */
void trace(const planned &fault, const std::string &rank, const std::string &details);

/* "descriptor=3": for trace(). */
std::string said(const char *name, int64_t value);

uint64_t now_ns();

} // namespace fault

#endif
