// A libfabric with one tcp device, which refuses whatever only a simulation could ask for.
#include "fabric_fake.h"

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "abi.h"

using namespace fabric;

namespace {

fake_seen seen;

constexpr int not_supported = -22;
constexpr int try_again = -11;

size_t endpointBytes(int) { return offsetof(endpoint_attributes, since_1_10); }

size_t domainBytes(int version) {
    return version == 7   ? offsetof(domain_attributes, since_1_8)
           : version == 8 ? offsetof(domain_attributes, since_1_9)
                          : offsetof(domain_attributes, since_1_10);
}

char *copyOf(const char *text) { return text == nullptr ? nullptr : strdup(text); }

bool is(const char *text, const char *expected) { return text != nullptr && strcmp(text, expected) == 0; }

template <class Attributes> Attributes *copyOf(const Attributes *attributes, size_t bytes) {
    void *copy = calloc(1, bytes);
    if (attributes != nullptr) memcpy(copy, attributes, bytes);
    return static_cast<Attributes *>(copy);
}

info *duplicate(int version, const info *one) {
    auto *copy = static_cast<info *>(calloc(1, sizeof(info)));
    if (one != nullptr) *copy = *one;
    copy->next = nullptr;
    copy->endpoint = copyOf(one == nullptr ? nullptr : one->endpoint, endpointBytes(version));
    copy->domain = copyOf(one == nullptr ? nullptr : one->domain, domainBytes(version));
    copy->fabric = copyOf(one == nullptr ? nullptr : one->fabric, sizeof(fabric_attributes));
    copy->domain->name = copyOf(copy->domain->name);
    copy->fabric->name = copyOf(copy->fabric->name);
    copy->fabric->provider = copyOf(copy->fabric->provider);
    if (copy->nic != nullptr) {
        fid *nic = nullptr;
        if (copy->nic->fid.ops->control(&copy->nic->fid, control_duplicate, &nic) != 0) abort();
        copy->nic = reinterpret_cast<struct nic *>(nic);
    }
    return copy;
}

void release(info *list) {
    while (list != nullptr) {
        info *next = list->next;
        if (list->nic != nullptr) list->nic->fid.ops->close(&list->nic->fid);
        free(list->domain->name);
        free(list->fabric->name);
        free(list->fabric->provider);
        free(list->endpoint);
        free(list->domain);
        free(list->fabric);
        free(list);
        list = next;
    }
}

info *device(int version, const char *provider, const info *hints) {
    info *made = duplicate(version, nullptr);
    made->domain->name = copyOf(fake_interface);
    made->domain->threading = hints == nullptr ? 0 : hints->domain->threading;
    made->fabric->name = copyOf(fake_fabric_name);
    made->fabric->provider = copyOf(provider);
    return made;
}

int find(int version, uint32_t api, uint64_t flags, const info *hints, info **found) {
    seen.version = version;
    seen.api = api;
    seen.flags = flags;
    if (hints != nullptr) {
        const char *provider = hints->fabric->provider;
        const char *name = hints->domain->name;
        const bool known = provider == nullptr || is(provider, "tcp");
        if (!known || (name != nullptr && !is(name, fake_interface)) || hints->nic != nullptr) return no_data;
    }
    *found = device(version, "tcp;ofi_rxm", hints);
    (*found)->next = device(version, "tcp", hints);
    (*found)->next->caps = fake_tcp_caps;
    return 0;
}

bool acceptable(const info *of) { return is(of->fabric->provider, "tcp") && of->nic == nullptr; }

ssize_t post(const char *function) {
    seen.last = function;
    seen.posts++;
    if (seen.busy == 0) return 0;
    seen.busy--;
    return try_again;
}

int setOption(endpoint_object *, int, int, const void *, size_t) {
    seen.endpoint_options++;
    return -92;
}

endpoint_ops endpointTable = {sizeof(endpoint_ops), nullptr, nullptr, setOption};

message_ops messageTable = {
    sizeof(message_ops),
    nullptr,
    nullptr,
    nullptr,
    [](auto...) { return post("send"); },
    [](auto...) { return post("sendv"); },
    [](auto...) { return post("sendmsg"); },
    [](auto...) { return post("inject"); },
    [](auto...) { return post("senddata"); },
    [](auto...) { return post("injectdata"); },
};

// As that of an older libfabric: it ends before the last function.
rma_ops remoteTable = {
    offsetof(rma_ops, injectdata),
    [](auto...) { return post("read"); },
    [](auto...) { return post("readv"); },
    [](auto...) { return post("readmsg"); },
    [](auto...) { return post("write"); },
    [](auto...) { return post("writev"); },
    [](auto...) { return post("writemsg"); },
    [](auto...) { return post("inject"); },
    [](auto...) { return post("writedata"); },
    nullptr,
};

int openEndpoint(domain_object *, info *of, endpoint_object **opened, void *context) {
    if (!acceptable(of)) return not_supported;
    *opened = new endpoint_object{{3, context, nullptr}, &endpointTable, nullptr, &messageTable, &remoteTable};
    return 0;
}

int openEndpoint2(domain_object *domain, info *of, endpoint_object **opened, uint64_t, void *context) {
    return openEndpoint(domain, of, opened, context);
}

domain_ops domainTable = {
    sizeof(domain_ops), nullptr, nullptr, openEndpoint, nullptr, nullptr,
    nullptr,            nullptr, nullptr, nullptr,      nullptr, openEndpoint2,
};

int openDomain(fabric_object *, info *of, domain_object **opened, void *context) {
    if (!acceptable(of)) return not_supported;
    *opened = new domain_object{{2, context, nullptr}, &domainTable, nullptr};
    return 0;
}

int openDomain2(fabric_object *fabric, info *of, domain_object **opened, uint64_t, void *context) {
    return openDomain(fabric, of, opened, context);
}

fabric_ops fabricTable = {sizeof(fabric_ops), openDomain, nullptr, nullptr, nullptr, nullptr, openDomain2};

} // namespace

#define INFO_FUNCTIONS(minor, name)                                                                                    \
    int fi_getinfo_##minor(uint32_t api, const char *, const char *, uint64_t flags, const info *hints, info **found) { \
        return find(minor, api, flags, hints, found);                                                                  \
    }                                                                                                                  \
    void fi_freeinfo_##minor(info *list) { release(list); }                                                            \
    info *fi_dupinfo_##minor(const info *one) { return duplicate(minor, one); }                                        \
    __asm__(".symver fi_getinfo_" #minor ",fi_getinfo@" name);                                                         \
    __asm__(".symver fi_freeinfo_" #minor ",fi_freeinfo@" name);                                                       \
    __asm__(".symver fi_dupinfo_" #minor ",fi_dupinfo@" name);

extern "C" {

INFO_FUNCTIONS(7, "FABRIC_1.7")
INFO_FUNCTIONS(8, "FABRIC_1.8")
INFO_FUNCTIONS(9, "@FABRIC_1.9")

fake_seen *fake_seen_so_far() { return &seen; }
void *fake_fabric_table() { return &fabricTable; }

int fi_fabric(fabric_attributes *attributes, fabric_object **opened, void *context) {
    if (!is(attributes->provider, "tcp")) return -19;
    *opened = new fabric_object{{1, context, nullptr}, &fabricTable, attributes->api_version};
    return 0;
}

int fi_fabric2(info *of, fabric_object **opened, uint64_t, void *context) {
    return acceptable(of) ? fi_fabric(of->fabric, opened, context) : not_supported;
}

int fi_open(uint32_t, const char *name, void *, size_t, uint64_t, void *, void *) { return is(name, "cache") ? 41 : -38; }
uint32_t fi_version() { return fake_release; }
const char *fi_strerror(int error) { return error == 61 ? "no data, says the fake" : "?"; }
char *fi_tostr(const void *, int) { return nullptr; }
char *fi_tostr_r(char *text, size_t bytes, const void *, int type) {
    std::snprintf(text, bytes, "type %d", type);
    return text;
}
int fi_getparams(void *, int *count) {
    *count = 132;
    return 0;
}
void fi_freeparams(void *) {}
int fi_param_get(void *, const char *, void *) { return no_data; }
int fi_log_enabled(const void *, int level, int) { return level < 1; }
int fi_log_ready(const void *, int, int, uint64_t *time) {
    *time = 7;
    return 1;
}
void fi_log(const void *, int, int, const char *, int, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    std::vsnprintf(seen.text, sizeof seen.text, format, arguments);
    va_end(arguments);
}
int fi_param_define(const void *, const char *, int, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    std::vsnprintf(seen.text, sizeof seen.text, format, arguments);
    va_end(arguments);
    return 0;
}
}
