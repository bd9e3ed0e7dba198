// The same READ or WRITE between two GPUs, or two processes in host memory, by a program that does nothing else: what
// nixlconform reports is held against it. It makes the same calls of NIXL's C interface in the same order and times from the
// beginning of the post to DONE. No content is written or compared. Prints a line for each iteration, and the median of those
// behind the first, which makes connections.
//
// It needs the libraries of that NIXL on LD_LIBRARY_PATH, and NIXL_PLUGIN_DIR.
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <string>
#include <vector>

namespace {

const char usage[] =
    "usage: direct_bench CAPI [NAME=VALUE]...\n"
    "  CAPI            libnixl_capi.so of a wheel\n"
    "  memory=VRAM     or DRAM\n"
    "  operation=READ  or WRITE\n"
    "  backend=UCX\n"
    "  layers=16 cached=20 transferred=16 block=1048576  bytes of a block, in each of so many regions\n"
    "  gap=4096        bytes before each region, as the guards of an engine's cache\n"
    "  iterations=6\n"
    "  own=0 peer=1    GPUs of initiator and target\n"
    "  thread=0        1 with NIXL's progress thread\n";

constexpr int inProgress = 1;

struct Options {
    const char *capi = nullptr;
    bool vram = true;
    bool write = false;
    std::string backend = "UCX";
    uint64_t layers = 16, cached = 20, transferred = 16, block = 1 << 20, gap = 4096;
    int iterations = 6, own = 0, peer = 1, thread = 0;

    uint64_t region() const { return cached * block; }
    uint64_t arena() const { return gap + layers * (region() + gap); }
};

[[noreturn]] void fail(const char *what, long status) {
    fprintf(stderr, "direct_bench: %s gave %ld\n", what, status);
    _exit(1);
}

/* As NIXL's C interface lays it out. */
struct AgentConfig {
    bool progressThread, listenThread;
    int listenPort, threadSync;
    unsigned workers;
    uint64_t progressDelay, listenDelay;
    bool telemetry;
};

void *library;

template <typename... Arguments> int call(const char *name, Arguments... arguments) {
    const auto function = reinterpret_cast<int (*)(Arguments...)>(dlsym(library, (std::string("nixl_capi_") + name).c_str()));
    if (function == nullptr) fail(name, -1);
    const int status = function(arguments...);
    if (status < 0) fail(name, status);
    return status;
}

template <typename... Arguments> void cuda(void *driver, const char *name, Arguments... arguments) {
    const auto function = reinterpret_cast<int (*)(Arguments...)>(dlsym(driver, name));
    if (function == nullptr) fail(name, -1);
    const int status = function(arguments...);
    if (status != 0) fail(name, status);
}

uint64_t allocate(const Options &options, int gpu) {
    if (!options.vram) {
        void *const memory = aligned_alloc(4096, (options.arena() + 4095) / 4096 * 4096);
        if (memory == nullptr) fail("aligned_alloc", -1);
        memset(memory, 1, options.arena());
        return reinterpret_cast<uint64_t>(memory);
    }
    void *const driver = dlopen("libcuda.so.1", RTLD_NOW);
    if (driver == nullptr) fail(dlerror(), -1);
    int device = 0;
    void *context = nullptr;
    uint64_t address = 0;
    cuda(driver, "cuInit", 0u);
    cuda(driver, "cuDeviceGet", &device, gpu);
    cuda(driver, "cuDevicePrimaryCtxRetain", &context, device);
    cuda(driver, "cuCtxSetCurrent", context);
    cuda(driver, "cuMemAlloc_v2", &address, size_t(options.arena()));
    return address;
}

uint64_t now() {
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return uint64_t(time.tv_sec) * 1000000000 + uint64_t(time.tv_nsec);
}

class Agent {
  public:
    Agent(const char *name, const Options &options, int gpu)
        : options_(options), device_(options.vram ? uint64_t(gpu) : 0), arena_(allocate(options, gpu)) {
        library = dlopen(options.capi, RTLD_NOW | RTLD_GLOBAL);
        if (library == nullptr) fail(dlerror(), -1);
        AgentConfig config{};
        config.progressThread = options.thread != 0;
        config.workers = 1;
        void *parameters = nullptr;
        void *memory = nullptr;
        call("create_configured_agent", name, &config, &agent_);
        call("create_params", &parameters);
        call("create_backend", agent_, options.backend.c_str(), parameters, &backend_);
        chosen_ = chosen();
        call("create_reg_dlist", kind(), &memory);
        for (const uint64_t region : regions(arena_))
            call("reg_dlist_add_desc", memory, uintptr_t(region), size_t(options.region()), device_, "", size_t(0));
        call("register_mem", agent_, memory, chosen_);
    }

    uint64_t arena() const { return arena_; }
    uint64_t device() const { return device_; }

    std::string metadata() {
        void *data = nullptr;
        size_t size = 0;
        call("get_local_md", agent_, &data, &size);
        return std::string(static_cast<char *>(data), size);
    }

    void load(const std::string &metadata) {
        char *name = nullptr;
        call("load_remote_md", agent_, static_cast<const void *>(metadata.data()), metadata.size(), &name);
    }

    void *prepare(const char *peer, uint64_t arena, uint64_t device) {
        void *list = nullptr;
        void *prepared = nullptr;
        call("create_xfer_dlist", kind(), &list);
        for (const uint64_t region : regions(arena))
            for (uint64_t i = 0; i < options_.cached; i++)
                call("xfer_dlist_add_desc", list, uintptr_t(region + i * options_.block), size_t(options_.block), device);
        call("prep_xfer_dlist", agent_, peer, list, &prepared, chosen_);
        return prepared;
    }

    /* Nanoseconds from the beginning of the post to DONE, and those of the post. */
    std::pair<uint64_t, uint64_t> transfer(void *local, void *remote, std::vector<int> own, std::vector<int> peers,
                                           const std::string &text) {
        void *const notified = chosen();
        void *request = nullptr;
        call("opt_args_set_notif_msg", notified, static_cast<const void *>(text.data()), text.size());
        call("opt_args_set_has_notif", notified, true);
        call("make_xfer_req", agent_, options_.write ? 1 : 0, local, own.data(), own.size(), remote, peers.data(), peers.size(),
             &request, notified);
        using Post = int (*)(void *, void *, void *);
        using Poll = int (*)(void *, void *);
        const auto post = reinterpret_cast<Post>(dlsym(library, "nixl_capi_post_xfer_req"));
        const auto poll = reinterpret_cast<Poll>(dlsym(library, "nixl_capi_get_xfer_status"));
        const uint64_t begun = now();
        int status = post(agent_, request, nullptr);
        const uint64_t posted = now();
        while (status == inProgress) status = poll(agent_, request);
        const uint64_t ended = now();
        if (status < 0) fail("the transfer", status);
        call("release_xfer_req", agent_, request);
        return {ended - begun, posted - begun};
    }

    int notifications() {
        void *map = nullptr;
        size_t senders = 0;
        int count = 0;
        call("create_notif_map", &map);
        call("get_notifs", agent_, map, static_cast<void *>(nullptr));
        call("notif_map_size", map, &senders);
        for (size_t i = 0; i < senders; i++) {
            const char *sender = nullptr;
            size_t texts = 0;
            call("notif_map_get_agent_at", map, i, &sender);
            call("notif_map_get_notifs_size", map, sender, &texts);
            count += int(texts);
        }
        call("destroy_notif_map", map);
        return count;
    }

    /* Of these blocks in every region. */
    std::vector<int> indices(const std::vector<int> &blocks) const {
        std::vector<int> all;
        for (uint64_t layer = 0; layer < options_.layers; layer++)
            for (const int block : blocks) all.push_back(int(layer * options_.cached) + block);
        return all;
    }

  private:
    int kind() const { return options_.vram ? 1 : 0; }

    std::vector<uint64_t> regions(uint64_t arena) const {
        std::vector<uint64_t> found;
        for (uint64_t i = 0; i < options_.layers; i++)
            found.push_back(arena + options_.gap + i * (options_.region() + options_.gap));
        return found;
    }

    void *chosen() {
        void *made = nullptr;
        call("create_opt_args", &made);
        call("opt_args_add_backend", made, backend_);
        return made;
    }

    const Options &options_;
    uint64_t device_;
    uint64_t arena_;
    void *agent_ = nullptr;
    void *backend_ = nullptr;
    void *chosen_ = nullptr;
};

void put(int to, const void *bytes, size_t size) {
    if (write(to, bytes, size) != ssize_t(size)) fail("write", -1);
}

void take(int from, void *bytes, size_t size) {
    for (size_t got = 0; got < size;) {
        const ssize_t more = read(from, static_cast<char *>(bytes) + got, size - got);
        if (more <= 0) fail("the other process", more);
        got += size_t(more);
    }
}

void target(const Options &options, int from, int to) {
    Agent agent("target", options, options.peer);
    const std::string metadata = agent.metadata();
    const uint64_t said[3] = {agent.arena(), agent.device(), metadata.size()};
    put(to, said, sizeof said);
    put(to, metadata.data(), metadata.size());
    const timespec pause{0, 20000};
    for (int received = 0; received < options.iterations; received += agent.notifications()) nanosleep(&pause, nullptr);
    put(to, said, 1);
    char over = 0;
    take(from, &over, 1); /* its memory stays until the other side is through */
    _exit(0);
}

void initiate(const Options &options, int from, int to) {
    Agent agent("initiator", options, options.own);
    uint64_t said[3] = {};
    take(from, said, sizeof said);
    std::string metadata(said[2], '\0');
    take(from, metadata.data(), metadata.size());
    agent.load(metadata);
    void *const local = agent.prepare("", agent.arena(), agent.device());
    void *const remote = agent.prepare("target", said[0], said[1]);
    std::mt19937 draw(42);
    std::vector<int> own(options.cached);
    std::iota(own.begin(), own.end(), 0);
    std::vector<int> peers = own;
    std::shuffle(own.begin(), own.end(), draw);
    std::shuffle(peers.begin(), peers.end(), draw);
    own.resize(options.transferred);
    peers.resize(options.transferred);
    const uint64_t bytes = options.layers * options.transferred * options.block;
    std::vector<double> figures;
    const timespec pause{0, 50000000};
    for (int i = 0; i < options.iterations; i++) {
        const auto [took, post] =
            agent.transfer(local, remote, agent.indices(own), agent.indices(peers), "request " + std::to_string(i));
        printf("iteration %d: %.2f GB/s, post %.3f of %.3f ms\n", i, double(bytes) / double(took), double(post) / 1e6,
               double(took) / 1e6);
        if (i > 0) figures.push_back(double(bytes) / double(took));
        nanosleep(&pause, nullptr);
    }
    char all = 0;
    take(from, &all, 1);
    std::sort(figures.begin(), figures.end());
    printf("median %.2f GB/s of %s %s, %lu descriptors of %lu bytes\n", figures.empty() ? 0 : figures[figures.size() / 2],
           options.write ? "WRITE" : "READ", options.vram ? "VRAM" : "DRAM", options.layers * options.transferred, options.block);
    put(to, &all, 1);
}

bool read(Options &options, const char *argument) {
    const char *const equals = strchr(argument, '=');
    if (equals == nullptr) return false;
    const std::string name(argument, equals);
    const char *const value = equals + 1;
    const auto number = [value] { return strtoull(value, nullptr, 10); };
    if (name == "memory") options.vram = strcmp(value, "DRAM") != 0;
    else if (name == "operation") options.write = strcmp(value, "WRITE") == 0;
    else if (name == "backend") options.backend = value;
    else if (name == "layers") options.layers = number();
    else if (name == "cached") options.cached = number();
    else if (name == "transferred") options.transferred = number();
    else if (name == "block") options.block = number();
    else if (name == "gap") options.gap = number();
    else if (name == "iterations") options.iterations = int(number());
    else if (name == "own") options.own = int(number());
    else if (name == "peer") options.peer = int(number());
    else if (name == "thread") options.thread = int(number());
    else return false;
    return true;
}

}  // namespace

int main(int argc, char **argv) {
    Options options;
    bool understood = argc > 1;
    if (understood) options.capi = argv[1];
    for (int i = 2; i < argc; i++) understood &= read(options, argv[i]);
    if (!understood || options.transferred > options.cached || options.transferred == 0) {
        fputs(usage, stderr);
        return 2;
    }
    int down[2];
    int up[2];
    if (pipe(down) != 0 || pipe(up) != 0) fail("pipe", -1);
    fflush(stdout);
    const pid_t child = fork(); /* before either has a driver or NIXL */
    if (child < 0) fail("fork", -1);
    if (child == 0) target(options, down[0], up[1]);
    initiate(options, up[0], down[1]);
    fflush(stdout);
    int status = 0;
    waitpid(child, &status, 0);
    _exit(status == 0 ? 0 : 1);
}
