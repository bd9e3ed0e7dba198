/*
 * Device memory: a GPU of this node through the CUDA driver API, found by name when it is asked for. The library does not
 * need it to load, and a machine without a driver is told apart from one whose driver refuses.
 *
 * Every function may be called on any thread: each makes the device's context current for its thread. None throws, prints
 * or ends the process. Those that can fail return 0, or a negative number, and say in `failure` what failed.
 *
 * The context is the primary one, as in serving engines: what else in the process asks for it, NIXL and UCX among them,
 * gets the same.
 */
#ifndef NIXLCONFORM_DEVICE_H
#define NIXLCONFORM_DEVICE_H

#include <stdint.h>

#include "nixlconform/payload.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

enum {
    NXC_DEVICE_NO_DRIVER = -1, /* the driver's library cannot be loaded, or lacks a function */
    NXC_DEVICE_REFUSED = -2    /* a function of the driver returned an error */
};

/* Text that a user can read: the call, the driver's name of its error, or what the loader said. Empty when nothing failed. */
typedef struct nxc_device_failure {
    int32_t code; /* CUresult of a call that was refused, else 0 */
    char text[252];
} nxc_device_failure;

typedef struct nxc_device nxc_device; /* one GPU and its context in this process */
typedef struct nxc_device_runs nxc_device_runs;

/* What the driver says of a GPU. 256 bytes. */
typedef struct nxc_device_facts {
    char name[128];
    char bus_id[32]; /* PCI domain:bus:device.function */
    char uuid[48];   /* GPU-xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx, as nvidia-smi writes it */
    uint64_t memory_bytes;
    uint64_t free_bytes; /* after the context was made */
    int32_t driver_version; /* 1000 * major + 10 * minor of CUDA */
    int32_t multiprocessors;
    int32_t capability_major;
    int32_t capability_minor;
    uint64_t context_ns; /* what making the context and loading our kernels took */
    uint64_t reserved;
} nxc_device_facts;

/* `library` is the driver's file or soname, NULL for libcuda.so.1. `ordinal` counts the GPUs that this process is shown. */
int32_t nxc_device_open(const char *library, int32_t ordinal, nxc_device **device, nxc_device_facts *facts,
                        nxc_device_failure *failure);

enum {
    NXC_MEMORY_PLAIN = 0, /* cuMemAlloc: 256-byte aligned at least; can be opened by other processes of the node */
    NXC_MEMORY_VMM = 1,   /* cuMemCreate and cuMemMap, with GPUDirect RDMA allowed where the GPU has it; bytes are rounded up
                             to the granularity (2 MiB) */
    NXC_MEMORY_VMM_NO_RDMA = 2, /* the same, with GPUDirect RDMA not asked for */
    NXC_MEMORY_HOST = 3,  /* cuMemHostAlloc: pinned memory of the host, page-aligned */
    NXC_MEMORY_VMM_SHAREABLE = 4 /* as NXC_MEMORY_VMM, with a handle of POSIX by which other processes of the node can map it */
};

int32_t nxc_device_allocate(nxc_device *device, uint64_t bytes, int32_t memory, uint64_t *address,
                            nxc_device_failure *failure);

int32_t nxc_device_release(nxc_device *device, uint64_t address, nxc_device_failure *failure);

/* Puts other physical memory behind the address of a mapped allocation; what it holds is not said. What was there before stays
 * allocated until the release, so that who still writes there harms nobody. */
int32_t nxc_device_remap(nxc_device *device, uint64_t address, nxc_device_failure *failure);

/* Copies runs to the device, for use there as often as wanted. `arena` is an address that the device can read and write. */
int32_t nxc_device_runs_hold(nxc_device *device, uint64_t arena, const nxc_payload_key *key,
                             const nxc_payload_run *runs, uint64_t count, nxc_device_runs **held,
                             nxc_device_failure *failure);

void nxc_device_runs_release(nxc_device_runs *held);

/* As nxc_payload_fill. Returns when the bytes are visible to the device, other devices and NICs. `kernel_ns`, when not NULL,
 * is what the kernel took by the device's own clock. */
int32_t nxc_device_fill(nxc_device_runs *held, uint64_t *kernel_ns, nxc_device_failure *failure);

/*
 * As nxc_payload_verify. All bytes are compared by the device; those of runs that differ are copied to the host and
 * classified there. Of a run over NXC_DEVICE_LOOK_BYTES only so many from its first difference on are looked at, to the
 * next 32 KiB: a difference's bytes are counted, and its last one found, within those.
 */
enum { NXC_DEVICE_LOOK_BYTES = 64 << 20 };

int32_t nxc_device_verify(nxc_device_runs *held, const nxc_payload_bounds *bounds, nxc_payload_difference *differences,
                          uint64_t capacity, nxc_payload_summary *summary, uint64_t *kernel_ns,
                          nxc_device_failure *failure);

/* As nxc_payload_landed; negative when the driver refused. Safe beside the other calls, on a stream of its own. */
int64_t nxc_device_landed(nxc_device_runs *held, nxc_device_failure *failure);

/* What another process of the node needs to open an allocation. */
typedef struct nxc_device_share {
    uint8_t handle[64];
} nxc_device_share;

int32_t nxc_device_export(nxc_device *device, uint64_t address, nxc_device_share *share, nxc_device_failure *failure);

int32_t nxc_device_import(nxc_device *device, const nxc_device_share *share, uint64_t *address,
                          nxc_device_failure *failure);

/* Copies by the copy engine, `bytes` from `from` to `to` as often as it takes to reach `total`; one of the two may be pinned
 * memory of the host. Returns nanoseconds by the
 * host's clock, from before the first copy was asked for until the last one ended; negative when the driver refused. */
int64_t nxc_device_copy(nxc_device *device, uint64_t to, uint64_t from, uint64_t bytes, uint64_t total,
                        nxc_device_failure *failure);

/* What the connections of a GPU of this node have carried. 72 bytes. */
typedef struct nxc_device_links {
    char bus_id[32];             /* as in nxc_device_facts, in lower case */
    uint64_t connections;        /* of NVLink that count; without one the next two are 0 */
    uint64_t sent_bytes;         /* by NVLink */
    uint64_t received_bytes;     /* by NVLink */
    uint64_t pci_sent_bytes;     /* by PCI Express, modulo 2^32, with what its packets cost; 0 where it is not counted */
    uint64_t pci_received_bytes;
} nxc_device_links;

/* Counters of all GPUs of the node that have such, by NVML, which is found by name and stays loaded. `library` is its file or
 * soname, NULL for libnvidia-ml.so.1. Makes no context. Returns how many of `links` were written, at most `capacity`; 0 where
 * no GPU has them, and negative where NVML cannot be loaded or refuses. */
int32_t nxc_device_links_read(const char *library, nxc_device_links *links, int32_t capacity,
                              nxc_device_failure *failure);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
