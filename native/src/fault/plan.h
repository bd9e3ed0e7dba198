/* What is to go wrong: the plan that the environment variable NIXLCONFORM_FAULT_PLAN names, read once at load. */
#ifndef NIXLCONFORM_FAULT_PLAN_H
#define NIXLCONFORM_FAULT_PLAN_H

#include <stdint.h>

#include <string>
#include <vector>

namespace fault {

enum class kind {
    /* to the initiator's own memory, when a READ is about to be reported as done */
    zero, flip, every, old, exchange, write,
    /* to the lists that a request is made of */
    skip, redirect, swap, shift, cut, lengthen, again, stop, late,
    /* to what comes first */
    early_done, early_notification, overwrite,
    /* to notifications that arrive */
    lose, double_, alter, empty, rename, detain,
    /* to notifications that are sent */
    unnotified, misdeliver,
    /* to the end of a request */
    never_done, slow,
    /* to any call */
    hang, fail, crash, log, leak,
    metadata,
    telemetry,
};

enum class crash_how { segv, abort, exit, memory, kill };

enum class metadata_how { cut, half, tail, flip, empty, replay, file, hex };

/* One entry of the plan. A member that its kind does not have keeps its default. */
struct planned {
    kind is = kind::zero;
    std::string name; /* as in the plan */

    std::string rank;         /* empty: any */
    int64_t request = -1;     /* -1: any */
    int64_t times = 1;        /* 0: always */
    double rate = 1;
    uint64_t random = 0;      /* state of the generator behind `rate` and noise */
    bool seeded = false;      /* with the rank's name, which is not known at load */
    int64_t used = 0;
    int64_t matched = 0;      /* calls that were this fault's, also those that it let pass */

    int64_t descriptor = 0;
    int64_t with = 0;
    int64_t with_request = -1; /* -1: the same */
    int64_t byte = 0;
    int64_t bit = 0;
    int64_t words = 8192;
    int64_t offset = 0;
    int64_t bytes = 0;
    int64_t from = 0;
    int64_t region = 0;
    int64_t after = 0;
    int64_t milliseconds = 0;
    int64_t status = 0;
    int64_t repeat_bytes = 0;
    int64_t noise_bytes = 0;
    int64_t load = -1; /* -1: any */
    int64_t descriptors = 0;
    int64_t files = 0;
    double factor = 1;
    double growth = 1;
    bool hold = false;
    std::string sender;
    std::string agent;
    std::string call;
    std::string text;
    std::string file;
    std::string hex;
    std::string how;
    unsigned function = 0;       /* of `call` */
    crash_how crash = crash_how::segv;
    metadata_how metadata = metadata_how::cut;
    bool given = false;          /* spoilt where an agent gives it, else where it is loaded */
    std::string content;         /* of `file` or `hex` */
};

struct plan {
    std::string library;
    std::string trace; /* empty: none */
    uint64_t seed = 0;
    std::vector<planned> faults;
};

/* False on a mistake; `*mistake` is then one sentence without its full stop. */
bool read_plan(const std::string &text, plan *out, std::string *mistake);

/* False when there is no such file or it cannot be read. */
bool read_file(const std::string &path, std::string *content);

/* Whether the fault works on calls: hang, fail, crash, log, leak. */
bool on_calls(kind is);

/* Whether the second argument of a function is a request. */
bool takes_request(unsigned function);

} // namespace fault

#endif
