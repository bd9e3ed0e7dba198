// The shim over a libnixl.so of ours, through the functions that it exports.
#include <cstddef>
#include <cstdint>
#include <string>

#include "check.h"

// As nixlconform/nixl_table.h orders them and the engine calls them.
extern "C" {
bool nixl_capi_is_stub();
int nixl_capi_create_configured_agent(const char *, const void *, void **);
int nixl_capi_destroy_agent(void *);
int nixl_capi_get_available_plugins(void *, void **);
int nixl_capi_destroy_string_list(void *);
int nixl_capi_string_list_size(void *, size_t *);
int nixl_capi_string_list_get(void *, size_t, const char **);
int nixl_capi_get_plugin_params(void *, const char *, void **, void **);
int nixl_capi_destroy_mem_list(void *);
int nixl_capi_mem_list_size(void *, size_t *);
int nixl_capi_mem_list_get(void *, size_t, int *);
int nixl_capi_mem_type_to_string(int, const char **);
int nixl_capi_create_params(void **);
int nixl_capi_params_add(void *, const char *, const char *);
int nixl_capi_params_is_empty(void *, bool *);
int nixl_capi_params_create_iterator(void *, void **);
int nixl_capi_params_iterator_next(void *, const char **, const char **, bool *);
int nixl_capi_params_destroy_iterator(void *);
int nixl_capi_destroy_params(void *);
int nixl_capi_create_backend(void *, const char *, void *, void **);
int nixl_capi_get_backend_params(void *, void *, void **, void **);
int nixl_capi_destroy_backend(void *);
int nixl_capi_create_opt_args(void **);
int nixl_capi_destroy_opt_args(void *);
int nixl_capi_opt_args_add_backend(void *, void *);
int nixl_capi_opt_args_set_notif_msg(void *, const void *, size_t);
int nixl_capi_opt_args_get_notif_msg(void *, void **, size_t *);
int nixl_capi_opt_args_set_has_notif(void *, bool);
int nixl_capi_opt_args_get_has_notif(void *, bool *);
int nixl_capi_create_reg_dlist(int, void **);
int nixl_capi_reg_dlist_add_desc(void *, uintptr_t, size_t, uint64_t, const void *, size_t);
int nixl_capi_destroy_reg_dlist(void *);
int nixl_capi_register_mem(void *, void *, void *);
int nixl_capi_deregister_mem(void *, void *, void *);
int nixl_capi_get_local_md(void *, void **, size_t *);
int nixl_capi_load_remote_md(void *, const void *, size_t, char **);
int nixl_capi_invalidate_remote_md(void *, const char *);
int nixl_capi_create_xfer_dlist(int, void **);
int nixl_capi_xfer_dlist_add_desc(void *, uintptr_t, size_t, uint64_t);
int nixl_capi_destroy_xfer_dlist(void *);
int nixl_capi_prep_xfer_dlist(void *, const char *, void *, void **, void *);
int nixl_capi_release_xfer_dlist_handle(void *, void *);
int nixl_capi_make_xfer_req(void *, int, void *, const int *, size_t, void *, const int *, size_t, void **, void *);
int nixl_capi_post_xfer_req(void *, void *, void *);
int nixl_capi_get_xfer_status(void *, void *);
int nixl_capi_get_xfer_telemetry(void *, void *, uint64_t *);
int nixl_capi_release_xfer_req(void *, void *);
int nixl_capi_destroy_xfer_req(void *);
int nixl_capi_create_notif_map(void **);
int nixl_capi_destroy_notif_map(void *);
int nixl_capi_get_notifs(void *, void *, void *);
int nixl_capi_notif_map_size(void *, size_t *);
int nixl_capi_notif_map_get_agent_at(void *, size_t, const char **);
int nixl_capi_notif_map_get_notifs_size(void *, const char *, size_t *);
int nixl_capi_notif_map_get_notif(void *, const char *, size_t, const void **, size_t *);
int nixl_capi_notif_map_clear(void *);
int nixl_capi_gen_notif(void *, const char *, const void *, size_t, void *);
}

namespace {

#define IS(expected, call)                                                                                            \
    do {                                                                                                              \
        const int status = (call);                                                                                    \
        CHECK(status == (expected), "gave %d", status);                                                               \
    } while (0)
#define OK(call) IS(0, call)

enum { backend_error = -2, invalid_state = -3, exception = -4, no_telemetry = -5, not_found = -6, invalid = -1 };

void *agent(const char *name) {
    unsigned char configuration[40] = {1};
    configuration[8] = 2;
    configuration[16] = 250;
    configuration[32] = 1;
    void *made = nullptr;
    OK(nixl_capi_create_configured_agent(name, configuration, &made));
    return made;
}

void *backend(void *of) {
    void *params = nullptr, *made = nullptr;
    OK(nixl_capi_create_params(&params));
    OK(nixl_capi_params_add(params, "num_workers", "3"));
    IS(backend_error, nixl_capi_create_backend(of, "GDS", params, &made));
    OK(nixl_capi_create_backend(of, "UCX", params, &made));
    OK(nixl_capi_destroy_params(params));
    return made;
}

void pluginsAndSettingsAreListed(void *of, void *its_backend) {
    CHECK(!nixl_capi_is_stub(), "a stub");
    void *names = nullptr, *memories = nullptr, *params = nullptr, *it = nullptr;
    size_t size = 0;
    const char *text = nullptr, *value = nullptr;
    OK(nixl_capi_get_available_plugins(of, &names));
    OK(nixl_capi_string_list_size(names, &size));
    CHECK(size == 2, "%zu plug-ins", size);
    OK(nixl_capi_string_list_get(names, 1, &text));
    CHECK(std::string(text) == "POSIX", "%s", text);
    IS(invalid, nixl_capi_string_list_get(names, 2, &text));
    OK(nixl_capi_destroy_string_list(names));

    IS(not_found, nixl_capi_get_plugin_params(of, "GDS", &memories, &params));
    CHECK(memories == nullptr && params == nullptr, "made in spite of the error");
    OK(nixl_capi_get_plugin_params(of, "UCX", &memories, &params));
    OK(nixl_capi_mem_list_size(memories, &size));
    CHECK(size == 3, "%zu memories", size);
    int memory = 0;
    OK(nixl_capi_mem_list_get(memories, 2, &memory));
    OK(nixl_capi_mem_type_to_string(memory, &text));
    CHECK(std::string(text) == "FILE", "%s", text);
    OK(nixl_capi_mem_type_to_string(99, &text));
    CHECK(std::string(text) == "UNKNOWN", "%s", text);
    IS(invalid, nixl_capi_mem_list_get(memories, 3, &memory));
    OK(nixl_capi_destroy_mem_list(memories));
    OK(nixl_capi_destroy_params(params));

    // What the backend was created with comes back.
    OK(nixl_capi_get_backend_params(of, its_backend, &memories, &params));
    bool flag = true;
    OK(nixl_capi_params_is_empty(params, &flag));
    CHECK(!flag, "the parameters of the backend are lost");
    OK(nixl_capi_params_create_iterator(params, &it));
    OK(nixl_capi_params_iterator_next(it, &text, &value, &flag));
    CHECK(std::string(text) + "=" + value == "num_workers=3" && !flag, "%s=%s", text, value);
    OK(nixl_capi_params_destroy_iterator(it));
    OK(nixl_capi_destroy_params(params));
    OK(nixl_capi_destroy_mem_list(memories));
}

void *prepared(void *by, const char *owner, uint64_t *words) {
    void *list = nullptr, *made = nullptr;
    OK(nixl_capi_create_xfer_dlist(0, &list));
    for (int i = 0; i < 3; i++) OK(nixl_capi_xfer_dlist_add_desc(list, reinterpret_cast<uintptr_t>(words + i), 8, 0));
    IS(not_found, nixl_capi_prep_xfer_dlist(by, "nobody", list, &made, nullptr));
    CHECK(made == nullptr, "made in spite of the error");
    OK(nixl_capi_prep_xfer_dlist(by, owner, list, &made, nullptr));
    OK(nixl_capi_destroy_xfer_dlist(list));
    return made;
}

void memoryIsRegisteredWithItsBackend(void *of, void *options, uint64_t *words) {
    void *list = nullptr;
    OK(nixl_capi_create_reg_dlist(0, &list));
    OK(nixl_capi_reg_dlist_add_desc(list, reinterpret_cast<uintptr_t>(words), 24, 0, "extra", 5));
    IS(backend_error, nixl_capi_register_mem(of, list, nullptr));
    OK(nixl_capi_register_mem(of, list, options));
    OK(nixl_capi_deregister_mem(of, list, options));
    OK(nixl_capi_destroy_reg_dlist(list));
}

void metadataIsBytes(void *from, void *to) {
    void *blob = nullptr;
    size_t length = 0;
    char *name = nullptr;
    OK(nixl_capi_get_local_md(from, &blob, &length));
    CHECK(length == 15 && std::memcmp(blob, "\0blob of source", 15) == 0, "%zu bytes", length);
    IS(invalid, nixl_capi_load_remote_md(to, blob, 3, &name));
    OK(nixl_capi_load_remote_md(to, blob, length, &name));
    CHECK(std::string(name) == "source", "%s", name);
    std::free(blob);
    std::free(name);
    IS(not_found, nixl_capi_invalidate_remote_md(to, "nobody"));
    OK(nixl_capi_invalidate_remote_md(to, "source"));
}

void notificationsArrive(void *to) {
    void *map = nullptr;
    size_t size = 0;
    const char *sender = nullptr;
    const void *text = nullptr;
    OK(nixl_capi_create_notif_map(&map));
    OK(nixl_capi_gen_notif(to, "source", "a\0b", 3, nullptr));
    OK(nixl_capi_get_notifs(to, map, nullptr));
    OK(nixl_capi_notif_map_size(map, &size));
    CHECK(size == 2, "%zu senders", size);
    std::string senders;
    for (size_t i = 0; i < size; i++) {
        OK(nixl_capi_notif_map_get_agent_at(map, i, &sender));
        senders += sender;
    }
    CHECK(senders == "sinksource" || senders == "sourcesink", "%s", senders.c_str());
    IS(invalid, nixl_capi_notif_map_get_agent_at(map, 2, &sender));
    OK(nixl_capi_notif_map_get_notifs_size(map, "sink", &size));
    CHECK(size == 2, "%zu messages", size);
    OK(nixl_capi_notif_map_get_notif(map, "sink", 1, &text, &size));
    CHECK(size == 4 && std::memcmp(text, "done", 4) == 0, "%zu bytes", size);
    OK(nixl_capi_notif_map_get_notif(map, "source", 0, &text, &size));
    CHECK(size == 3 && std::memcmp(text, "a\0b", 3) == 0, "%zu bytes", size);
    IS(exception, nixl_capi_notif_map_get_notif(map, "sink", 2, &text, &size));
    IS(exception, nixl_capi_notif_map_get_notifs_size(map, "nobody", &size));
    OK(nixl_capi_notif_map_clear(map));
    OK(nixl_capi_notif_map_size(map, &size));
    CHECK(size == 0, "%zu senders after clear", size);
    OK(nixl_capi_destroy_notif_map(map));
}

void optionsAreKept(void *options) {
    void *text = nullptr;
    size_t length = 9;
    bool has = true;
    OK(nixl_capi_opt_args_get_notif_msg(options, &text, &length));
    CHECK(text == nullptr && length == 0, "%zu bytes", length);
    OK(nixl_capi_opt_args_get_has_notif(options, &has));
    CHECK(!has, "a notification that nobody set");
    OK(nixl_capi_opt_args_set_notif_msg(options, "done", 4));
    OK(nixl_capi_opt_args_set_has_notif(options, true));
    OK(nixl_capi_opt_args_get_notif_msg(options, &text, &length));
    CHECK(length == 4 && std::memcmp(text, "done", 4) == 0, "%zu bytes", length);
    std::free(text);
}

void bytesMoveBothWays(void *by, void *options) {
    uint64_t here[3] = {1, 2, 3}, there[3] = {10, 20, 30};
    void *local = prepared(by, "", here), *remote = prepared(by, "source", there);
    const int locals[] = {0, 2}, remotes[] = {2, 1};
    for (int write = 0; write < 2; write++) {
        void *request = nullptr;
        uint64_t telemetry[5] = {};
        IS(invalid, nixl_capi_make_xfer_req(by, write, local, locals, 2, remote, remotes, 1, &request, options));
        CHECK(request == nullptr, "made in spite of the error");
        const int outside[] = {3};
        IS(exception, nixl_capi_make_xfer_req(by, write, local, outside, 1, remote, remotes, 1, &request, options));
        OK(nixl_capi_make_xfer_req(by, write, local, locals, 2, remote, remotes, 2, &request, options));
        IS(backend_error, nixl_capi_get_xfer_status(by, request));
        IS(1, nixl_capi_post_xfer_req(by, request, nullptr));
        IS(1, nixl_capi_get_xfer_status(by, request));
        IS(no_telemetry, nixl_capi_get_xfer_telemetry(by, request, telemetry));
        OK(nixl_capi_get_xfer_status(by, request));
        OK(nixl_capi_get_xfer_telemetry(by, request, telemetry));
        const uint64_t expected[5] = {5000, 6, 7, 8, 9};
        CHECK(std::memcmp(telemetry, expected, sizeof expected) == 0, "telemetry begins with %" PRIu64, telemetry[0]);
        IS(invalid_state, nixl_capi_destroy_xfer_req(request));
        OK(nixl_capi_release_xfer_req(by, request));
        OK(nixl_capi_destroy_xfer_req(request));
        CHECK(here[0] == (write ? 100 : 30) && here[1] == 2 && here[2] == (write ? 300 : 20), "here[0] %" PRIu64, here[0]);
        if (write == 0) here[0] = 100, here[2] = 300;
    }
    CHECK(there[0] == 10 && there[1] == 300 && there[2] == 100, "there[2] %" PRIu64, there[2]);
    OK(nixl_capi_release_xfer_dlist_handle(by, local));
    OK(nixl_capi_release_xfer_dlist_handle(by, remote));
}

/* No exception leaves the shim, whatever is thrown. */
void exceptionsBecomeStatuses() {
    unsigned char configuration[40] = {1};
    void *made = nullptr;
    IS(exception, nixl_capi_create_configured_agent("", configuration, &made));
    CHECK(made == nullptr, "an agent in spite of the exception");
    for (const char *name : {"throws", "throw-number"}) {
        void *thrower = agent(name);
        void *blob = nullptr;
        size_t length = 0;
        IS(exception, nixl_capi_get_available_plugins(thrower, &blob));
        IS(exception, nixl_capi_get_local_md(thrower, &blob, &length));
        IS(exception, nixl_capi_gen_notif(thrower, "source", "x", 1, nullptr));
        CHECK(blob == nullptr, "something in spite of the exception");
        OK(nixl_capi_destroy_agent(thrower));
    }
}

void absentHandlesAreRefused() {
    IS(invalid, nixl_capi_destroy_agent(nullptr));
    IS(invalid, nixl_capi_create_params(nullptr));
    IS(invalid, nixl_capi_destroy_opt_args(nullptr));
    IS(invalid, nixl_capi_post_xfer_req(nullptr, nullptr, nullptr));
    IS(invalid, nixl_capi_prep_xfer_dlist(nullptr, nullptr, nullptr, nullptr, nullptr));
    IS(invalid, nixl_capi_get_notifs(nullptr, nullptr, nullptr));
}

} // namespace

int main() {
    void *source = agent("source"), *sink = agent("sink");
    void *its_backend = backend(sink), *options = nullptr;
    pluginsAndSettingsAreListed(sink, its_backend);
    OK(nixl_capi_create_opt_args(&options));
    optionsAreKept(options);
    OK(nixl_capi_opt_args_add_backend(options, its_backend));
    uint64_t words[3] = {};
    memoryIsRegisteredWithItsBackend(sink, options, words);
    metadataIsBytes(source, sink);
    bytesMoveBothWays(sink, options);
    notificationsArrive(source);
    exceptionsBecomeStatuses();
    absentHandlesAreRefused();
    OK(nixl_capi_destroy_opt_args(options));
    OK(nixl_capi_destroy_backend(its_backend));
    OK(nixl_capi_destroy_agent(sink));
    OK(nixl_capi_destroy_agent(source));
    return 0;
}
