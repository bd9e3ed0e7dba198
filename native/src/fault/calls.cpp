#include "calls.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

#include "forward.h"
#include "ledger.h"
#include "requests.h"

namespace fault {

namespace {

constexpr char abort_text[] = "nixl: planted abort\n";
constexpr int exit_status = 3;

/* Who makes the call, and for which request. */
struct caller {
    std::string rank;
    int64_t request; /* -1: none */
};

caller caller_of(const ledger &in, unsigned function, void *const *arguments) {
    caller who{"", -1};
    if (function == call_create_agent || function == call_create_configured_agent) {
        who.rank = arguments[0] == nullptr ? "" : static_cast<const char *>(arguments[0]);
        return who;
    }
    who.rank = rank_of(in, arguments[0]);
    if (function == call_make_xfer_req) {
        who.request = in.made;
    } else if (takes_request(function)) {
        const auto found = in.requests.find(arguments[1]);
        who.request = found == in.requests.end() ? -1 : found->second->ordinal;
    }
    return who;
}

void write_all(const char *bytes, size_t length) {
    while (length > 0) {
        const ssize_t written = write(STDERR_FILENO, bytes, length);
        if (written <= 0) {
            return;
        }
        bytes += written;
        length -= static_cast<size_t>(written);
    }
}

void write_log(const planned &fault, uint64_t random) {
    constexpr size_t chunk = size_t{1} << 16;
    if (fault.noise_bytes > 0) {
        std::string noise;
        for (int64_t left = fault.noise_bytes; left > 0; left -= static_cast<int64_t>(noise.size())) {
            noise.resize(std::min(chunk, static_cast<size_t>(left)));
            for (char &each : noise) {
                random = random * 6364136223846793005u + 1442695040888963407u;
                each = static_cast<char>(random >> 56);
            }
            write_all(noise.data(), noise.size());
        }
        return;
    }
    const std::string line = fault.text + "\n";
    std::string lines = line;
    while (lines.size() + line.size() <= std::min(chunk, static_cast<size_t>(fault.repeat_bytes))) {
        lines += line;
    }
    int64_t written = 0;
    do {
        write_all(lines.data(), lines.size());
        written += static_cast<int64_t>(lines.size());
    } while (written < fault.repeat_bytes);
}

void limit_memory() {
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (file != nullptr) {
        if (fscanf(file, "%ld", &pages) != 1) {
            pages = 0;
        }
        fclose(file);
    }
    rlimit limit{};
    getrlimit(RLIMIT_AS, &limit);
    limit.rlim_cur = static_cast<rlim_t>(pages) * static_cast<rlim_t>(sysconf(_SC_PAGESIZE));
    setrlimit(RLIMIT_AS, &limit);
}

void crash(crash_how how) {
    switch (how) {
    case crash_how::segv: {
        volatile char *volatile nowhere = nullptr;
        *nowhere = 1;
        break;
    }
    case crash_how::abort:
        write_all(abort_text, sizeof abort_text - 1);
        abort();
    case crash_how::exit: _exit(exit_status);
    case crash_how::memory:
        limit_memory();
        exhaust_memory();
        break;
    case crash_how::kill: kill(getpid(), SIGKILL); break;
    }
}

/* Memory that is touched, and open files, which nobody gives back. */
void leak(const planned &fault) {
    if (fault.bytes > 0) {
        void *memory = malloc(static_cast<size_t>(fault.bytes));
        if (memory != nullptr) {
            /* Through a pointer that the compiler does not see through: it would leave out both. */
            memset(const_cast<void *>(static_cast<void *volatile &>(memory)), 1, static_cast<size_t>(fault.bytes));
        }
    }
    for (int64_t i = 0; i < fault.files; i++) {
        if (open("/dev/null", O_RDONLY | O_CLOEXEC) < 0) {
            return;
        }
    }
}

[[noreturn]] void hang() {
    for (;;) {
        pause();
    }
}

/* A fault that is due at a call, copied out of the plan: it is applied without the lock. */
struct due {
    planned fault;
    uint64_t random;
};

std::vector<due> due_at(unsigned function, void *const *arguments, caller *who) {
    std::vector<due> found;
    ledger &in = book();
    hold_lock hold(in.lock);
    *who = caller_of(in, function, arguments);
    for (planned &fault : in.plan.faults) {
        if (!on_calls(fault.is) || fault.function != function || !meant(fault, who->rank, who->request)) {
            continue;
        }
        if (fault.matched++ >= fault.after && take(fault, who->rank, who->request)) {
            found.push_back({fault, fault.is == kind::log ? draw(fault, who->rank) : 0});
            if (fault.is != kind::log && fault.is != kind::leak) {
                break; /* the call ends here */
            }
        }
    }
    return found;
}

} // namespace

bool entered(unsigned function, void *const *arguments, int *status) {
    caller who;
    for (const due &each : due_at(function, arguments, &who)) {
        trace(each.fault, who.rank, "call=" + each.fault.call + " " + said("request", who.request));
        switch (each.fault.is) {
        case kind::log: write_log(each.fault, each.random); break;
        case kind::leak: leak(each.fault); break;
        case kind::hang: hang();
        case kind::crash: crash(each.fault.crash); break;
        default: *status = static_cast<int>(each.fault.status); return true;
        }
    }
    return false;
}

} // namespace fault
