// The front library over a libfabric of ours. Each case is a process: the library reads its variables once.
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <thread>

#include "abi.h"
#include "check.h"
#include "counters.h"
#include "fabric_fake.h"

using namespace fabric;

namespace {

std::string front_path, fake_path, cuda_path, descriptions;
void *front, *fake;

using variables = std::map<std::string, std::string>;

struct ending {
    int code;
    std::string errors;
};

std::string contents(const std::string &path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

// `set` are the names after NIXLCONFORM_FABRIC_.
ending run(const variables &set, const std::function<void()> &body) {
    const std::string errors = std::string(program_invocation_name) + ".errors";
    const pid_t child = fork();
    if (child == 0) {
        for (const auto &each : set) setenv(("NIXLCONFORM_FABRIC_" + each.first).c_str(), each.second.c_str(), 1);
        dup2(open(errors.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), STDERR_FILENO);
        fake = dlopen(fake_path.c_str(), RTLD_NOW | RTLD_LOCAL);
        front = dlopen(front_path.c_str(), RTLD_NOW | RTLD_LOCAL);
        CHECK(fake != nullptr && front != nullptr, "%s", dlerror());
        body();
        std::exit(0);
    }
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child, "the case cannot be waited for");
    const std::string text = contents(errors);
    unlink(errors.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status), text};
}

void well(variables set, const std::function<void()> &body) {
    set.emplace("REAL", fake_path);
    const ending end = run(set, body);
    CHECK(end.code == 0 && end.errors.empty(), "ended with %d: %s", end.code, end.errors.c_str());
}

template <class Function> Function *of(const char *name, const char *version) {
    void *found = dlvsym(front, name, version);
    CHECK(found != nullptr, "%s@%s is missing", name, version);
    return reinterpret_cast<Function *>(found);
}

fake_seen &seen() { return *reinterpret_cast<fake_seen *(*)()>(dlsym(fake, "fake_seen_so_far"))(); }

// libfabric as a caller of one symbol version uses it.
struct libfabric {
    explicit libfabric(const char *version)
        : find(of<int(uint32_t, const char *, const char *, uint64_t, const info *, info **)>("fi_getinfo", version)),
          release(of<void(info *)>("fi_freeinfo", version)), copy(of<info *(const info *)>("fi_dupinfo", version)) {}

    // Hints that name a provider and a device, or none of them.
    info *hints(const char *provider, const char *device) const {
        info *made = copy(nullptr);
        made->fabric->provider = provider == nullptr ? nullptr : strdup(provider);
        made->domain->name = device == nullptr ? nullptr : strdup(device);
        made->domain->mr_mode = ~0;
        made->domain->threading = 4;
        return made;
    }

    int devices(const char *provider, const char *device, info **found) const {
        info *asked = hints(provider, device);
        const int answer = find(1 << 16 | 18, nullptr, nullptr, 0, asked, found);
        release(asked);
        return answer;
    }

    info *device(const char *name) const {
        info *found = nullptr;
        const int answer = devices("efa", name, &found);
        CHECK(answer == 0 && found->next == nullptr, "%s: %d", name, answer);
        return found;
    }

    int (*find)(uint32_t, const char *, const char *, uint64_t, const info *, info **);
    void (*release)(info *);
    info *(*copy)(const info *);
};

int count_of(const info *list) { return list == nullptr ? 0 : 1 + count_of(list->next); }

const char *const symbol_versions[] = {"FABRIC_1.7", "FABRIC_1.8", "FABRIC_1.9", "FABRIC_1.10"};

void passesEverythingOn() {
    for (int i = 0; i < 4; i++) {
        const libfabric library(symbol_versions[i]);
        info *found = nullptr;
        CHECK(library.find(3, "node", "service", 5, nullptr, &found) == 0, "%s", symbol_versions[i]);
        CHECK(count_of(found) == 2 && strcmp(found->fabric->provider, "tcp;ofi_rxm") == 0, "%s", found->fabric->provider);
        CHECK(seen().api == 3 && seen().flags == 5, "%u %" PRIu64, seen().api, seen().flags);
        CHECK(seen().version == (i == 3 ? 9 : 7 + i), "%s was passed to 1.%d", symbol_versions[i], seen().version);
        library.release(found);
        CHECK(library.devices("efa", nullptr, &found) == no_data, "nothing is simulated");
    }
    CHECK(of<uint32_t()>("fi_version", "FABRIC_1.0")() == fake_release, "fi_version");
    CHECK(strstr(of<const char *(int)>("fi_strerror", "FABRIC_1.0")(61), "the fake") != nullptr, "fi_strerror");
    int parameters = 0;
    of<int(void *, int *)>("fi_getparams", "FABRIC_1.0")(nullptr, &parameters);
    CHECK(parameters == 132, "%d", parameters);
    using open_function = int(uint32_t, const char *, void *, size_t, uint64_t, void *, void *);
    CHECK(of<open_function>("fi_open", "FABRIC_1.5")(0, "cache", nullptr, 0, 0, nullptr, nullptr) == 41, "fi_open");
    char text[16];
    of<char *(char *, size_t, const void *, int)>("fi_tostr_r", "FABRIC_1.4")(text, sizeof text, nullptr, 9);
    CHECK(strcmp(text, "type 9") == 0, "%s", text);
    uint64_t time = 0;
    of<int(const void *, int, int, uint64_t *)>("fi_log_ready", "FABRIC_1.6")(nullptr, 0, 0, &time);
    CHECK(time == 7, "%" PRIu64, time);
    using log_function = void(const void *, int, int, const char *, int, const char *, ...);
    of<log_function>("fi_log", "FABRIC_1.0")(nullptr, 0, 0, "f", 1, "%s of %.1f%%", "a log", 99.5);
    CHECK(strcmp(seen().text, "a log of 99.5%") == 0, "%s", seen().text);
    using define_function = int(const void *, const char *, int, const char *, ...);
    of<define_function>("fi_param_define", "FABRIC_1.0")(nullptr, "n", 0, "default %d", 5);
    CHECK(strcmp(seen().text, "default 5") == 0, "%s", seen().text);

    fabric_attributes attributes = {nullptr, strdup("f"), strdup("tcp"), 0, 7};
    fabric_object *opened = nullptr;
    CHECK(of<int(fabric_attributes *, fabric_object **, void *)>("fi_fabric", "FABRIC_1.1")(&attributes, &opened, nullptr) == 0,
          "fi_fabric");
    CHECK(opened->ops == reinterpret_cast<void *(*)()>(dlsym(fake, "fake_fabric_table"))(), "its functions are replaced");
    delete opened;
    free(attributes.name);
    free(attributes.provider);
}

void showsDevices() {
    for (const char *version : symbol_versions) {
        const libfabric library(version);
        for (const char *provider : {static_cast<const char *>(nullptr), "efa"}) {
            info *found = nullptr;
            CHECK(library.devices(provider, nullptr, &found) == 0 && count_of(found) == 4, "%s", version);
            int rail = 0;
            for (const info *each = found; each != nullptr; each = each->next) {
                const std::string name = "simulated-efa-" + std::to_string(rail++);
                CHECK(each->domain->name == name, "%s instead of %s", each->domain->name, name.c_str());
                CHECK(strcmp(each->fabric->provider, "efa") == 0, "%s", each->fabric->provider);
                CHECK((each->domain->mr_mode & mr_virtual_address) != 0, "%x", each->domain->mr_mode);
                CHECK((each->domain->mr_mode & mr_provider_key) != 0, "%x", each->domain->mr_mode);
                CHECK(each->domain->threading == thread_safe, "%d", each->domain->threading);
                CHECK(each->caps == fake_tcp_caps, "it is not the plain tcp device");
                CHECK(each->nic == nullptr, "there is no topology");
            }
            library.release(found);
        }
        info *one = library.device("simulated-efa-2");
        CHECK(strcmp(one->domain->name, "simulated-efa-2") == 0, "%s", one->domain->name);
        info *copy = library.copy(one);
        CHECK(strcmp(copy->domain->name, one->domain->name) == 0, "%s", copy->domain->name);
        library.release(copy);
        library.release(one);
        info *found = nullptr;
        for (const char *name : {"simulated-efa-4", "simulated-efa-02", "efa", fake_interface}) {
            CHECK(library.devices("efa", name, &found) == no_data, "%s", name);
        }
        CHECK(library.devices("cxi", nullptr, &found) == no_data, "cxi");
        CHECK(library.devices("tcp", nullptr, &found) == 0 && count_of(found) == 2, "tcp is there as well");
        library.release(found);
        CHECK(library.find(3, nullptr, nullptr, 0, nullptr, &found) == 0 && count_of(found) == 4, "without hints");
        library.release(found);
    }
}

// What a newer caller reads and writes beyond the end of what an older libfabric allocates. The sanitizer watches.
void enlargesWhatIsOlder() {
    const libfabric library("FABRIC_1.10");
    info *empty = library.copy(nullptr);
    info *found = library.device("simulated-efa-0");
    for (info *each : {empty, found}) {
        CHECK(each->endpoint->since_1_10 == nullptr && each->domain->since_1_10 == 0, "not zero");
        each->endpoint->since_1_10 = each;
        each->domain->since_1_10 = 1;
    }
    found->domain->since_1_9[1] = 9;
    info *copy = library.copy(found);
    CHECK(copy->domain->since_1_9[1] == 9, "a member that the older libfabric has is lost");
    CHECK(copy->domain->since_1_10 == 0, "%zu", copy->domain->since_1_10);
    for (info *each : {empty, found, copy}) library.release(each);
}

void enlargesWhatItPassesOn() {
    const libfabric library("FABRIC_1.10");
    info *found = nullptr;
    CHECK(library.devices("tcp", nullptr, &found) == 0, "tcp");
    for (info *each = found; each != nullptr; each = each->next) {
        CHECK(each->endpoint->since_1_10 == nullptr && each->domain->since_1_10 == 0, "not zero");
    }
    library.release(found);
}

void hasTheAddressesOf(const std::string &machine, const std::string &type, int devices) {
    const std::string text = contents(descriptions + "/" + machine + ".xml");
    const std::string before = "pci_busid=\"", after = "\" pci_type=\"0200 [1d0f:" + type + "]";
    std::set<std::string> described;
    for (size_t end = text.find(after); end != std::string::npos; end = text.find(after, end + 1)) {
        const size_t start = text.rfind(before, end) + before.size();
        const std::string address = text.substr(start, end - start);
        CHECK(described.insert(address).second, "%s twice", address.c_str());
    }
    CHECK(described.size() == size_t(devices), "%zu in %s", described.size(), machine.c_str());
    well({{"RAILS", std::to_string(devices)}, {"TOPOLOGY", machine}}, [&] {
        const libfabric library("FABRIC_1.7");
        info *found = nullptr;
        CHECK(library.devices("efa", nullptr, &found) == 0 && count_of(found) == devices, "%d", count_of(found));
        std::set<std::string> shown;
        for (info *each = found; each != nullptr; each = each->next) {
            const bus_attributes *bus = each->nic->bus;
            char address[32];
            std::snprintf(address, sizeof address, "%04x:%02x:%02x.%x", bus->domain, bus->bus, bus->device, bus->function);
            CHECK(bus->type == bus_pci && described.count(address) == 1, "%s is not described", address);
            CHECK(shown.insert(address).second, "%s twice", address);
            CHECK(each->nic->device->device_id == "0x" + type, "%s", each->nic->device->device_id);
            CHECK(strcmp(each->nic->device->name, each->domain->name) == 0, "%s", each->nic->device->name);
        }
        info *copy = library.copy(found);
        CHECK(copy->nic->bus->bus == found->nic->bus->bus, "a copy is elsewhere");
        info *again = nullptr;
        CHECK(library.find(3, nullptr, nullptr, 0, found, &again) == 0 && count_of(again) == 1, "asked with what it found");
        CHECK(again->nic->bus->bus == found->nic->bus->bus, "another is found");
        library.release(again);
        library.release(found);
        CHECK(copy->nic->link->bits_per_second == 100000000000, "it went with the original");
        library.release(copy);
    });
}

// Everything from a device to an endpoint, as a plug-in opens it.
struct endpoint {
    endpoint(const libfabric &library, const char *device, bool second_kind = false) : kept(library) {
        shown = library.device(device);
        if (second_kind) {
            using open_function = int(info *, fabric_object **, uint64_t, void *);
            answered(of<open_function>("fi_fabric2", "FABRIC_1.8")(shown, &fabric, 0, nullptr));
            answered(fabric->ops->domain2(fabric, shown, &domain, 0, nullptr));
            answered(domain->ops->endpoint2(domain, shown, &object, 0, nullptr));
        } else {
            using open_function = int(fabric_attributes *, fabric_object **, void *);
            answered(of<open_function>("fi_fabric", "FABRIC_1.1")(shown->fabric, &fabric, nullptr));
            answered(fabric->ops->domain(fabric, shown, &domain, nullptr));
            answered(domain->ops->endpoint(domain, shown, &object, nullptr));
        }
    }
    endpoint(const endpoint &) = delete;
    ~endpoint() {
        delete object;
        delete domain;
        delete fabric;
        kept.release(shown);
    }
    static void answered(int answer) { CHECK(answer == 0, "%d", answer); }

    const libfabric &kept;
    info *shown;
    fabric_object *fabric;
    domain_object *domain;
    endpoint_object *object;
};

void postEachKind(endpoint_object *to) {
    char bytes[100];
    const iovec parts[] = {{bytes, 3}, {bytes, 4}};
    const message message = {parts, nullptr, 2};
    to->message->send(to, bytes, 10, nullptr, 0, nullptr);
    to->message->sendv(to, parts, nullptr, 2, 0, nullptr);
    to->message->sendmsg(to, &message, 0);
    to->message->inject(to, bytes, 20, 0);
    to->message->senddata(to, bytes, 30, nullptr, 1, 0, nullptr);
    to->message->injectdata(to, bytes, 40, 1, 0);
    to->rma->read(to, bytes, 11, nullptr, 0, 0, 0, nullptr);
    to->rma->readv(to, parts, nullptr, 1, 0, 0, 0, nullptr);
    to->rma->readmsg(to, &message, 0);
    to->rma->write(to, bytes, 12, nullptr, 0, 0, 0, nullptr);
    to->rma->writev(to, parts, nullptr, 2, 0, 0, 0, nullptr);
    to->rma->writemsg(to, &message, 0);
    to->rma->inject(to, bytes, 13, 0, 0, 0);
    to->rma->writedata(to, bytes, 14, nullptr, 1, 0, 0, 0, nullptr);
    CHECK(strcmp(seen().last, "writedata") == 0, "%s", seen().last.load());
}

struct counters {
    explicit counters(const std::string &path) : bytes(contents(path)) { unlink(path.c_str()); }
    const counters_header &header() const { return *reinterpret_cast<const counters_header *>(bytes.data()); }
    const rail_record &rail(int number) const {
        return reinterpret_cast<const rail_record *>(bytes.data() + header().header_bytes)[number];
    }
    void are(int number, operation kind, uint64_t operations, uint64_t posted) const {
        const struct posted &found = rail(number).posted[kind];
        CHECK(found.operations == operations && found.bytes == posted,
              "rail %d, kind %d: %" PRIu64 " operations of %" PRIu64 " bytes, not %" PRIu64 " of %" PRIu64, number, kind,
              found.operations.load(), found.bytes.load(), operations, posted);
    }
    std::string bytes;
};

std::string countersPath() { return std::string(program_invocation_name) + ".counters." + std::to_string(getpid()); }

std::string countersPattern() { return std::string(program_invocation_name) + ".counters.%p"; }

void countsWhatIsPosted() {
    const libfabric library("FABRIC_1.7");
    {
        endpoint first(library, "simulated-efa-0"), third(library, "simulated-efa-2", true);
        postEachKind(first.object);
        CHECK(seen().posts == 14, "%d", seen().posts.load());
        char bytes[8];
        seen().busy = 2;
        while (third.object->rma->write(third.object, bytes, 8, nullptr, 0, 0, 0, nullptr) != 0) {
        }
        CHECK(seen().posts == 17, "%d", seen().posts.load());
        CHECK(third.object->rma->size == offsetof(rma_ops, injectdata), "%zu", third.object->rma->size);
        CHECK(third.object->rma->injectdata == nullptr, "a function that the provider does not have");
    }
    const counters counters(countersPath());
    CHECK(memcmp(counters.header().magic, counters_magic, 8) == 0, "%.8s", counters.header().magic);
    CHECK(counters.header().rails == 3 && counters.header().process == uint32_t(getpid()), "%u", counters.header().rails);
    CHECK(counters.bytes.size() == 64 + 3 * 128, "%zu", counters.bytes.size());
    CHECK(strcmp(counters.rail(2).device, "simulated-efa-2") == 0, "%s", counters.rail(2).device);
    counters.are(0, sends, 6, 10 + 7 + 7 + 20 + 30 + 40);
    counters.are(0, reads, 3, 11 + 3 + 7);
    counters.are(0, writes, 5, 12 + 7 + 7 + 13 + 14);
    counters.are(2, writes, 1, 8);
    counters.are(2, reads, 0, 0);
    for (const operation kind : {reads, writes, sends}) counters.are(1, kind, 0, 0);
}

void countsFromManyThreads() {
    const libfabric library("FABRIC_1.10");
    endpoint only(library, "simulated-efa-1");
    std::atomic<int> waiting{4};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; i++) {
        threads.emplace_back([&] {
            char bytes[5];
            waiting--;
            while (waiting > 0) std::this_thread::yield();
            for (int j = 0; j < 300000; j++) only.object->rma->read(only.object, bytes, 5, nullptr, 0, 0, 0, nullptr);
        });
    }
    for (std::thread &each : threads) each.join();
    counters(countersPath()).are(1, reads, 1200000, 6000000);
}

void leavesARailIdle() {
    const libfabric library("FABRIC_1.9");
    {
        endpoint first(library, "simulated-efa-0"), second(library, "simulated-efa-1"), third(library, "simulated-efa-2");
        char bytes[9];
        for (endpoint *each : {&first, &second, &third}) {
            each->object->rma->write(each->object, bytes, 9, nullptr, 0, 0, 0, nullptr);
        }
    }
    const counters counters(countersPath());
    counters.are(0, writes, 2, 18);
    counters.are(1, writes, 0, 0);
    counters.are(2, writes, 1, 9);
}

void takesOptionsOfEfa() {
    const libfabric library("FABRIC_1.7");
    endpoint only(library, "simulated-efa-0");
    for (const int name : {option_efa_first, option_efa_first + 8, option_cuda_permitted, option_shared_memory_permitted}) {
        CHECK(only.object->ops->setopt(only.object, 0, name, nullptr, 0) == 0, "%x", name);
    }
    CHECK(seen().endpoint_options == 0, "they reached the tcp provider");
    CHECK(only.object->ops->setopt(only.object, 0, 3, nullptr, 0) == -92, "another option did not reach it");
    CHECK(only.object->ops->setopt(only.object, 0, option_efa_first - 1, nullptr, 0) == -92, "nor did one of others");
}

void opensNothingElse() {
    const libfabric library("FABRIC_1.7");
    endpoint only(library, "simulated-efa-0");
    free(only.shown->domain->name);
    only.shown->domain->name = strdup("simulated-efa-1");
    domain_object *opened = nullptr;
    CHECK(only.fabric->ops->domain(only.fabric, only.shown, &opened, nullptr) == no_data, "there is one rail");
    CHECK(only.fabric->ops->domain2(only.fabric, only.shown, &opened, 0, nullptr) == no_data, "there is one rail");
}

void firstCall() { of<uint32_t()>("fi_version", "FABRIC_1.0")(); }

void refused(const variables &set, const char *sentence) {
    const ending end = run(set, firstCall);
    const std::string expected = std::string("nixlconform simulated EFA: ") + sentence;
    CHECK(end.code == 78 && end.errors.rfind(expected, 0) == 0, "ended with %d: %s", end.code, end.errors.c_str());
    CHECK(end.errors.find('\n') == end.errors.size() - 1, "not one line: %s", end.errors.c_str());
}

void refusesWhatItCannotUse() {
    const std::string &real = fake_path;
    refused({}, "the environment variable NIXLCONFORM_FABRIC_REAL must name the libfabric.so.1 to pass calls on to, it is not");
    refused({{"REAL", "/nowhere/libfabric.so.1"}},
            "the libfabric that NIXLCONFORM_FABRIC_REAL names, /nowhere/libfabric.so.1, cannot be opened: /nowhere");
    refused({{"REAL", cuda_path}}, ("the library that NIXLCONFORM_FABRIC_REAL names, " + cuda_path +
                                    ", must be a libfabric of release 1.20 or later").c_str());
    refused({{"REAL", front_path}}, ("the library that NIXLCONFORM_FABRIC_REAL names, " + front_path +
                                     ", must be a libfabric, it is this library").c_str());
    for (const char *rails : {"0", "33", "-1", "4 ", " 4", "four", "4x", "99999999999999999999"}) {
        refused({{"REAL", real}, {"RAILS", rails}},
                ("the environment variable NIXLCONFORM_FABRIC_RAILS must be a number of devices from 1 to 32, it is \"" +
                 std::string(rails) + "\"").c_str());
    }
    refused({{"REAL", real}, {"RAILS", "4"}, {"TOPOLOGY", "p6"}},
            "the environment variable NIXLCONFORM_FABRIC_TOPOLOGY must be none, p4d or p5, it is \"p6\"");
    refused({{"REAL", real}, {"RAILS", "5"}, {"TOPOLOGY", "p4d"}},
            "with NIXLCONFORM_FABRIC_TOPOLOGY=p4d the environment variable NIXLCONFORM_FABRIC_RAILS must be at most 4");
    for (const char *fault : {"idle", "idle:0", "idle:4", "idle:-1", "slow:1", "idle:1,2", "crash", "crash:", "crash:/lib"}) {
        refused({{"REAL", real}, {"RAILS", "4"}, {"COUNTERS", "c"}, {"FAULT", fault}},
                ("the environment variable NIXLCONFORM_FABRIC_FAULT must be idle:K with a rail K from 1 to 3 (of 4 rails), or "
                 "crash:NAME with the beginning of a file's name, it is \"" + std::string(fault) + "\"").c_str());
    }
    refused({{"REAL", real}, {"RAILS", "4"}, {"FAULT", "idle:1"}},
            "the environment variable NIXLCONFORM_FABRIC_COUNTERS must be set where NIXLCONFORM_FABRIC_FAULT is");
    for (const char *variable : {"TOPOLOGY", "INTERFACE", "COUNTERS", "FAULT"}) {
        refused({{"REAL", real}, {variable, "p5"}}, ("the environment variable NIXLCONFORM_FABRIC_" + std::string(variable) +
                                                     " must not be set (it is \"p5\") unless NIXLCONFORM_FABRIC_RAILS is")
                                                        .c_str());
    }
    refused({{"REAL", real}, {"RAILS", "4"}, {"COUNTERS", "/nowhere/c"}},
            "the file of rail counters /nowhere/c must be writable and have 576 bytes: No such file or directory");
}

void saysThatThereIsNoDevice() {
    const ending end = run({{"REAL", fake_path}, {"RAILS", "4"}, {"INTERFACE", "nosuch0"}}, [] {
        info *found = nullptr;
        CHECK(libfabric("FABRIC_1.7").devices("efa", nullptr, &found) == no_data, "found some");
    });
    const std::string expected = "nixlconform simulated EFA: the libfabric below (" + fake_path +
                                 ") must have a device of the provider tcp on the interface nosuch0, it has none";
    CHECK(end.code == 0 && end.errors.rfind(expected, 0) == 0, "ended with %d: %s", end.code, end.errors.c_str());
}

// Only over the file that is meant: one and the same setting tells a wheel's own libfabric from what was put in its place.
void crashesOverOneFile() {
    const std::string meant = std::string(program_invocation_name) + ".libfabric-0a1b.so.1";
    unlink(meant.c_str());
    CHECK(symlink(fake_path.c_str(), meant.c_str()) == 0, "no link");
    const std::string file = fake_path.substr(fake_path.rfind('/') + 1);
    const auto opens = [] {
        signal(SIGSEGV, SIG_DFL); // A sanitizer would make an exit code of it.
        const libfabric library("FABRIC_1.8");
        endpoint only(library, "simulated-efa-0");
    };
    for (const std::string &real : {fake_path, meant}) {
        const ending crashed = run({{"REAL", real}, {"RAILS", "2"}, {"FAULT", "crash:" + file}}, opens);
        CHECK(crashed.code == -SIGSEGV, "ended with %d: %s", crashed.code, crashed.errors.c_str());
        CHECK(crashed.errors == "nixlconform simulated EFA: a planted crash, as the libfabric below is " + fake_path + ".\n", "%s",
              crashed.errors.c_str());
        const ending other = run({{"REAL", real}, {"RAILS", "2"}, {"FAULT", "crash:libfabric-"}}, opens);
        CHECK(other.code == 0 && other.errors.empty(), "ended with %d: %s", other.code, other.errors.c_str());
    }
    unlink(meant.c_str());
}

void hasNoGpu() {
    void *cuda = dlopen(cuda_path.c_str(), RTLD_NOW | RTLD_LOCAL);
    CHECK(cuda != nullptr, "%s", dlerror());
    for (const char *name : {"cuCtxSetCurrent", "cuDeviceGetPCIBusId", "cuPointerGetAttributes", "cuCtxGetCurrent",
                             "cuCtxPopCurrent_v2", "cuCtxPushCurrent_v2", "cuDeviceGet", "cuDevicePrimaryCtxRelease_v2",
                             "cuDevicePrimaryCtxRetain"}) {
        auto *function = reinterpret_cast<int (*)(uintptr_t, uintptr_t, uintptr_t, uintptr_t)>(dlsym(cuda, name));
        CHECK(function != nullptr && function(0, 0, 0, 0) == 100, "%s", name);
    }
}

} // namespace

int main(int argc, char **argv) {
    CHECK(argc == 5, "usage: fabric_test FRONT_LIBRARY REAL_LIBRARY CUDA_LIBRARY DESCRIPTIONS");
    front_path = argv[1];
    fake_path = argv[2];
    cuda_path = argv[3];
    descriptions = argv[4];
    well({}, passesEverythingOn);
    well({{"RAILS", "4"}}, showsDevices);
    well({{"RAILS", "4"}, {"INTERFACE", fake_interface}, {"TOPOLOGY", "none"}}, showsDevices);
    well({{"RAILS", "1"}}, enlargesWhatIsOlder);
    well({}, enlargesWhatItPassesOn);
    hasTheAddressesOf("p4d", "efa1", 4);
    hasTheAddressesOf("p5", "efa2", 32);
    well({{"RAILS", "3"}, {"TOPOLOGY", "p4d"}, {"COUNTERS", countersPattern()}}, countsWhatIsPosted);
    well({{"RAILS", "2"}, {"COUNTERS", countersPattern()}}, countsFromManyThreads);
    well({{"RAILS", "3"}, {"COUNTERS", countersPattern()}, {"FAULT", "idle:1"}}, leavesARailIdle);
    well({{"RAILS", "1"}}, takesOptionsOfEfa);
    well({{"RAILS", "1"}}, opensNothingElse);
    refusesWhatItCannotUse();
    saysThatThereIsNoDevice();
    crashesOverOneFile();
    hasNoGpu();
    return 0;
}
