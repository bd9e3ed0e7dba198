/*
 * The calls that a fault may touch. An engine calls NIXL on one thread, so nothing here is guarded.
 *
 * A request is followed from make to release: its pairs of descriptors, what the real library says of it, and what the
 * caller is told instead.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <memory>

#include "fault.h"
#include "signatures.h"

namespace fault {
namespace {

constexpr int bad_plan = 78;
constexpr uint64_t nanos_per_milli = 1000000;

struct descriptor {
    uint64_t address;
    uint64_t length;
    uint64_t device;
};

struct listing {
    int memory = host_memory;
    std::string owner;
    std::vector<descriptor> descriptors;
};

struct pair {
    descriptor local;
    descriptor remote;
};

struct message {
    std::string sender;
    std::string text;
};

/* A request of the real library, made of lists of our own. */
struct made_request {
    void *handle = nullptr;
    void *local = nullptr;
    void *remote = nullptr;
};

struct request {
    void *agent = nullptr;
    void *handle = nullptr;
    int64_t ordinal = 0;
    int operation = read_operation;
    void *options = nullptr;
    std::string peer;
    std::string text;
    std::vector<pair> pairs;
    made_request changed; /* in place of what the caller's lists say */
    made_request second;  /* the late part */
    uint64_t second_due = 0;
    bool second_posted = false;
    bool second_done = true;
    bool hold_for_second = false;
    uint64_t due = 0; /* the real post is put off until then */
    bool posted = false;
    bool done = false; /* the real one */
    bool reported = false;
    bool never = false;
    bool slowed = false;
    uint64_t begun = 0;
    uint64_t ended = 0;
};

plan &the_plan() {
    static plan it;
    return it;
}

std::string rank;
uint64_t randomness;
std::map<void *, listing> lists;
std::map<void *, listing> prepared;
std::map<void *, std::vector<descriptor>> registrations;
std::vector<descriptor> regions;
std::vector<std::shared_ptr<request>> requests;
std::map<void *, std::shared_ptr<request>> by_handle;
std::map<void *, std::map<std::string, std::vector<std::string>>> shown;
std::map<uint64_t, std::string> earlier; /* what a descriptor held when its last request was done */
std::vector<std::string> loaded;
int64_t loads;

uint64_t now() {
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return static_cast<uint64_t>(time.tv_sec) * 1000000000 + static_cast<uint64_t>(time.tv_nsec);
}

uint64_t next_random() {
    randomness += 0x9e3779b97f4a7c15ULL;
    uint64_t z = randomness;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
}

void seed_randomness() {
    randomness = the_plan().seed;
    for (const char c : rank) {
        randomness = randomness * 1099511628211ULL + static_cast<unsigned char>(c);
    }
}

void trace(const planted &fault, const std::string &details) {
    const std::string line = rank + " " + fault.name + (details.empty() ? "" : " " + details) + "\n";
    const int file = open(the_plan().trace.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    if (file >= 0) {
        (void)!write(file, line.data(), line.size());
        close(file);
    }
}

bool concerns(const planted &fault) { return fault.rank.empty() || fault.rank == rank; }

bool left(const planted &fault) { return fault.times == 0 || fault.applied < fault.times; }

/* Whether it is applied now; then it counts. */
bool takes(planted &fault, const std::string &details = "") {
    if (!concerns(fault) || !left(fault)) {
        return false;
    }
    if (fault.rate < 1 && static_cast<double>(next_random() >> 11) / 9007199254740992.0 >= fault.rate) {
        return false;
    }
    fault.applied++;
    trace(fault, details);
    return true;
}

planted *of_request(const char *name, const request &of) {
    for (planted &fault : the_plan().faults) {
        if (fault.name == name && concerns(fault) && left(fault) &&
            (fault.request < 0 || fault.request == of.ordinal)) {
            return &fault;
        }
    }
    return nullptr;
}

bool takes_for(const char *name, const request &of) {
    planted *fault = of_request(name, of);
    return fault != nullptr && takes(*fault, "request " + std::to_string(of.ordinal));
}

/* The pair that a setting names; null when the request has no such pair. */
pair *named(const planted &fault, const char *key, std::vector<pair> &pairs) {
    const int64_t index = fault.number(key, -1);
    return index >= 0 && index < static_cast<int64_t>(pairs.size()) ? &pairs[static_cast<size_t>(index)] : nullptr;
}

uint8_t *memory_of(const descriptor &of) { return reinterpret_cast<uint8_t *>(of.address); }

/* ---- faults at the entry of a call ---- */

[[noreturn]] void exhaust_memory() {
    rlimit limit{256u << 20, 256u << 20};
    if (FILE *file = fopen("/proc/self/statm", "r")) {
        unsigned long pages = 0;
        if (fscanf(file, "%lu", &pages) == 1) {
            limit.rlim_cur = limit.rlim_max = pages * static_cast<unsigned long>(sysconf(_SC_PAGESIZE)) + (64u << 20);
        }
        fclose(file);
    }
    setrlimit(RLIMIT_AS, &limit);
    for (;;) {
        /* Kept, so that the memory is really used up; ends in std::bad_alloc, and that in abort. */
        static std::vector<char *> *kept = new std::vector<char *>;
        kept->push_back(new char[8u << 20]);
        memset(kept->back(), 1, 8u << 20);
    }
}

[[noreturn]] void crash(const std::string &how) {
    if (how == "segv") {
        volatile int *nowhere = nullptr;
        *nowhere = 1;
    } else if (how == "exit") {
        _exit(3);
    } else if (how == "memory") {
        exhaust_memory();
    } else if (how == "kill") {
        kill(getpid(), SIGKILL);
    }
    (void)!write(STDERR_FILENO, "nixl: planted abort\n", 20);
    abort();
}

void write_log(const planted &fault) {
    const int64_t noise = fault.number("noiseBytes", 0);
    std::string line;
    if (noise > 0) {
        for (int64_t i = 0; i < noise; i++) {
            line += static_cast<char>(next_random());
        }
    } else {
        line = fault.text("text");
    }
    line += '\n';
    std::string chunk = line;
    const int64_t repeat = fault.number("repeatBytes", 0);
    while (repeat > 0 && chunk.size() < 65536) {
        chunk += line;
    }
    int64_t written = 0;
    do {
        const ssize_t count = write(STDERR_FILENO, chunk.data(), chunk.size());
        if (count < 0 && errno != EINTR && errno != EAGAIN) {
            return;
        }
        written += count > 0 ? count : 0;
    } while (written < repeat);
}

/* What happens at the entry of a call. Returns whether it is to return `*status` at once. */
bool strike(unsigned function, int *status) {
    for (planted &fault : the_plan().faults) {
        if (!concerns(fault) || !left(fault) || fault.settings.member("call") == nullptr ||
            fault.text("call") != function_name(function) || fault.calls++ < fault.number("after", 0)) {
            continue;
        }
        if (!takes(fault, function_name(function))) {
            continue;
        }
        if (fault.name == "hang") {
            for (;;) {
                pause();
            }
        } else if (fault.name == "crash") {
            crash(fault.text("how"));
        } else if (fault.name == "log") {
            write_log(fault);
        } else {
            *status = static_cast<int>(fault.number("status", -2));
            return true;
        }
    }
    return false;
}

/* Backends may be done within post; a fault in polling needs polls. */
bool polling_is_planted() {
    return std::any_of(the_plan().faults.begin(), the_plan().faults.end(), [](const planted &fault) {
        return concerns(fault) && left(fault) && fault.text("call") == "get_xfer_status";
    });
}

#define NXF_STRIKE(name)                                                                                               \
    int planted_status = 0;                                                                                            \
    if (strike(call_##name, &planted_status)) {                                                                        \
        return planted_status;                                                                                         \
    }

/* ---- making a request of pairs ---- */

bool make_of(request &of, const std::vector<pair> &pairs, int memory, void *options, made_request *out) {
    void *local = nullptr;
    void *remote = nullptr;
    NXF_REAL(create_xfer_dlist)(memory, &local);
    NXF_REAL(create_xfer_dlist)(memory, &remote);
    std::vector<int> indices;
    for (const pair &each : pairs) {
        NXF_REAL(xfer_dlist_add_desc)(local, each.local.address, each.local.length, each.local.device);
        NXF_REAL(xfer_dlist_add_desc)(remote, each.remote.address, each.remote.length, each.remote.device);
        indices.push_back(static_cast<int>(indices.size()));
    }
    int status = NXF_REAL(prep_xfer_dlist)(of.agent, "", local, &out->local, options);
    if (status == success) {
        status = NXF_REAL(prep_xfer_dlist)(of.agent, of.peer.c_str(), remote, &out->remote, options);
    }
    if (status == success) {
        status = NXF_REAL(make_xfer_req)(of.agent, of.operation, out->local, indices.data(), indices.size(), out->remote,
                                         indices.data(), indices.size(), &out->handle, options);
    }
    NXF_REAL(destroy_xfer_dlist)(local);
    NXF_REAL(destroy_xfer_dlist)(remote);
    return status == success;
}

void release(void *agent, made_request &made) {
    if (made.handle != nullptr) {
        NXF_REAL(release_xfer_req)(agent, made.handle);
    }
    if (made.local != nullptr) {
        NXF_REAL(release_xfer_dlist_handle)(agent, made.local);
    }
    if (made.remote != nullptr) {
        NXF_REAL(release_xfer_dlist_handle)(agent, made.remote);
    }
    made = made_request{};
}

/* The pairs as the faults want them; false when no fault touches them. */
bool change_pairs(const request &of, std::vector<pair> &pairs) {
    bool changed = false;
    for (planted &fault : the_plan().faults) {
        pair *first = named(fault, "descriptor", pairs);
        pair *other = named(fault, "with", pairs);
        const auto bytes = static_cast<uint64_t>(fault.number("bytes", 0));
        const bool mine = concerns(fault) && left(fault) && (fault.request < 0 || fault.request == of.ordinal);
        if (!mine) {
            continue;
        }
        const std::string where = "request " + std::to_string(of.ordinal);
        if (fault.name == "skip" && first != nullptr && takes(fault, where)) {
            pairs.erase(pairs.begin() + (first - pairs.data()));
        } else if (fault.name == "redirect" && first != nullptr && other != nullptr && takes(fault, where)) {
            first->remote = other->remote;
        } else if (fault.name == "swap" && first != nullptr && other != nullptr && takes(fault, where)) {
            std::swap(first->remote, other->remote);
        } else if (fault.name == "shift" && first != nullptr && takes(fault, where)) {
            first->remote.address += bytes;
        } else if (fault.name == "cut" && first != nullptr && takes(fault, where)) {
            first->local.length -= bytes;
            first->remote.length -= bytes;
        } else if (fault.name == "lengthen" && first != nullptr && takes(fault, where)) {
            first->local.length += bytes;
            first->remote.length += bytes;
        } else if (fault.name == "again" && first != nullptr && other != nullptr && takes(fault, where)) {
            pairs.push_back({first->local, other->remote});
        } else if (fault.name == "stop" && takes(fault, where)) {
            pairs.resize(std::min(pairs.size(), static_cast<size_t>(fault.number("after", 0))));
        } else {
            continue;
        }
        changed = true;
    }
    return changed;
}

bool is_stopped(const request &of) {
    return std::any_of(the_plan().faults.begin(), the_plan().faults.end(), [&](const planted &fault) {
        return fault.name == "stop" && concerns(fault) && fault.applied > 0 &&
               (fault.request < 0 || fault.request == of.ordinal);
    });
}

/* ---- after the data are there ---- */

void exchange(planted &fault) {
    const int64_t other_ordinal = fault.number("withRequest", fault.request);
    if (fault.request < 0 || static_cast<size_t>(fault.request) >= requests.size() || other_ordinal < 0 ||
        static_cast<size_t>(other_ordinal) >= requests.size()) {
        return;
    }
    request &one = *requests[static_cast<size_t>(fault.request)];
    request &two = *requests[static_cast<size_t>(other_ordinal)];
    pair *first = named(fault, "descriptor", one.pairs);
    pair *other = named(fault, "with", two.pairs);
    if (!one.done || !two.done || first == nullptr || other == nullptr || !takes(fault)) {
        return;
    }
    std::swap_ranges(memory_of(first->local), memory_of(first->local) + first->local.length, memory_of(other->local));
}

void spoil(planted &fault, request &of) {
    pair *first = named(fault, "descriptor", of.pairs);
    const std::string where = "request " + std::to_string(of.ordinal);
    if (fault.name == "every") {
        if (!takes(fault, where)) {
            return;
        }
        const auto every = static_cast<uint64_t>(fault.number("words", 8192));
        uint64_t word = 0;
        for (const pair &each : of.pairs) {
            for (uint64_t at = 0; at + 8 <= each.local.length; at += 8) {
                if (word++ % every == every / 2) {
                    uint64_t value;
                    memcpy(&value, memory_of(each.local) + at, 8);
                    value = ~value;
                    memcpy(memory_of(each.local) + at, &value, 8);
                }
            }
        }
        return;
    }
    if (first == nullptr) {
        return;
    }
    uint8_t *bytes = memory_of(first->local);
    const auto byte = static_cast<uint64_t>(fault.number("byte", 0));
    if (fault.name == "zero" && takes(fault, where)) {
        memset(bytes, 0, first->local.length);
    } else if (fault.name == "flip" && byte < first->local.length && takes(fault, where)) {
        bytes[byte] = static_cast<uint8_t>(bytes[byte] ^ (1u << fault.number("bit", 0)));
    } else if (fault.name == "old") {
        const auto before = earlier.find(first->local.address);
        if (before != earlier.end() && before->second.size() == first->local.length && byte < first->local.length &&
            takes(fault, where)) {
            memcpy(bytes + byte, before->second.data() + byte, first->local.length - byte);
        }
    } else if (fault.name == "write" && takes(fault, where)) {
        memset(bytes + fault.number("offset", 0), 0xa5, static_cast<size_t>(fault.number("bytes", 0)));
    }
}

void remember(request &of) {
    for (const planted &fault : the_plan().faults) {
        if (fault.name != "old" || !concerns(fault)) {
            continue;
        }
        if (const pair *first = named(fault, "descriptor", of.pairs)) {
            earlier[first->local.address].assign(reinterpret_cast<const char *>(memory_of(first->local)),
                                                 first->local.length);
        }
    }
}

void data_are_there(request &of) {
    of.done = true;
    of.ended = now();
    for (planted &fault : the_plan().faults) {
        const bool mine = concerns(fault) && left(fault) && (fault.request < 0 || fault.request == of.ordinal);
        if (mine && of.operation == read_operation && fault.name != "exchange") {
            spoil(fault, of);
        }
    }
    remember(of);
    for (planted &fault : the_plan().faults) {
        if (fault.name == "exchange" && concerns(fault) && left(fault)) {
            exchange(fault);
        }
    }
    if (planted *fault = of_request("misdeliver", of)) {
        if (takes(*fault)) {
            NXF_REAL(gen_notif)(of.agent, fault->text("agent").c_str(), of.text.data(), of.text.size(), nullptr);
        }
    }
    if (of.second.handle != nullptr) {
        of.second_due = now() + of.due;
    }
}

bool is_slow(request &of) {
    planted *fault = of_request("slow", of);
    if (fault == nullptr) {
        return false;
    }
    if (!of.slowed) {
        of.slowed = true;
        trace(*fault, "request " + std::to_string(of.ordinal));
    }
    double growth = 1;
    for (int64_t i = 0; i < of.ordinal; i++) {
        growth *= fault->fraction("growth", 1);
    }
    const auto took = static_cast<double>(of.ended - of.begun);
    const double whole = (took * fault->fraction("factor", 1) +
                          fault->fraction("milliseconds", 0) * static_cast<double>(nanos_per_milli)) *
                         growth;
    return static_cast<double>(now() - of.begun) < whole;
}

void *handle_of(const request &of) { return of.changed.handle != nullptr ? of.changed.handle : of.handle; }

void advance_second(request &of) {
    if (of.second.handle == nullptr || of.second_done || !of.done || now() < of.second_due) {
        return;
    }
    const int status = of.second_posted ? NXF_REAL(get_xfer_status)(of.agent, of.second.handle)
                                        : NXF_REAL(post_xfer_req)(of.agent, of.second.handle, nullptr);
    of.second_posted = true;
    of.second_done = status != in_progress;
}

/* What the caller is told, given what the real library says. */
int told(request &of, int status) {
    if (status != success) {
        return status;
    }
    if (!of.done) {
        data_are_there(of);
    }
    advance_second(of);
    if (of.never || (of.hold_for_second && !of.second_done) || is_slow(of)) {
        return in_progress;
    }
    if (!of.reported) {
        of.reported = true;
        if (planted *slow = of_request("slow", of)) {
            slow->applied++;
        }
    }
    return success;
}

/* What was put off and is due. Called from every call that a caller makes again and again. */
void catch_up(void *agent) {
    for (const auto &each : requests) {
        request &of = *each;
        if (of.agent != agent || of.handle == nullptr) {
            continue;
        }
        if (of.due != 0 && of.second.handle == nullptr && !of.posted && now() >= of.due) {
            of.posted = true;
            if (NXF_REAL(post_xfer_req)(agent, handle_of(of), nullptr) == success && !of.done) {
                data_are_there(of);
            }
        } else if (of.due != 0 && of.posted && !of.done &&
                   NXF_REAL(get_xfer_status)(agent, handle_of(of)) == success) {
            data_are_there(of);
        }
        advance_second(of);
    }
}

void put_off(request &of, const planted &fault) {
    of.due = now() + static_cast<uint64_t>(fault.number("milliseconds", 0)) * nanos_per_milli;
}

/* ---- notifications ---- */

void overwrite(planted &fault) {
    const auto region = static_cast<size_t>(fault.number("region", 0));
    if (region < regions.size() && takes(fault)) {
        uint8_t *bytes = memory_of(regions[region]);
        memmove(bytes + fault.number("offset", 0), bytes + fault.number("from", 0),
                static_cast<size_t>(fault.number("bytes", 0)));
    }
}

/* Adds what came of one message. */
void receive(message arrived, std::vector<message> &out) {
    for (planted &fault : the_plan().faults) {
        if (!concerns(fault) || !left(fault)) {
            continue;
        }
        if (fault.name == "overwrite") {
            overwrite(fault);
        } else if (fault.name == "lose" && takes(fault)) {
            return;
        } else if (fault.name == "double" && takes(fault)) {
            out.push_back(arrived);
        } else if (fault.name == "alter" && takes(fault)) {
            const auto byte = static_cast<size_t>(fault.number("byte", 0));
            if (byte < arrived.text.size()) {
                arrived.text[byte] = static_cast<char>(arrived.text[byte] ^ 1);
            }
        } else if (fault.name == "empty" && takes(fault)) {
            arrived.text.clear();
        } else if (fault.name == "rename" && takes(fault)) {
            arrived.sender = fault.text("sender");
        }
    }
    out.push_back(arrived);
}

int drain(void *map) {
    size_t senders = 0;
    int status = NXF_REAL(notif_map_size)(map, &senders);
    for (size_t s = 0; status >= 0 && s < senders; s++) {
        const char *sender = nullptr;
        size_t count = 0;
        NXF_REAL(notif_map_get_agent_at)(map, s, &sender);
        status = NXF_REAL(notif_map_get_notifs_size)(map, sender, &count);
        for (size_t m = 0; status >= 0 && m < count; m++) {
            const void *text = nullptr;
            size_t length = 0;
            status = NXF_REAL(notif_map_get_notif)(map, sender, m, &text, &length);
            if (status >= 0) {
                std::vector<message> out;
                receive({sender, std::string(static_cast<const char *>(text), length)}, out);
                for (const message &each : out) {
                    shown[map][each.sender].push_back(each.text);
                }
            }
        }
    }
    return senders == 0 || status < 0 ? status : NXF_REAL(notif_map_clear)(map);
}

const std::vector<std::string> *texts_of(void *map, const char *sender) {
    const auto &senders = shown[map];
    const auto found = senders.find(sender);
    return found == senders.end() ? nullptr : &found->second;
}

/* ---- metadata ---- */

std::string changed_metadata(std::string blob) {
    for (planted &fault : the_plan().faults) {
        const int64_t load = fault.number("load", -1);
        if (fault.name != "metadata" || !concerns(fault) || !left(fault) || (load >= 0 && load != loads)) {
            continue;
        }
        const std::string how = fault.text("how");
        if (how == "replay" && loaded.empty()) {
            continue;
        }
        if (!takes(fault, how)) {
            continue;
        }
        const auto byte = static_cast<size_t>(fault.number("byte", 0));
        if (how == "cut") {
            blob.resize(std::min(blob.size(), static_cast<size_t>(fault.number("bytes", 0))));
        } else if (how == "half") {
            blob.resize(blob.size() / 2);
        } else if (how == "tail") {
            blob.resize(blob.size() - std::min(blob.size(), static_cast<size_t>(fault.number("bytes", 1))));
        } else if (how == "flip" && byte < blob.size()) {
            blob[byte] = static_cast<char>(blob[byte] ^ (1u << fault.number("bit", 0)));
        } else if (how == "empty") {
            blob.clear();
        } else if (how == "replay") {
            blob = loaded.back();
        } else if (how == "file") {
            blob.clear();
            if (FILE *file = fopen(fault.text("file").c_str(), "rb")) {
                char bytes[4096];
                for (size_t count; (count = fread(bytes, 1, sizeof bytes, file)) > 0;) {
                    blob.append(bytes, count);
                }
                fclose(file);
            }
        }
    }
    return blob;
}

[[noreturn]] void refuse(const std::string &mistake) {
    fprintf(stderr, "nixlconform engine: the fault plan cannot be used: %s\n", mistake.c_str());
    _exit(bad_plan);
}

__attribute__((constructor)) void begin() {
    const char *path = getenv("NIXLCONFORM_FAULT_PLAN");
    FILE *file = path == nullptr ? nullptr : fopen(path, "rb");
    if (file == nullptr) {
        refuse("NIXLCONFORM_FAULT_PLAN must name a file that can be read");
    }
    std::string text;
    char bytes[4096];
    for (size_t count; (count = fread(bytes, 1, sizeof bytes, file)) > 0;) {
        text.append(bytes, count);
    }
    fclose(file);
    std::string mistake;
    if (!read_plan(text, &the_plan(), &mistake) || !forward_to(the_plan().library.c_str(), &mistake)) {
        refuse(mistake);
    }
}

} // namespace

namespace standin {

int create_agent(const char *name, void **agent) {
    rank = name;
    seed_randomness();
    NXF_STRIKE(create_agent)
    return NXF_REAL(create_agent)(name, agent);
}

int create_configured_agent(const char *name, const void *configuration, void **agent) {
    rank = name;
    seed_randomness();
    NXF_STRIKE(create_configured_agent)
    return NXF_REAL(create_configured_agent)(name, configuration, agent);
}

int create_backend(void *agent, const char *plugin, void *parameters, void **backend) {
    NXF_STRIKE(create_backend)
    return NXF_REAL(create_backend)(agent, plugin, parameters, backend);
}

int destroy_agent(void *agent) {
    NXF_STRIKE(destroy_agent)
    return NXF_REAL(destroy_agent)(agent);
}

int create_reg_dlist(int memory, void **list) { return NXF_REAL(create_reg_dlist)(memory, list); }

int reg_dlist_add_desc(void *list, uintptr_t address, size_t length, uint64_t device, const void *extra,
                       size_t extra_length) {
    registrations[list].push_back({address, length, device});
    return NXF_REAL(reg_dlist_add_desc)(list, address, length, device, extra, extra_length);
}

int reg_dlist_rem_desc(void *list, int index) {
    std::vector<descriptor> &all = registrations[list];
    if (index >= 0 && static_cast<size_t>(index) < all.size()) {
        all.erase(all.begin() + index);
    }
    return NXF_REAL(reg_dlist_rem_desc)(list, index);
}

int reg_dlist_clear(void *list) {
    registrations.erase(list);
    return NXF_REAL(reg_dlist_clear)(list);
}

int reg_dlist_resize(void *list, size_t size) {
    registrations[list].resize(size);
    return NXF_REAL(reg_dlist_resize)(list, size);
}

int destroy_reg_dlist(void *list) {
    registrations.erase(list);
    return NXF_REAL(destroy_reg_dlist)(list);
}

int register_mem(void *agent, void *list, void *options) {
    NXF_STRIKE(register_mem)
    const std::vector<descriptor> &added = registrations[list];
    regions.insert(regions.end(), added.begin(), added.end());
    return NXF_REAL(register_mem)(agent, list, options);
}

int deregister_mem(void *agent, void *list, void *options) {
    NXF_STRIKE(deregister_mem)
    return NXF_REAL(deregister_mem)(agent, list, options);
}

int create_xfer_dlist(int memory, void **list) {
    const int status = NXF_REAL(create_xfer_dlist)(memory, list);
    if (status == success) {
        lists[*list] = listing{memory, "", {}};
    }
    return status;
}

int xfer_dlist_add_desc(void *list, uintptr_t address, size_t length, uint64_t device) {
    lists[list].descriptors.push_back({address, length, device});
    return NXF_REAL(xfer_dlist_add_desc)(list, address, length, device);
}

int xfer_dlist_rem_desc(void *list, int index) {
    std::vector<descriptor> &all = lists[list].descriptors;
    if (index >= 0 && static_cast<size_t>(index) < all.size()) {
        all.erase(all.begin() + index);
    }
    return NXF_REAL(xfer_dlist_rem_desc)(list, index);
}

int xfer_dlist_clear(void *list) {
    lists[list].descriptors.clear();
    return NXF_REAL(xfer_dlist_clear)(list);
}

int xfer_dlist_resize(void *list, size_t size) {
    lists[list].descriptors.resize(size);
    return NXF_REAL(xfer_dlist_resize)(list, size);
}

int destroy_xfer_dlist(void *list) {
    lists.erase(list);
    return NXF_REAL(destroy_xfer_dlist)(list);
}

int prep_xfer_dlist(void *agent, const char *owner, void *list, void **out, void *options) {
    NXF_STRIKE(prep_xfer_dlist)
    const int status = NXF_REAL(prep_xfer_dlist)(agent, owner, list, out, options);
    if (status == success) {
        prepared[*out] = lists[list];
        prepared[*out].owner = owner;
    }
    return status;
}

int release_xfer_dlist_handle(void *agent, void *handle) {
    prepared.erase(handle);
    return NXF_REAL(release_xfer_dlist_handle)(agent, handle);
}

int load_remote_md(void *agent, const void *blob, size_t length, char **name) {
    NXF_STRIKE(load_remote_md)
    const std::string given(static_cast<const char *>(blob), length);
    const std::string changed = changed_metadata(given);
    loaded.push_back(given);
    loads++;
    return NXF_REAL(load_remote_md)(agent, changed.data(), changed.size(), name);
}

int invalidate_remote_md(void *agent, const char *name) {
    NXF_STRIKE(invalidate_remote_md)
    return NXF_REAL(invalidate_remote_md)(agent, name);
}

int make_xfer_req(void *agent, int operation, void *local, const int *local_indices, size_t local_count, void *remote,
                  const int *remote_indices, size_t remote_count, void **handle, void *options) {
    NXF_STRIKE(make_xfer_req)
    auto of = std::make_shared<request>();
    of->agent = agent;
    of->operation = operation;
    of->ordinal = static_cast<int64_t>(requests.size());
    const listing &locals = prepared[local];
    const listing &remotes = prepared[remote];
    of->peer = remotes.owner;
    for (size_t i = 0; i < local_count && i < remote_count; i++) {
        const auto l = static_cast<size_t>(local_indices[i]);
        const auto r = static_cast<size_t>(remote_indices[i]);
        if (l < locals.descriptors.size() && r < remotes.descriptors.size()) {
            of->pairs.push_back({locals.descriptors[l], remotes.descriptors[r]});
        }
    }
    bool has = false;
    void *text = nullptr;
    size_t length = 0;
    if (NXF_REAL(opt_args_get_has_notif)(options, &has) == success && has &&
        NXF_REAL(opt_args_get_notif_msg)(options, &text, &length) == success && text != nullptr) {
        of->text.assign(static_cast<const char *>(text), length);
        free(text);
    }
    const bool silent = takes_for("unnotified", *of) || of_request("misdeliver", *of) != nullptr ||
                        of_request("early-notification", *of) != nullptr || of_request("stop", *of) != nullptr;
    if (silent && has) {
        NXF_REAL(opt_args_set_has_notif)(options, false);
    }
    const int status = NXF_REAL(make_xfer_req)(agent, operation, local, local_indices, local_count, remote,
                                               remote_indices, remote_count, handle, options);
    if (status == success) {
        of->handle = *handle;
        requests.push_back(of);
        by_handle[*handle] = of;
        std::vector<pair> pairs = of->pairs;
        bool changed = change_pairs(*of, pairs);
        of->never = is_stopped(*of);
        if (planted *late = of_request("late", *of)) {
            const pair *chosen = named(*late, "descriptor", pairs);
            if (chosen != nullptr && takes(*late)) {
                const pair alone = *chosen;
                pairs.erase(pairs.begin() + (chosen - pairs.data()));
                of->hold_for_second = late->flag("hold");
                of->due = static_cast<uint64_t>(late->number("milliseconds", 0)) * nanos_per_milli;
                of->second_done = false;
                NXF_REAL(opt_args_set_has_notif)(options, has && of->hold_for_second);
                make_of(*of, {alone}, locals.memory, options, &of->second);
                NXF_REAL(opt_args_set_has_notif)(options, has && !of->hold_for_second);
                changed = true;
            }
        }
        if (changed && !pairs.empty() && !make_of(*of, pairs, locals.memory, options, &of->changed)) {
            refuse("the changed request could not be made; does a descriptor leave its region?");
        }
        of->never = of->never || (changed && pairs.empty());
    }
    if (has) {
        NXF_REAL(opt_args_set_has_notif)(options, true);
    }
    return status;
}

int post_xfer_req(void *agent, void *handle, void *options) {
    NXF_STRIKE(post_xfer_req)
    const auto found = by_handle.find(handle);
    if (found == by_handle.end()) {
        return NXF_REAL(post_xfer_req)(agent, handle, options);
    }
    request &of = *found->second;
    of.begun = now();
    if (takes_for("never-done", of)) {
        of.never = true;
        return in_progress;
    }
    if (planted *early = of_request("early-done", of)) {
        if (takes(*early)) {
            put_off(of, *early);
            of.reported = true;
            return success;
        }
    }
    if (planted *early = of_request("early-notification", of)) {
        if (takes(*early)) {
            put_off(of, *early);
            NXF_REAL(gen_notif)(agent, of.peer.c_str(), of.text.data(), of.text.size(), nullptr);
            return in_progress;
        }
    }
    of.posted = true;
    const int status = told(of, NXF_REAL(post_xfer_req)(agent, handle_of(of), options));
    return status == success && polling_is_planted() ? static_cast<int>(in_progress) : status;
}

int get_xfer_status(void *agent, void *handle) {
    NXF_STRIKE(get_xfer_status)
    const auto found = by_handle.find(handle);
    if (found == by_handle.end()) {
        return NXF_REAL(get_xfer_status)(agent, handle);
    }
    request &of = *found->second;
    catch_up(agent);
    if (!of.posted) {
        return of.reported ? success : in_progress;
    }
    const int status = told(of, of.done ? static_cast<int>(success) : NXF_REAL(get_xfer_status)(agent, handle_of(of)));
    return status == success && polling_is_planted() ? static_cast<int>(in_progress) : status;
}

int get_xfer_telemetry(void *agent, void *handle, telemetry *out) {
    for (planted &fault : the_plan().faults) {
        if (fault.name == "telemetry" && takes(fault)) {
            *out = telemetry{};
            out->bytes = static_cast<uint64_t>(fault.number("bytes", 0));
            out->descriptors = static_cast<uint64_t>(fault.number("descriptors", 0));
            return success;
        }
    }
    const auto found = by_handle.find(handle);
    if (found == by_handle.end()) {
        return NXF_REAL(get_xfer_telemetry)(agent, handle, out);
    }
    request &of = *found->second;
    if (!of.done) {
        return not_there;
    }
    const int status = NXF_REAL(get_xfer_telemetry)(agent, handle_of(of), out);
    if (status == success && of.changed.handle != nullptr) {
        /* A library that moves other descriptors than it was given counts what it was given. */
        out->bytes = 0;
        out->descriptors = of.pairs.size();
        for (const pair &each : of.pairs) {
            out->bytes += each.local.length;
        }
    }
    return status;
}

int release_xfer_req(void *agent, void *handle) {
    NXF_STRIKE(release_xfer_req)
    const auto found = by_handle.find(handle);
    if (found != by_handle.end()) {
        release(agent, found->second->changed);
        release(agent, found->second->second);
        found->second->handle = nullptr;
        by_handle.erase(found);
    }
    return NXF_REAL(release_xfer_req)(agent, handle);
}

int destroy_xfer_req(void *handle) { return NXF_REAL(destroy_xfer_req)(handle); }

int get_notifs(void *agent, void *map, void *options) {
    NXF_STRIKE(get_notifs)
    catch_up(agent);
    const int status = NXF_REAL(get_notifs)(agent, map, options);
    return status < 0 ? status : drain(map);
}

int destroy_notif_map(void *map) {
    shown.erase(map);
    return NXF_REAL(destroy_notif_map)(map);
}

int notif_map_size(void *map, size_t *size) {
    *size = shown[map].size();
    return success;
}

int notif_map_get_agent_at(void *map, size_t index, const char **sender) {
    const auto &senders = shown[map];
    if (index >= senders.size()) {
        return invalid_parameter;
    }
    *sender = std::next(senders.begin(), static_cast<long>(index))->first.c_str();
    return success;
}

int notif_map_get_notifs_size(void *map, const char *sender, size_t *size) {
    const std::vector<std::string> *texts = texts_of(map, sender);
    *size = texts == nullptr ? 0 : texts->size();
    return texts == nullptr ? static_cast<int>(invalid_parameter) : static_cast<int>(success);
}

int notif_map_get_notif(void *map, const char *sender, size_t index, const void **text, size_t *length) {
    const std::vector<std::string> *texts = texts_of(map, sender);
    if (texts == nullptr || index >= texts->size()) {
        return invalid_parameter;
    }
    *text = (*texts)[index].data();
    *length = (*texts)[index].size();
    return success;
}

int notif_map_clear(void *map) {
    shown[map].clear();
    return success;
}

} // namespace standin
} // namespace fault
