// Every function of the interface, over a library that only writes down what it is called with.
#include <vector>

#include "../src/fault/functions.h"
#include "../src/fault/signatures.h"
#include "fault_case.h"

namespace {

constexpr int words = 10;

template <typename> constexpr int arity = words;
template <typename Result, typename... Arguments> constexpr int arity<Result(Arguments...)> = sizeof...(Arguments);

const char *const names[] = {
#define NAME(name) #name,
    NXF_FUNCTIONS(NAME)
#undef NAME
};

// Arguments that must come through. All of them where the library jumps; those that the function has where our own code
// stands in.
int arguments_of(unsigned function) {
#define ARITY(name)                                                                                                    \
    if (function == fault::call_##name) return arity<decltype(fault::signature::name)>;
    NXF_INTERCEPTED(ARITY)
#undef ARITY
    return words;
}

// What they say is kept by this library itself; the real map is empty.
bool answers_itself(unsigned function) {
    return function == fault::call_notif_map_get_agent_at || function == fault::call_notif_map_get_notifs_size ||
           function == fault::call_notif_map_get_notif || function == fault::call_notif_map_size;
}

using any = uint32_t(uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t,
                     uint64_t);

any *symbol(void *library, unsigned function) {
    void *found = dlsym(library, (std::string("nixl_capi_") + names[function]).c_str());
    CHECK(found != nullptr, "%s is not exported", names[function]);
    return reinterpret_cast<any *>(found);
}

void everything_is_forwarded(void *library, const std::string &echo) {
    void *real = dlopen(echo.c_str(), RTLD_NOW | RTLD_NOLOAD);
    CHECK(real != nullptr, "the library did not load %s", echo.c_str());
    auto last = reinterpret_cast<const uint64_t *(*)(unsigned)>(dlsym(real, "echo_last"));
    auto calls = reinterpret_cast<unsigned (*)(unsigned)>(dlsym(real, "echo_calls"));
    static uint64_t memory[words][8];
    for (unsigned f = 0; f < fault::function_count; f++) {
        if (answers_itself(f)) continue;
        uint64_t a[words];
        for (int i = 0; i < words; i++) a[i] = reinterpret_cast<uint64_t>(memory[i]);
        // Numbers, some of them of 32 bits only.
        if (f == fault::call_create_reg_dlist || f == fault::call_create_xfer_dlist) a[0] = 3;
        if (f == fault::call_reg_dlist_rem_desc || f == fault::call_xfer_dlist_rem_desc) a[1] = 5;
        if (f == fault::call_make_xfer_req) a[1] = 1;
        const unsigned before = calls(f);
        const uint32_t answer =
            symbol(library, f)(a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8], a[9]);
        CHECK(calls(f) == before + 1, "%s: %u calls", names[f], calls(f) - before);
        CHECK(answer == 0x10000 + f, "%s: answered %x", names[f], answer);
        for (int i = 0; i < arguments_of(f); i++) {
            // A handle of a request is received in a place of the library's own first.
            if (f == fault::call_make_xfer_req && i == 8) continue;
            CHECK(last(f)[i] == a[i], "%s: argument %d is %lx, not %lx", names[f], i, last(f)[i], a[i]);
        }
    }
}

} // namespace

int main(int argc, char **argv) {
    CHECK(argc == 3, "usage: fault_forward_test FAULT_LIBRARY ECHO_LIBRARY");
    const cases all(argv[1], argv[2]);
    const auto forwarded = [&](void *library) { everything_is_forwarded(library, argv[2]); };

    ending end = all.run(all.plan(""), forwarded);
    CHECK(end.code == 0 && end.trace.empty() && end.errors.empty(), "%s", end.errors.c_str());

    // A fault waits at every call, but for a rank that is not here: the gates let everything through.
    std::string waiting;
    std::string failing;
    for (const char *name : names) {
        const std::string at = (waiting.empty() ? "" : ", ") + std::string("{\"fault\": \"fail\", \"call\": \"") + name;
        waiting += at + "\", \"status\": -3, \"rank\": \"nobody\"}";
        failing += at + "\", \"status\": -77}";
    }
    end = all.run(all.plan(waiting), forwarded);
    CHECK(end.code == 0 && end.trace.empty() && end.errors.empty(), "%s", end.errors.c_str());

    // Every function can be made to fail; the next call goes through.
    end = all.run(all.plan(failing), [&](void *library) {
        static uint64_t memory[8];
        const uint64_t a = reinterpret_cast<uint64_t>(memory);
        for (unsigned f = 0; f < fault::function_count; f++) {
            const int status = static_cast<int>(symbol(library, f)(a, a, a, a, a, a, a, a, a, a));
            CHECK(status == -77, "%s answered %d", names[f], status);
        }
        everything_is_forwarded(library, argv[2]);
    });
    CHECK(end.code == 0, "%s", end.errors.c_str());
    size_t lines = 0;
    for (const char c : end.trace) lines += c == '\n';
    CHECK(lines == fault::function_count, "%zu lines of trace", lines);
    return 0;
}
