#include "ledger.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "forward.h"
#include "requests.h"

namespace fault {

namespace {

constexpr int bad_configuration = 78; /* EX_CONFIG */
constexpr char variable[] = "NIXLCONFORM_FAULT_PLAN";

/* Never destroyed: another thread may still poll while the process ends. */
ledger *the_book;

uint64_t mixed(uint64_t number) {
    number = (number ^ (number >> 30)) * 0xbf58476d1ce4e5b9u;
    number = (number ^ (number >> 27)) * 0x94d049bb133111ebu;
    return number ^ (number >> 31);
}

[[noreturn]] void refuse(const std::string &sentence) {
    const std::string line = "nixlconform fault library: " + sentence + ".\n";
    const ssize_t ignored = write(STDERR_FILENO, line.data(), line.size());
    (void)ignored;
    _exit(bad_configuration);
}

__attribute__((constructor)) void load() {
    the_book = new ledger;
    const char *path = getenv(variable);
    if (path == nullptr) {
        refuse(std::string("the environment variable ") + variable +
               " must name the file of a fault plan, it is not set");
    }
    std::string text;
    if (!read_file(path, &text)) {
        refuse(std::string("the fault plan ") + path + " cannot be read: " + strerror(errno));
    }
    std::string mistake;
    plan &plan = the_book->plan;
    if (!read_plan(text, &plan, &mistake)) {
        refuse(std::string("the fault plan ") + path + " is not one: " + mistake);
    }
    if (!open_real(plan.library, &mistake)) {
        refuse(std::string("the library that the fault plan ") + path + " names cannot be opened: " + mistake);
    }
    if (!plan.trace.empty()) {
        the_book->trace_file = open(plan.trace.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
        if (the_book->trace_file < 0) {
            refuse(std::string("the trace file ") + plan.trace + " cannot be written: " + strerror(errno));
        }
    }
    for (size_t i = 0; i < plan.faults.size(); i++) {
        planned &fault = plan.faults[i];
        fault.random = mixed(plan.seed + mixed(i + 1));
        the_book->wants_copies |= fault.is == kind::old;
        if (on_calls(fault.is)) {
            guard(fault.function);
        }
    }
}

} // namespace

ledger &book() { return *the_book; }

std::string rank_of(const ledger &in, void *agent) {
    const auto found = in.agents.find(agent);
    return found == in.agents.end() ? in.latest_agent : found->second.name;
}

bool meant(const planned &fault, const std::string &rank, int64_t request) {
    return (fault.rank.empty() || fault.rank == rank) && (fault.request < 0 || fault.request == request);
}

bool used_up(const planned &fault) { return fault.times != 0 && fault.used >= fault.times; }

uint64_t draw(planned &fault, const std::string &rank) {
    if (!fault.seeded) {
        for (const char c : rank) {
            fault.random = mixed(fault.random + static_cast<unsigned char>(c));
        }
        fault.seeded = true;
    }
    fault.random += 0x9e3779b97f4a7c15u;
    return mixed(fault.random);
}

bool take(planned &fault, const std::string &rank, int64_t request) {
    if (used_up(fault) || !meant(fault, rank, request)) {
        return false;
    }
    constexpr double steps = 9007199254740992; /* 2^53 */
    if (fault.rate < 1 && static_cast<double>(draw(fault, rank) >> 11) / steps >= fault.rate) {
        return false;
    }
    fault.used++;
    return true;
}

void trace(const planned &fault, const std::string &rank, const std::string &details) {
    const std::string line = (rank.empty() ? "-" : rank) + " " + fault.name + (details.empty() ? "" : " ") + details + "\n";
    if (book().trace_file >= 0) {
        const ssize_t ignored = write(book().trace_file, line.data(), line.size());
        (void)ignored;
    }
}

std::string said(const char *name, int64_t value) { return std::string(name) + "=" + std::to_string(value); }

uint64_t now_ns() {
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<uint64_t>(now.tv_sec) * 1000000000 + static_cast<uint64_t>(now.tv_nsec);
}

} // namespace fault
