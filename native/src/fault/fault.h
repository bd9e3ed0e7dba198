/*
 * What is to go wrong in this process, as one JSON plan says it. The plan's path is in the environment variable
 * NIXLCONFORM_FAULT_PLAN:
 *
 *   {"library": "/path/of/libnixl_capi.so", "trace": "/path/of/a/file", "seed": 7,
 *    "faults": [{"fault": "flip", "rank": "decode-0-rank-0", "request": 0, "descriptor": 3, "byte": 77, "bit": 4}]}
 *
 * A fault applies to one rank (the agent's name; any if absent), to one request (the ordinal of make_xfer_req in this
 * process; any if absent), at most `times` times (default 1, 0 for always), with probability `rate` (default 1). What
 * was applied is written to the trace, a line each: who planted it can see that it was planted. docs/judge.md lists all
 * faults with their settings.
 */
#ifndef NIXLCONFORM_FAULT_FAULT_H
#define NIXLCONFORM_FAULT_FAULT_H

#include <stdint.h>

#include <string>
#include <vector>

#include "json.h"

namespace fault {

struct planted {
    std::string name;
    std::string rank;
    int64_t request = -1;
    int64_t times = 1;
    double rate = 1;
    json settings;
    int64_t applied = 0;
    int64_t calls = 0; /* of the function that it waits for */

    int64_t number(const char *key, int64_t otherwise) const;
    double fraction(const char *key, double otherwise) const;
    bool flag(const char *key) const;
    std::string text(const char *key) const;
};

struct plan {
    std::string library;
    std::string trace;
    uint64_t seed = 0;
    std::vector<planted> faults;
};

/* False on a mistake, which `*mistake` then says in a sentence. */
bool read_plan(const std::string &text, plan *out, std::string *mistake);

/* Loads the real library and points the entries to it and to the stand-ins. */
bool forward_to(const char *library, std::string *mistake);

} // namespace fault

#endif
