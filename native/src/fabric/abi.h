/*
 * The part of libfabric's binary interface that this library reads or changes: layouts and numbers, as they are on 64-bit
 * Linux from symbol version FABRIC_1.7 (libfabric 1.20) to FABRIC_1.10. Later versions only add members at the end of the
 * attributes of an endpoint and of a domain, and functions at the end of a table; tables say their size. What is only
 * passed on is `void *`.
 */
#ifndef NIXLCONFORM_FABRIC_ABI_H
#define NIXLCONFORM_FABRIC_ABI_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

namespace fabric {

constexpr int no_data = -61; /* what fi_getinfo answers when nothing matches: -FI_ENODATA */
constexpr int no_memory = -12;
constexpr int not_implemented = -38;

constexpr size_t class_nic = 20;
constexpr int control_duplicate = 15;
constexpr int bus_pci = 1;
constexpr int link_up = 2;
constexpr int thread_safe = 1;

/* Ways in which memory has to be registered. */
constexpr int mr_local = 1 << 2;
constexpr int mr_virtual_address = 1 << 4;
constexpr int mr_allocated = 1 << 5;
constexpr int mr_provider_key = 1 << 6;

/* Names of an endpoint's options: two that EFA has and tcp has not, and those that only EFA knows. */
constexpr int option_cuda_permitted = 10;
constexpr int option_shared_memory_permitted = 11;
constexpr int option_efa_first = -(0xefa << 16);
constexpr int option_efa_last = option_efa_first + 0xffff;

struct fid;

struct fid_ops {
    size_t size;
    int (*close)(fid *);
    int (*bind)(fid *, fid *, uint64_t flags);
    int (*control)(fid *, int command, void *argument);
    int (*ops_open)(fid *, const char *name, uint64_t flags, void **ops, void *context);
};

/* What every object starts with. */
struct fid {
    size_t object_class;
    void *context;
    const fid_ops *ops;
};

struct device_attributes {
    const char *name;
    const char *device_id;
    const char *device_version;
    const char *vendor_id;
    const char *driver;
    const char *firmware;
};

struct bus_attributes {
    int type;
    uint16_t domain; /* of PCI, as the next three */
    uint8_t bus;
    uint8_t device;
    uint8_t function;
};

struct link_attributes {
    const char *address;
    size_t mtu;
    size_t bits_per_second;
    int state;
    const char *network_type;
};

struct nic {
    struct fid fid;
    const device_attributes *device;
    const bus_attributes *bus;
    const link_attributes *link;
    void *of_provider;
};

struct endpoint_attributes {
    int type;
    uint32_t protocol;
    uint32_t protocol_version;
    size_t sizes[5];
    uint64_t tag_format;
    size_t contexts[2];
    size_t auth_key_size;
    uint8_t *auth_key;
    void *since_1_10;
};

struct domain_attributes {
    void *domain;
    char *name;
    int threading;
    int progress[2];
    int resource_management;
    int av_type;
    int mr_mode;
    size_t counts[12];
    uint64_t caps;
    uint64_t mode;
    uint8_t *auth_key;
    size_t auth_key_size;
    size_t limits[2];
    uint32_t traffic_class;
    size_t max_auth_keys;
    uint32_t since_1_8;
    uint64_t since_1_9[2];
    size_t since_1_10;
};

struct fabric_attributes {
    void *fabric;
    char *name;
    char *provider;
    uint32_t provider_version;
    uint32_t api_version;
};

struct info {
    info *next;
    uint64_t caps;
    uint64_t mode;
    uint32_t address_format;
    size_t source_length;
    size_t destination_length;
    void *source;
    void *destination;
    struct fid *handle;
    void *transmit;
    void *receive;
    endpoint_attributes *endpoint;
    domain_attributes *domain;
    fabric_attributes *fabric;
    struct nic *nic;
};

struct fabric_object;
struct domain_object;
struct endpoint_object;

struct fabric_ops {
    size_t size;
    int (*domain)(fabric_object *, info *, domain_object **, void *context);
    void *passive_ep;
    void *eq_open;
    void *wait_open;
    void *trywait;
    int (*domain2)(fabric_object *, info *, domain_object **, uint64_t flags, void *context);
};

struct fabric_object {
    struct fid fid;
    fabric_ops *ops;
    uint32_t api_version;
};

struct domain_ops {
    size_t size;
    void *av_open;
    void *cq_open;
    int (*endpoint)(domain_object *, info *, endpoint_object **, void *context);
    void *scalable_ep;
    void *cntr_open;
    void *poll_open;
    void *stx_ctx;
    void *srx_ctx;
    void *query_atomic;
    void *query_collective;
    int (*endpoint2)(domain_object *, info *, endpoint_object **, uint64_t flags, void *context);
};

struct domain_object {
    struct fid fid;
    domain_ops *ops;
    void *mr;
};

struct endpoint_ops {
    size_t size;
    void *cancel;
    void *getopt;
    int (*setopt)(endpoint_object *, int level, int name, const void *value, size_t bytes);
};

/* What starts both kinds of message: one that is sent, and one that reads or writes remote memory. */
struct message {
    const iovec *parts;
    void **descriptors;
    size_t count;
};

struct message_ops {
    size_t size;
    void *recv;
    void *recvv;
    void *recvmsg;
    ssize_t (*send)(endpoint_object *, const void *, size_t, void *, uint64_t to, void *context);
    ssize_t (*sendv)(endpoint_object *, const iovec *, void **, size_t, uint64_t to, void *context);
    ssize_t (*sendmsg)(endpoint_object *, const message *, uint64_t flags);
    ssize_t (*inject)(endpoint_object *, const void *, size_t, uint64_t to);
    ssize_t (*senddata)(endpoint_object *, const void *, size_t, void *, uint64_t, uint64_t to, void *context);
    ssize_t (*injectdata)(endpoint_object *, const void *, size_t, uint64_t, uint64_t to);
};

struct rma_ops {
    size_t size;
    ssize_t (*read)(endpoint_object *, void *, size_t, void *, uint64_t from, uint64_t, uint64_t, void *context);
    ssize_t (*readv)(endpoint_object *, const iovec *, void **, size_t, uint64_t from, uint64_t, uint64_t, void *);
    ssize_t (*readmsg)(endpoint_object *, const message *, uint64_t flags);
    ssize_t (*write)(endpoint_object *, const void *, size_t, void *, uint64_t to, uint64_t, uint64_t, void *context);
    ssize_t (*writev)(endpoint_object *, const iovec *, void **, size_t, uint64_t to, uint64_t, uint64_t, void *);
    ssize_t (*writemsg)(endpoint_object *, const message *, uint64_t flags);
    ssize_t (*inject)(endpoint_object *, const void *, size_t, uint64_t to, uint64_t, uint64_t);
    ssize_t (*writedata)(endpoint_object *, const void *, size_t, void *, uint64_t, uint64_t to, uint64_t, uint64_t,
                         void *context);
    ssize_t (*injectdata)(endpoint_object *, const void *, size_t, uint64_t, uint64_t to, uint64_t, uint64_t);
};

struct endpoint_object {
    struct fid fid;
    endpoint_ops *ops;
    void *cm;
    message_ops *message;
    rma_ops *rma;
};

static_assert(offsetof(info, domain) == 96 && sizeof(info) == 120, "fi_info");
static_assert(offsetof(domain_attributes, mr_mode) == 36 && offsetof(domain_attributes, max_auth_keys) == 192 &&
                  sizeof(domain_attributes) == 232,
              "fi_domain_attr");
static_assert(sizeof(endpoint_attributes) == 104, "fi_ep_attr");
static_assert(sizeof(nic) == 56 && sizeof(bus_attributes) == 12 && sizeof(link_attributes) == 40, "fid_nic");

} // namespace fabric

#endif
